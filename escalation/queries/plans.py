"""One version of an action plan: what it changed, how it was judged, and what came afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from core.clock import day_of
from core.dates import as_date
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed
from core.working_days import working_day_after
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan, PlanDraft
from escalation.rules.plans import (
    ActionDifference,
    ExpectedRecovery,
    PlanEffect,
    PlannedAction,
    action_differences,
    effect_of,
)
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.queries.histories import rag_histories
from indicators.rights import plannable_by
from organisation.models.people import User
from organisation.queries import colleagues
from sorp.lexicon import Level, Polarity, Rag
from sorp.models.statement import Version


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """One version of a plan, with those beside it."""

    plan: ActionPlan
    versions: tuple[ActionPlan, ...]  # latest first
    before: ActionPlan | None
    after: ActionPlan | None
    differences: tuple[ActionDifference, ...]  # from the version before; none for the first
    effect: PlanEffect


def plan_sheet(*, indicator: Indicator, number: int) -> PlanSheet | None:
    """A version of an indicator's plan with what became of it; None where there is no such version."""
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
        differences=tuple(action_differences(_planned_actions(before), _planned_actions(plan)))
        if before
        else (),
        effect=effect_afterwards(plan, indicator),
    )


def effect_afterwards(plan: ActionPlan, indicator: Indicator) -> PlanEffect:
    """What was reported before a plan and since, against what it expected."""
    return effect_of(
        rag_histories(indicators=[indicator.pk]).get(indicator.pk, []),
        written_on=day_of(plan.written_at),
        expected=ExpectedRecovery(plan.expected_recovery, plan.expected_value),
        polarity=Polarity(indicator.polarity),
        decimals=indicator.decimals,
        unit=indicator.measure_unit,
    )


def _planned_actions(plan: ActionPlan) -> list[PlannedAction]:
    return [
        PlannedAction(each.description, each.owner, each.starts_on, each.due_on, each.done_on)
        for each in plan.actions.all()
    ]


@dataclass(frozen=True, slots=True)
class MissingPlan:
    """One indicator without a plan for what is wrong now, and by when the SORP asks for one."""

    indicator: Indicator
    level: Level | None  # to which it is referred; None where it is red and was not
    quarter: Quarter  # in which it was referred, or its run of reds began
    requested_on: date
    due_on: date
    earlier: ActionPlan | None  # from before
    escalation: Escalation | None

    def is_late(self, today: date) -> bool:
        return self.due_on < today

    @property
    def why(self) -> str:
        if self.level is None:
            return f"Red since {self.quarter}"
        return f"Referred to the {self.level.label} in {self.quarter}"

    @property
    def sentence(self) -> str:
        """What is missing, as one sentence."""
        is_so = "red" if self.level is None else f"referred to the {self.level.label}"
        subject = f"“{self.indicator.title}” is {is_so}"
        if self.earlier is None:
            return f"{subject} and has no action plan."
        return f"{subject}, and its action plan is older than that: update it."


@dataclass(frozen=True, slots=True)
class _PlanRequest:
    """Why a plan is to be written, and since when."""

    indicator: Indicator
    level: Level | None
    quarter: Quarter
    requested_on: date
    within: int
    escalation: Escalation | None


def missing_plans(*, reader: User | None, indicator: Indicator | None = None) -> list[MissingPlan]:
    """What is red or referred up and has no plan, first due first (the SORP's days for a plan).

    A plan counts where it was written after the end of the quarter in which the indicator was
    referred (or turned red); so does an older one that was agreed, or judged sufficient, since.
    No reader (the system) sees all; given an indicator, only that one is looked at.
    """
    request = {
        each.indicator.pk: each
        for each in [*_red(reader, indicator), *_referred(reader, indicator)]
    }
    plans = {
        plan.indicator_id: plan
        for plan in ActionPlan.objects.filter(
            indicator__in=request, is_latest=True
        ).prefetch_related("reviews")
    }
    found = [
        MissingPlan(
            indicator=each.indicator,
            level=each.level,
            quarter=each.quarter,
            requested_on=each.requested_on,
            due_on=working_day_after(each.requested_on, each.within),
            earlier=plans.get(pk),
            escalation=each.escalation,
        )
        for pk, each in request.items()
        if not _is_answered_by(plans.get(pk), each)
    ]
    return sorted(found, key=lambda each: (each.due_on, each.indicator.reference))


def _is_answered_by(plan: ActionPlan | None, request: _PlanRequest) -> bool:
    if plan is None:
        return False
    approved = [each.reviewed_on for each in plan.reviews.all() if each.sufficient]
    approved += [plan.agreed_on] if plan.agreed_on else []
    return day_of(plan.written_at) > request.quarter.last_day or any(
        day >= request.requested_on for day in approved
    )


