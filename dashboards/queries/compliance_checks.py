"""The checks of how far the SORP was kept in a closed quarter: one function for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q

from assurance.models.exemptions import ItemExemption
from assurance.models.meetings import AgreedAction
from core.clock import day_of
from core.dates import in_full
from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import waiting_for_undo
from core.working_days import in_days, working_day_after, working_days_between
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan, PlanReview
from indicators.models.calendar import CalendarDay
from indicators.models.definitions import Awaited, Indicator, Suspension, Target
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import SignOff
from indicators.models.variations import Variation
from indicators.queries.due import owed_in
from indicators.rules.returns import Stage, Verdict, action_required
from organisation.models.people import Appointment
from organisation.rules import PostKind
from sorp.lexicon import Confidence, CountedFrom, Rag, Step
from sorp.models.clauses import Clause
from sorp.models.findings import Finding
from sorp.models.statement import Version
from sorp.queries.ruling import day_rules_of
from sorp.rules.checks import Check, CheckResult, Lapse


class CheckedItem(NamedTuple):
    """One thing that a check looked at: whose it is, and in what it lapsed, or nothing."""

    unit: int
    reference: str
    lapse: str = ""


@dataclass(frozen=True)
class CheckContext:
    """What the checks look at: one closed quarter, its indicators, what was reported by the close."""

    quarter: Quarter
    version: Version
    closed_at: datetime
    today: date
    measured: Mapping[int, Indicator]  # in use in the quarter, and not suspended
    first: Mapping[int, Revision]  # by indicator: what was said first of its result
    standing: Mapping[int, Revision]  # by indicator: what stood at the close

    @property
    def closed_on(self) -> date:
        return day_of(self.closed_at)

    @cached_property
    def due(self) -> list[Indicator]:
        """Those whose result was owed: due by their reporting pattern, and not awaited still."""
        owed = owed_in(self.quarter, self.measured.values(), on=self.today)
        stated = dict(
            Awaited.objects.filter(quarter=self.quarter).values_list("indicator_id", "until")
        )
        return [each for each in owed if not self._came_as_stated(each, stated)]

    def _came_as_stated(self, indicator: Indicator, stated: Mapping[int, date]) -> bool:
        """Whether its publisher issued it by the day that was stated."""
        first = self.first.get(indicator.pk)
        return (
            indicator.pk in stated
            and first is not None
            and day_of(first.submitted_at) <= stated[indicator.pk]
        )

    @cached_property
    def plan_due_on(self) -> date:
        """By when what the close referred up has its action plan."""
        return working_day_after(self.closed_on, self.version.plan_within)


def check_context(*, row: ReportingQuarter, version: Version, today: date) -> CheckContext:
    """What the checks of a closed quarter look at, fetched once."""
    assert row.closed_at is not None  # as the database has it for every closed quarter
    quarter = row.quarter
    suspended = Suspension.objects.filter(from_quarter__lte=quarter).filter(
        Q(until_quarter__isnull=True) | Q(until_quarter__gte=quarter)
    )
    in_use = Indicator.objects.in_use(quarter).exclude(pk__in=suspended.values("indicator"))
    measured = {each.pk: each for each in in_use.select_related("accountable_manager")}
    first: dict[int, Revision] = {}
    standing: dict[int, Revision] = {}
    said = (
        Revision.objects.filter(
            result__quarter=quarter,
            result__indicator__in=measured,
            after_close=False,
        )
        .select_related("result")
        .order_by("result", "number")
    )
    for revision in said:
        first.setdefault(revision.result.indicator_id, revision)
        standing[revision.result.indicator_id] = revision
    return CheckContext(quarter, version, row.closed_at, today, measured, first, standing)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A clause with a check: who is responsible, and what follows where it is not kept."""

    check: Check
    clause: str
    heading: str
    responsible: str
    consequence: str


