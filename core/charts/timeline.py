"""Things over time: each a bar from start to end as it was promised, with where it is now and its milestones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.charts import svg
from core.dates import as_date

WIDTH, ROW, TOP = 900.0, 46.0, 34.0
LEFT, RIGHT = 8.0, 892.0
BAR = 12.0
SHAPES = {"done": "circle", "on_course": "circle", "late": "triangle"}


@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """A dated thing on a line: done, on course or late, as words beside the picture say."""

    day: date
    kind: str


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """A line of the picture. A day that nobody has set is None, and is not drawn."""

    name: str
    start: date | None
    finish: date | None  # as it was promised
    now_finish: date | None  # as it is forecast, or was
    points: tuple[TimelinePoint, ...] = ()
    stands: str = ""

    @property
    def days(self) -> list[date]:
        known = (self.start, self.finish, self.now_finish, *(each.day for each in self.points))
        return [each for each in known if each is not None]


def timeline_chart(bars: Sequence[TimelineBar], *, today: date, name: str) -> str:
    """The bars under one another, to one scale, with today as a line; nothing where no day is known."""
    days = [day for each in bars for day in each.days]
    if not days:
        return ""
    first, last = min(*days, today), max(*days, today)
    scale = _Scale(first.toordinal() - 20, last.toordinal() + 20)
    height = TOP + ROW * len(bars) + 8
    parts = [*_years(scale, first, last, height), *_today(scale, today, height)]
    for place, each in enumerate(bars):
        parts += _bar(scale, each, TOP + ROW * place)
    return svg.picture(
        *parts,
        width=WIDTH,
        height=height,
        title="Timeline.",
        description=" ".join(f"{each.name}: {_told(each)}." for each in bars),
        name=name,
    )


def _told(bar: TimelineBar) -> str:
    said = [
        f"from {as_date(bar.start)}" if bar.start else "",
        f"to {as_date(bar.finish)}" if bar.finish else "",
        f"now {as_date(bar.now_finish)}" if bar.now_finish else "",
        f"{len(bar.points)} milestones" if bar.points else "",
    ]
    return ", ".join(each for each in said if each) or "no day is set"


@dataclass(frozen=True, slots=True)
class _Scale:
    low: int
    high: int

    def x(self, day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day.toordinal() - self.low) / (self.high - self.low)


def _years(scale: _Scale, first: date, last: date, height: float) -> Iterator[str]:
    """A line at the beginning of each financial year; of each quarter where there are few."""
    months = (4, 7, 10, 1) if (last - first).days < 800 else (4,)
    for year in range(first.year, last.year + 2):
        for month in months:
            day = date(year, month, 1)
            if not scale.low <= day.toordinal() <= scale.high:
                continue
            x = scale.x(day)
            yield svg.element("line", x1=x, y1=18, x2=x, y2=height, stroke=svg.RULE)
            if x < RIGHT - 60:
                yield svg.text(day.strftime("%b %Y"), x + 3, 13, fill=svg.QUIET)


def _today(scale: _Scale, today: date, height: float) -> Iterator[str]:
    x = scale.x(today)
    yield svg.element("line", x1=x, y1=18, x2=x, y2=height, stroke=svg.TEXT, stroke_dasharray="3 3")
    yield svg.text("today", x + 3, 28, fill=svg.TEXT)


def _bar(scale: _Scale, bar: TimelineBar, top: float) -> Iterator[str]:
    yield svg.text(bar.name, LEFT, top + 12, font_weight=700, font_size=14)
    y = top + 18
    if bar.start and bar.finish:
        x = scale.x(bar.start)
        yield svg.element(
            "rect",
            x=x,
            y=y,
            width=max(scale.x(bar.finish) - x, 2.0),
            height=BAR,
            fill=svg.BAND,
            stroke=svg.LINE,
        )
    elif bar.finish:
        x = scale.x(bar.finish)
        yield svg.element("line", x1=x, y1=y, x2=x, y2=y + BAR, stroke=svg.LINE, stroke_width=3)
    if bar.now_finish and bar.now_finish != bar.finish:
        x, origin = scale.x(bar.now_finish), scale.x(bar.finish or bar.now_finish)
        middle = y + BAR / 2
        yield svg.element(
            "line",
            x1=origin,
            y1=middle,
            x2=x,
            y2=middle,
            stroke=svg.FORECAST,
            stroke_width=3,
            stroke_dasharray="5 3",
        )
        yield svg.element(
            "line", x1=x, y1=y - 2, x2=x, y2=y + BAR + 2, stroke=svg.FORECAST, stroke_width=3
        )
    for each in bar.points:
        yield svg.marker(
            SHAPES[each.kind],
            scale.x(each.day),
            y + BAR / 2,
            5.0,
            fill=svg.WHITE if each.kind == "on_course" else svg.LINE,
            stroke=svg.LINE,
            stroke_width=1.6,
        )
