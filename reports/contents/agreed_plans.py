"""An action plan that was agreed, as it is published between two reports."""

from __future__ import annotations

from typing import Any

from core.quarters import Quarter
from escalation.models.plans import ActionPlan
from reports.contents.serializers import as_plan
from reports.rules.agreed_plans import public_plan


def agreed_plan_contents(plan: ActionPlan, *, after: Quarter) -> dict[str, Any]:
    """What everyone may read of a plan that was agreed, and which report it comes after.

    `{"schema": "agreed-plan/1", "reference": "HW-01", "title": …, "after": "2022-Q4",
    "agreed_on": "2023-05-20", "plan": {"cause": …}, "sentences": {"agreed": "Agreed on …"}}`.
    """
    assert plan.agreed_on is not None  # as the database has it for every agreed plan
    return public_plan(
        reference=plan.indicator.reference,
        title=plan.indicator.title,
        after=after.key,
        agreed_on=plan.agreed_on.isoformat(),
        plan=as_plan(plan) or {},
    )