def requirements_of(version: Version) -> tuple[Requirement, ...]:
    """The clauses of a version that name a check, in their order.

    Where two name the same, the first is the requirement. A check that the service does not know
    is not made.
    """
    found: dict[Check, Requirement] = {}
    for row in Clause.objects.filter(version=version).exclude(check_made=""):
        if row.check_made in list(Check):
            check = Check(row.check_made)
            found.setdefault(
                check,
                Requirement(check, row.number, row.heading, row.responsible, row.consequence),
            )
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class UnmeasuredClause:
    """A clause of which the service cannot tell how far it is kept."""

    number: str
    heading: str
    responsible: str


def unmeasured_clauses(version: Version) -> tuple[UnmeasuredClause, ...]:
    """The clauses of a version that name no check, or one that the service does not make."""
    rows = Clause.objects.filter(version=version).exclude(check_made__in=list(CHECKS))
    return tuple(UnmeasuredClause(row.number, row.heading, row.responsible) for row in rows)


def returns_on_time(context: CheckContext) -> Iterator[CheckedItem]:
    """Results that were due, by the day on which each was first submitted.

    Sent back and submitted again, a result was in time if it was so at first. Where no day was set
    for the quarter, the SORP's own count of working days after its end holds; of a result that was
    then loaded from a file, the file says whether it came late, since the loading may be years after.
    """
    days = CalendarDay.objects.filter(quarter=context.quarter, step=Step.ENTRY)
    fixed = dict(days.values_list("tier", "due_on"))
    end = context.quarter.last_day
    by_tier = fixed or {
        rule.tier or "": rule.day(end, end)
        for rule in day_rules_of(context.version)
        if rule.step is Step.ENTRY and rule.counted_from is CountedFrom.QUARTER_END
    }
    if not by_tier:
        return
    for indicator in context.due:
        due_on = by_tier.get(indicator.tier) or by_tier.get("") or max(by_tier.values())
        revision = context.first.get(indicator.pk)
        lapse = ""
        if revision is None:
            lapse = f"due on {in_full(due_on)}, and not submitted before the close"
        elif revision.submitted_by_id is None and not fixed:
            lapse = "recorded as late" if revision.late else ""
        elif (submitted_on := day_of(revision.submitted_at)) > due_on:
            late = max(working_days_between(due_on, submitted_on), 1)
            lapse = f"submitted on {in_full(submitted_on)}, {in_days(late)} late"
        yield CheckedItem(indicator.unit_id, indicator.reference, lapse)


def results_present(context: CheckContext) -> Iterator[CheckedItem]:
    """Results that were due, and whether anything was said of them by the close.

    That there is no figure, and why, is an answer too: the SORP asks for one or the other.
    """
    for indicator in context.due:
        lapse = "" if indicator.pk in context.standing else "no result, and no reason given"
        yield CheckedItem(indicator.unit_id, indicator.reference, lapse)


def signed_off(context: CheckContext) -> Iterator[CheckedItem]:
    """Results as they stood at the close, and whether their directorate had approved them."""
    approved = set(
        SignOff.objects.filter(
            revision__in=[each.pk for each in context.standing.values()],
            stage=Stage.DIRECTORATE,
            verdict=Verdict.APPROVED,
            signed_at__lte=context.closed_at,
        ).values_list("revision_id", flat=True)
    )
    for pk, revision in context.standing.items():
        indicator = context.measured[pk]
        lapse = "" if revision.pk in approved else f"not signed off by {in_full(context.closed_on)}"
        yield CheckedItem(indicator.unit_id, indicator.reference, lapse)


def confidence_final(context: CheckContext) -> Iterator[CheckedItem]:
    """Figures of the quarter before, and whether they were final by this quarter's end.

    A provisional figure is given a quarter to be made final, so it is looked at one quarter later.
    """
    said = Revision.objects.filter(
        result__quarter=context.quarter.previous(),
        result__indicator__in=context.measured,
    ).order_by("number")
    by_then: dict[int, Revision] = {
        revision.result.indicator_id: revision
        for revision in said.select_related("result")
        if day_of(revision.submitted_at) <= context.quarter.last_day
    }
    for pk, revision in sorted(by_then.items()):
        if revision.not_available:
            continue
        indicator = context.measured[pk]
        firm = revision.confidence == Confidence.FINAL
        told = f"its figure for {context.quarter.previous()} was still {revision.confidence}"
        yield CheckedItem(indicator.unit_id, indicator.reference, "" if firm else told)


