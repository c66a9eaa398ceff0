"""What a figure speaks of: the stretch of time, the quarters in which it is due, and which figures compare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

from core.months import MONTHS
from core.quarters import Quarter
from sorp.lexicon import Basis, Frequency, MadeOfMonths

YEAR = 4  # quarters
EVERY = {  # quarters from one result to the next
    Frequency.MONTHLY: 1,
    Frequency.QUARTERLY: 1,
    Frequency.HALF_YEARLY: 2,
    Frequency.ANNUAL: 4,
    Frequency.TWO_YEARLY: 8,
}
BY_FREQUENCY = {Frequency.HALF_YEARLY: (2, 4), Frequency.ANNUAL: (4,)}
ALL_YEAR = (1, 2, 3, 4)
# How many quarters of a year an indicator may name. Three: what follows school terms.
MAY_NAME = {
    Frequency.MONTHLY: (4,),
    Frequency.QUARTERLY: (3, 4),
    Frequency.HALF_YEARLY: (2,),
    Frequency.ANNUAL: (1,),
}
# Of two figures of these, one for a year and one for another, neither can stand in for the other's year.
YEARLY_SPANS = frozenset({Basis.CALENDAR_YEAR, Basis.SCHOOL_YEAR})


class FromAQuarter(Protocol):
    """What is in force from a quarter on, such as a target."""

    @property
    def from_quarter(self) -> Quarter: ...


Standing = TypeVar("Standing", bound=FromAQuarter)


@dataclass(frozen=True, slots=True)
class Pattern:
    """An indicator's reporting pattern. Whatever asks about time asks this, and nothing else.

    `due` names the quarters of a year in which a result is due, where the frequency does not say
    it: a survey each October is `(3,)`. A two-yearly indicator has its first quarter instead.
    Refuses with a ValueError, in a sentence that says what to give, what cannot be.
    """

    basis: Basis = Basis.QUARTER
    frequency: Frequency = Frequency.QUARTERLY
    due: tuple[int, ...] = ()
    first_due: Quarter | None = None
    lag_quarters: int = 0
    made_of_months: MadeOfMonths | None = None
    seasonal: bool = False

    def __post_init__(self) -> None:
        if self.frequency is Frequency.TWO_YEARLY:
            if self.first_due is None or self.due:
                raise ValueError(
                    "Give the first quarter of a two-yearly indicator, such as 2024-Q3"
                )
        elif self.first_due is not None:
            raise ValueError("Name the quarters in which it is due without a year, such as Q3")
        elif self.due and len(set(self.due)) not in MAY_NAME[self.frequency]:
            counts = " or ".join(map(str, MAY_NAME[self.frequency]))
            word = "quarter" if counts == "1" else "quarters"
            raise ValueError(
                f"Name {counts} {word} in which a result is due, or none: the frequency is"
                f" {self.frequency.label.lower()}"
            )
        if any(number not in ALL_YEAR for number in self.due):
            raise ValueError("A financial year has quarters Q1 to Q4")
        if (self.frequency is Frequency.MONTHLY) != (self.made_of_months is not None):
            raise ValueError(
                "Say how months make a quarter (sum, mean or last)"
                if self.frequency is Frequency.MONTHLY
                else "Leave out how months make a quarter: no figure is given by month"
            )
        if (self.basis is Basis.MONTH) and self.frequency is not Frequency.MONTHLY:
            raise ValueError("A figure of one month is given monthly: change one of the two")
        if self.basis in YEARLY_SPANS and EVERY[self.frequency] < YEAR:
            raise ValueError(
                f"A figure for {self.basis.label.lower()} comes once a year or less often:"
                " change the frequency or the span"
            )
        if self.lag_quarters < 0:
            raise ValueError(f"Give the lag as 0 quarters or more, not {self.lag_quarters}")

    # Due

    @property
    def every(self) -> int:
        """How many quarters lie from one result to the next."""
        return EVERY[self.frequency]

    @property
    def due_is_named(self) -> bool:
        """Whether the indicator says itself in which quarters it is due."""
        return bool(self.due) or self.first_due is not None or self.every == 1

    @property
    def quarters_due(self) -> tuple[int, ...]:
        """The numbers of the quarters of a year in which a result may be due."""
        if self.first_due is not None:
            return (self.first_due.number,)
        return self.due or BY_FREQUENCY.get(self.frequency, ALL_YEAR)

    def due_in(self, quarter: Quarter, given: Iterable[Quarter] = ()) -> bool:
        """Whether a result is due for a quarter, where results were given for these others.

        Where an indicator that reports once in a year or half-year does not name its quarter, a
        result that came earlier in the same year or half-year is the one that was due: good annual
        figures that come each summer are not missing every spring.
        """
        if self.first_due is not None:
            away = quarter.ordinal - self.first_due.ordinal
            return away >= 0 and away % self.every == 0
        if quarter.number not in self.quarters_due:
            return False
        if self.due_is_named:
            return True
        opens = Quarter.from_ordinal(quarter.ordinal - (quarter.ordinal % self.every))
        return not any(opens <= each < quarter for each in given)

    def next_due(self, after: Quarter) -> Quarter:
        """The first quarter after this one in which a result is due."""
        if self.first_due is not None and after < self.first_due:
            return self.first_due
        return next(
            each
            for each in after.next().until(after.back(-max(self.every, YEAR)))
            if self.due_in(each)
        )

    def last_due(self, before: Quarter) -> Quarter | None:
        """The last quarter before this one in which a result was due; None where none was."""
        earlier = (before.back(back) for back in range(1, max(self.every, YEAR) + 1))
        return next((each for each in earlier if self.due_in(each)), None)

    # Comparing

    @property
    def restarts_in_april(self) -> bool:
        return self.basis is Basis.YEAR_TO_DATE

    @property
    def is_by_season(self) -> bool:
        """Whether like quarters resemble one another more than neighbours do."""
        return self.seasonal or self.restarts_in_april

    def comparable(self, one: Quarter, other: Quarter) -> bool:
        """Whether the figures of two quarters say something of one another.

        What is counted from April is compared only with the same quarter of other years.
        """
        return not self.restarts_in_april or one.number == other.number

    def compared_with(self, quarter: Quarter, known: Iterable[Quarter]) -> Quarter | None:
        """Of the earlier quarters of which a figure is known, that with which this one is compared.

        The last one due; no gap is bridged. What is counted from April is compared with the same
        quarter of the year before. What comes less often than each quarter is compared with the last
        figure, which need not have come in the same quarter: but not with one of two turns ago.
        """
        wanted: list[Quarter | None]
        if self.restarts_in_april:
            wanted = [quarter.back(max(self.every, YEAR))]
        elif self.every == 1:
            wanted = [self.last_due(quarter)]
        else:
            wanted = [quarter.back(back) for back in range(1, 2 * self.every)]
        found = set(known)
        return next((each for each in wanted if each in found), None)

    def year_before(self, quarter: Quarter) -> Quarter | None:
        """The same quarter of the year before; None for what is not measured each year."""
        return quarter.back(YEAR) if self.every <= YEAR else None

    def target_in(self, quarter: Quarter, targets: Sequence[Standing]) -> Standing | None:
        """Which of an indicator's targets, in order of quarter, is in force in a quarter.

        The latest from that quarter or before. What is counted from April has a profile, a target
        for each quarter: last quarter's is no target for this one, and none is carried over 1 April.
        """
        if self.restarts_in_april:
            return next((each for each in targets if each.from_quarter == quarter), None)
        earlier = [each for each in targets if each.from_quarter <= quarter]
        return earlier[-1] if earlier else None

    # What it speaks of

    def span(self, quarter: Quarter) -> tuple[date, date]:
        """The first and the last day of which a quarter's figure speaks, its lag taken off."""
        last = quarter.back(self.lag_quarters).last_day
        if self.basis is Basis.CALENDAR_YEAR:
            year = last.year if (last.month, last.day) == (12, 31) else last.year - 1
            return date(year, 1, 1), date(year, 12, 31)
        if self.basis is Basis.SCHOOL_YEAR:
            year = last.year if last.month >= 9 else last.year - 1
            return date(year - 1, 9, 1), date(year, 8, 31)
        first = {
            Basis.SNAPSHOT: last,
            Basis.YEAR_TO_DATE: Quarter(Quarter.containing(last).year, 1).first_day,
            Basis.ROLLING_12_MONTHS: _months_before(last, 12),
            Basis.ROLLING_36_MONTHS: _months_before(last, 36),
        }.get(self.basis, _months_before(last, 3))
        if self.made_of_months is MadeOfMonths.LAST and self.basis in (Basis.MONTH, Basis.QUARTER):
            first = _months_before(last, 1)
        return first, last

    def speaks_of(self, quarter: Quarter) -> str:
        """The stretch of time in words: July to September 2022, 2021, the school year 2021/22."""
        first, last = self.span(quarter)
        if self.basis is Basis.SNAPSHOT:
            return f"{last.day} {MONTHS[last.month - 1]} {last.year}"
        if self.basis is Basis.CALENDAR_YEAR:
            return f"the calendar year {last.year}"
        if self.basis is Basis.SCHOOL_YEAR:
            return f"the school year {first.year}/{last.year % 100:02d}"
        if self.basis is Basis.ROLLING_36_MONTHS:
            return f"the three years to {MONTHS[last.month - 1]} {last.year}"
        if self.basis is Basis.ROLLING_12_MONTHS:
            return f"the year to {MONTHS[last.month - 1]} {last.year}"
        ends = f"{MONTHS[last.month - 1]} {last.year}"
        if (first.year, first.month) == (last.year, last.month):
            return ends
        begins = MONTHS[first.month - 1]
        return (
            f"{begins} to {ends}" if first.year == last.year else f"{begins} {first.year} to {ends}"
        )

    def unless_the_quarter(self, quarter: Quarter) -> str:
        """The stretch of time in words, where it is another than the quarter itself; else nothing."""
        is_quarter = self.span(quarter) == (quarter.first_day, quarter.last_day)
        return "" if is_quarter else self.speaks_of(quarter)

    @property
    def due_in_words(self) -> str:
        """When results are due: each quarter; Q1 and Q3 each year; Q3 every second year, from …"""
        if self.first_due is not None:
            return f"every second year, first for {self.first_due}"
        if len(self.quarters_due) == len(ALL_YEAR):
            return "each month" if self.frequency is Frequency.MONTHLY else "each quarter"
        *others, last = [f"Q{number}" for number in self.quarters_due]
        named = f"{', '.join(others)} and {last}" if others else last
        return f"{named} each year"

    # As it is kept

    @property
    def due_text(self) -> str:
        """The column `due`: "Q1 Q3", "2024-Q3"; empty where the frequency says it."""
        if self.first_due is not None:
            return self.first_due.key
        return " ".join(f"Q{number}" for number in self.due)

    @classmethod
    def dated(
        cls,
        *,
        basis: str,
        frequency: str,
        due: str = "",
        lag_quarters: int = 0,
        made_of_months: str = "",
        seasonal: bool = False,
    ) -> Pattern:
        """From an indicator's own columns, as they are kept and as files write them."""
        numbers, first_due = due_quarters(due)
        return cls(
            basis=Basis(basis),
            frequency=Frequency(frequency),
            due=numbers,
            first_due=first_due,
            lag_quarters=lag_quarters,
            made_of_months=MadeOfMonths(made_of_months) if made_of_months else None,
            seasonal=seasonal,
        )

    def dump(self) -> dict[str, object]:
        """What `load` reads again: {"basis": "quarter", "frequency": "annual", "due": "Q2", …}."""
        return {
            "basis": str(self.basis),
            "frequency": str(self.frequency),
            "due": self.due_text,
            "lag_quarters": self.lag_quarters,
            "made_of_months": str(self.made_of_months or ""),
            "seasonal": self.seasonal,
        }

    @classmethod
    def load(cls, document: Mapping[str, object]) -> Pattern:
        """From what `dump` gave; what is left out is as it is by default."""
        return cls.dated(**{"basis": "quarter", "frequency": "quarterly", **document})  # type: ignore[arg-type]


