"""One version of an action plan: what it changed, how it was judged, and what came afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from escalation.models import Action, ActionPlan
from escalation.rules.plans import (
    Difference,
    Effect,
    Expected,
    Promise,
    Seen,
    differences,
    effect_of,
)
from indicators.models import Indicator, Rating
from organisation.clock import day_of
from sorp.lexicon import Polarity, Quarter, Rag


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """One version of a plan, with those beside it."""

    plan: ActionPlan
    versions: tuple[ActionPlan, ...]  # latest first
    before: ActionPlan | None
    after: ActionPlan | None
    differences: tuple[Difference, ...]  # from the version before; none for the first
    effect: Effect


def plan_sheet(*, indicator: Indicator, number: int) -> PlanSheet | None:
    """A version of an indicator's plan, or None. Four queries, however many versions."""
    rows = ActionPlan.objects.filter(indicator=indicator).order_by("-number")
    versions = tuple(
        rows.select_related("written_by", "agreed_with").prefetch_related("actions", "reviews__by")
    )
    plan = next((each for each in versions if each.number == number), None)
    if plan is None:
        return None
    before = next((each for each in versions if each.number == number - 1), None)
    return PlanSheet(
        plan=plan,
        versions=versions,
        before=before,
        after=next((each for each in versions if each.number == number + 1), None),
        differences=tuple(differences(_promises(before), _promises(plan))) if before else (),
        effect=effect_afterwards(plan, indicator, ratings_of(indicator)),
    )


def effect_afterwards(plan: ActionPlan, indicator: Indicator, ratings: Iterable[Rating]) -> Effect:
    """What was reported before a plan and since, against what it expected."""
    return effect_of(
        [
            Seen(
                Quarter.containing(row.quarter_start), row.value, Rag(row.rag) if row.rag else None
            )
            for row in ratings
        ],
        written_on=day_of(plan.written_at),
        expected=Expected(plan.expected_recovery, plan.expected_value),
        polarity=Polarity(indicator.polarity),
        decimals=indicator.decimals,
        unit=indicator.measure_unit,
    )


def ratings_of(indicator: Indicator) -> Iterable[Rating]:
    """How it is now judged in each quarter, in order."""
    return Rating.objects.latest_ones().filter(indicator=indicator).order_by("quarter_start")


def _promises(plan: ActionPlan) -> list[Promise]:
    return [_promise(each) for each in plan.actions.all()]


def _promise(action: Action) -> Promise:
    return Promise(
        action.description, action.owner, action.starts_on, action.due_on, action.done_on
    )
