"""An action plan on a trend chart: a line where it was written, a ring round what it expects."""

from __future__ import annotations

from collections.abc import Iterator

from reports.charts import svg
from reports.charts.plotting import BOTTOM, TOP, Plot
from reports.charts.series import Trend
from sorp.figures import as_number, decimals_of


def planned_words(trend: Trend) -> str:
    """The same in words, for whoever does not see the chart."""
    planned = trend.planned
    if planned is None:
        return ""
    told = f" Action plan {planned.number} was written in {planned.written_in}."
    if planned.expected is None or planned.expected_in is None:
        return told
    figure = as_number(
        planned.expected,
        max(trend.decimals, decimals_of(planned.expected, 6)),
        trend.measure_unit,
    )
    return f"{told} A hollow diamond marks what it expects: {figure} in {planned.expected_in}."


def planned_marks(plot: Plot) -> Iterator[str]:
    """Nothing where there is no plan, or it was written outside the quarters shown."""
    planned = plot.trend.planned
    if planned is None:
        return
    places = {each.quarter: place for place, each in enumerate(plot.points)}
    if (place := places.get(planned.written_in)) is not None:
        x = plot.x(place)
        yield svg.element(
            "line",
            x1=x,
            y1=TOP - 6,
            x2=x,
            y2=BOTTOM,
            stroke=svg.TARGET,
            stroke_width=1.5,
            stroke_dasharray="6 2 1.5 2",
        )
        near_the_end = x > plot.right - 60
        yield svg.text(
            f"Plan {planned.number}",
            x - 4 if near_the_end else x + 4,
            TOP - 9,
            text_anchor="end" if near_the_end else "start",
            fill=svg.TARGET,
        )
    if planned.expected is None or planned.expected_in not in places:
        return
    x, y = plot.x(places[planned.expected_in]), plot.y(planned.expected)
    corners = [(x, y - 6.5), (x + 6.5, y), (x, y + 6.5), (x - 6.5, y), (x, y - 6.5)]
    yield svg.element(
        "path", d=svg.path(corners) + "Z", fill=svg.WHITE, stroke=svg.TARGET, stroke_width=2
    )
