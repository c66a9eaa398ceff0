"""What is expected of indicators in a quarter."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from indicators.models import Indicator, Target, Variation
from indicators.rules import Thresholds
from sorp.lexicon import Polarity, Quarter, RatingMethod

LIMITS = ("target", "floor", "lower", "upper", "outer_lower", "outer_upper")


def targets_in_force(
    quarter: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, Target]:
    """Each indicator's target for a quarter: its latest from that quarter or before."""
    rows = Target.objects.filter(from_quarter_start__lte=quarter.first_day)
    if indicators is not None:
        rows = rows.filter(indicator__in=list(indicators))
    return {row.indicator_id: row for row in rows.order_by("from_quarter_start")}


def thresholds_of(
    indicator: Indicator, target: Target | None, variation: Variation | None = None
) -> Thresholds | None:
    """The indicator's method and polarity with the numbers of a target, as the rules read them.

    What an agreed variation says otherwise takes their place. Raises ValueError where they
    contradict each other.
    """
    method, tolerance = RatingMethod(indicator.method), indicator.tolerance
    if variation is not None and variation.method:
        method, tolerance = RatingMethod(variation.method), variation.tolerance
    limits = {limit: getattr(target, limit) for limit in LIMITS} if target else {}
    limits |= _varied_limits(variation)
    if not limits and method is not RatingMethod.NONE:
        return None
    return Thresholds(
        method=method, polarity=Polarity(indicator.polarity), tolerance=tolerance, **limits
    )


def _varied_limits(variation: Variation | None) -> dict[str, Decimal]:
    if variation is None:
        return {}
    varied = {"target": variation.target, "floor": variation.floor}
    return {limit: value for limit, value in varied.items() if value is not None}
