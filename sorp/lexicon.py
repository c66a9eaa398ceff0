"""The SORP's words, as types. One word for one thing, in code, pages and talk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Word(StrEnum):
    """A closed list of words: each has a key for storage and a label for people."""

    label: str

    def __new__(cls, key: str, label: str = "") -> Word:
        word = str.__new__(cls, key)
        word._value_ = key
        word.label = label
        return word

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Key and label of each word, in the order a person would expect them."""
        return [(word.value, word.label) for word in cls]


class Rag(Word):
    """A RAG status. Where there is none, an indicator is *not rated*, with a reason."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"

    @property
    def severity(self) -> int:
        """Nought for green, one for amber, two for red: red is worse than amber."""
        return {Rag.GREEN: 0, Rag.AMBER: 1, Rag.RED: 2}[self]

    def at_or_worse_than(self, other: Rag) -> bool:
        return self.severity >= other.severity


class NotRated(Word):
    """Why an indicator has no RAG status in a quarter. Never green, never red."""

    NO_RESULT = "no_result", "No result"
    NOT_DUE = "not_due", "Not due"
    NO_TARGET = "no_target", "No target"
    SUSPENDED = "suspended", "Suspended"
    NO_VALUE = "no_value", "No value"
    DATA_ONLY = "data_only", "Data only"
    ABOVE = "above", "Above the expected range"
    WITHIN = "within", "Within the expected range"
    BELOW = "below", "Below the expected range"


class Polarity(Word):
    """Which way is better."""

    HIGHER = "higher", "Higher is better"
    LOWER = "lower", "Lower is better"
    RANGE = "range", "Within a range is better"
    NONE = "none", "Neither is better"


class RatingMethod(Word):
    """How a value is turned into a RAG status, or why it is not."""

    FLOOR = "floor", "Target and floor standard"
    TOLERANCE = "tolerance", "Target and tolerance"
    RANGE = "range", "Within a range"
    EXPECTED_RANGE = "expected_range", "Expected range, not rated"
    NONE = "none", "Data only, not rated"


class Travel(Word):
    """Direction of travel: better or worse, never merely up or down."""

    IMPROVING = "improving", "Improving"
    WORSENING = "worsening", "Worsening"
    STEADY = "steady", "Steady"
    RISING = "rising", "Rising"
    FALLING = "falling", "Falling"
    NO_CLEAR_TREND = "no clear trend", "No clear trend"
    NOT_ENOUGH_DATA = "not enough data", "Not enough data"


class TravelMethod(Word):
    """How direction of travel is worked out."""

    REGRESSION = "regression", "Regression over the last 16 quarters"
    PREVIOUS = "previous", "Against the previous quarter"


class Confidence(Word):
    """How far a result can be relied on."""

    FINAL = "final", "Final"
    PROVISIONAL = "provisional", "Provisional"
    ESTIMATED = "estimated", "Estimated"


class Kind(Word):
    """What sort of indicator."""

    KPI = "kpi", "Performance indicator"
    ACTIVITY = "activity", "Activity indicator"
    DATA = "data", "Data only"


class Tier(Word):
    """Whose dashboard an indicator belongs to."""

    CORPORATE = "corporate", "Corporate"
    DIRECTORATE = "directorate", "Directorate"
    DIVISION = "division", "Division"
    TEAM = "team", "Team"


class Layer(Word):
    """Where an indicator stands in the quarterly performance report."""

    STRATEGY = "strategy", "Strategic priorities"
    CORE = "core", "Core service performance"
    NONE = "none", "In a dashboard only"


class Frequency(Word):
    """How often a result is due."""

    QUARTERLY = "quarterly", "Every quarter"
    HALF_YEARLY = "half_yearly", "Every half-year, at Q2 and Q4"
    ANNUAL = "annual", "Every year, at Q4"

    def due_in(self, quarter: Quarter) -> bool:
        """Whether a result is due for this quarter."""
        due = {Frequency.HALF_YEARLY: (2, 4), Frequency.ANNUAL: (4,)}
        return quarter.number in due.get(self, (1, 2, 3, 4))


class Basis(Word):
    """The stretch of time that one value speaks of."""

    QUARTER = "quarter", "The quarter alone"
    SNAPSHOT = "snapshot", "On the last day of the quarter"
    YEAR_TO_DATE = "year_to_date", "From April to the end of the quarter"
    ROLLING_12_MONTHS = "rolling_12_months", "The twelve months to the end of the quarter"


class CountedFrom(Word):
    """The day from which the working days of a step are counted."""

    QUARTER_END = "quarter_end", "After the quarter ends"
    CABINET = "cabinet", "Before Cabinet meets"


class ConditionKind(Word):
    """What a trigger looks for along an indicator's quarters, or across a unit's indicators."""

    STATUS = "status", "A RAG status, for so many quarters"
    WORSENING = "worsening", "Worse results, quarter after quarter"
    VARIANCE = "variance", "A miss of the target by so many per cent or more"
    FORECAST = "forecast", "A forecast that misses"
    NO_RESULT = "no_result", "No result, or a late one"
    POSITIVE = "positive", "Better than target (a positive exception)"
    AGGREGATE = "aggregate", "Many at a status in one unit"


class Movement(Word):
    """Which way a result has to have moved for a trigger to count its quarter."""

    NOT_BETTER = "not_better", "not improving"
    WORSE = "worse", "worsening"


class ComparedWith(Word):
    """What a movement is judged by."""

    TRAVEL = "travel", "the direction of travel"
    PREVIOUS = "previous", "the quarter before"
    YEAR_BEFORE = "year_before", "the same quarter last year"


class ForecastBy(Word):
    """Whose forecast a trigger reads."""

    MANAGER = "manager", "The accountable manager’s, for the year’s end"
    SYSTEM = "system", "The system’s, for the next quarter"


class Appetite(Word):
    """How much risk the council accepts in an area of its work."""

    AVERSE = "averse", "Averse"
    CAUTIOUS = "cautious", "Cautious"
    OPEN = "open", "Open"


class Level(Word):
    """A rung of the ladder up which poor performance is referred."""

    DIVISION = "division", "Divisional management team"
    DIRECTORATE = "directorate", "Directorate management team"
    PAT = "pat", "Performance Assurance Team"
    CABINET = "cabinet", "Cabinet"

    @property
    def height(self) -> int:
        return list(Level).index(self)


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
