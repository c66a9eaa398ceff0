"""How long each escalation has stood at its level, and by when the SORP has it dealt with there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from core.clock import day_of
from core.dates import as_date, in_full
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.working_days import in_days, working_day_after, working_days_between
from escalation.models.escalations import Escalation, Explanation, Handling
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.models.plans import ActionPlan
from escalation.queries.plans import MissingPlan, missing_plans
from escalation.rules.replay import NO_LONGER_MEASURED
from indicators.models.definitions import Indicator
from indicators.models.variations import Variation
from indicators.queries.histories import rag_histories
from indicators.rules.remarks import state_now
from organisation.models.people import User
from sorp.lexicon import Level
from sorp.models.conditions import LevelDuty


@dataclass(frozen=True, slots=True)
class TimeAtLevel:
    """How long one escalation has been at its level, and by when the SORP has the level act.

    Counted in working days from the day on which it was recorded: that on which its quarter was
    closed, or on which a level referred it up.
    """

    since: date
    until: date  # today, or the day on which it recovered or ended
    is_open: bool
    due_on: date | None  # None where the SORP's version sets no deadline for the level
    duty: str
    clause: str
    handlings: tuple[Handling, ...]  # earliest first

    @property
    def working_days(self) -> int:
        return max(working_days_between(self.since, self.until), 0)

    @property
    def first(self) -> Handling | None:
        return self.handlings[0] if self.handlings else None

    @property
    def latest(self) -> Handling | None:
        return self.handlings[-1] if self.handlings else None

    @property
    def is_overdue(self) -> bool:
        """Open, past its day, and nothing is recorded of what the level did."""
        return (
            self.is_open and not self.handlings and bool(self.due_on and self.due_on < self.until)
        )

    @property
    def days_late(self) -> int:
        """Working days past the deadline until the level dealt with it, or until now."""
        ended = self.first.handled_on if self.first else self.until
        if self.due_on is None or ended <= self.due_on:
            return 0
        return working_days_between(self.due_on, ended)

    @property
    def latest_handling(self) -> str:
        """What the level did last, in words; that nothing is recorded where nothing is."""
        if self.latest is None:
            return "Not dealt with yet" if self.is_open else "Not dealt with"
        return f"{self.latest.get_kind_display()} on {in_full(self.latest.handled_on)}"

    @property
    def sentence(self) -> str:
        """How long it has been there, by when it is to be dealt with, and whether it was."""
        so_far = (
            f"At this level for {in_days(self.working_days)}"
            if self.is_open
            else f"It was at this level for {in_days(self.working_days)}"
        )
        if self.due_on is None:
            return f"{so_far}. The SORP sets no deadline for this level."
        so_far += f"; the SORP says it must be dealt with by {in_full(self.due_on)}"
        if self.first is None:
            if self.is_overdue:
                return f"{so_far}, which is {in_days(self.days_late)} ago."
            return f"{so_far}." if self.is_open else f"{so_far}, and nothing was recorded."
        if self.days_late:
            return f"{so_far}, and it was, {in_days(self.days_late)} late."
        return f"{so_far}, and it was."


Withholds = Callable[[Sequence[Handling]], None]
_withholders: list[Withholds] = []


def withholds_words(function: Withholds) -> Withholds:
    """An app above says which words of what a level did are kept back, by taking them out of the rows."""
    _withholders.append(function)
    return function


def withhold_words(handlings: Sequence[Handling]) -> None:
    """Nothing that is kept back is left in what levels did. The rows were fetched with their escalation."""
    if handlings:
        for function in _withholders:
            function(handlings)


def times_at_level(rows: Iterable[Escalation], *, today: date) -> dict[int, TimeAtLevel]:
    """By the key of each escalation, its time at its level: `{12: TimeAtLevel(…)}`.

    The queries are as many however many escalations there are.
    """
    rows = list(rows)
    rules = {
        (rule.version_id, rule.level): rule
        for rule in LevelDuty.objects.filter(version__in={each.sorp_version_id for each in rows})
    }
    handlings: dict[int, list[Handling]] = defaultdict(list)
    by_key = {each.pk: each for each in rows}
    for each in Handling.objects.filter(escalation__in=rows).select_related("by"):
        each.escalation = by_key[each.escalation_id]
        handlings[each.escalation_id].append(each)
    withhold_words([each for several in handlings.values() for each in several])
    closed = {
        quarter: day_of(at)
        for quarter, at in ReportingQuarter.objects.filter(closed_at__isnull=False).values_list(
            "quarter", "closed_at"
        )
        if at
    }
    due = cache(working_day_after)
    found = {}
    for row in rows:
        rule = rules.get((row.sorp_version_id, row.level))
        since = day_of(row.recorded_at)
        left = row.left_in
        found[row.pk] = TimeAtLevel(
            since=since,
            until=max(closed.get(left, since), since) if left else today,
            is_open=left is None,
            due_on=due(since, rule.within) if rule else None,
            duty=rule.duty if rule else "",
            clause=rule.clause if rule else "",
            handlings=tuple(handlings[row.pk]),
        )
    return found


def overdue_at_level(*, today: date) -> set[int]:
    """The open escalations that no level has dealt with by the SORP's day, by their keys."""
    times = times_at_level(Escalation.objects.open_ones(), today=today)
    return {pk for pk, time in times.items() if time.is_overdue}


