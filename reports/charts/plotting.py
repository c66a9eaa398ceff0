"""Where the parts of a trend chart go: its scale, its margins and the labels at its right."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reports.charts import svg
from reports.charts.scale import Axis, axis
from reports.charts.series import QuarterPoint, Trend
from sorp.figures import as_number, decimals_of

# Of a size that is still readable at 320 px, where a page leaves it about 290.
WIDTH, HEIGHT = 400.0, 216.0
TOP, BOTTOM = 24.0, 188.0
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

    def write(value: Decimal, decimals: int = trend.decimals) -> str:
        return as_number(value, decimals, unit)

    last = next(each for each in reversed(shown) if each.value is not None)
    assert last.value is not None
    found = [(last.value, write(last.value), svg.LINE)]
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
                (limit, f"{words} {write(limit, decimals_of(limit, trend.decimals))}", ink)
            )
    return found
