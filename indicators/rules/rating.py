"""From a value to a RAG status, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from core.figures import EXACT, MOST_DIGITS, as_kept, as_number, decimals_of
from core.quarters import Quarter
from sorp.lexicon import NotRated, Polarity, Rag, RatingMethod

RATIO = Context(prec=50)  # a ratio need not end; fifty figures leave it on its own side of a half
LIMITS = ("target", "floor", "lower", "upper", "outer_lower", "outer_upper")
NUMBERS = ("tolerance", *LIMITS)
JUDGED_BY = ("method", "polarity", *NUMBERS)
ONE_WAY = (Polarity.HIGHER, Polarity.LOWER)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is expected of one indicator in one quarter, and by which method it is rated.

    Refuses nonsense at birth with a ValueError whose sentence says what to give instead. What is
    merely absent is not nonsense: without enough to rate by, an indicator is not rated.
    """

    method: RatingMethod
    polarity: Polarity
    tolerance: Decimal | None = None  # per cent of the target
    target: Decimal | None = None
    floor: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    outer_lower: Decimal | None = None
    outer_upper: Decimal | None = None

    def __post_init__(self) -> None:
        # A column of the database gives plain text, and plain text is not the word in `is`.
        object.__setattr__(self, "method", RatingMethod(self.method))
        object.__setattr__(self, "polarity", Polarity(self.polarity))
        for refusals in (_unusable, _contradicting_the_method, _out_of_order):
            for refusal in refusals(self):
                raise ValueError(refusal)

    @classmethod
    def of(cls, figure: Mapping[str, Any]) -> Thresholds:
        """What a figure says it was judged by: a row's columns, an edition's or an explanation's.

        Numbers may be written as text. Raises ValueError where they contradict each other, and
        KeyError where there is neither method nor polarity.
        """
        numbers = {name: figure.get(name) for name in NUMBERS}
        return cls(
            method=RatingMethod(figure["method"]),
            polarity=Polarity(figure["polarity"]),
            **{name: None if each is None else Decimal(each) for name, each in numbers.items()},
        )

    @property
    def has_target(self) -> bool:
        """Whether there is enough here to rate a value by: a target, or both ends of a range."""
        if self.method in (RatingMethod.FLOOR, RatingMethod.TOLERANCE):
            return self.target is not None
        if self.method in (RatingMethod.RANGE, RatingMethod.EXPECTED_RANGE):
            return self.lower is not None and self.upper is not None
        return False

    @property
    def middle(self) -> Decimal | None:
        """The middle of the range, from which travel is measured for polarity *range*.

        Where no range is set, the target: "should stay close to target" is a range of no width.
        """
        if self.lower is not None and self.upper is not None:
            return EXACT.multiply(EXACT.add(self.lower, self.upper), Decimal("0.5"))
        return self.target

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


@dataclass(frozen=True, slots=True)
class Reading:
    """What a quarter holds for one indicator, and what was expected of it."""

    due: bool
    suspended: bool
    has_result: bool
    value: Decimal | None = None
    not_available: str = ""  # the reason given for having no figure, where one was given
    thresholds: Thresholds | None = None


def judge(reading: Reading) -> tuple[Rag | None, NotRated | None]:
    """The RAG status of a quarter, or the reason why it is not rated: always one, never both.

    The first of these that is true decides:

    1. suspended: *suspended*, whatever was submitted;
    2. there is a value: it is rated, due or not (*no target* where the method lacks its target);
    3. there is a result, but without a value (such as a zero denominator): *no value*;
    4. nothing was due: *not due*;
    5. a result was due and is absent, or was declared not available: *no result*.
    """
    if reading.suspended:
        return None, NotRated.SUSPENDED
    if reading.value is not None:
        if reading.thresholds is None:
            return None, NotRated.NO_TARGET
        verdict = rate(reading.value, reading.thresholds)
        return (verdict, None) if isinstance(verdict, Rag) else (None, verdict)
    if reading.has_result and not reading.not_available:
        return None, NotRated.NO_VALUE
    return None, NotRated.NO_RESULT if reading.due else NotRated.NOT_DUE


def scale_of(measure_unit: str) -> Decimal:
    """A hundred for percentages, one for all else: what a ratio is multiplied by."""
    return Decimal(100) if measure_unit.strip() == "%" else Decimal(1)


def value_of(
    value: Decimal | None,
    numerator: Decimal | None,
    denominator: Decimal | None,
    scale: Decimal = Decimal(1),
) -> Decimal | None:
    """The value of a result, as it is kept: numerator / denominator x scale where both are given.

    It is rounded here and nowhere else, to six decimals: what a page foretells of it is what its
    rating is made of. The two define the value, so that one written beside them, often rounded, does not count. A zero
    denominator is no value (nobody was there to be served), which is not the same as nought.
    Raises ValueError where only one of the two is given, or where either is no number.
    """
    if numerator is None and denominator is None:
        return None if value is None else as_kept(value)
    if numerator is None or denominator is None:
        raise ValueError("Give both the numerator and the denominator, or neither")
    if not (numerator.is_finite() and denominator.is_finite()):
        raise ValueError("Give the numerator and the denominator as ordinary numbers")
    if denominator == 0:
        return None
    return as_kept(RATIO.divide(RATIO.multiply(numerator, scale), denominator))


def stale(quarter: Quarter, data_quarter: Quarter, lag_quarters: int) -> bool:
    """Whether figures that speak of `data_quarter` are older than the declared lag allows."""
    if lag_quarters < 0:
        raise ValueError(f"Give the lag as nought quarters or more, not {lag_quarters}")
    return quarter.ordinal - data_quarter.ordinal > lag_quarters


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
