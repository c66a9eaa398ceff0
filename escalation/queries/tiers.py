"""How long each escalation has stood at its level, and by when the SORP has it dealt with there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from escalation.models import Escalation, Handling
from indicators.models import ReportingQuarter
from indicators.rules.calendar import in_days, in_full
from organisation.clock import day_of
from organisation.working_days import working_day_after, working_days_between
from sorp.models import LadderRule


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
        for rule in LadderRule.objects.filter(version__in={each.sorp_version_id for each in rows})
    }
    handlings: dict[int, list[Handling]] = defaultdict(list)
    for each in Handling.objects.filter(escalation__in=rows).select_related("by"):
        handlings[each.escalation_id].append(each)
    closed = {
        start: day_of(at)
        for start, at in ReportingQuarter.objects.filter(closed_at__isnull=False).values_list(
            "quarter_start", "closed_at"
        )
        if at
    }
    due = cache(working_day_after)
    found = {}
    for row in rows:
        rule = rules.get((row.sorp_version_id, row.level))
        since = day_of(row.recorded_at)
        recovered = row.recovered_in_start
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
