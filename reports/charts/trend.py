"""The trend chart: up to sixteen quarters of one indicator, against what was expected of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from reports.charts import svg
from reports.charts.foreseen import foreseen_marks, foreseen_words
from reports.charts.planned import planned_marks, planned_words
from reports.charts.plotting import (
    BOTTOM,
    HEIGHT,
    LETTER,
    TOP,
    WIDTH,
    Plot,
    ends_of,
    plot_of,
    tick_label,
)
from reports.charts.scale import apart
from reports.charts.sentences import trend_sentence
from reports.charts.series import QuarterPoint, Trend
from sorp.lexicon import Confidence, NotRated, Rag

RAG_MARKERS: dict[Rag | None, tuple[str, str, str]] = {
    Rag.RED: ("square", svg.RED, svg.RED),
    Rag.AMBER: ("triangle", svg.AMBER, svg.AMBER_EDGE),
    Rag.GREEN: ("circle", svg.GREEN, svg.GREEN),
    None: ("circle", svg.WHITE, svg.LINE),
}


def trend_chart(trend: Trend) -> str:
    """The chart as one SVG, with a title and the sentence that says what it shows."""
    sentence = trend_sentence(trend)
    shown = trend.shown
    words = {
        "title": f"Chart. {sentence}",
        "description": _description(shown) + planned_words(trend) + foreseen_words(trend),
        "name": f"chart-{trend.name}",
    }
    if not any(each.value is not None for each in shown):
        note = svg.text(
            "No results to show yet", WIDTH / 2, 40, text_anchor="middle", fill=svg.QUIET
        )
        return svg.picture(note, width=WIDTH, height=64, **words)
    plot = plot_of(trend, shown)
    parts = [
        *_band(plot),
        *_grid(plot),
        *_years(plot),
        *_breaks(plot),
        *foreseen_marks(plot),
        *_limits(plot),
        *planned_marks(plot),
        *_values(plot),
        *_labels(plot),
    ]
    return svg.picture(*parts, width=WIDTH, height=HEIGHT, **words)


def _description(shown: tuple[QuarterPoint, ...]) -> str:
    gaps = [str(each.quarter) for each in shown if _is_gap(each)]
    breaks = [str(each.quarter) for each in shown if each.definition_break]
    sentences = ["Circles joined by a solid line are results; the last carries its RAG shape."]
    if any(each.target is not None for each in shown):
        sentences.append("A line of long dashes is the target, one of short dashes the floor.")
    if gaps:
        sentences.append(f"There is no result for {', '.join(gaps)}.")
    if breaks:
        sentences.append(f"The definition changed in {', '.join(breaks)}.")
    return " ".join(sentences)


def _grid(plot: Plot) -> Iterator[str]:
    for tick in plot.scale.ticks:
        y = plot.y(tick)
        yield svg.element(
            "line", x1=plot.left, y1=y, x2=plot.right, y2=y, stroke=svg.RULE, stroke_width=1
        )
        yield svg.text(
            tick_label(plot.trend, tick), plot.left - 6, y + 4.5, text_anchor="end", fill=svg.QUIET
        )


def _years(plot: Plot) -> Iterator[str]:
    """Financial years along the foot, with a mark where each begins."""
    places = list(enumerate(plot.points))
    yield svg.element(
        "line", x1=plot.left, y1=BOTTOM, x2=plot.right, y2=BOTTOM, stroke=svg.QUIET, stroke_width=1
    )
    for _, run in groupby(places, key=lambda each: each[1].quarter.year):
        quarters = list(run)
        first, last = plot.x(quarters[0][0]), plot.x(quarters[-1][0])
        if quarters[0][1].quarter.number == 1:
            x = first - plot.step / 2 if quarters[0][0] else plot.left
            yield svg.element(
                "line", x1=x, y1=BOTTOM, x2=x, y2=BOTTOM + 6, stroke=svg.QUIET, stroke_width=1
            )
        year = quarters[0][1].quarter.financial_year
        for words in (year, f"’{year[2:4]}/{year[5:]}", ""):
            if len(words) * LETTER <= last - first + plot.step:
                break
        if words:
            yield svg.text(
                words, (first + last) / 2, BOTTOM + 20, text_anchor="middle", fill=svg.QUIET
            )


def _breaks(plot: Plot) -> Iterator[str]:
    for place, point in enumerate(plot.points):
        if not point.definition_break:
            continue
        x = plot.x(place) - plot.step / 2 if place else plot.left
        yield svg.element(
            "line",
            x1=x,
            y1=TOP - 6,
            x2=x,
            y2=BOTTOM,
            stroke=svg.QUIET,
            stroke_width=1.5,
            stroke_dasharray="1.5 3",
        )
        near_the_end = x > plot.right - 100
        yield svg.text(
            "New definition",
            x - 4 if near_the_end else x + 4,
            TOP - 9,
            text_anchor="end" if near_the_end else "start",
            fill=svg.QUIET,
        )


def _band(plot: Plot) -> Iterator[str]:
    """The range that is good, or expected, shaded between its edges."""
    for run in _runs(plot.points, "lower", "upper"):
        upper = list(_steps(plot, run, "upper"))
        lower = list(_steps(plot, run, "lower"))
        outline = svg.path([*upper, *reversed(lower)]) + "Z"
        yield svg.element("path", d=outline, fill=svg.BAND)


def _limits(plot: Plot) -> Iterator[str]:
    """Target, floor and the edges of a range, each a line that steps when it was changed."""
    for field, ink, dashes in (
        ("target", svg.TARGET, "9 4"),
        ("floor", svg.FLOOR, "3 3"),
        ("upper", svg.TARGET, "9 4"),
        ("lower", svg.TARGET, "9 4"),
    ):
        for run in _runs(plot.points, field):
            yield svg.element(
                "path",
                d=svg.path(_steps(plot, run, field)),
                fill="none",
                stroke=ink,
                stroke_width=1.8,
                stroke_dasharray=dashes,
            )


def _runs(
    points: tuple[QuarterPoint, ...], *fields: str
) -> Iterator[list[tuple[int, QuarterPoint]]]:
    """Stretches of quarters, one after another, that have all of these."""

    def has_all(placed: tuple[int, QuarterPoint]) -> bool:
        return all(getattr(placed[1], field) is not None for field in fields)

    for wanted, run in groupby(enumerate(points), key=has_all):
        if wanted:
            yield list(run)


def _steps(
    plot: Plot, run: Iterable[tuple[int, QuarterPoint]], field: str
) -> Iterator[tuple[float, float]]:
    half = plot.step / 2
    for place, point in run:
        y, x = plot.y(getattr(point, field)), plot.x(place)
        yield max(x - half, plot.left), y
        yield min(x + half, plot.right), y


def _is_gap(point: QuarterPoint) -> bool:
    """Something was due, or is simply not there. What was never due leaves no gap."""
    return point.value is None and point.not_rated is not NotRated.NOT_DUE


def _values(plot: Plot) -> Iterator[str]:
    for line in _joined(plot):
        if len(line) > 1:
            yield svg.element(
                "path",
                d=svg.path(line),
                fill="none",
                stroke=svg.LINE,
                stroke_width=2.4,
                stroke_linejoin="round",
            )
    marked = [(i, each) for i, each in enumerate(plot.points) if each.value is not None]
    for place, point in marked:
        assert point.value is not None
        x, y = plot.x(place), plot.y(point.value)
        if place == marked[-1][0]:
            shape, fill, edge = RAG_MARKERS[point.rag]
            yield svg.marker("circle", x, y, 8.0, fill=svg.WHITE)
            yield svg.marker(shape, x, y, 5.6, fill=fill, stroke=edge, stroke_width=1.5)
        else:
            firm = point.confidence in (None, Confidence.FINAL)
            yield svg.marker(
                "circle",
                x,
                y,
                3.2,
                fill=svg.LINE if firm else svg.WHITE,
                stroke=svg.LINE,
                stroke_width=1.6,
            )


def _joined(plot: Plot) -> list[list[tuple[float, float]]]:
    """The line in pieces: it ends at a missing value and at a change of definition."""
    lines: list[list[tuple[float, float]]] = [[]]
    for place, point in enumerate(plot.points):
        if point.definition_break or _is_gap(point):
            lines.append([])
        if point.value is not None:
            lines[-1].append((plot.x(place), plot.y(point.value)))
    return lines


def _labels(plot: Plot) -> Iterator[str]:
    """Words at the ends of lines, moved apart where they would stand on each other."""
    ends = ends_of(plot.trend, plot.points)
    places = apart([plot.y(value) for value, _, _ in ends], least=15.0, top=TOP, bottom=BOTTOM - 2)
    for (_, words, ink), y in zip(ends, places, strict=True):
        yield svg.text(
            words,
            plot.right + 6,
            y + 4.5,
            fill=ink,
            font_weight=700 if ink == svg.LINE else 400,
        )
