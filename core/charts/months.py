"""A small chart of the latest months: a line, with the last of them hollow while it is provisional."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.charts import svg
from core.charts.svg import Axis, axis
from core.figures import as_number, decimals_of
from core.months import Month

MOST = 24  # months
WIDTH, HEIGHT = 400.0, 176.0
TOP, BOTTOM = 20.0, 148.0
FIGURE = 8.3  # the usual breadth of a tabular figure


@dataclass(frozen=True, slots=True)
class MonthPoint:
    """One month: its value, if there is one, and as it is printed."""

    month: Month
    value: Decimal | None
    written: str


@dataclass(frozen=True, slots=True)
class MonthLine:
    """The months of one indicator, in order."""

    name: str  # for ids within a page: letters, figures and hyphens
    title: str
    points: tuple[MonthPoint, ...]
    measure_unit: str = ""
    is_provisional: bool = False  # the last of them


def months_chart(line: MonthLine) -> str:
    """The chart as one SVG, with every month in its description; empty where no month has a value."""
    known = [each for each in line.points[-MOST:] if each.value is not None]
    if not known:
        return ""
    values = [each.value for each in known if each.value is not None]
    scale = axis(values, top=TOP, bottom=BOTTOM, percent=line.measure_unit.strip() == "%")
    ticks = [(each, _tick(each, line.measure_unit)) for each in scale.ticks]
    left = max(len(words) for _, words in ticks) * FIGURE + 16  # a per cent sign is broader
    right = WIDTH - len(known[-1].written) * FIGURE - 12
    first = _ordinal(known[0].month)
    step = (right - left - 16) / max(_ordinal(known[-1].month) - first, 1)
    places = [
        (left + 8 + (_ordinal(each.month) - first) * step, scale.at(each.value or 0))
        for each in known
    ]
    parts = [*_grid(ticks, scale, left, right), *_ends(known, places)]
    for run in _runs(known, places):
        parts.append(
            svg.element("path", d=svg.path(run), fill="none", stroke=svg.LINE, stroke_width=2.2)
        )
    for place, (x, y) in enumerate(places):
        hollow = line.is_provisional and place == len(places) - 1
        fill = svg.WHITE if hollow else svg.LINE
        parts.append(svg.marker("circle", x, y, 3.4, fill=fill, stroke=svg.LINE, stroke_width=1.6))
    told = ", ".join(f"{each.month} {each.written}" for each in known)
    last = " The last is provisional." if line.is_provisional else ""
    return svg.picture(
        *parts,
        width=WIDTH,
        height=HEIGHT,
        title=f"Chart. {line.title}",
        description=f"{told}.{last}",
        name=f"months-{line.name}",
    )


def _ordinal(month: Month) -> int:
    return month.year * 12 + month.number


def _tick(value: float, measure_unit: str) -> str:
    number = Decimal(str(value))
    unit = measure_unit if len(measure_unit) == 1 else ""
    return as_number(number, decimals_of(number, 6), unit)


def _grid(ticks: list[tuple[float, str]], scale: Axis, left: float, right: float) -> Iterator[str]:
    for value, words in ticks:
        y = scale.at(value)
        yield svg.element("line", x1=left, y1=y, x2=right, y2=y, stroke=svg.RULE, stroke_width=1)
        yield svg.text(words, left - 6, y + 4.5, text_anchor="end", fill=svg.QUIET)


def _ends(known: list[MonthPoint], places: list[tuple[float, float]]) -> Iterator[str]:
    """The names of the first and the last month, and what the last came to."""
    (x, y), last = places[-1], known[-1]
    yield svg.text(last.written, x + 8, y + 4.5, fill=svg.LINE, font_weight=700)
    yield svg.text(_short(last.month), x, BOTTOM + 20, text_anchor="end", fill=svg.QUIET)
    if len(known) > 3:
        yield svg.text(_short(known[0].month), places[0][0] - 6, BOTTOM + 20, fill=svg.QUIET)


def _short(month: Month) -> str:
    return f"{month.name[:3]} {month.year}"


def _runs(
    known: list[MonthPoint], places: list[tuple[float, float]]
) -> Iterator[list[tuple[float, float]]]:
    """Points of months that follow one another: no line is drawn over a gap."""
    run = [places[0]]
    for before, each, place in zip(known, known[1:], places[1:], strict=False):
        if before.month.next() != each.month:
            yield run
            run = []
        run.append(place)
    yield run
