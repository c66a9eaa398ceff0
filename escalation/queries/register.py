"""How long each escalation has stood at its level, and by when the SORP has it dealt with there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
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
from escalation.queries.plans import WantedPlan, wanted_plans
from indicators.models.definitions import Indicator
from indicators.models.variations import Variation
from organisation.models.people import User
from sorp.lexicon import Level
from sorp.models.conditions import LevelDuty


@dataclass(frozen=True, slots=True)
class TimeInTier:
    """Where one escalation stands with its level on a day.

    Counted in working days from the day on which it was written down, which is the day its quarter
    was closed, or that on which a level referred it up.
    """

    since: date
    until: date  # today, or the day on which it recovered
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
    def standing(self) -> str:
        """What the level did last, in words; that nothing is recorded where nothing is."""
        if self.latest is None:
            return "Not dealt with yet" if self.is_open else "Not dealt with"
        return f"{self.latest.get_kind_display()} on {in_full(self.latest.handled_on)}"

    @property
    def sentence(self) -> str:
        """How long, by when, and whether that was kept."""
        told = (
            f"At this level for {in_days(self.working_days)}"
            if self.is_open
            else f"It stood at this level for {in_days(self.working_days)}"
        )
        if self.due_on is None:
            return f"{told}. The SORP sets no deadline for this level."
        told += f"; the SORP has it dealt with by {in_full(self.due_on)}"
        if self.first is None:
            if self.is_overdue:
                return f"{told}, which is {in_days(self.days_late)} ago."
            return f"{told}." if self.is_open else f"{told}, and nothing was recorded."
        if self.days_late:
            return f"{told}, and it was, {in_days(self.days_late)} late."
        return f"{told}, and it was."


def times_in_tier(rows: Iterable[Escalation], *, today: date) -> dict[int, TimeInTier]:
    """Each escalation's time at its level, in three queries however many there are."""
    rows = list(rows)
    rules = {
        (rule.version_id, rule.level): rule
        for rule in LevelDuty.objects.filter(version__in={each.sorp_version_id for each in rows})
    }
    handlings: dict[int, list[Handling]] = defaultdict(list)
    for each in Handling.objects.filter(escalation__in=rows).select_related("by"):
        handlings[each.escalation_id].append(each)
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
        recovered = row.recovered_in
        found[row.pk] = TimeInTier(
            since=since,
            until=max(closed.get(recovered, since), since) if recovered else today,
            is_open=recovered is None,
            due_on=due(since, rule.within) if rule else None,
            duty=rule.duty if rule else "",
            clause=rule.clause if rule else "",
            handlings=tuple(handlings[row.pk]),
        )
    return found


def overdue_in_tier(*, today: date) -> set[int]:
    """The open escalations that no level has dealt with by the SORP's day. Four queries."""
    times = times_in_tier(Escalation.objects.open_ones(), today=today)
    return {pk for pk, time in times.items() if time.is_overdue}


# The columns of export_escalations, in order.
EXPORTED = (
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
)


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One escalation with what its line in the register shows."""

    escalation: Escalation
    time: TimeInTier
    wanted: WantedPlan | None  # where a plan is asked for and none was written since
    plan: int | None  # the number of the plan in place
    today: date

    @property
    def plan_in_words(self) -> str:
        if self.escalation.recovered_in is None and self.wanted is not None:
            late = "overdue since" if self.wanted.is_late(self.today) else "due by"
            day = self.wanted.due_on
            asked = "None yet" if self.plan is None else f"Plan {self.plan} is from before"
            return f"{asked}: {late} {as_date(day)}"
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
    rows: Iterable[Escalation], *, wanted: Mapping[int, WantedPlan], today: date
) -> list[RegisterLine]:
    """What each line shows, in three queries however many lines."""
    rows = list(rows)
    times = times_in_tier(rows, today=today)
    return [
        RegisterLine(
            row,
            times[row.pk],
            wanted.get(row.indicator_id),
            getattr(row, "plan_number", None),
            today,
        )
        for row in rows
    ]


def plans_wanted_of(reader: User) -> dict[int, WantedPlan]:
    """The plans asked for and not written, by indicator."""
    return {each.indicator.pk: each for each in wanted_plans(reader=reader)}


def under_variation(quarter: Quarter) -> Q:
    """Escalations judged by a variation, or whose indicator is under one in a quarter."""
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
    """Every escalation as a row of text, by reference, quarter of opening and level."""
    rows = Escalation.objects.select_related("indicator", "sorp_version")
    in_order = sorted(
        rows,
        key=lambda each: (
            each.indicator.reference,
            each.opened_in,
            Level(each.level).height,
        ),
    )
    return [_as_text(each) for each in in_order]


def _as_text(escalation: Escalation) -> dict[str, str]:
    recovered = escalation.recovered_in
    return {
        "reference": escalation.indicator.reference,
        "level": escalation.level,
        "trigger": escalation.trigger,
        "since": escalation.since.key,
        "opened_in": escalation.opened_in.key,
        "recovered_in": recovered.key if recovered else "",
        "relapse": "yes" if escalation.relapse else "no",
        "restated": "yes" if escalation.restated else "no",
        "sorp_version": escalation.sorp_version.number,
        "reason": escalation.reason,
        "trigger_key": escalation.trigger_key,
    }
