"""What a trend chart is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sorp.lexicon import Confidence, NotRated, Polarity, Quarter, Rag, Travel

MOST = 16
FEWEST = 8


@dataclass(frozen=True, slots=True)
class QuarterPoint:
    """One quarter of one indicator, as far as a chart shows it."""

    quarter: Quarter
    value: Decimal | None = None
    rag: Rag | None = None
    not_rated: NotRated | None = None
    target: Decimal | None = None
    floor: Decimal | None = None  # the floor standard, or what the tolerance allows
    lower: Decimal | None = None
    upper: Decimal | None = None
    confidence: Confidence | None = None
    definition_break: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """An action plan on a chart: when it was written, and what it expects by when."""

    number: int
    written_in: Quarter
    expected_in: Quarter | None = None
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The forecast of one quarter to come."""

    quarter: Quarter
    value: Decimal
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True)
class Trend:
    """One indicator's quarters in order, and how its figures are written."""

    name: str  # for ids within a page: letters, figures and hyphens
    title: str
    points: tuple[QuarterPoint, ...]
    measure_unit: str = ""
    decimals: int = 0
    polarity: Polarity = Polarity.HIGHER
    travel: Travel = Travel.NOT_ENOUGH_DATA
    floor_label: str = "Floor"
    planned: Planned | None = None
    foreseen: Foreseen | None = None
    quarters_ahead: int = 0  # points at the end that only a plan or a forecast asks for

    @property
    def shown(self) -> tuple[QuarterPoint, ...]:
        """The last sixteen quarters, less the empty ones before the first value, but eight at least.

        Quarters that a plan or a forecast lets the axis run on to come on top of the sixteen.
        """
        recent = self.points[-(MOST + self.quarters_ahead) :]
        first = next((i for i, each in enumerate(recent) if each.value is not None), 0)
        return recent[min(first, max(len(recent) - FEWEST, 0)) :]
