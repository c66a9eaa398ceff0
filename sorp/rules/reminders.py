"""When somebody is written to about a step, as a version of the SORP says it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.working_days import in_days, working_day_after, working_day_before

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
