"""One figure: what a quarter says of one indicator, and what two quarters say of one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.figures import EXACT
from core.quarters import Quarter
from sorp.lexicon import ComparedWith, NotRated, Polarity, Rag, Travel

UNRATED_BY_KIND = (NotRated.DATA_ONLY, NotRated.ABOVE, NotRated.WITHIN, NotRated.BELOW)
QUARTERS_BACK = {ComparedWith.PREVIOUS: 1, ComparedWith.YEAR_BEFORE: 4}
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Figure:
    """What is known of one indicator in one quarter: its RAG status, or why it has none.

    With neither, nothing is known of the quarter: it is passed over, as if it were not there.
    A definition break means that this quarter is the first measured in a new way. What else is
    known is there for the conditions that read it; whatever is not known is never counted.
    """

    quarter: Quarter
    rag: Rag | None = None
    not_rated: NotRated | None = None
    definition_break: bool = False
    value: Decimal | None = None
    target: Decimal | None = None
    polarity: Polarity | None = None
    lower: Decimal | None = None  # the ends of its range, where it is rated by one
    upper: Decimal | None = None
    travel: Travel | None = None
    late: bool = False  # a result came, after its day
    forecast: Rag | None = None  # what its manager's figure for the year's end would be rated
    chance_red: Decimal | None = None  # the system's, for the next quarter, from 0 to 1
    chance_amber_or_worse: Decimal | None = None

    def __post_init__(self) -> None:
        if self.rag is not None and self.not_rated is not None:
            raise ValueError(f"{self.quarter} is either rated or not rated, never both")

    @property
    def is_due(self) -> bool:
        """Whether a result was expected, and it is known whether one came."""
        if self.rag is not None:
            return True
        return self.not_rated not in (None, NotRated.NOT_DUE, NotRated.SUSPENDED)

    @property
    def is_answered(self) -> bool:
        """Rated, or a result was given of what has no RAG status by its kind."""
        return self.rag is not None or self.not_rated in UNRATED_BY_KIND

    @property
    def label(self) -> str:
        status = self.rag or self.not_rated
        return status.label if status is not None else "Not rated"

    @property
    def miss(self) -> Miss | None:
        """How far the value misses its target or range; None where either is not known."""
        if self.value is None:
            return None
        if self.polarity is Polarity.RANGE:
            return self._miss_of_range(self.value)
        if self.target is None or self.polarity in (None, Polarity.NONE):
            return None
        short = EXACT.subtract(self.target, self.value)
        if self.polarity is Polarity.LOWER:
            short = short.copy_negate()
        return Miss(short, self.target.copy_abs())

    def _miss_of_range(self, value: Decimal) -> Miss | None:
        """By how much it lies outside; of the bound that it lies beyond. Inside, it misses nothing."""
        lower = self.target if self.lower is None else self.lower
        upper = self.target if self.upper is None else self.upper
        if lower is None or upper is None:
            return None
        if value < lower:
            return Miss(EXACT.subtract(lower, value), lower.copy_abs())
        if value > upper:
            return Miss(EXACT.subtract(value, upper), upper.copy_abs())
        return Miss(Decimal(0), lower.copy_abs())

    @property
    def middle(self) -> Decimal | None:
        """The middle of its range; of a target to stay close to, the target."""
        if self.lower is not None and self.upper is not None:
            return EXACT.multiply(EXACT.add(self.lower, self.upper), HALF)
        return self.target

    def change_since(self, earlier: Figure) -> Decimal | None:
        """How much better (or, below nought, worse) its value is than an earlier one.

        By its own polarity; within a range, nearer its middle is better. None where either value,
        or which way is better, is not known.
        """
        if self.value is None or earlier.value is None:
            return None
        if self.polarity is Polarity.HIGHER:
            return EXACT.subtract(self.value, earlier.value)
        if self.polarity is Polarity.LOWER:
            return EXACT.subtract(earlier.value, self.value)
        middle = self.middle if self.polarity is Polarity.RANGE else None
        if middle is None:
            return None
        now = EXACT.subtract(self.value, middle).copy_abs()
        then = EXACT.subtract(earlier.value, middle).copy_abs()
        return EXACT.subtract(then, now)


@dataclass(frozen=True, slots=True)
class Miss:
    """How far a value falls short of what was expected; below nought, how far it is better."""

    short: Decimal
    of: Decimal  # the size of what was expected

    def reaches(self, percent: Decimal) -> bool:
        """Short by so many per cent of it or more. Of a target of nought, any miss is."""
        return self.short > 0 and _at_least(self.short, percent, self.of)

    def betters(self, percent: Decimal) -> bool:
        """Better than it by so many per cent of it or more."""
        return self.short < 0 and _at_least(self.short.copy_abs(), percent, self.of)

    @property
    def percent(self) -> Decimal | None:
        """By how many per cent, to one decimal place, it is off either way. Of nought, None."""
        if not self.of:
            return None
        return (self.short.copy_abs() * 100 / self.of).quantize(Decimal("0.1"))


def _at_least(off: Decimal, percent: Decimal, of: Decimal) -> bool:
    return EXACT.multiply(off, Decimal(100)) >= EXACT.multiply(percent, of)


def compared(history: Sequence[Figure], at: int, with_: ComparedWith) -> Decimal | None:
    """How much better or worse one quarter of a history is than the one it is compared with.

    None where that quarter is not there, has no value, or was measured in another way.
    """
    wanted = history[at].quarter.ordinal - QUARTERS_BACK[with_]
    for place in range(at, -1, -1):
        each = history[place]
        if each.quarter.ordinal <= wanted:
            is_it = each.quarter.ordinal == wanted
            return history[at].change_since(each) if is_it else None
        if each.definition_break:
            return None
    return None
