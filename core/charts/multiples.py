"""Small multiples: one small chart for each part of a figure, all to one scale, the whole behind each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.charts import svg
from core.charts.svg import Axis, axis
from core.charts.trend import RAG_MARKERS
from core.figures import as_number, decimals_of
from core.quarters import Quarter
from core.words import Word

MOST = 12  # quarters
WIDTH, HEIGHT = 240.0, 132.0
TOP, BOTTOM = 12.0, 104.0
FIGURE = 7.6  # the usual breadth of a figure at 12 px
SMALL = 12


@dataclass(frozen=True, slots=True)
class PanelPoint:
    """One part in one quarter, with what the whole came to."""

    quarter: Quarter
    value: Decimal | None = None
    whole: Decimal | None = None
    target: Decimal | None = None  # of the part
    rag: Word | None = None
    written: str = ""  # the value as it is printed
    withheld: str = ""  # why there is no value, in words


@dataclass(frozen=True, slots=True)
class Panel:
    """One part, its quarters in order."""

    name: str  # for ids within a page: letters, figures and hyphens
    title: str
    points: tuple[PanelPoint, ...]
    description: str = ""  # what it shows, in words, where that is settled already


@dataclass(frozen=True, slots=True)
class Multiples:
    """The parts of one figure by one dimension, each over the same quarters."""

    panels: tuple[Panel, ...]
    measure_unit: str = ""
    restarts_in_april: bool = False


def panel_charts(multiples: Multiples) -> list[str]:
    """An SVG for each part, in order; nothing at all where none of them has a value to show."""
    shown = [each.points[-MOST:] for each in multiples.panels]
    values = [
        value
        for points in shown
        for each in points
        for value in (each.value, each.whole, each.target)
        if value is not None
    ]
    if not any(each.value is not None for points in shown for each in points):
        return []
    is_percent = multiples.measure_unit.strip() == "%"
    scale = axis(values, top=TOP, bottom=BOTTOM, percent=is_percent)
    written = _ends_of_scale(scale, multiples.measure_unit)
    left = max(len(each) for each in written) * FIGURE + 6
    return [
        _chart(_PanelPlot(panel, points, scale, left, multiples.restarts_in_april), written)
        for panel, points in zip(multiples.panels, shown, strict=True)
    ]


def _ends_of_scale(scale: Axis, measure_unit: str) -> tuple[str, str]:
    unit = measure_unit if len(measure_unit) == 1 else ""
    low, high = (Decimal(str(each)) for each in (scale.low, scale.high))
    decimals = max(decimals_of(low, 6), decimals_of(high, 6))
    return as_number(low, decimals, unit), as_number(high, decimals, unit)


@dataclass(frozen=True, slots=True)
class _PanelPlot:
    """Where things go in one panel."""

    panel: Panel
    points: tuple[PanelPoint, ...]
    scale: Axis
    left: float
    restarts_in_april: bool

    @property
    def right(self) -> float:
        longest = max((len(each.written) for each in self.points), default=0)
        return max(WIDTH - longest * FIGURE - 10, WIDTH * 0.5)

    def x(self, place: int) -> float:
        step = (self.right - self.left - 12) / max(len(self.points) - 1, 1)
        return self.left + 6 + place * step

    def runs(self, field: str) -> Iterator[list[tuple[float, float]]]:
        """Points that are joined: no line is drawn over a gap, nor where a total begins anew."""
        run: list[tuple[float, float]] = []
        for place, each in enumerate(self.points):
            value = getattr(each, field)
            if run and (value is None or (self.restarts_in_april and each.quarter.number == 1)):
                yield run
                run = []
            if value is not None:
                run.append((self.x(place), self.scale.at(value)))
        if run:
            yield run


def _chart(plot: _PanelPlot, ends: tuple[str, str]) -> str:
    parts = [
        *_frame(plot, ends),
        *_line(plot, "whole", stroke=svg.QUIET, stroke_width=1.2, stroke_dasharray="2 2"),
        *_line(plot, "target", stroke=svg.TARGET, stroke_width=1.6, stroke_dasharray="7 3"),
        *_line(plot, "value", stroke=svg.LINE, stroke_width=2.2, stroke_linejoin="round"),
        *_marks(plot),
    ]
    return svg.picture(
        *parts,
        width=WIDTH,
        height=HEIGHT,
        title=f"Chart. {plot.panel.title}.",
        description=plot.panel.description or panel_description(plot.panel),
        name=f"panel-{plot.panel.name}",
    )


def panel_description(panel: Panel) -> str:
    """Every figure of one part's chart, for whoever does not see it."""
    return " ".join(_described(panel.points[-MOST:]))


def _described(points: tuple[PanelPoint, ...]) -> Iterator[str]:
    known = [f"{each.quarter} {each.written}" for each in points if each.value is not None]
    if known:
        yield f"{', '.join(known)}."
    hidden = [f"{each.quarter} {each.withheld}" for each in points if each.withheld]
    if hidden:
        yield f"{', '.join(hidden)}."
    if any(each.whole is not None for each in points):
        yield "The dotted line is the whole."
    if any(each.target is not None for each in points):
        yield "The line of long dashes is this part’s own target."


def _frame(plot: _PanelPlot, ends: tuple[str, str]) -> Iterator[str]:
    for y, words in ((BOTTOM, ends[0]), (TOP, ends[1])):
        yield svg.element("line", x1=plot.left, y1=y, x2=plot.right, y2=y, stroke=svg.RULE)
        yield svg.text(
            words, plot.left - 5, y + 4, text_anchor="end", fill=svg.QUIET, font_size=SMALL
        )
    for place, anchor in ((0, "start"), (len(plot.points) - 1, "end")):
        if place or anchor == "start":
            x = plot.left if anchor == "start" else WIDTH
            words = str(plot.points[place].quarter)
            yield svg.text(
                words, x, BOTTOM + 20, text_anchor=anchor, fill=svg.QUIET, font_size=SMALL
            )


def _line(plot: _PanelPlot, field: str, **ink: object) -> Iterator[str]:
    for run in plot.runs(field):
        if len(run) > 1:
            yield svg.element("path", d=svg.path(run), fill="none", **ink)


def _marks(plot: _PanelPlot) -> Iterator[str]:
    """A dot for each value, the last in the shape of its status; a dash at the foot for what is withheld."""
    known = [place for place, each in enumerate(plot.points) if each.value is not None]
    for place, each in enumerate(plot.points):
        x = plot.x(place)
        if each.withheld:
            yield svg.element(
                "line",
                x1=x - 4,
                y1=BOTTOM - 4,
                x2=x + 4,
                y2=BOTTOM - 4,
                stroke=svg.QUIET,
                stroke_width=2,
            )
        if each.value is None:
            continue
        y = plot.scale.at(each.value)
        if place != known[-1]:
            yield svg.marker("circle", x, y, 2.4, fill=svg.LINE)
            continue
        shape, fill, edge = RAG_MARKERS[str(each.rag.value) if each.rag else None]
        yield svg.marker(shape, x, y, 4.6, fill=fill, stroke=edge, stroke_width=1.6)
        yield svg.text(
            each.written, x + 9, y + 4, fill=svg.LINE, font_weight=700, font_size=SMALL + 1
        )
