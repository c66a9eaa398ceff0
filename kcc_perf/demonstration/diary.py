"""What was done on which day, told in order: nobody knows on Monday what is done on Friday."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from core import clock


@dataclass(slots=True)
class Diary:
    """What was done, and on which day: told when its day has come, and not before."""

    entries: list[tuple[date, Callable[[], object]]] = field(default_factory=list)

    def note(self, day: date, act: Callable[[], object]) -> None:
        self.entries.append((day, act))

    def catch_up(self, until: date) -> None:
        """Everything up to a day is told, in order, each as of its own day."""
        due = sorted((each for each in self.entries if each[0] <= until), key=lambda each: each[0])
        self.entries = [each for each in self.entries if each[0] > until]
        for day, act in due:
            with clock.at(day):
                act()
