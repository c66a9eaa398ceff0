"""What is being done: escalations open, and whether their action plans are written and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from escalation.models import Action, ActionPlan, Escalation
from reports.queries.dashboards.lines import Line
from sorp.lexicon import Level, Quarter

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Referred:
    """One indicator that is escalated: to where, why, and how its plan stands today."""

    line: Line
    escalations: tuple[Escalation, ...]  # highest level first
    has_plan: bool
    overdue: tuple[Action, ...]
    due_soon: tuple[Action, ...]

    @property
    def plan_words(self) -> str:
        """How the plan stands, in a few words."""
        if not self.has_plan:
            return "No plan yet"
        said = [f"{len(self.overdue)} overdue"] if self.overdue else []
        said += [f"{len(self.due_soon)} due in 30 days"] if self.due_soon else []
        return "Plan: " + ", ".join(said) if said else "Plan on course"


def open_escalations(
    indicators: Sequence[int], quarter: Quarter
) -> dict[int, tuple[Escalation, ...]]:
    """What stood open once a quarter was closed, highest level first, by indicator."""
    stood = Escalation.objects.open_at(quarter).filter(indicator__in=list(indicators))
    found: dict[int, list[Escalation]] = {}
    for each in stood:
        found.setdefault(each.indicator_id, []).append(each)
    return {
        indicator: tuple(sorted(each, key=lambda one: -Level(one.level).height))
        for indicator, each in found.items()
    }


def referred(
    lines: Sequence[Line], escalations: dict[int, tuple[Escalation, ...]], today: date
) -> tuple[Referred, ...]:
    """The lines that are escalated with their plans, in two queries; highest level first."""
    escalated = [line for line in lines if line.indicator.pk in escalations]
    plans = {
        plan.indicator_id: list(plan.actions.all())
        for plan in ActionPlan.objects.filter(
            is_latest=True, indicator__in=[line.indicator.pk for line in escalated]
        ).prefetch_related("actions")
    }
    found = [
        _referred(line, escalations[line.indicator.pk], plans.get(line.indicator.pk), today)
        for line in escalated
    ]
    return tuple(sorted(found, key=lambda each: -Level(each.escalations[0].level).height))


def _referred(
    line: Line,
    escalations: tuple[Escalation, ...],
    actions: list[Action] | None,
    today: date,
) -> Referred:
    undone = [each for each in actions or [] if each.done_on is None]
    return Referred(
        line=line,
        escalations=escalations,
        has_plan=actions is not None,
        overdue=tuple(each for each in undone if each.due_on < today),
        due_soon=tuple(each for each in undone if today <= each.due_on <= today + SOON),
    )
