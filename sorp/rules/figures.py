"""One figure: what a quarter says of one indicator, and what two quarters say of one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.canonical_json import plain
from core.figures import EXACT
from core.quarters import Quarter
from core.words import Word
from sorp.lexicon import (
    ComparedWith,
    Confidence,
    NotRated,
    Polarity,
    Rag,
    RatingMethod,
    Travel,
    TravelMethod,
)
from sorp.rules.patterns import EVERY_QUARTER, Pattern
from sorp.rules.thresholds import LIMITS, NUMBERS, Expectation, Thresholds

UNRATED_BY_KIND = (NotRated.DATA_ONLY, NotRated.ABOVE, NotRated.WITHIN, NotRated.BELOW)


@dataclass(frozen=True, slots=True)
class Figure(Expectation):
    """What is known of one indicator in one quarter: its RAG status, or why it has none.

    With neither, nothing is known of the quarter: it is passed over, as if it were not there.
    A definition break means that this quarter is the first measured in a new way. It holds what was
    expected too, as far as it is known. Whatever is not known is never counted by a condition.
    """

    quarter: Quarter
    rag: Rag | None = None
    not_rated: NotRated | None = None
    definition_break: bool = False
    value: Decimal | None = None
    travel: Travel | None = None
    travel_method: TravelMethod | None = None
    travel_quarters: int = 0  # on how many its travel rests
    confidence: Confidence | None = None
    stale: bool = False
    late: bool = False  # a result came, after its day
    revised: bool = False  # after its quarter was closed
    sorp_version: str = ""  # the number of the version by which it was rated
    variation: str = ""  # what was agreed to be rated otherwise, where anything was
    forecast: Rag | None = None  # what its manager expected of the year's end
    chance_red: Decimal | None = None  # the system's, for the next quarter, from 0 to 1
    chance_amber_or_worse: Decimal | None = None
    pattern: Pattern = EVERY_QUARTER  # what it speaks of, and so what it compares with

    def __post_init__(self) -> None:
        if self.rag is not None and self.not_rated is not None:
            raise ValueError(f"{self.quarter} is either rated or not rated, never both")

    @property
    def is_due(self) -> bool:
        """Whether a result was expected, and it is known whether one came."""
        if self.rag is not None:
            return True
        return self.not_rated not in (
            None,
            NotRated.NOT_DUE,
            NotRated.SUSPENDED,
            NotRated.AWAITED,
        )

    @property
    def is_answered(self) -> bool:
        """Rated, or a result was given of what has no RAG status by its kind."""
        return self.rag is not None or self.not_rated in UNRATED_BY_KIND

    @property
    def thresholds(self) -> Thresholds:
        """What it was rated by. Raises ValueError where that is not known, or contradicts itself."""
        return Thresholds(**self.judged_by)

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


# A figure is written as an object: numbers and words as text, nothing as null. An edition holds all
# that it was computed from, and its forecasts where a trigger of its SORP reads them; an
# explanation's inputs hold what conditions read, each only where it is known.
RATED = (
    *("quarter", "value", "rag", "not_rated", *LIMITS, "method", "tolerance", "polarity"),
    *("travel", "travel_method", "travel_quarters", "confidence", "definition_break"),
    *("stale", "late", "revised", "sorp_version"),
)
FORESEEN = ("forecast", "chance_red", "chance_amber_or_worse")
READ_BY_CONDITIONS = (
    *("quarter", "rag", "not_rated", "definition_break", "value", "target", "polarity"),
    *("lower", "upper", "travel", "late", *FORESEEN, "pattern"),
)
_LOADED_BY: Mapping[str, Callable[[Any], Any]] = {
    "quarter": Quarter.parse,
    "pattern": Pattern.load,
    "rag": Rag,
    "not_rated": NotRated,
    "method": RatingMethod,
    "polarity": Polarity,
    "travel": Travel,
    "travel_method": TravelMethod,
    "travel_quarters": int,
    "confidence": Confidence,
    "forecast": Rag,
    **dict.fromkeys(("value", "chance_red", "chance_amber_or_worse", *NUMBERS), Decimal),
    **dict.fromkeys(("definition_break", "stale", "late", "revised"), bool),
    **dict.fromkeys(("sorp_version", "variation"), str),
}


def dump_figure(figure: Figure, names: Iterable[str] = RATED) -> dict[str, Any]:
    """A figure as JSON has it: `{"quarter": "2011-Q1", "value": "90", "rag": "green", …}`."""
    return {name: _as_json(getattr(figure, name)) for name in names}


def dump_known(figure: Figure, names: Iterable[str]) -> dict[str, Any]:
    """The same, without what is not known or not so; nor that a figure is of its quarter alone."""
    written = dump_figure(figure, names)
    return {
        name: each
        for name, each in written.items()
        if each is not None
        and each is not False
        and not (name == "pattern" and figure.pattern == EVERY_QUARTER)
    }


def load_figure(written: Mapping[str, Any]) -> Figure:
    """The figure that was written. Raises ValueError where it cannot have been.

    What is not said of it is not known.
    """
    if unknown := sorted(set(written) - set(_LOADED_BY)):
        raise ValueError(f"a figure has no {', '.join(unknown)}")
    try:
        return Figure(
            **{
                name: _LOADED_BY[name](each)
                for name, each in written.items()
                if each is not None and each != ""
            }
        )
    except (TypeError, ArithmeticError) as reason:
        raise ValueError(f"this is not a figure: {reason}") from None


def _as_json(value: Any) -> Any:
    if isinstance(value, Quarter):
        return value.key
    if isinstance(value, Pattern):
        return value.dump()
    if isinstance(value, Decimal):
        return plain(value)
    return str(value.value) if isinstance(value, Word) else value


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

    Which that is, its reporting pattern says: of what is counted from April, the same quarter of
    the year before, and of an annual figure the last. None where that quarter is not there, has no
    value, or was measured in another way.
    """
    figure, known = history[at], {}
    for each in reversed(history[: at + 1]):
        if each is not figure and each.value is not None:
            known[each.quarter] = each
        if each.definition_break:
            break
    wanted = (
        figure.pattern.compared_with(figure.quarter, known)
        if with_ is ComparedWith.PREVIOUS
        else figure.pattern.year_before(figure.quarter)
    )
    earlier = known.get(wanted) if wanted is not None else None
    return figure.change_since(earlier) if earlier is not None else None


def compared_with_in_words(with_: ComparedWith, pattern: Pattern) -> str:
    """What a figure of a pattern is held against: the quarter before, the same quarter last year."""
    if with_ is not ComparedWith.PREVIOUS:
        return with_.label
    if pattern.restarts_in_april:
        return ComparedWith.YEAR_BEFORE.label
    return with_.label if pattern.every == 1 else "the result before"
