"""Results and signatures still to come in the quarters under way, and from whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import Q

from core.clock import localdate
from core.models.quarters import ReportingQuarter
from core.months import Month, months_of
from core.quarters import Quarter
from indicators.models.definitions import Indicator, Suspension
from indicators.models.months import MonthlyFigure
from indicators.models.results import Revision
from indicators.queries.calendar import due_on
from indicators.queries.due import owed_in
from indicators.queries.sign_off import AWAITING_SIGN_OFF, sign_off_structure
from indicators.rules.reminders import OutstandingResult, Referral
from indicators.rules.returns import ResultState, Stage
from indicators.rules.sign_off import COUNCILS_OWN, DIRECTORS, Office, SignOffStage
from organisation.models.people import Appointment, User
from organisation.queries import tree_on
from organisation.rules import PostKind, Tree
from sorp.lexicon import Step, Tier
from sorp.queries.ruling import Audience, day_rules, rules_in_force
from sorp.rules.calendar import month_due_on
from sorp.rules.conditions.no_result import NoResult

STEP_OF = {Stage.DIVISION: Step.DIVISION, Stage.DIRECTORATE: Step.DIRECTORATE}
DueOn = Callable[[Step, Tier], date | None]


@dataclass(frozen=True, slots=True)
class DueReminder:
    """One outstanding result, and one person to be reminded of it."""

    recipient: User
    step: Step
    audience: Audience
    result: OutstandingResult


@dataclass(frozen=True, slots=True)
class PostHolders:
    """Who holds the posts of deputy and director on a day, unit by unit. Leavers hold none."""

    tree: Tree
    holders: Mapping[tuple[PostKind, int], tuple[User, ...]]

    def above(self, unit: int, kind: PostKind) -> Iterator[User]:
        """Those who hold such a post in a unit or in one over it, nearest first."""
        for each in self.tree.above(unit):
            yield from self.holders.get((kind, each), ())

    def signing(self, sign_off_stage: SignOffStage) -> Iterator[User]:
        for (kind, unit), users in self.holders.items():
            if Office(kind, unit).signs(sign_off_stage):
                yield from users


def quarters_under_way(*, locked: bool = False) -> list[Quarter]:
    """The open quarters whose returns were asked for, earliest first.

    Locked, they stay so until the transaction ends: two clocks then remind one after the other.
    """
    rows = ReportingQuarter.objects.filter(
        state=ReportingQuarter.State.OPEN, begun_at__isnull=False
    )
    return [row.quarter for row in (rows.select_for_update() if locked else rows)]


def post_holders_on(day: date) -> PostHolders:
    """Deputies and directors on a day."""
    kinds = {PostKind.DEPUTY, *DIRECTORS, *COUNCILS_OWN}
    rows = Appointment.objects.held_on(day).filter(post__kind__in=kinds, user__is_active=True)
    holders: dict[tuple[PostKind, int], list[User]] = defaultdict(list)
    for row in rows.select_related("post", "user").order_by("user__name", "pk"):
        holders[PostKind(row.post.kind), row.post.unit_id].append(row.user)
    return PostHolders(tree_on(day), {key: tuple(users) for key, users in holders.items()})


def people_to_remind(quarter: Quarter, *, today: date) -> list[DueReminder]:
    """Whom a quarter's outstanding results are awaited from, one reminder for each person and result.

    As many queries for twenty indicators as for one. What has no due day is awaited from nobody.
    """
    posts = post_holders_on(today)

    @cache
    def due(step: Step, tier: Tier) -> date | None:
        return due_on(quarter, step, tier)

    return [*_to_submit(quarter, posts, due), *_to_sign_off(quarter, posts, due, today)]


def people_to_remind_of_months(*, today: date) -> list[DueReminder]:
    """Whom the months of the running quarter are awaited from: those that ended and were not given.

    The last month of a quarter, and whatever is missing then, is asked for with the quarter's
    return. A month is due as long after its end as a result is after its quarter. Raises
    NoVersionInForce where anything is monthly and no version rules the quarter.
    """
    missing = missing_months(today)
    if not missing:
        return []
    posts, rules = post_holders_on(today), day_rules(Quarter.containing(today))
    found: list[DueReminder] = []
    for indicator, month in missing:
        day = month_due_on(month.last_day, rules, Tier(indicator.tier))
        if day is not None:
            result = _outstanding_result(indicator, month.quarter, day, month=month)
            found += _to_enter(indicator, posts, result)
    return found


def missing_months(today: date) -> list[tuple[Indicator, Month]]:
    """The months of the running quarter that have ended and of which nothing was given."""
    quarter = Quarter.containing(today)
    ended = [month for month in months_of(quarter) if month.has_ended(today)]
    if not ended:
        return []
    monthly = _due_indicators(quarter, only_monthly=True)
    rows = MonthlyFigure.objects.latest_ones().filter(indicator__in=monthly, month__in=ended)
    given = set(rows.values_list("indicator_id", "month"))
    return [(each, month) for each in monthly for month in ended if (each.pk, month) not in given]


def missing_results(quarter: Quarter) -> list[tuple[Indicator, str]]:
    """The results that are due and not in, each with a note: returned ones are not in either.

    Not those of indicators that are suspended for the quarter: nobody is to measure them.
    """
    states = _states(quarter)
    return [
        (each, "returned: correct it" if each.pk in states else "")
        for each in _due_indicators(quarter)
        if states.get(each.pk, ResultState.RETURNED) == ResultState.RETURNED
    ]


def _due_indicators(
    quarter: Quarter, units: list[int] | None = None, *, only_monthly: bool = False
) -> list[Indicator]:
    """Those of which a result is owed for a quarter: nothing is of suspended or awaited ones."""
    suspended = Suspension.objects.filter(from_quarter__lte=quarter).filter(
        Q(until_quarter__isnull=True) | Q(until_quarter__gte=quarter)
    )
    rows = Indicator.objects.in_use(quarter).exclude(pk__in=suspended.values("indicator"))
    if units is not None:
        rows = rows.in_units(units)
    if only_monthly:
        rows = rows.exclude(made_of_months="")
    rows = rows.select_related("unit", "accountable_manager")
    return owed_in(quarter, rows, on=localdate())


def _states(quarter: Quarter) -> dict[int, str]:
    """The state of each result that a quarter has: `{indicator.pk: "submitted"}`."""
    return dict(
        Revision.objects.latest_ones()
        .filter(result__quarter=quarter)
        .values_list("result__indicator_id", "result__state")
    )


def referrals_in_force(quarter: Quarter) -> list[Referral]:
    """What the SORP does about results that stay missing, lowest level first."""
    rows = [each for each in rules_in_force(quarter).triggers if isinstance(each, NoResult)]
    rows.sort(key=lambda each: each.level.height)
    return [
        Referral(each.at_least, each.within, each.level, each.clause, each.tiers) for each in rows
    ]


def _to_submit(quarter: Quarter, posts: PostHolders, due: DueOn) -> Iterator[DueReminder]:
    for indicator, note in missing_results(quarter):
        day = due(Step.ENTRY, Tier(indicator.tier))
        if day is None:
            continue
        yield from _to_enter(indicator, posts, _outstanding_result(indicator, quarter, day, note))


def _to_enter(
    indicator: Indicator, posts: PostHolders, result: OutstandingResult
) -> Iterator[DueReminder]:
    """Those who may enter it, and the directors above them."""
    answering = {
        indicator.accountable_manager,
        *posts.above(indicator.unit_id, PostKind.DEPUTY),
    }
    directors = set(posts.above(indicator.unit_id, PostKind.DIRECTOR))
    yield from _for_each(answering, Step.ENTRY, Audience.THOSE_DUE, result)
    yield from _for_each(directors, Step.ENTRY, Audience.DIRECTOR, result)


def _to_sign_off(
    quarter: Quarter, posts: PostHolders, due: DueOn, today: date
) -> Iterator[DueReminder]:
    structure = sign_off_structure(today)
    rows = (
        Revision.objects.latest_ones()
        .filter(result__state__in=AWAITING_SIGN_OFF, result__quarter=quarter)
        .select_related("result__indicator__accountable_manager")
        .order_by("result__indicator__reference")
    )
    for revision in rows:
        sign_off_stage = structure.stage_awaited(revision)
        if sign_off_stage is None:
            continue
        indicator, step = revision.result.indicator, STEP_OF[sign_off_stage.stage]
        if day := due(step, Tier(indicator.tier)):
            submitters = {revision.submitted_by_id, revision.on_behalf_of_id}
            signing = {each for each in posts.signing(sign_off_stage) if each.pk not in submitters}
            result = _outstanding_result(indicator, quarter, day)
            yield from _for_each(signing, step, Audience.THOSE_DUE, result)


def _for_each(
    people: Iterable[User], step: Step, audience: Audience, result: OutstandingResult
) -> Iterator[DueReminder]:
    for person in sorted(people, key=lambda each: each.pk):
        if person.is_active:
            yield DueReminder(person, step, audience, result)


def _outstanding_result(
    indicator: Indicator,
    quarter: Quarter,
    day: date,
    note: str = "",
    month: Month | None = None,
) -> OutstandingResult:
    return OutstandingResult(
        reference=indicator.reference,
        title=indicator.title,
        quarter=quarter,
        due_on=day,
        tier=Tier(indicator.tier),
        accountable=indicator.accountable_manager.name,
        note=note,
        month=month,
    )


@dataclass(frozen=True, slots=True)
class Completion:
    """How many results are due for a quarter, and which are not in. What was returned is not in."""

    due: int
    missing: tuple[Indicator, ...]  # nothing was submitted
    returned: tuple[Indicator, ...]  # submitted, sent back, and not submitted again

    @property
    def submitted(self) -> int:
        """How many managers have submitted and nobody has sent back."""
        return self.due - len(self.to_come)

    @property
    def to_come(self) -> tuple[Indicator, ...]:
        return (*self.missing, *self.returned)


def completion(*, quarter: Quarter, units: list[int] | None = None) -> Completion:
    """What is due, what is in and what is not. Nothing is due of suspended indicators."""
    due, states = _due_indicators(quarter, units), _states(quarter)
    return Completion(
        due=len(due),
        missing=tuple(each for each in due if each.pk not in states),
        returned=tuple(each for each in due if states.get(each.pk) == ResultState.RETURNED),
    )
