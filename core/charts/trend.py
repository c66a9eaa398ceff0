"""What a trend chart is drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from itertools import groupby

from core.charts import svg
from core.charts.svg import Axis, apart, axis
from core.figures import DECIMALS, as_number, decimals_of
from core.quarters import Quarter
from core.words import Word

MOST = 16
FEWEST = 8
NOT_ENOUGH_DATA = "not enough data"


@dataclass(frozen=True, slots=True)
class QuarterPoint:
    """One quarter of one indicator, as far as a chart shows it."""

    quarter: Quarter
    value: Decimal | None = None
    rag: Word | None = None  # red, amber or green
    not_rated: Word | None = None
    target: Decimal | None = None
    floor: Decimal | None = None  # the floor standard, or what the tolerance allows
    lower: Decimal | None = None
    upper: Decimal | None = None
    confidence: Word | None = None
    definition_break: bool = False

    @property
    def is_final(self) -> bool:
        return self.confidence in (None, "final")

    @property
    def bounds(self) -> tuple[Decimal | None, ...]:
        """What its figure must not be printed on, or across, unless it is."""
        return self.target, self.floor, self.lower, self.upper


@dataclass(frozen=True, slots=True)
class Planned:
    """An action plan on a chart: when it was written, and what it expects by when."""

    number: int
    written_in: Quarter
    expected_in: Quarter | None = None
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The forecast of one quarter to come."""

    quarter: Quarter
    value: Decimal
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True)
class LevelShift:
    """From where on the results stand on another level than all before."""

    since: Quarter
    is_below: bool

    @property
    def words(self) -> str:
        return "lower" if self.is_below else "higher"


@dataclass(frozen=True, slots=True)
class Trend:
    """One indicator's quarters in order, and how its figures are written."""

    name: str  # for ids within a page: letters, figures and hyphens
    title: str
    points: tuple[QuarterPoint, ...]
    measure_unit: str = ""
    decimals: int = 0
    polarity: str = "higher"  # or lower, range, none
    travel: str = NOT_ENOUGH_DATA  # the key of a direction of travel
    floor_label: str = "Floor"
    planned: Planned | None = None
    foreseen: Foreseen | None = None
    level_shift: LevelShift | None = None
    quarters_ahead: int = 0  # points at the end that only a plan or a forecast asks for
    sentence: str = ""  # what it shows, in words
    description: str = ""  # how it is drawn, in words, where that is settled already
    year_end_target: Decimal | None = None  # of a total since April, for its last quarter
    restarts_in_april: bool = False  # a total since April: its line begins anew each year

    @property
    def shown(self) -> tuple[QuarterPoint, ...]:
        """The last sixteen quarters, less the empty ones before the first value, but eight at least.

        Quarters that a plan or a forecast lets the axis run on to come on top of the sixteen.
        """
        recent = self.points[-(MOST + self.quarters_ahead) :]
        first = next((i for i, each in enumerate(recent) if each.value is not None), 0)
        return recent[min(first, max(len(recent) - FEWEST, 0)) :]


# As broad as a phone leaves it, so that its labels are 13 px there, and 15 px where a page has room.
WIDTH, HEIGHT = 360.0, 204.0
TOP, BOTTOM = 24.0, 176.0
LETTER = 7.3  # the usual breadth of a character at 13 px
FIGURE = 8.3  # and of a tabular figure


@dataclass(frozen=True, slots=True)
class Plot:
    """Where things go: quarters from left to right, values from bottom to top."""

    trend: Trend
    points: tuple[QuarterPoint, ...]
    scale: Axis
    left: float
    right: float

    def x(self, place: int) -> float:
        return self.left + 8 + place * self.step

    @property
    def step(self) -> float:
        return (self.right - self.left - 16) / max(len(self.points) - 1, 1)

    def y(self, value: Decimal | float) -> float:
        return self.scale.at(value)


