"""Small charts for a row of a list: the last quarters as a line, and a result against its target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.charts import svg
from core.charts.svg import Axis
from core.charts.trend import RAG_MARKERS, QuarterPoint, joined, runs_with
from core.figures import DECIMALS, as_number, decimals_of
from core.own_words import word

MOST = 12  # quarters
FEWEST_FOR_EXTREME = 8  # results, before the last can be called the lowest of them
HIGHER, LOWER = "higher", "lower"


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The last quarters of one indicator, oldest first, and how its figures are written."""

    points: tuple[QuarterPoint, ...]
    measure_unit: str = ""
    decimals: int = 0
    restarts_in_april: bool = False  # a total since April: its line begins anew each year

    @property
    def shown(self) -> tuple[QuarterPoint, ...]:
        return self.points[-MOST:]

    @property
    def known(self) -> list[QuarterPoint]:
        return [each for each in self.shown if each.value is not None]

    @property
    def extreme(self) -> str:
        """Whether the last result is the `lowest` or the `highest` of those shown; else nothing.

        Of totals since April nothing is said: they begin low each year.
        """
        values = [each.value for each in self.known if each.value is not None]
        if len(values) < FEWEST_FOR_EXTREME or self.restarts_in_april:
            return ""
        *others, last = values
        return "lowest" if last < min(others) else "highest" if last > max(others) else ""

    def written(self, point: QuarterPoint) -> str:
        assert point.value is not None
        return as_number(point.value, self.decimals, self.measure_unit, bounds=point.bounds)


SPARK_WIDTH, SPARK_HEIGHT = 132.0, 34.0
SIDE, ABOVE = 5.0, 5.0  # left free for the markers


def sparkline(spark: Sparkline) -> str:
    """The line with its target, gaps as gaps, the last result in the shape of its status."""
    if not spark.known:
        dash = svg.text("no results yet", 0, 21, fill=svg.QUIET)
        return svg.small_picture(
            dash, width=SPARK_WIDTH, height=SPARK_HEIGHT, title=spark_finding(spark)
        )
    plot = _SparkPlot(spark.shown, _scale_of(spark.shown))
    parts = [*_expected(plot), *_course(plot, spark.restarts_in_april)]
    return svg.small_picture(
        *parts, width=SPARK_WIDTH, height=SPARK_HEIGHT, title=spark_finding(spark)
    )


def spark_finding(spark: Sparkline) -> str:
    """What the line shows, in one sentence: from where to where, and how often it met its target."""
    shown, known = spark.shown, spark.known
    if not known:
        return f"No results in {len(shown)} quarters." if shown else "No results yet."
    first, last = known[0], known[-1]
    said = f"{spark.written(last)} in {last.quarter}"
    if len(known) > 1:
        said = f"From {spark.written(first)} in {first.quarter} to {said}"
    rated = [each for each in shown if each.rag is not None]
    if rated:
        green = sum(str(each.rag) == "green" for each in rated)
        said += f"; green in {green} of {len(rated)} rated quarters"
    if missing := len(shown) - len(known):
        said += f"; {missing} without a result"
    if spark.extreme:
        said += f"; the {spark.extreme} of {len(known)} results"
    return f"{said}."


@dataclass(frozen=True, slots=True)
class _SparkPlot:
    points: tuple[QuarterPoint, ...]
    scale: Axis

    @property
    def step(self) -> float:
        return (SPARK_WIDTH - 2 * SIDE - 2) / max(len(self.points) - 1, 1)

    def place(self, place: int, value: Decimal | None) -> tuple[float, float]:
        return SIDE + place * self.step, self.scale.at(value or 0)

    def level(self, run: list[tuple[int, QuarterPoint]], field: str) -> list[tuple[float, float]]:
        """A limit as a line that steps where it was changed."""
        half = self.step / 2
        return [
            (min(max(x + side, 0.0), SPARK_WIDTH), y)
            for place, each in run
            for x, y in [self.place(place, getattr(each, field))]
            for side in (-half, half)
        ]


def _scale_of(points: tuple[QuarterPoint, ...]) -> Axis:
    values = [
        value
        for each in points
        for value in (each.value, each.target, each.lower, each.upper)
        if value is not None
    ]
    low, high = float(min(values)), float(max(values))
    if low == high:
        low, high = low - 1, high + 1
    return Axis(low, high, (), ABOVE, SPARK_HEIGHT - ABOVE)


def _expected(plot: _SparkPlot) -> Iterator[str]:
    for run in runs_with(plot.points, "lower", "upper"):
        edge = [*plot.level(run, "upper"), *reversed(plot.level(run, "lower"))]
        yield svg.element("path", d=f"{svg.path(edge)}Z", fill=svg.BAND)
    for run in runs_with(plot.points, "target"):
        yield svg.element(
            "path",
            d=svg.path(plot.level(run, "target")),
            fill="none",
            stroke=svg.TARGET,
            stroke_width=1.3,
            stroke_dasharray="4 2",
        )


def _course(plot: _SparkPlot, restarts_in_april: bool) -> Iterator[str]:
    last = 0
    for run in joined(plot.points, restarts_in_april=restarts_in_april):
        places = [plot.place(place, each.value) for place, each in run]
        last = run[-1][0]
        if len(places) > 1:
            yield svg.element(
                "path",
                d=svg.path(places),
                fill="none",
                stroke=svg.LINE,
                stroke_width=1.8,
                stroke_linejoin="round",
            )
        else:
            yield svg.marker("circle", *places[0], 1.8, fill=svg.LINE)
    point = plot.points[last]
    shape, fill, edge = RAG_MARKERS[str(point.rag) if point.rag else None]
    yield svg.marker(
        shape,
        *plot.place(last, point.value),
        3.8,
        fill=fill,
        stroke=edge,
        stroke_width=1.4,
        class_=f"kcc-point--{point.rag or 'none'}",
    )


