"""How likely each colour is, by the thresholds that a forecast will be judged by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from indicators.rules.forecasting import Forecast
from indicators.rules.rating import EXACT, Thresholds, rate
from sorp.lexicon import Rag, RatingMethod

RATED_BY = (RatingMethod.FLOOR, RatingMethod.TOLERANCE, RatingMethod.RANGE)
FOUR_PLACES = 10_000  # chances are given to a hundredth of a per cent
ONE, HALF = Decimal(1), Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely each colour is. They sum to one, exactly."""

    red: Decimal
    amber: Decimal
    green: Decimal


def chances(found: Forecast, thresholds: Thresholds | None) -> Chances | None:
    """How likely each colour is, or None where the indicator is not rated.

    The thresholds cut the line of values into stretches of one colour each; `rate` says which, so
    that a chance cannot disagree with a rating. What lies beyond a bound falls on the bound.
    """
    if thresholds is None or thresholds.method not in RATED_BY or not thresholds.has_target:
        return None
    likely = dict.fromkeys(Rag, 0.0)
    for place, chance in _stretches(found, thresholds):
        colour = rate(place, thresholds)
        assert isinstance(colour, Rag)
        likely[colour] += chance
    return _summing_to_one(likely)


def _stretches(found: Forecast, thresholds: Thresholds) -> Iterator[tuple[Decimal, float]]:
    """A value of each stretch of one colour, and the chance of ending there."""
    lower, upper = found.bounds.lower, found.bounds.upper
    if found.expected.is_certain:
        yield found.value, 1.0
        return
    inside = [
        edge
        for edge in sorted(set(_edges(thresholds)))
        if (lower is None or edge > lower) and (upper is None or edge < upper)
    ]
    cuts = [each for each in (lower, *inside, upper) if each is not None]
    below = [found.expected.below(cut) for cut in cuts]
    yield (lower if lower is not None else EXACT.subtract(cuts[0], ONE)), below[0]
    for (cut, at), (next_cut, next_at) in pairwise(zip(cuts, below, strict=True)):
        yield EXACT.multiply(EXACT.add(cut, next_cut), HALF), max(next_at - at, 0.0)
    yield (upper if upper is not None else EXACT.add(cuts[-1], ONE)), 1 - below[-1]


def _edges(thresholds: Thresholds) -> Iterator[Decimal]:
    """Every value at which a colour may change. One too many does no harm."""
    named = ("target", "floor", "lower", "upper", "outer_lower", "outer_upper")
    yield from (edge for name in named if (edge := getattr(thresholds, name)) is not None)
    if thresholds.target is not None and thresholds.tolerance is not None:
        share = EXACT.multiply(thresholds.target.copy_abs(), thresholds.tolerance)
        allowance = share.scaleb(-2, EXACT)
        yield EXACT.subtract(thresholds.target, allowance)
        yield EXACT.add(thresholds.target, allowance)


def _summing_to_one(likely: dict[Rag, float]) -> Chances:
    """To four places; what rounding down leaves over goes where most was cut off."""
    exact = {rag: min(max(chance, 0.0), 1.0) * FOUR_PLACES for rag, chance in likely.items()}
    whole = {rag: int(chance) for rag, chance in exact.items()}
    left = FOUR_PLACES - sum(whole.values())
    for rag in sorted(exact, key=lambda rag: (whole[rag] - exact[rag], rag.severity))[:left]:
        whole[rag] += 1
    places = {rag: Decimal(number).scaleb(-4) for rag, number in whole.items()}
    return Chances(red=places[Rag.RED], amber=places[Rag.AMBER], green=places[Rag.GREEN])
