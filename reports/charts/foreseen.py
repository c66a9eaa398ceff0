"""A forecast on a trend chart: a band that opens from the last result, and a dotted line within."""

from __future__ import annotations

from collections.abc import Iterator

from reports.charts import svg
from reports.charts.plotting import TOP, Plot
from reports.charts.series import Trend
from sorp.figures import as_number


def foreseen_words(trend: Trend) -> str:
    """The same in words, for whoever does not see the chart."""
    foreseen = trend.foreseen
    if foreseen is None:
        return ""
    low, high = (
        as_number(value, trend.decimals, trend.measure_unit)
        for value in (foreseen.lower, foreseen.upper)
    )
    return (
        f" A shaded band is the forecast for {foreseen.quarter}: likely between {low} and {high}."
    )


def foreseen_marks(plot: Plot) -> Iterator[str]:
    """Nothing where nothing is forecast, or its quarter is not among those shown."""
    foreseen = plot.trend.foreseen
    places = {each.quarter: place for place, each in enumerate(plot.points)}
    if foreseen is None or foreseen.quarter not in places:
        return
    known = [(place, each) for place, each in enumerate(plot.points) if each.value is not None]
    place, last = known[-1]
    assert last.value is not None
    start, x = (plot.x(place), plot.y(last.value)), plot.x(places[foreseen.quarter])
    top, bottom = plot.y(foreseen.upper), plot.y(foreseen.lower)
    yield svg.element(
        "path", d=svg.path([start, (x, top), (x, bottom), start]) + "Z", fill=svg.BAND
    )
    yield svg.element(
        "path",
        d=svg.path([start, (x, plot.y(foreseen.value))]),
        fill="none",
        stroke=svg.FORECAST,
        stroke_width=2.4,
        stroke_linecap="round",
        stroke_dasharray="0.5 4.5",
    )
    yield svg.text("[f]", x, max(top - 4, TOP), text_anchor="middle", fill=svg.FORECAST)
