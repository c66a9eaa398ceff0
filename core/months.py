"""Months, for what is measured oftener than a quarter. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from core.quarters import Quarter

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A month of the calendar: October 2019, written 2019-10 in files and kept as its first day."""

    year: int
    number: int  # 1 is January

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:
            raise ValueError(f"A year has months 1 to 12, not {self.number}")

    @classmethod
    def containing(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, key: str) -> Month:
        """Read 2019-10. Raises ValueError with a sentence that says what to write."""
        match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", key)
        if match is None:
            raise ValueError(f"{key!r} is not a month: write it like 2019-10")
        if not 1950 <= int(match[1]) <= 2150:
            raise ValueError(f"{key} is out of reach: give a month between 1950 and 2150")
        return cls(int(match[1]), int(match[2]))

    @property
    def key(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return self.next().first_day - timedelta(days=1)

    @property
    def quarter(self) -> Quarter:
        return Quarter.containing(self.first_day)

    @property
    def name(self) -> str:
        return MONTHS[self.number - 1]

    def next(self) -> Month:
        return Month(self.year + 1, 1) if self.number == 12 else Month(self.year, self.number + 1)

    def has_ended(self, today: date) -> bool:
        return self.last_day < today

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


def months_of(quarter: Quarter) -> tuple[Month, Month, Month]:
    """The three months of a quarter, in order."""
    first = Month.containing(quarter.first_day)
    return first, first.next(), first.next().next()


def listed(months: Iterable[Month]) -> str:
    """Months of one quarter in a sentence: October, November and December 2019."""
    *others, last = sorted(months)
    names = ", ".join(each.name for each in others)
    return f"{names} and {last}" if others else str(last)
