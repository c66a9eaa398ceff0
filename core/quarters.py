"""Quarters of the financial year: the one reading of time that everything shares. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A quarter of the financial year, April to March.

    Q1 2011/12 is April to June 2011 and is written 2011-Q1 in addresses, files and tasks;
    Q4 2011/12 is January to March 2012 and is written 2011-Q4.
    """

    year: int  # the calendar year in which the financial year began
    number: int

    def __post_init__(self) -> None:
        if self.number not in (1, 2, 3, 4):
            raise ValueError(f"A financial year has quarters 1 to 4, not {self.number}")
        if not 1900 <= self.year <= 2200:
            raise ValueError(f"A financial year begins between 1900 and 2200, not in {self.year}")

    @classmethod
    def containing(cls, day: date) -> Quarter:
        if day.month < 4:
            return cls(day.year - 1, 4)
        return cls(day.year, (day.month - 1) // 3)

    @classmethod
    def parse(cls, key: str) -> Quarter:
        """Read 2011-Q1. Raises ValueError with a sentence that says what to write."""
        match = re.fullmatch(r"([0-9]{4})-Q([1-4])", key)
        if match is None:
            raise ValueError(f"{key!r} is not a quarter: write it like 2011-Q1")
        year = int(match[1])
        # Narrower than what can be, so that one can count back and on from whatever was typed.
        if not 1950 <= year <= 2150:
            raise ValueError(f"{key} is out of reach: give a quarter between 1950-Q1 and 2150-Q4")
        return cls(year, int(match[2]))

    @classmethod
    def from_ordinal(cls, ordinal: int) -> Quarter:
        return cls(ordinal // 4, ordinal % 4 + 1)

    @property
    def ordinal(self) -> int:
        """Quarters counted one by one, so that two may be subtracted."""
        return self.year * 4 + self.number - 1

    @property
    def key(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first_day(self) -> date:
        if self.number == 4:
            return date(self.year + 1, 1, 1)
        return date(self.year, 3 * self.number + 1, 1)

    @property
    def last_day(self) -> date:
        return self.next().first_day - timedelta(days=1)

    @property
    def financial_year(self) -> str:
        return f"{self.year}/{(self.year + 1) % 100:02d}"

    def next(self) -> Quarter:
        return Quarter.from_ordinal(self.ordinal + 1)

    def previous(self) -> Quarter:
        return Quarter.from_ordinal(self.ordinal - 1)

    def back(self, quarters: int) -> Quarter:
        return Quarter.from_ordinal(self.ordinal - quarters)

    def until(self, last: Quarter) -> Iterator[Quarter]:
        """Every quarter from this one to the last, both included."""
        return (Quarter.from_ordinal(each) for each in range(self.ordinal, last.ordinal + 1))

    def __str__(self) -> str:
        return f"Q{self.number} {self.financial_year}"