# The columns of export_escalations, in order.
EXPORT_COLUMNS = (
    "reference",
    "level",
    "trigger",
    "since",
    "opened_in",
    "recovered_in",
    "relapse",
    "restated",
    "sorp_version",
    "reason",
    "trigger_key",
    "ended_in",
    "ended_as",
)


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One escalation with what its line in the register shows."""

    escalation: Escalation
    time: TimeAtLevel
    missing_plan: MissingPlan | None  # where one is asked for and none was written since
    plan: int | None  # the number of the plan in place
    today: date
    state_now: str  # how the indicator stands today, in words

    @property
    def plan_in_words(self) -> str:
        if self.escalation.is_open and self.missing_plan is not None:
            late = "overdue since" if self.missing_plan.is_late(self.today) else "due by"
            day = self.missing_plan.due_on
            state = "None yet" if self.plan is None else f"Plan {self.plan} is from before"
            return f"{state}: {late} {as_date(day)}"
        return f"Plan {self.plan}" if self.plan else "None"


def register_of(*, reader: User) -> QuerySet[Escalation]:
    """Every escalation a reader may see, latest first."""
    plan = ActionPlan.objects.filter(indicator=OuterRef("indicator"), is_latest=True)
    explanation = Explanation.objects.filter(
        indicator=OuterRef("indicator"), quarter=OuterRef("opened_in")
    )
    return (
        Escalation.objects.visible_to(reader)
        .select_related(
            "indicator__unit",
            "indicator__accountable_manager",
            "sorp_version",
            "referred_by",
            "variation",
        )
        .annotate(plan_number=Subquery(plan.values("number")[:1]), is_explained=Exists(explanation))
        .order_by("-opened_in", "indicator__reference", "level")
    )


def register_lines(
    rows: Iterable[Escalation], *, missing: Mapping[int, MissingPlan], today: date
) -> list[RegisterLine]:
    """What each line shows; `missing` holds the missing plans by indicator."""
    rows = list(rows)
    times = times_at_level(rows, today=today)
    histories = rag_histories(indicators={each.indicator_id for each in rows})
    return [
        RegisterLine(
            row,
            times[row.pk],
            missing.get(row.indicator_id),
            getattr(row, "plan_number", None),
            today,
            state_now(histories.get(row.indicator_id, ())),
        )
        for row in rows
    ]


def missing_plans_by_indicator(reader: User) -> dict[int, MissingPlan]:
    """The plans asked for and not written, by the key of the indicator: `{7: MissingPlan(…)}`."""
    return {each.indicator.pk: each for each in missing_plans(reader=reader)}


def under_variation(quarter: Quarter) -> Q:
    """Those judged by a variation, or whose indicator is under one in a quarter."""
    now = Variation.objects.ruling(quarter).filter(indicator=OuterRef("indicator"))
    return Q(variation__isnull=False) | Q(Exists(now))


def units_referred() -> QuerySet[UnitEscalation]:
    """Units referred for their many poor indicators, latest first."""
    return (
        UnitEscalation.objects.select_related("unit", "sorp_version")
        .prefetch_related("successions__version")
        .order_by("-opened_in", "unit__name", "level")
    )


def better_than_target_of(*, reader: User) -> QuerySet[PositiveException]:
    """Indicators brought to a level's notice for doing well, latest first."""
    return (
        PositiveException.objects.filter(indicator__in=Indicator.objects.visible_to(reader))
        .select_related("indicator__unit", "indicator__accountable_manager", "sorp_version")
        .prefetch_related("successions__version")
        .order_by("-opened_in", "indicator__reference", "level")
    )


def exported_escalations() -> list[dict[str, str]]:
    """Every escalation as a row of text, by reference, quarter of opening and level.

    Such as `{"reference": "AS-1", "level": "pat", "opened_in": "2011-Q2", "relapse": "no", …}`, with a
    key for each of `EXPORT_COLUMNS`.
    """
    rows = Escalation.objects.select_related("indicator", "sorp_version")
    in_order = sorted(
        rows,
        key=lambda each: (
            each.indicator.reference,
            each.opened_in,
            Level(each.level).height,
        ),
    )
    return [
        {
            "reference": each.indicator.reference,
            "level": each.level,
            "trigger": each.trigger,
            "since": each.since.key,
            "opened_in": each.opened_in.key,
            "recovered_in": each.recovered_in.key if each.recovered_in else "",
            "relapse": "yes" if each.relapse else "no",
            "restated": "yes" if each.restated else "no",
            "sorp_version": each.sorp_version.number,
            "reason": each.reason,
            "trigger_key": each.trigger_key,
            "ended_in": each.ended_in.key if each.ended_in else "",
            "ended_as": NO_LONGER_MEASURED if each.ended_in else "",
        }
        for each in in_order
    ]
