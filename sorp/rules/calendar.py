"""By when each step of a quarter is due, and when people are reminded of it, by a version of the SORP. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.working_days import in_days, latest_publication_day, working_day_after, working_day_before
from sorp.lexicon import CountedFrom, Step, Tier


@dataclass(frozen=True, slots=True)
class DayRule:
    """By when a step is due: so many working days after the quarter, or before Cabinet meets.

    Publication counts clear days: neither its own day nor that of the meeting.
    """

    step: Step
    tier: Tier | None
    counted_from: CountedFrom
    working_days: int
    key: str = ""  # by which it is known from version to version

    def day(self, quarter_end: date, meeting: date) -> date:
        """The day by which the step is due, given the quarter's last day and Cabinet's meeting."""
        if self.counted_from is CountedFrom.QUARTER_END:
            return working_day_after(quarter_end, self.working_days)
        if self.step is Step.MEETING:
            return meeting
        if self.step is Step.PUBLICATION:
            return latest_publication_day(meeting, self.working_days)
        return working_day_before(meeting, self.working_days)

    @property
    def order(self) -> tuple[int, int, str]:
        return list(Step).index(self.step), self.working_days, self.tier or ""

    @property
    def name(self) -> str:
        """Its step, and the indicators it is for where they are not all."""
        return (
            f"{self.step.label}{f' of {self.tier.label.lower()} indicators' if self.tier else ''}"
        )

    @property
    def in_words(self) -> str:
        if self.step is Step.MEETING:
            return "As Cabinet decides"
        if self.counted_from is CountedFrom.QUARTER_END:
            return f"{in_days(self.working_days)} after the quarter ends"
        if self.step is Step.PUBLICATION:
            return f"{self.working_days} clear days before Cabinet meets"
        return f"{in_days(self.working_days)} before Cabinet meets"


def month_due_on(month_end: date, rules: Iterable[DayRule], tier: Tier) -> date | None:
    """By when the figure of a month is due: as long after it as a result is after its quarter.

    None where results are due by Cabinet's meeting, of which there is none for a month.
    """
    by_tier = {rule.tier: rule for rule in rules if rule.step is Step.ENTRY}
    rule = by_tier.get(tier, by_tier.get(None))
    if rule is None or rule.counted_from is not CountedFrom.QUARTER_END:
        return None
    return working_day_after(month_end, rule.working_days)


BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Reminder:
    """So many working days before, or after, something is due; after, perhaps again and again."""

    side: str
    working_days: int
    then_every: int | None = None

    @property
    def in_words(self) -> str:
        again = (
            f", then every {in_days(self.then_every)} until it is done" if self.then_every else ""
        )
        return f"{in_days(self.working_days)} {self.side} {'it is due' if self.side == BEFORE else 'it was due'}{again}"

    def last_before(self, today: date, *, due_on: date) -> date | None:
        """The latest of its days up to today, or None where none has come.

        A reminder from before says nothing once the day itself is past.
        """
        if self.side == BEFORE:
            day = working_day_before(due_on, self.working_days)
            return day if day <= today <= due_on else None
        day = working_day_after(due_on, self.working_days)
        if day > today:
            return None
        while self.then_every and (again := working_day_after(day, self.then_every)) <= today:
            day = again
        return day