def nobody_signs_own(context: CheckContext) -> Iterator[CheckedItem]:
    """Every approval of the quarter, and whether it was given to the approver's own work.

    Of its results, of variations that begin in it, and of action plans agreed in it. Services and
    constraints refuse such approvals; this looks at what the rows say.
    """
    yield from _own_sign_offs(context)
    yield from _own_variations(context)
    yield from _own_plans(context)


def _own_sign_offs(context: CheckContext) -> Iterator[CheckedItem]:
    rows = SignOff.objects.filter(
        verdict=Verdict.APPROVED,
        revision__result__quarter=context.quarter,
        revision__result__indicator__in=context.measured,
    ).select_related("revision__result", "signed_by")
    for row in rows:
        indicator = context.measured[row.revision.result.indicator_id]
        own = row.signed_by_id in (row.revision.submitted_by_id, row.revision.on_behalf_of_id)
        lapse = f"{row.signed_by} approved a result of their own" if own else ""
        yield CheckedItem(indicator.unit_id, indicator.reference, lapse)


def _own_variations(context: CheckContext) -> Iterator[CheckedItem]:
    rows = Variation.objects.agreed().filter(
        from_quarter=context.quarter, indicator__in=context.measured
    )
    for row in rows.select_related("decided_by"):
        indicator = context.measured[row.indicator_id]
        own = row.decided_by_id in (row.proposed_by_id, indicator.accountable_manager_id)
        lapse = f"{row.decided_by} agreed to a variation of their own" if own else ""
        yield CheckedItem(indicator.unit_id, indicator.reference, lapse)


def _own_plans(context: CheckContext) -> Iterator[CheckedItem]:
    within = (context.quarter.first_day, context.quarter.last_day)
    rows = ActionPlan.objects.filter(agreed_on__range=within, indicator__in=context.measured)
    for row in rows.select_related("agreed_with"):
        indicator = context.measured[row.indicator_id]
        own = row.agreed_with_id in (row.written_by_id, indicator.accountable_manager_id)
        lapse = f"{row.agreed_with} agreed to a plan of their own" if own else ""
        yield CheckedItem(indicator.unit_id, indicator.reference, lapse)


LOOKED_BACK = 16  # quarters over which a run of reds or ambers is followed


def red_has_action(context: CheckContext) -> Iterator[CheckedItem]:
    """What is red in the quarter, or escalated at its close, and whether anything is done.

    Amber is looked at too where the SORP asks it. A word on management action beside the result
    will do. So will an action plan written since the indicator was last referred up (or, where it
    was not, since its run of reds or ambers began), or an older one agreed or judged sufficient
    since, if that was by the day on which plans were due after the close. What this very close
    referred up without its being red or amber is looked at once that day is past.
    """
    poor, referred = _poor_at_close(context), _referred_at_close(context)
    plans = _plan_days({*poor, *referred})
    for pk in sorted({*poor, *referred}):
        indicator, revision = context.measured[pk], context.standing.get(pk)
        since = referred[pk] if pk in referred else poor[pk][1]
        is_said = revision is not None and bool(revision.management_action.strip())
        if is_said or any(since.last_day < day <= context.plan_due_on for day in plans.get(pk, ())):
            yield CheckedItem(indicator.unit_id, indicator.reference)
        elif pk in poor or since < context.quarter or context.today > context.plan_due_on:
            stands = poor[pk][0].label.lower() if pk in poor else f"referred up since {since}"
            lapse = f"{stands}, with no management action given and no action plan since"
            yield CheckedItem(indicator.unit_id, indicator.reference, lapse)


