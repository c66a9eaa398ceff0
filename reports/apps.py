"""The app's settings, and what it does when the process starts."""

from typing import Any

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        """The works that jobs ask for are registered, and a plan that is agreed is published."""
        from escalation.services.plans import plan_agreed
        from reports import tasks  # noqa: F401
        from reports.services.agreed_plans import publish_agreed_plan

        def publish(plan: Any, by: Any, **others: Any) -> None:
            publish_agreed_plan(plan=plan, by=by)

        plan_agreed.connect(publish, dispatch_uid="publish agreed plan", weak=False)