def plot_of(trend: Trend, shown: tuple[QuarterPoint, ...]) -> Plot:
    expected = (
        limit
        for each in shown
        for limit in (each.value, each.target, each.floor, each.lower, each.upper)
    )
    hoped_for = trend.planned.expected if trend.planned else None
    foreseen = (trend.foreseen.lower, trend.foreseen.upper) if trend.foreseen else ()
    scale = axis(
        [each for each in (*expected, hoped_for, *foreseen) if each is not None],
        top=TOP,
        bottom=BOTTOM,
        percent=trend.measure_unit.strip() == "%",
    )
    ticks = [tick_label(trend, each) for each in scale.ticks]
    ends = [text for _, text, _ in ends_of(trend, shown)]
    left = max(len(text) for text in ticks) * FIGURE + 8
    right = WIDTH - max(len(text) for text in ends) * LETTER - 10
    return Plot(trend, shown, scale, left, max(right, WIDTH * 0.55))


def tick_label(trend: Trend, value: float) -> str:
    number = Decimal(str(value))
    decimals = decimals_of(number, 6)
    unit = trend.measure_unit if len(trend.measure_unit) == 1 else ""
    return as_number(number, decimals, unit)


def ends_of(trend: Trend, shown: tuple[QuarterPoint, ...]) -> list[tuple[Decimal, str, str]]:
    """What is labelled at the right: a value, its words and its ink, the result first."""
    unit = trend.measure_unit if len(trend.measure_unit) == 1 else ""

    last = next(each for each in reversed(shown) if each.value is not None)
    assert last.value is not None
    shown_value = as_number(last.value, trend.decimals, unit, bounds=last.bounds)
    found = [(last.value, shown_value, svg.LINE)]
    for field, words, ink in (
        ("target", "Target", svg.TARGET),
        ("floor", trend.floor_label, svg.FLOOR),
        ("upper", "Upper", svg.TARGET),
        ("lower", "Lower", svg.TARGET),
    ):
        limit = next(
            (getattr(each, field) for each in reversed(shown) if getattr(each, field) is not None),
            None,
        )
        if limit is not None:
            found.append(
                (limit, f"{words} {as_number(limit, decimals_of(limit, DECIMALS), unit)}", ink)
            )
    return found


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


RAG_MARKERS: dict[str | None, tuple[str, str, str]] = {
    "red": ("square", svg.RED, svg.RED),
    "amber": ("triangle", svg.AMBER, svg.AMBER_EDGE),
    "green": ("circle", svg.GREEN, svg.GREEN),
    None: ("circle", svg.WHITE, svg.LINE),
}


def trend_chart(trend: Trend) -> str:
    """The chart as one SVG, whose title is the sentence that says what it shows."""
    shown = trend.shown
    words = {
        "title": f"Chart. {trend.sentence or trend.title}",
        "description": (trend.description or description_of(trend))
        + planned_words(trend)
        + foreseen_words(trend),
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
        *_new_level(plot),
        *foreseen_marks(plot),
        *_limits(plot),
        *planned_marks(plot),
        *_values(plot),
        *_labels(plot),
        *_read_out(plot),
    ]
    return svg.picture(*parts, width=WIDTH, height=HEIGHT, **words)


def description_of(trend: Trend) -> str:
    """How the chart is drawn and what of it is missing, for whoever does not see it.

    It speaks of nothing that is not drawn. A plan and a forecast have words of their own.
    """
    shown = trend.shown
    known = [each for each in shown if each.value is not None]
    if not known:
        return "There are no results to show yet."
    gaps = [str(each.quarter) for each in shown if _is_gap(each)]
    breaks = [str(each.quarter) for each in shown if each.definition_break]
    sentences = [f"{_shapes_in_words(known)}."]
    if any(not each.is_final for each in known):
        sentences.append("Hollow shapes are not final.")
    if trend.restarts_in_april:
        sentences.append("The count starts again each April; dots show the year before.")
    if any(each.target is not None for each in shown):
        sentences.append("A line of long dashes is the target.")
    if any(each.floor is not None for each in shown):
        sentences.append(f"A line of short dashes is the {trend.floor_label.lower()}.")
    if any(each.lower is not None and each.upper is not None for each in shown):
        sentences.append("A shaded band is the range.")
    if gaps:
        sentences.append(f"Nothing is shown for {', '.join(gaps)}.")
    if breaks:
        sentences.append(f"The definition changed in {', '.join(breaks)}.")
    if (shift := _shift_shown(trend, shown)) is not None:
        sentences.append(f"A dotted line marks where a {shift.words} level begins: {shift.since}.")
    return " ".join(sentences)


