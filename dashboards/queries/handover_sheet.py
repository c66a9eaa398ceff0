"""All that somebody who takes over a manager's post needs to know, on one sheet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from assurance.models.matters import answered_by, related
from assurance.models.meetings import AgreedAction, CallIn
from assurance.queries.exemptions import actions_read_by
from assurance.rules import MeetingState
from core.quarters import Quarter
from core.queries import last_closed, open_quarters
from dashboards.queries.acting import within_reach
from dashboards.queries.responsibilities import Responsibilities, responsibilities
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan
from escalation.queries.plans import MissingPlan, missing_plans
from indicators.models.definitions import Indicator
from indicators.models.questions import Question
from indicators.models.ratings import Rating
from indicators.models.results import Result
from indicators.models.returns import Draft
from indicators.queries.calendar import calendar_of
from indicators.queries.outstanding import post_holders_on
from indicators.rules.returns import ResultState
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.queries import named, officers_who_can_sign_in
from organisation.rights import allowed
from organisation.rules import PostKind
from strategy.models.plan import Milestone


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """One indicator: how it stood at the last close, and what is under way about it."""

    indicator: Indicator
    rating: Rating | None
    levels: tuple[str, ...]  # to which it is referred
    plan: ActionPlan | None
    missing: MissingPlan | None
    entered: str  # how far the open quarter's result has got


@dataclass(frozen=True, slots=True)
class HandoverDate:
    """A day that somebody who takes over has to know, and what it is for."""

    day: date
    what: str


@dataclass(frozen=True, slots=True)
class HandoverSheet:
    """What one person answers for today, and whom to ask about it."""

    person: User
    held: Responsibilities
    quarter: Quarter | None  # closed last
    open_quarter: Quarter | None
    lines: tuple[HandoverLine, ...]
    actions: tuple[Action, ...]
    agreed_actions: tuple[AgreedAction, ...]
    milestones: tuple[Milestone, ...]
    questions: tuple[Question, ...]
    dates: tuple[HandoverDate, ...]
    directors: tuple[User, ...]
    deputies: tuple[User, ...]
    officers: tuple[User, ...]


def may_read_handover(reader: User, person: User) -> bool:
    """Whoever it is about, whoever directs a unit where they answer for something, and the officers."""
    return (
        reader.pk == person.pk
        or allowed(reader, Permission.MANAGE_FRAMEWORK)
        or within_reach(reader).filter(accountable_manager=person).exists()
    )


def handover_sheet(person: User, *, reader: User, today: date) -> HandoverSheet:
    """What a person answers for, in as many queries for one indicator as for twenty."""
    held = responsibilities(person, on=today)
    keys = [each.pk for each in held.indicators]
    closed = last_closed()
    quarter = min(open_quarters(), default=None)
    posts = post_holders_on(today)
    units = sorted({each.unit_id for each in held.indicators})
    questions = Question.objects.unanswered().standing()
    return HandoverSheet(
        person=person,
        held=held,
        quarter=closed,
        open_quarter=quarter,
        lines=tuple(_lines(held.indicators, closed, quarter, reader)),
        actions=tuple(sorted(held.actions, key=lambda each: each.due_on)),
        agreed_actions=tuple(_agreed(person, keys, reader)),
        milestones=tuple(sorted(held.milestones, key=lambda each: each.due_on)),
        questions=tuple(
            questions.filter(revision__result__indicator__in=keys).select_related(
                "revision__result__indicator"
            )
        ),
        dates=tuple(sorted(_dates(person, keys, quarter, today), key=lambda each: each.day)),
        directors=_once(posts.above(unit, PostKind.DIRECTOR) for unit in units),
        deputies=_once(posts.above(unit, PostKind.DEPUTY) for unit in units),
        officers=tuple(officers_who_can_sign_in(on=today)),
    )


def _agreed(person: User, keys: Collection[int], reader: User) -> Iterable[AgreedAction]:
    """What meetings agreed and is not done: in this name, or about what they answer for."""
    about = named(person) | Q(call_in__indicator__in=keys) | answered_by(person, "call_in__")
    rows = actions_read_by(AgreedAction.objects.filter(about, done_on=None), reader)
    rows = rows.order_by("due_on", "pk")
    return rows.select_related("call_in__meeting__team", *related("call_in__"))


def _once(found: Iterable[Iterable[User]]) -> tuple[User, ...]:
    """Each person once, in the order in which they were found."""
    return tuple(dict.fromkeys(each for people in found for each in people))


def _lines(
    indicators: Sequence[Indicator], closed: Quarter | None, quarter: Quarter | None, reader: User
) -> Iterator[HandoverLine]:
    keys = [each.pk for each in indicators]
    rated = Rating.objects.latest_ones().filter(indicator__in=keys)
    rated = rated.filter(quarter=closed) if closed else rated.none()
    ratings = {each.indicator_id: each for each in rated.select_related("indicator")}
    plans = {
        each.indicator_id: each
        for each in ActionPlan.objects.filter(indicator__in=keys, is_latest=True)
    }
    missing = {each.indicator.pk: each for each in missing_plans(reader=reader)}
    levels: dict[int, list[str]] = {}
    for row in Escalation.objects.open_ones().filter(indicator__in=keys):
        levels.setdefault(row.indicator_id, []).append(row.get_level_display())
    of_quarter = {"indicator__in": keys if quarter else (), "quarter": quarter or closed}
    results = dict(Result.objects.filter(**of_quarter).values_list("indicator_id", "state"))
    drafts = set(Draft.objects.filter(**of_quarter).values_list("indicator_id", flat=True))
    for each in indicators:
        state = results.get(each.pk)
        begun = "Typed, not submitted" if each.pk in drafts else "Not begun"
        yield HandoverLine(
            indicator=each,
            rating=ratings.get(each.pk),
            levels=tuple(levels.get(each.pk, ())),
            plan=plans.get(each.pk),
            missing=missing.get(each.pk),
            entered="" if quarter is None else ResultState(state).label if state else begun,
        )


def _dates(
    person: User, keys: Collection[int], quarter: Quarter | None, today: date
) -> Iterator[HandoverDate]:
    """The days of the open quarter that are still to come, and the meetings that call for them."""
    if quarter is not None:
        due: dict[tuple[date, str], list[str]] = {}
        for line in calendar_of(quarter).steps:
            if line.due_on and line.due_on >= today:
                tiers = due.setdefault((line.due_on, line.step.label), [])
                tiers += [line.tier.label.lower()] if line.tier else []
        for (day, step), tiers in due.items():
            which = f" ({' and '.join(tiers)} indicators)" if tiers else ""
            yield HandoverDate(day, f"{step}, {quarter}{which}")
    own = Q(indicator__in=keys) | answered_by(person)
    called = CallIn.objects.on_agenda().filter(own, meeting__meets_on__gte=today)
    called = called.exclude(meeting__state=MeetingState.HELD)
    for row in called.with_matters().select_related("meeting__team"):
        meeting = row.meeting
        what = f"{meeting.team.short}: {row.called} is called in"
        yield HandoverDate(meeting.meets_on, what)
