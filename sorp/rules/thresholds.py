"""What is expected of one indicator in one quarter, and what a value earns by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from core.figures import EXACT, MOST_DIGITS, as_number, decimals_of
from sorp.lexicon import NotRated, Polarity, Rag, RatingMethod

HALF = Decimal("0.5")
ONE_WAY = (Polarity.HIGHER, Polarity.LOWER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is expected of one indicator in one quarter, as far as it is known.

    The one place where the bounds of a rating are named: `Thresholds` are those that a value is
    rated by, and a `Figure` holds those by which it was.
    """

    method: RatingMethod | None = None
    polarity: Polarity | None = None
    tolerance: Decimal | None = None  # per cent of the target
    target: Decimal | None = None
    floor: Decimal | None = None
    lower: Decimal | None = None  # the ends of its range, where it is rated by one
    upper: Decimal | None = None
    outer_lower: Decimal | None = None
    outer_upper: Decimal | None = None

    @property
    def middle(self) -> Decimal | None:
        """The middle of the range, from which travel is measured for polarity *range*.

        Where no range is set, the target: "should stay close to target" is a range of no width.
        """
        if self.lower is not None and self.upper is not None:
            return EXACT.multiply(EXACT.add(self.lower, self.upper), HALF)
        return self.target

    @property
    def judged_by(self) -> dict[str, Any]:
        """Method, polarity and bounds by name, for whatever else holds them: a row, a figure."""
        return {name: getattr(self, name) for name in JUDGED_BY}


JUDGED_BY = tuple(each.name for each in fields(Expectation))
NUMBERS = tuple(name for name in JUDGED_BY if name not in ("method", "polarity"))
LIMITS = tuple(name for name in NUMBERS if name != "tolerance")


def bounds_of(judged: Any) -> tuple[Decimal, ...]:
    """Each value at which a verdict may change, the edge of a tolerance among them.

    Of whatever holds what it was judged by: a row, a figure, a rating as an edition holds it, whose
    numbers are text. Nothing where it holds none. Figures are printed on their own side of these.
    """
    if judged is None:
        return ()

    def held(name: str) -> Decimal | None:
        number = judged.get(name) if isinstance(judged, Mapping) else getattr(judged, name, None)
        return None if number is None or number == "" else Decimal(number)

    found = [each for name in LIMITS if (each := held(name)) is not None]
    target, tolerance = held("target"), held("tolerance")
    if target is not None and tolerance is not None:
        allowance = EXACT.multiply(target.copy_abs(), tolerance).scaleb(-2, EXACT)
        found += [EXACT.subtract(target, allowance), EXACT.add(target, allowance)]
    return tuple(found)


def amber_limit(judged: Any) -> Decimal | None:
    """The last value that is still amber: the floor standard, or what the tolerance allows.

    Of whatever holds what it was judged by: a rating, a line of one.
    """
    if judged.method != RatingMethod.TOLERANCE or judged.target is None:
        floor: Decimal | None = judged.floor
        return floor
    allowance = abs(judged.target) * (judged.tolerance or Decimal(0)) / 100
    limit: Decimal = judged.target + (
        allowance if judged.polarity == Polarity.LOWER else -allowance
    )
    return limit


@dataclass(frozen=True, slots=True)
class Thresholds(Expectation):
    """What a value is rated by: a method and a polarity, with what they need.

    Refuses nonsense at birth with a ValueError whose sentence says what to give instead. What is
    merely absent is not nonsense: without enough to rate by, an indicator is not rated.
    """

    method: RatingMethod
    polarity: Polarity

    def __post_init__(self) -> None:
        # A column of the database gives plain text, and plain text is not the word in `is`.
        object.__setattr__(self, "method", RatingMethod(self.method))
        object.__setattr__(self, "polarity", Polarity(self.polarity))
        for refusals in (_unusable, _contradicting_the_method, _out_of_order):
            for refusal in refusals(self):
                raise ValueError(refusal)

    @property
    def has_target(self) -> bool:
        """Whether there is enough here to rate a value by: a target, or both ends of a range."""
        if self.method in (RatingMethod.FLOOR, RatingMethod.TOLERANCE):
            return self.target is not None
        if self.method in (RatingMethod.RANGE, RatingMethod.EXPECTED_RANGE):
            return self.lower is not None and self.upper is not None
        return False

    def score(self, value: Decimal) -> Decimal:
        """The value turned so that more is better. This is where lower-is-better is mirrored."""
        return value.copy_negate() if self.polarity is Polarity.LOWER else value


def rate(value: Decimal | None, thresholds: Thresholds) -> Rag | NotRated:
    """The RAG status that a value earns by its thresholds, or why it earns none.

    Exactly on a bound is on the good side, and the value is taken as it is kept (see `value_of`),
    never as it is displayed. A missing value is never red: late figures and poor performance are different
    failings, with different people to ask. Raises ValueError for a value that is no number.
    """
    if value is None:
        return NotRated.NO_VALUE
    if not value.is_finite():
        raise ValueError(f"Give the result as an ordinary number, not {value}")
    if thresholds.method is RatingMethod.NONE:
        return NotRated.DATA_ONLY
    if not thresholds.has_target:
        return NotRated.NO_TARGET
    if thresholds.method is RatingMethod.RANGE:
        return _rate_by_range(value, thresholds)
    if thresholds.method is RatingMethod.EXPECTED_RANGE:
        return _place_in_expected_range(value, thresholds)
    return _rate_by_target(value, thresholds)