def _poor_at_close(context: CheckContext) -> dict[int, tuple[Rag, Quarter]]:
    """By indicator, its status at the close where that asks for action, and since which quarter.

    A plan written while the first quarter of the run was still under way is one of its time, so
    the run is told by the quarter before it began.
    """
    rows = Rating.objects.filter(
        quarter__lte=context.quarter,
        quarter__gte=context.quarter.back(LOOKED_BACK),
        indicator__in=context.measured,
        rated_at__lte=context.closed_at,
    ).order_by("quarter", "number")
    histories: dict[int, dict[Quarter, Rag | None]] = defaultdict(dict)
    for pk, quarter, rag in rows.values_list("indicator_id", "quarter", "rag"):
        histories[pk][quarter] = Rag(rag) if rag else None
    on_amber = context.version.action_on_amber
    return {
        pk: (found, _run_began(history, on_amber).previous())
        for pk, history in histories.items()
        if (found := history.get(context.quarter)) and action_required(found, on_amber)
    }


def _run_began(history: Mapping[Quarter, Rag | None], on_amber: bool) -> Quarter:
    """The first of the quarters running, to the last, that ask for action; the unrated are passed."""
    began = max(history)
    for quarter in sorted(history, reverse=True):
        rag = history[quarter]
        if rag is not None and not action_required(rag, on_amber):
            break
        if rag is not None:
            began = quarter
    return began


def _referred_at_close(context: CheckContext) -> dict[int, Quarter]:
    """By indicator, the quarter in which the latest of its open escalations opened."""
    rows = Escalation.objects.open_at(context.quarter).filter(
        indicator__in=context.measured, recorded_in__lte=context.quarter
    )
    return {row.indicator_id: row.opened_in for row in rows.order_by("opened_in")}


def _plan_days(indicators: set[int]) -> dict[int, list[date]]:
    """The days on which each had a plan written, agreed or judged sufficient."""
    found: dict[int, list[date]] = defaultdict(list)
    for row in ActionPlan.objects.filter(indicator__in=indicators):
        found[row.indicator_id].append(day_of(row.written_at))
        if row.agreed_on:
            found[row.indicator_id].append(row.agreed_on)
    reviews = PlanReview.objects.filter(plan__indicator__in=indicators, sufficient=True)
    for pk, day in reviews.values_list("plan__indicator_id", "reviewed_on"):
        found[pk].append(day)
    return found


@dataclass(frozen=True, slots=True)
class _Promise:
    """An action with its day: what, by when, when it was done, and while which plan stood."""

    what: str
    due_on: date
    done_on: date | None
    stood_from: date | None = None
    stood_until: date | None = None  # the day on which a later plan took its place

    def stood_on(self, day: date) -> bool:
        return (self.stood_from is None or self.stood_from <= day) and (
            self.stood_until is None or day < self.stood_until
        )

    def is_looked_at(self, quarter: Quarter) -> bool:
        """Due in the quarter, or from before and still not done when it ended.

        An action that a later plan dropped or put off before its day is not promised any more.
        """
        if quarter.first_day <= self.due_on <= quarter.last_day:
            return self.stood_on(self.due_on)
        is_outstanding = self.done_on is None or self.done_on > quarter.last_day
        return (
            self.due_on < quarter.first_day and is_outstanding and self.stood_on(quarter.last_day)
        )

    @property
    def lapse(self) -> str:
        if self.done_on is not None and self.done_on <= self.due_on:
            return ""
        told = f"“{self.what}” was due on {in_full(self.due_on)}"
        return f"{told}, done on {in_full(self.done_on)}" if self.done_on else f"{told}, not done"


def actions_on_time(context: CheckContext) -> Iterator[CheckedItem]:
    """Actions of plans and of meetings whose day fell by the quarter's end.

    Those due in the quarter, and those overdue from before and still not done when it ended. An
    action belongs to the plan that stood on its day: writing it anew afterwards mends nothing.
    """
    for pk, promise in [*_planned_actions(context), *_agreed_actions(context)]:
        if promise.is_looked_at(context.quarter):
            indicator = context.measured[pk]
            yield CheckedItem(indicator.unit_id, indicator.reference, promise.lapse)


