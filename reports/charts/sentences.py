"""What a chart shows, in one active sentence."""

from __future__ import annotations

from decimal import Decimal

from reports.charts.series import QuarterPoint, Trend
from sorp.figures import as_number, decimals_of
from sorp.lexicon import Polarity, Travel

UP, DOWN = "rose", "fell"


def trend_sentence(trend: Trend, *, standing: bool = True) -> str:
    """Rose, fell, or shows no clear trend, from what to what, and how it stands to its target."""
    known = [each for each in trend.points if each.value is not None]
    if not known:
        return f"{trend.title}: no result has been reported yet."
    last = known[-1]
    against = _standing(trend, last) if standing else ""
    if len(known) == 1:
        return f"{trend.title} was {_figure(trend, last)} in {last.quarter}{against}."
    return f"{trend.title} {_movement(trend, known[0], last)}{against}."


def _movement(trend: Trend, first: QuarterPoint, last: QuarterPoint) -> str:
    spell = (
        f"from {_figure(trend, first)} in {first.quarter} to {_figure(trend, last)}"
        f" in {last.quarter}"
    )
    if trend.travel is Travel.NO_CLEAR_TREND:
        return f"shows no clear trend: {spell}"
    if trend.travel in (Travel.IMPROVING, Travel.WORSENING) and trend.polarity is Polarity.RANGE:
        nearer = "moved nearer to" if trend.travel is Travel.IMPROVING else "moved away from"
        return f"{nearer} the middle of its range, {spell}"
    assert first.value is not None
    assert last.value is not None
    if first.value == last.value:
        return f"was {_figure(trend, last)} in {first.quarter} and again in {last.quarter}"
    return f"{UP if last.value > first.value else DOWN} {spell}{_reservation(trend)}"


def _reservation(trend: Trend) -> str:
    if trend.travel is Travel.NOT_ENOUGH_DATA:
        return ", with too few results to call it a trend"
    return ""


def _standing(trend: Trend, last: QuarterPoint) -> str:
    """How the last value stands to what was expected of it."""
    assert last.value is not None
    if last.lower is not None and last.upper is not None:
        bounds = f"{_limit(trend, last.lower)} to {_limit(trend, last.upper)}"
        if last.lower <= last.value <= last.upper:
            return f", within its range of {bounds}"
        return f", {'above' if last.value > last.upper else 'below'} its range of {bounds}"
    if last.target is None:
        return ""
    limit = _limit(trend, last.target)
    better = (
        last.value <= last.target if trend.polarity is Polarity.LOWER else last.value >= last.target
    )
    return f", {'meeting' if better else 'missing'} its target of {limit}"


def _figure(trend: Trend, point: QuarterPoint) -> str:
    assert point.value is not None
    return _written(trend, point.value)


def _written(trend: Trend, value: Decimal) -> str:
    return as_number(value, trend.decimals, trend.measure_unit)


def _limit(trend: Trend, value: Decimal) -> str:
    return as_number(value, decimals_of(value, trend.decimals), trend.measure_unit)