def due_quarters(text: str) -> tuple[tuple[int, ...], Quarter | None]:
    """What the column `due` says: the quarters of each year, or the first of every second year.

    `Q2`, `Q1 Q3` (in any order, once each), `2024-Q3`; nothing where it is empty. Raises
    ValueError saying what to write.
    """
    words = text.replace(",", " ").replace(";", " ").split()
    if not words:
        return (), None
    if len(words) == 1 and re.fullmatch(r"[0-9]{4}-Q[1-4]", words[0]):
        return (), Quarter.parse(words[0])
    if any(re.fullmatch(r"[Qq][1-4]", word) is None for word in words):
        raise ValueError(
            f"Write the quarters in which it is due like Q2 or Q1 Q3, or the first of every second"
            f" year like 2024-Q3, not {text.strip()!r}"
        )
    numbers = [int(word[1]) for word in words]
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"Name each quarter in which it is due once: {text.strip()!r} repeats one")
    return tuple(sorted(numbers)), None


def _months_before(last: date, months: int) -> date:
    """The first day of the stretch of so many whole months that ends on a month's last day."""
    end = last + timedelta(days=1)
    counted = end.year * 12 + end.month - 1 - months
    return date(counted // 12, counted % 12 + 1, 1)


EVERY_QUARTER = Pattern()
