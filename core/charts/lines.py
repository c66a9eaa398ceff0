"""Two to four lines of counts over the same places, each told apart by ink, dash and marker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, groupby
from math import ceil

from core.charts import svg
from core.charts.svg import apart

WIDTH, HEIGHT = 400.0, 216.0
TOP, BOTTOM, LEFT = 16.0, 176.0, 40.0
LETTER = 7.3  # the usual breadth of a character at 13 px
MOST_TICKS = 4
FORECAST = "#B4531A"
# Ink, dashes, marker and whether the marker is filled.
STYLES = (
    (svg.LINE, None, "circle", True),
    (svg.FLOOR, "6 4", "square", True),
    (svg.TARGET, "2 3", "triangle", True),
    (FORECAST, "10 3 2 3", "circle", False),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is called at its end, and its count at each place."""

    label: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """What a chart of lines is drawn from. `along` names each place; a run of the same, once."""

    name: str  # for ids within a page: letters, figures and hyphens
    sentence: str  # what the chart shows
    along: tuple[str, ...]
    along_title: str
    lines: tuple[Line, ...]


def lines_chart(chart: Lines) -> str:
    """The chart as one SVG, with what it shows in words and every value in its description."""
    plot = _Plot(chart)
    parts = [*_grid(plot), *_along(plot)]
    for line, style in zip(chart.lines, STYLES, strict=False):
        parts += _line(plot, line, style)
    parts += _labels(plot)
    return svg.picture(
        *parts,
        width=WIDTH,
        height=HEIGHT,
        title=f"Chart. {chart.sentence}",
        description=" ".join(_described(line) for line in chart.lines),
        name=f"chart-{chart.name}",
    )


def _described(line: Line) -> str:
    return f"{line.label}: {', '.join(f'{value:g}' for value in line.values)}."


class _Plot:
    """Where things go: places from left to right, counts from nought at the foot upwards."""

    def __init__(self, chart: Lines) -> None:
        self.chart = chart
        longest = max(len(line.label) for line in chart.lines)
        self.right = max(WIDTH - longest * LETTER - 14, WIDTH * 0.5)
        highest = max((value for line in chart.lines for value in line.values), default=0)
        self.ticks = ticks(highest)

    @property
    def step(self) -> float:
        return (self.right - LEFT - 16) / max(len(self.chart.along) - 1, 1)

    def x(self, place: int) -> float:
        return LEFT + 8 + place * self.step

    def y(self, value: float) -> float:
        return BOTTOM - value / self.ticks[-1] * (BOTTOM - TOP)


def ticks(highest: float) -> tuple[int, ...]:
    """Whole numbers from nought to the first that is high enough, a few of them."""
    round_steps = (first * 10**power for power in count() for first in (1, 2, 5))
    step = next(each for each in round_steps if each * MOST_TICKS >= highest)
    return tuple(step * each for each in range(max(ceil(highest / step), 1) + 1))


def _grid(plot: _Plot) -> Iterator[str]:
    for tick in plot.ticks:
        y = plot.y(tick)
        yield svg.element(
            "line", x1=LEFT, y1=y, x2=plot.right, y2=y, stroke=svg.RULE, stroke_width=1
        )
        yield svg.text(f"{tick:,}", LEFT - 6, y + 4.5, text_anchor="end", fill=svg.QUIET)


def _along(plot: _Plot) -> Iterator[str]:
    """The names of the places along the foot, shortened or left out where there is no room."""
    yield svg.element(
        "line", x1=LEFT, y1=BOTTOM, x2=plot.right, y2=BOTTOM, stroke=svg.QUIET, stroke_width=1
    )
    for name, run in groupby(enumerate(plot.chart.along), key=lambda each: each[1]):
        places = [place for place, _ in run]
        first, last = plot.x(places[0]), plot.x(places[-1])
        room = last - first + plot.step
        shown = next((each for each in (name, f"’{name[2:]}") if len(each) * LETTER <= room), "")
        if shown:
            yield svg.text(
                shown, (first + last) / 2, BOTTOM + 18, text_anchor="middle", fill=svg.QUIET
            )
    yield svg.text(
        plot.chart.along_title,
        (LEFT + plot.right) / 2,
        BOTTOM + 36,
        text_anchor="middle",
        fill=svg.QUIET,
    )


def _line(plot: _Plot, line: Line, style: tuple[str, str | None, str, bool]) -> Iterator[str]:
    ink, dashes, shape, is_filled = style
    places = [(plot.x(place), plot.y(value)) for place, value in enumerate(line.values)]
    yield svg.element(
        "path",
        d=svg.path(places),
        fill="none",
        stroke=ink,
        stroke_width=2.2,
        stroke_linejoin="round",
        stroke_dasharray=dashes,
    )
    for x, y in places:
        yield svg.marker(
            shape, x, y, 3.4, fill=ink if is_filled else svg.WHITE, stroke=ink, stroke_width=1.4
        )


def _labels(plot: _Plot) -> Iterator[str]:
    lines = plot.chart.lines
    wanted = [plot.y(line.values[-1]) for line in lines]
    places = apart(wanted, least=16.0, top=TOP, bottom=BOTTOM)
    for line, style, y in zip(lines, STYLES, places, strict=False):
        yield svg.text(line.label, plot.right + 6, y + 4.5, fill=style[0], font_weight=700)
