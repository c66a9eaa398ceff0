"""By when each step of a quarter is due, as a version of the SORP says it. Pure."""

from __future__ import annotations

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