@dataclass(frozen=True, slots=True)
class Bullet:
    """One result with what is expected of it; nothing to draw where nothing is."""

    value: Decimal
    polarity: str  # higher, lower, or range
    target: Decimal | None = None
    floor: Decimal | None = None  # the floor standard, or what the tolerance allows
    floor_label: str = ""  # where it is no floor standard
    lower: Decimal | None = None
    upper: Decimal | None = None
    measure_unit: str = ""
    decimals: int = 0

    @property
    def limits(self) -> list[Decimal]:
        every = (self.target, self.floor, self.lower, self.upper)
        return [each for each in every if each is not None]

    @property
    def good(self) -> tuple[Decimal | None, Decimal | None] | None:
        """From where to where a result is good; None for as far as it goes."""
        if self.lower is not None and self.upper is not None:
            return self.lower, self.upper
        if self.target is None or self.polarity not in (HIGHER, LOWER):
            return None
        return (self.target, None) if self.polarity == HIGHER else (None, self.target)

    def meets(self, limit: Decimal) -> bool:
        return self.value >= limit if self.polarity == HIGHER else self.value <= limit

    def written(self, value: Decimal) -> str:
        if value == self.value:
            return as_number(value, self.decimals, self.measure_unit, bounds=self.limits)
        return as_number(value, decimals_of(value, DECIMALS), self.measure_unit)


BULLET_WIDTH, BULLET_HEIGHT = 132.0, 18.0
CUT = (
    0.1  # of the largest: nearer to each other than this, they cannot be told apart from nought on
)


def bullet_bar(bullet: Bullet) -> str:
    """A bar for the result, a tall line for the target, a dashed one for the floor standard.

    What is good is shaded: to its right where higher is better, to its left where lower is. The bar
    begins at nought, or at a cut that is drawn where its end could not be told from the target else.
    """
    if not bullet.limits:
        return ""
    scale, is_cut = _bullet_scale(bullet)
    parts = [*_good(bullet, scale), *_bar(bullet, scale)]
    if is_cut:
        parts += [
            svg.element(
                "path",
                d=svg.path([(x, 15.0), (x + 3, 3.0)]),
                stroke=svg.WHITE,
                stroke_width=1.6,
                fill="none",
            )
            for x in (5.0, 9.0)
        ]
    for limit, ink, width, dashes, reach in (
        (bullet.target, svg.TARGET, 2.6, None, 0.5),
        (bullet.floor, svg.FLOOR, 1.8, "3 2", 2.5),
    ):
        if limit is not None:
            x = scale.across(limit)
            parts.append(
                svg.element(
                    "line",
                    x1=x,
                    x2=x,
                    y1=reach,
                    y2=BULLET_HEIGHT - reach,
                    stroke=ink,
                    stroke_width=width,
                    stroke_dasharray=dashes,
                )
            )
    return svg.small_picture(
        *parts, width=BULLET_WIDTH, height=BULLET_HEIGHT, title=bullet_finding(bullet)
    )


def bullet_finding(bullet: Bullet) -> str:
    """What the bar shows: "76.4% misses the target of 90% and the floor standard of 80%."."""
    said = bullet.written(bullet.value)
    if bullet.lower is not None and bullet.upper is not None:
        is_inside = bullet.lower <= bullet.value <= bullet.upper
        ends = f"{bullet.written(bullet.lower)} to {bullet.written(bullet.upper)}"
        return f"{said} is {'inside' if is_inside else 'outside'} the range of {ends}."
    if bullet.target is None:
        return f"{said}."
    target = f"the target of {bullet.written(bullet.target)}"
    if bullet.meets(bullet.target):
        return f"{said} meets {target}."
    if bullet.floor is None:
        return f"{said} misses {target}."
    floor = f"the {bullet.floor_label or word('floor')} of {bullet.written(bullet.floor)}"
    if bullet.meets(bullet.floor):
        return f"{said} misses {target} but holds {floor}."
    return f"{said} misses {target} and {floor}."


@dataclass(frozen=True, slots=True)
class _Across:
    """A horizontal scale."""

    low: float
    high: float

    def across(self, value: Decimal | float) -> float:
        share = (float(value) - self.low) / (self.high - self.low)
        return min(max(share, 0.0), 1.0) * (BULLET_WIDTH - 2) + 1


def _bullet_scale(bullet: Bullet) -> tuple[_Across, bool]:
    values = [float(each) for each in (bullet.value, *bullet.limits)]
    low, high = min(values), max(values)
    spread = high - low
    if low > 0 and spread < CUT * high:
        room = spread or 0.04 * high
        return _Across(low - 1.5 * room, high + room), True
    low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low or 1.0) * 0.12
    return _Across(low - room if low < 0 else low, high + room), False


def _good(bullet: Bullet, scale: _Across) -> Iterator[str]:
    yield svg.element(
        "rect", x=0.5, y=3.5, width=BULLET_WIDTH - 1, height=11, fill=svg.WHITE, stroke=svg.RULE
    )
    if bullet.good is not None:
        first, last = bullet.good
        left = 0.5 if first is None else scale.across(first)
        right = BULLET_WIDTH - 0.5 if last is None else scale.across(last)
        yield svg.element(
            "rect", x=left, y=3.5, width=max(right - left, 1.0), height=11, fill=svg.BAND
        )


def _bar(bullet: Bullet, scale: _Across) -> Iterator[str]:
    start, end = scale.across(max(scale.low, 0.0)), scale.across(bullet.value)
    yield svg.element(
        "rect",
        x=min(start, end),
        y=6,
        width=max(abs(end - start), 1.0),
        height=6,
        fill=svg.LINE,
    )
