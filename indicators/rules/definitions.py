"""Which parts of an indicator's definition go together. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sorp.lexicon import Frequency, Kind, Polarity, RatingMethod
from sorp.rules.patterns import Pattern
from sorp.rules.thresholds import LIMITS

# By which polarity a method can rate.
SUITS = {
    RatingMethod.FLOOR: (Polarity.HIGHER, Polarity.LOWER),
    RatingMethod.TOLERANCE: (Polarity.HIGHER, Polarity.LOWER),
    RatingMethod.RANGE: (Polarity.RANGE,),
    RatingMethod.EXPECTED_RANGE: tuple(Polarity),
    RatingMethod.NONE: tuple(Polarity),
}
# By which methods a kind that has no RAG status may be read.
NO_RAG = {
    Kind.ACTIVITY: (RatingMethod.EXPECTED_RANGE, RatingMethod.NONE),
    Kind.DATA: (RatingMethod.NONE,),
}
LARGEST_TOLERANCE = 999
BOUNDS = ("lower", "upper")
OUTER_BOUNDS = (*BOUNDS, "outer_lower", "outer_upper")
# What a target says, by the method that reads it. The rest of its numbers would say nothing.
LIMITS_OF = {
    RatingMethod.FLOOR: ("target", "floor"),
    RatingMethod.TOLERANCE: ("target",),
    RatingMethod.RANGE: OUTER_BOUNDS,
    RatingMethod.EXPECTED_RANGE: BOUNDS,
    RatingMethod.NONE: (),
}
LIMIT_WORDS = {
    "target": "Target",
    "floor": "Floor standard",
    "lower": "Lower bound",
    "upper": "Upper bound",
    "outer_lower": "Outer lower bound",
    "outer_upper": "Outer upper bound",
}
assert set(LIMIT_WORDS) == set(LIMITS)


def contradictions(
    *,
    kind: Kind,
    polarity: Polarity,
    method: RatingMethod,
    tolerance: Decimal | None,
    basis: str,
    frequency: Frequency,
    due: str = "",
    lag_quarters: int = 0,
    made_of_months: str = "",
    seasonal: bool = False,
) -> Iterator[tuple[str, str]]:
    """What of a definition cannot be together: the part to change, and what to do, as a sentence."""
    if method not in NO_RAG.get(kind, tuple(RatingMethod)):
        allowed = " or ".join(f"“{each.label}”" for each in NO_RAG[kind])
        kinds = "an activity indicator" if kind is Kind.ACTIVITY else "an indicator of data only"
        yield "method", f"Select {allowed}: {kinds} has no RAG status"
    elif polarity not in SUITS[method]:
        suited = " or ".join(f"“{each.label}”" for each in SUITS[method])
        yield "polarity", f"Select {suited}, or another method: “{method.label}” needs it"
    if method is not RatingMethod.TOLERANCE:
        if tolerance is not None:
            yield "tolerance", "Leave the tolerance empty: the method has none"
    elif tolerance is None:
        yield "tolerance", "Enter by how many per cent of the target amber may miss it, such as 10"
    elif not 0 <= tolerance <= LARGEST_TOLERANCE or tolerance != round(tolerance, 3):
        advice = f"Enter a number from 0 to {LARGEST_TOLERANCE}, with 3 decimals at most"
        yield "tolerance", advice
    try:
        Pattern.dated(
            basis=basis,
            frequency=frequency,
            due=due,
            lag_quarters=lag_quarters,
            made_of_months=made_of_months,
            seasonal=seasonal,
        )
    except ValueError as reason:
        yield _part_to_blame(frequency, due, made_of_months), str(reason)


def _part_to_blame(frequency: Frequency, due: str, made_of_months: str) -> str:
    if (frequency is Frequency.MONTHLY) == (not made_of_months):
        return "made_of_months"
    return "due" if due or frequency is Frequency.TWO_YEARLY else "basis"