def _referred(reader: User | None, indicator: Indicator | None) -> Iterable[_PlanRequest]:
    """The escalation opened last counts; of several at once, that to the highest level."""
    rows = Escalation.objects.open_ones().select_related(
        "sorp_version", "indicator__unit", "indicator__accountable_manager"
    )
    if reader is not None:
        rows = rows.visible_to(reader)
    if indicator is not None:
        rows = rows.filter(indicator=indicator)
    latest: dict[int, Escalation] = {}
    for row in sorted(rows, key=lambda each: (each.opened_in, Level(each.level).height)):
        latest[row.indicator_id] = row
    for row in latest.values():
        yield _PlanRequest(
            row.indicator,
            Level(row.level),
            row.opened_in,
            day_of(row.recorded_at),
            row.sorp_version.plan_within,
            row,
        )


def _red(reader: User | None, indicator: Indicator | None) -> Iterable[_PlanRequest]:
    """What is red in the latest closed quarter, since its run of reds began."""
    closed = last_closed()
    if closed is None:
        return
    rows = Rating.objects.latest_ones().filter(quarter=closed, rag=Rag.RED)
    if reader is not None:
        rows = rows.filter(indicator__in=Indicator.objects.visible_to(reader))
    if indicator is not None:
        rows = rows.filter(indicator=indicator)
    rows = rows.select_related("indicator__unit", "indicator__accountable_manager")
    reds = {row.indicator_id: row for row in rows}
    since_red = _since_red(reds, closed)
    days = {
        row.quarter: day_of(row.closed_at)
        for row in ReportingQuarter.objects.filter(closed_at__isnull=False)
        if row.closed_at
    }
    versions = list(Version.objects.ruling(closed))
    if not versions:
        return
    for pk, row in reds.items():
        since = since_red[pk]
        version = next((each for each in versions if each.from_quarter <= since), versions[-1])
        requested_on = days.get(since) or day_of(row.rated_at)
        yield _PlanRequest(row.indicator, None, since, requested_on, version.plan_within, None)


def _since_red(indicators: Iterable[int], closed: Quarter) -> dict[int, Quarter]:
    """The first quarter of each run of reds that stands now. What is not rated ends no run; another
    colour does, and so does a new definition."""
    rows = Rating.objects.latest_ones().filter(indicator__in=list(indicators), quarter__lte=closed)
    since: dict[int, Quarter] = {}
    for pk, quarter, rag, is_break in rows.order_by("quarter").values_list(
        "indicator_id", "quarter", "rag", "definition_break"
    ):
        if is_break or (rag and rag != Rag.RED):
            since.pop(pk, None)
        if rag == Rag.RED:
            since.setdefault(pk, quarter)
    return since


def plan_draft_for(
    indicator: Indicator, latest: ActionPlan | None, writer: User
) -> PlanDraft | None:
    """What this person kept of a plan; else what another kept last, unless a plan was written since.

    So a plan that was begun follows the indicator to whoever answers for it next.
    """
    drafts = PlanDraft.objects.filter(indicator=indicator).select_related("saved_by")
    own = drafts.filter(saved_by=writer).first()
    if own is not None:
        return own
    others = drafts.filter(saved_at__gt=latest.written_at) if latest else drafts
    return others.first()


def overdue_actions(*, reader: User, today: date) -> QuerySet[Action]:
    """What plans in place promised by a day that is past, and is not done, longest overdue first."""
    return (
        Action.objects.filter(
            plan__is_latest=True,
            plan__indicator__in=Indicator.objects.visible_to(reader),
            done_on__isnull=True,
            due_on__lt=today,
        )
        .select_related("plan__indicator__unit", "plan__indicator__accountable_manager")
        .order_by("due_on", "plan__indicator__reference", "position")
    )


def standing_actions(*, reader: User) -> QuerySet[Action]:
    """Every action of a plan in place that a reader may see, soonest due first."""
    return (
        Action.objects.standing()
        .filter(plan__indicator__in=Indicator.objects.visible_to(reader))
        .select_related("person", "plan__indicator__unit", "plan__indicator__accountable_manager")
        .order_by("due_on", "plan__indicator__reference", "position")
    )


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action on a list, and what its reader may do about it."""

    action: Action
    state: str
    is_overdue: bool
    may_report: bool
    meant: User | None  # the one colleague who has the name that it gives, where it is nobody's yet


def action_lines(actions: Iterable[Action], *, reader: User, today: date) -> list[ActionLine]:
    """Actions as a list shows them, in as many queries for one as for twenty."""
    rows = list(actions)
    reach = plannable_by(reader)
    unlinked = any(each.person_id is None for each in rows)
    people = colleagues(on=today) if unlinked else None

    def line(action: Action) -> ActionLine:
        may_write = reach.holds(action.plan.indicator)
        called = people.called(action.owner) if people and action.person_id is None else []
        meant = called[0] if len(called) == 1 and (may_write or called[0] == reader) else None
        late = action.done_on is None and action.due_on < today
        if action.done_on is not None:
            state = f"Done on {as_date(action.done_on)}"
        else:
            state = "Overdue" if late else "To do"
        return ActionLine(action, state, late, may_write or action.person_id == reader.pk, meant)

    return [line(each) for each in rows]