def _rate_by_target(value: Decimal, thresholds: Thresholds) -> Rag:
    """Green meets the target; amber misses it but holds the floor standard or the tolerance.

    Where the floor method has no floor standard, there is no amber: a missed target is red.
    """
    assert thresholds.target is not None
    target, score = thresholds.score(thresholds.target), thresholds.score(value)
    if score >= target:
        return Rag.GREEN
    if thresholds.method is RatingMethod.TOLERANCE:
        limit = _least_tolerated(target, thresholds.tolerance or Decimal(0))
    elif thresholds.floor is not None:
        limit = thresholds.score(thresholds.floor)
    else:
        return Rag.RED
    return Rag.AMBER if score >= limit else Rag.RED


def _least_tolerated(target: Decimal, tolerance: Decimal) -> Decimal:
    """The target less so many per cent of its size.

    Of its size, not of the target itself: 10 % of a target of -20 allows -22, not -18, which is
    better than the target. Of a target of nought nothing can be tolerated, so there is no amber.
    """
    allowance = EXACT.multiply(target.copy_abs(), tolerance).scaleb(-2, EXACT)
    return EXACT.subtract(target, allowance)


def _rate_by_range(value: Decimal, thresholds: Thresholds) -> Rag:
    """Green inside the range, amber outside it but inside the outer bounds, red beyond.

    An outer bound that is not given is the inner one, so that side has no amber.
    """
    lower, upper = thresholds.lower, thresholds.upper
    assert lower is not None
    assert upper is not None
    if lower <= value <= upper:
        return Rag.GREEN
    outer_lower = lower if thresholds.outer_lower is None else thresholds.outer_lower
    outer_upper = upper if thresholds.outer_upper is None else thresholds.outer_upper
    return Rag.AMBER if outer_lower <= value <= outer_upper else Rag.RED


def _place_in_expected_range(value: Decimal, thresholds: Thresholds) -> NotRated:
    """Above, within or below what was expected: demand is no one's merit or fault, so no RAG."""
    assert thresholds.lower is not None
    assert thresholds.upper is not None
    if value > thresholds.upper:
        return NotRated.ABOVE
    return NotRated.BELOW if value < thresholds.lower else NotRated.WITHIN


def _unusable(thresholds: Thresholds) -> Iterator[str]:
    numbers = {
        "tolerance": thresholds.tolerance,
        "target": thresholds.target,
        "floor standard": thresholds.floor,
        "lower bound": thresholds.lower,
        "upper bound": thresholds.upper,
        "outer lower bound": thresholds.outer_lower,
        "outer upper bound": thresholds.outer_upper,
    }
    for name, number in numbers.items():
        if number is None:
            continue
        if not isinstance(number, Decimal):
            raise TypeError(f"Give the {name} as a Decimal, which is exact, not as {number!r}")
        if not number.is_finite():
            yield f"Give the {name} as an ordinary number, not {number}"
        elif not _is_short(number):
            yield f"Give the {name} in at most {MOST_DIGITS} digits"
    if thresholds.tolerance is not None and thresholds.tolerance < 0:
        yield f"Give a tolerance of 0 % or more, not {thresholds.tolerance} %"


def _is_short(number: Decimal) -> bool:
    """Whether it fits when written out in full, without an exponent."""
    _, digits, exponent = number.as_tuple()
    return max(len(digits) + max(int(exponent), 0), -int(exponent)) <= MOST_DIGITS


def _contradicting_the_method(thresholds: Thresholds) -> Iterator[str]:
    """Only where there is enough to rate: until then, nothing is said that could contradict."""
    if not thresholds.has_target:
        return
    one_way = thresholds.polarity in ONE_WAY
    if thresholds.method in (RatingMethod.FLOOR, RatingMethod.TOLERANCE) and not one_way:
        yield "Say whether higher or lower is better, or rate by a range: a target needs a better side"
    if thresholds.method is RatingMethod.RANGE and one_way:
        yield "Set the polarity to range, or rate by a target: a range has no better end"
    if thresholds.method is RatingMethod.TOLERANCE and thresholds.tolerance is None:
        yield "Give the tolerance: by how many per cent of the target amber may miss it"


def _out_of_order(thresholds: Thresholds) -> Iterator[str]:
    target, floor = thresholds.target, thresholds.floor
    comparable = thresholds.polarity in ONE_WAY
    if (
        comparable
        and target is not None
        and floor is not None
        and thresholds.score(floor) > thresholds.score(target)
    ):
        yield (
            f"Give a floor standard no better than the target of {_plain(target)}: "
            f"{_plain(floor)} is better where {thresholds.polarity.label.lower()}"
        )
    pairs = (
        ("lower bound", thresholds.lower, "upper bound", thresholds.upper),
        ("outer lower bound", thresholds.outer_lower, "lower bound", thresholds.lower),
        ("upper bound", thresholds.upper, "outer upper bound", thresholds.outer_upper),
        ("outer lower bound", thresholds.outer_lower, "outer upper bound", thresholds.outer_upper),
    )
    for name, low, other_name, high in pairs:
        if low is not None and high is not None and low > high:
            yield f"Give the {name} at or below the {other_name}: {_plain(low)} is above {_plain(high)}"


def _plain(value: Decimal) -> str:
    """A figure as it was typed, without the noughts with which a database keeps it."""
    return as_number(value, decimals_of(value, 6))