def _planned_actions(context: CheckContext) -> Iterator[tuple[int, _Promise]]:
    rows = Action.objects.filter(
        due_on__lte=context.quarter.last_day, plan__indicator__in=context.measured
    ).select_related("plan")
    actions = list(rows.order_by("plan__indicator__reference", "plan__number", "position"))
    # By indicator and number, the day on which a plan was superseded.
    later = {
        (row.indicator_id, row.number - 1): day_of(row.written_at)
        for row in ActionPlan.objects.filter(
            indicator__in={each.plan.indicator_id for each in actions}, number__gt=1
        )
    }
    for each in actions:
        yield (
            each.plan.indicator_id,
            _Promise(
                each.description,
                each.due_on,
                each.done_on,
                day_of(each.plan.written_at),
                later.get((each.plan.indicator_id, each.plan.number)),
            ),
        )


def _agreed_actions(context: CheckContext) -> Iterator[tuple[int, _Promise]]:
    rows = AgreedAction.objects.filter(
        due_on__lte=context.quarter.last_day, call_in__indicator__in=context.measured
    ).select_related("call_in__meeting")
    # Findings are kept, and read by whoever reads the compliance page.
    exempt = set(ItemExemption.objects.standing().values_list("call_in", flat=True))
    for each in rows.order_by("call_in__indicator__reference", "due_on", "pk"):
        called_in = each.call_in
        if called_in.indicator_id is not None:
            yield (
                called_in.indicator_id,
                _Promise(
                    "An exempt action" if called_in.pk in exempt else each.what,
                    each.due_on,
                    each.done_on,
                    called_in.meeting.meets_on,
                ),
            )


def posts_filled(context: CheckContext) -> Iterator[CheckedItem]:
    """Every indicator measured, and whether its manager was in post on the day of the close.

    In post is who holds an accountable manager's post and may sign in. Who may sign in is known of
    today alone: a leaver whose account was closed since is found by their last day.
    """
    in_post = set(
        Appointment.objects.held_on(context.closed_on)
        .filter(post__kind=PostKind.ACCOUNTABLE_MANAGER)
        .values_list("user_id", flat=True)
    )
    for indicator in context.measured.values():
        manager = indicator.accountable_manager
        lapse = ""
        if manager.pk not in in_post:
            lapse = f"{manager} held no accountable manager’s post on {in_full(context.closed_on)}"
        elif not manager.is_active:
            lapse = f"{manager} cannot sign in"
        yield CheckedItem(indicator.unit_id, indicator.reference, lapse)


def variations_in_date(context: CheckContext) -> Iterator[CheckedItem]:
    """Variations in force, run out or waiting in the quarter, and whether each was decided.

    One in force keeps to the requirement, and so does one that ran out with the quarter before
    where somebody looked at it: a later variation was agreed or refused, it was ended on a day of
    its own, or, where it changed how results are rated, a new target was set. One that ran out
    unseen lapses, once. So does one that was proposed for this quarter or an earlier and not
    decided by the close.
    """
    of_each: dict[int, list[Variation]] = defaultdict(list)
    for row in Variation.objects.filter(indicator__in=context.measured).order_by("pk"):
        of_each[row.indicator_id].append(row)
    targets: dict[int, list[Target]] = defaultdict(list)
    for target in Target.objects.filter(indicator__in=of_each):
        targets[target.indicator_id].append(target)
    # Those ended before their time, as the record has it.
    events = AuditEvent.objects.filter(subject_kind=Variation._meta.label, act="ended variation")
    ended = {int(key) for key in events.values_list("subject_key", flat=True)}
    for pk, rows in sorted(of_each.items()):
        indicator = context.measured[pk]
        for row in rows:
            told = _variation_lapse(
                context, row, row.pk in ended or _is_settled(context, row, rows, targets[pk])
            )
            if told is not None:
                yield CheckedItem(indicator.unit_id, indicator.reference, told)