def _shapes_in_words(known: Sequence[QuarterPoint]) -> str:
    """The shapes of the results that are drawn, the worst first."""
    found = {str(each.rag) if each.rag else None for each in known}
    shapes = {
        "red": "squares are red",
        "amber": "triangles amber" if "red" in found else "triangles are amber",
        "green": "circles green" if found & {"red", "amber"} else "circles are green",
    }
    said = [words for rag, words in shapes.items() if rag in found]
    if not said:
        return "Circles joined by a solid line are results"
    if None in found:
        said.append("small circles have no status")
    return f"Results are joined by a solid line; {', '.join(said)}"


def _shift_shown(trend: Trend, shown: Sequence[QuarterPoint]) -> LevelShift | None:
    """The new level, where its beginning is among the quarters shown and others come before it."""
    shift = trend.level_shift
    later = {each.quarter for each in shown[1:]}
    return shift if shift is not None and shift.since in later else None


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
    for run in runs_with(plot.points, "lower", "upper"):
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
        for run in runs_with(plot.points, field):
            yield svg.element(
                "path",
                d=svg.path(_steps(plot, run, field)),
                fill="none",
                stroke=ink,
                stroke_width=1.8,
                stroke_dasharray=dashes,
            )


def runs_with(
    points: Sequence[QuarterPoint], *fields: str
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
    return point.value is None and point.not_rated != "not_due"


def _year_before(plot: Plot) -> Iterator[str]:
    """Faintly, the course of the year before beneath the latest year of a total since April."""
    if not plot.trend.restarts_in_april:
        return
    known = {each.quarter: each.value for each in plot.trend.points}
    latest = max(each.quarter.year for each in plot.points if each.value is not None)
    course = [
        (plot.x(place), plot.y(earlier))
        for place, each in enumerate(plot.points)
        if each.quarter.year == latest and (earlier := known.get(each.quarter.back(4))) is not None
    ]
    if len(course) > 1:
        yield svg.element(
            "path",
            d=svg.path(course),
            fill="none",
            stroke=svg.QUIET,
            stroke_width=1.6,
            stroke_dasharray="1 4",
            stroke_linecap="round",
        )


def _values(plot: Plot) -> Iterator[str]:
    yield from _year_before(plot)
    for line in joined(plot.points, restarts_in_april=plot.trend.restarts_in_april):
        if len(line) > 1:
            yield svg.element(
                "path",
                d=svg.path((plot.x(place), plot.y(each.value or 0)) for place, each in line),
                fill="none",
                stroke=svg.LINE,
                stroke_width=2.4,
                stroke_linejoin="round",
            )
    known = [(place, each) for place, each in enumerate(plot.points) if each.value is not None]
    for place, point in known:
        assert point.value is not None
        x, y = plot.x(place), plot.y(point.value)
        shape, fill, edge = RAG_MARKERS[str(point.rag) if point.rag else None]
        fill = (fill if point.rag else svg.LINE) if point.is_final else svg.WHITE
        if place == known[-1][0]:
            yield svg.marker("circle", x, y, 8.0, fill=svg.WHITE)
            yield svg.marker(shape, x, y, 5.6, fill=fill, stroke=edge, stroke_width=1.5)
        elif point.rag:
            yield svg.marker(shape, x, y, 3.9, fill=fill, stroke=edge, stroke_width=1.4)
        else:
            yield svg.marker("circle", x, y, 2.8, fill=fill, stroke=edge, stroke_width=1.4)


def _new_level(plot: Plot) -> Iterator[str]:
    """A dotted line before the first result on the new level, named where nothing else is."""
    shift = _shift_shown(plot.trend, plot.points)
    if shift is None:
        return
    place = next(i for i, each in enumerate(plot.points) if each.quarter == shift.since)
    x = plot.x(place) - plot.step / 2
    yield svg.element(
        "line",
        x1=x,
        y1=TOP - 6,
        x2=x,
        y2=BOTTOM,
        stroke=svg.LINE,
        stroke_width=1.5,
        stroke_dasharray="1.5 4",
        stroke_linecap="round",
    )
    near_the_end = x > plot.right - 90
    yield svg.text(
        f"{shift.words.capitalize()} level",
        x - 4 if near_the_end else x + 4,
        TOP + 4 if _is_named_above(plot, x) else TOP - 9,
        text_anchor="end" if near_the_end else "start",
        fill=svg.LINE,
    )


def _is_named_above(plot: Plot, x: float) -> bool:
    """Whether the name of a plan or of a definition stands above the chart near there."""
    planned = plot.trend.planned
    named = {planned.written_in} if planned else set()
    return any(
        abs(plot.x(place) - x) < 110
        for place, each in enumerate(plot.points)
        if each.quarter in named or each.definition_break
    )


def _read_out(plot: Plot) -> Iterator[str]:
    """What each quarter came to, in words, over the whole of its column: shown on hovering there."""
    for place, point in enumerate(plot.points):
        if words := point_in_words(plot.trend, point):
            x = plot.x(place)
            left, right = max(x - plot.step / 2, 0.0), min(x + plot.step / 2, WIDTH)
            yield svg.element(
                "g",
                svg.element("title", escape(words, quote=False)),
                svg.element(
                    "rect",
                    x=left,
                    y=TOP - 6,
                    width=right - left,
                    height=BOTTOM - TOP + 6,
                    fill="none",
                    pointer_events="all",
                ),
            )


def point_in_words(trend: Trend, point: QuarterPoint) -> str:
    """One quarter read out: "Q1 2011/12: 76.4%, red. Target 90%. Floor 80%."

    Nothing of a quarter that was never due, or has not come, unless it is forecast.
    """
    foreseen = trend.foreseen
    if point.value is None and foreseen is not None and foreseen.quarter == point.quarter:
        figure = as_number(foreseen.value, trend.decimals, trend.measure_unit)
        return f"{point.quarter}: {figure} is forecast."
    if point.value is None:
        why = f" ({point.not_rated.label.lower()})" if point.not_rated else ""
        return f"{point.quarter}: nothing to show{why}." if _is_gap(point) else ""
    figure = as_number(point.value, trend.decimals, trend.measure_unit, bounds=point.bounds)
    status = f", {point.rag.label.lower()}" if point.rag else ""
    firm = f", {point.confidence.label.lower()}" if point.confidence and not point.is_final else ""
    said = [f"{point.quarter}: {figure}{status}{firm}"]
    for limit, name in (
        (point.target, "Target"),
        (point.floor, trend.floor_label),
        (point.lower, "Lower"),
        (point.upper, "Upper"),
    ):
        if limit is not None:
            written = as_number(limit, decimals_of(limit, DECIMALS), trend.measure_unit)
            said.append(f"{name} {written}")
    return ". ".join(said) + "."


def joined(
    points: Sequence[QuarterPoint], *, restarts_in_april: bool
) -> list[list[tuple[int, QuarterPoint]]]:
    """The line in pieces, each point with its place.

    It ends at a missing value, a change of definition and a new year's count.
    """
    lines: list[list[tuple[int, QuarterPoint]]] = [[]]
    for place, point in enumerate(points):
        begins_anew = restarts_in_april and point.quarter.number == 1
        if point.definition_break or _is_gap(point) or begins_anew:
            lines.append([])
        if point.value is not None:
            lines[-1].append((place, point))
    return [line for line in lines if line]


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
