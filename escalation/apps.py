"""What follows in this app from what happens in those below it."""

from typing import Any

from django.apps import AppConfig

from core.quarters import Quarter


class EscalationConfig(AppConfig):
    name = "escalation"

    def ready(self) -> None:
        """Early warning looks again as soon as results are given."""
        from indicators.services.results import results_given

        results_given.connect(_look_again, dispatch_uid="early_warning")


def _look_again(*, quarter: Quarter, indicators: list[int], **_: Any) -> None:
    from escalation.services.early_warning import look_again

    look_again(quarter=quarter, indicators=indicators)