def _variation_lapse(context: CheckContext, row: Variation, is_settled: bool) -> str | None:
    """In what a variation lapsed, nothing where it did not, None where it is not looked at."""
    if row.from_quarter > context.quarter:
        return None
    if row.decided_on is None or row.decided_on > context.closed_on:
        if day_of(row.proposed_at) > context.closed_on:
            return None
        return f"proposed for {row.from_quarter}and not decided before the close"
    if row.state != Variation.State.AGREED:
        return None
    if row.until_quarter >= context.quarter:
        return ""
    if row.until_quarter < context.quarter.previous():
        return None
    if is_settled:
        return ""
    return f"the variation from {row.from_quarter} ran out with {row.until_quarter} without anybody looking at it"


def _is_settled(
    context: CheckContext, row: Variation, rows: list[Variation], targets: list[Target]
) -> bool:
    renewed = any(
        each.from_quarter > row.from_quarter
        and each.decided_on is not None
        and each.decided_on <= context.closed_on
        for each in rows
    )
    return renewed or (
        row.varies_rating and any(each.from_quarter > row.from_quarter for each in targets)
    )


CHECKS: Mapping[Check, Callable[[CheckContext], Iterator[CheckedItem]]] = {
    Check.RETURNS_ON_TIME: returns_on_time,
    Check.RESULTS_PRESENT: results_present,
    Check.SIGNED_OFF: signed_off,
    Check.RED_HAS_ACTION: red_has_action,
    Check.ACTIONS_ON_TIME: actions_on_time,
    Check.POSTS_FILLED: posts_filled,
    Check.VARIATIONS_IN_DATE: variations_in_date,
    Check.NOBODY_SIGNS_OWN: nobody_signs_own,
    Check.CONFIDENCE_FINAL: confidence_final,
}
# Who answers for an indicator is known of today alone: asked again later, whoever was named since
# would seem to have been there.
MADE_ONCE = frozenset({Check.POSTS_FILLED})
FOLLOWED = 2  # the latest closed quarters, which are looked at again every morning


def checks_to_make(quarter: Quarter) -> frozenset[Check]:
    """Every check, without those that are made once and were made of this quarter."""
    made = Finding.objects.filter(quarter=quarter, check_made__in=MADE_ONCE)
    return frozenset(Check) - {Check(each) for each in made.values_list("check_made", flat=True)}


def run_checks(
    *,
    row: ReportingQuarter,
    version: Version,
    today: date,
    checks: Collection[Check] = tuple(Check),
) -> list[CheckResult]:
    """What the checks that a version asks for find in a closed quarter, unit by unit.

    In a constant number of queries, however many units and indicators there are. For example
    `CheckResult(Check.SIGNED_OFF, "4.2", unit=7, looked_at=12, lapses=(Lapse("HW-01", "not signed …"),))`.
    """
    requirements = [each for each in requirements_of(version) if each.check in checks]
    if not requirements:
        return []
    context = check_context(row=row, version=version, today=today)
    return [
        found
        for requirement in requirements
        for found in _by_unit(requirement, CHECKS[requirement.check](context))
    ]


def _by_unit(requirement: Requirement, seen: Iterable[CheckedItem]) -> Iterator[CheckResult]:
    units: dict[int, list[CheckedItem]] = {}
    for each in seen:
        units.setdefault(each.unit, []).append(each)
    for unit, members in units.items():
        lapses = tuple(Lapse(each.reference, each.lapse) for each in members if each.lapse)
        yield CheckResult(requirement.check, requirement.clause, unit, len(members), lapses)


def quarters_to_measure(*, again: bool = False) -> list[Quarter]:
    """The closed quarters of which nothing was found yet, earliest first.

    `again` adds the two that were closed last: after a close, plans fall due and figures are
    revised. One whose close can still be taken back waits.
    """
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    known = set(Finding.objects.values_list("quarter", flat=True).distinct().order_by())
    quarters = list(closed.order_by("quarter").values_list("quarter", flat=True))
    wanted = {quarter for quarter in quarters if quarter not in known}
    if again:
        wanted |= set(quarters[-FOLLOWED:])
    return sorted(wanted - waiting_for_undo())
