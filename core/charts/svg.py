"""Building SVG: elements from attributes, with every text and attribute escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from math import ceil, floor, log10

TEXT = "#1A1A1A"
QUIET = "#5B6673"
RULE = "#DDE4E8"  # grid lines: decoration, so of no stated contrast
LINE = "#12436D"
TARGET = "#1B7A70"
FLOOR = "#801650"
BAND = "#D6E4EE"
FORECAST = "#B4531A"
WHITE = "#FFFFFF"
RED, AMBER, AMBER_EDGE, GREEN = "#9B1B30", "#FFC53D", "#B26A00", "#0B6B3A"
UNRATED, UNRATED_FILL = "#2B3440", "#E7EAEE"
FONT = "Public Sans, Arial, sans-serif"


def element(name: str, *children: str, **attributes: object) -> str:
    """One element. Underscores in attribute names are hyphens; children are markup already."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def text(content: str, x: float | str, y: float, **attributes: object) -> str:
    """A line of text, escaped."""
    given = {"font_family": FONT, "font_size": 13, "fill": TEXT, **attributes}
    return element("text", escape(content, quote=False), x=x, y=y, **given)


def picture(
    *parts: str, width: float, height: float, title: str, description: str = "", name: str
) -> str:
    """A whole SVG that scales with its place, with words for those who do not see it."""
    ids = f"{name}-title {name}-desc" if description else f"{name}-title"
    words = [element("title", escape(title, quote=False), id=f"{name}-title")]
    if description:
        words.append(element("desc", escape(description, quote=False), id=f"{name}-desc"))
    return element(
        "svg",
        *words,
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_short(width)} {_short(height)}",
        width=width,
        height=height,
        role="img",
        aria_labelledby=ids,
    )


def small_picture(*parts: str, width: float | str, height: float, title: str) -> str:
    """A picture in a row of a list, drawn at the size it is shown at.

    It is named by its words themselves and has no id, so that hundreds may stand on one page.
    """
    return element(
        "svg",
        element("title", escape(title, quote=False)),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=None if isinstance(width, str) else f"0 0 {_short(width)} {_short(height)}",
        width=width,
        height=height,
        role="img",
        aria_label=title,
    )


def path(points: Iterable[tuple[float, float]]) -> str:
    """The `d` of a line through points."""
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)


def marker(shape: str, x: float, y: float, size: float, **attributes: object) -> str:
    """A circle, square or triangle of about the same weight, centred on a point."""
    if shape == "circle":
        return element("circle", cx=x, cy=y, r=size, **attributes)
    if shape == "square":
        side = size * 1.8
        return element(
            "rect", x=x - side / 2, y=y - side / 2, width=side, height=side, **attributes
        )
    corners = [
        (x, y - size * 1.2),
        (x + size * 1.15, y + size * 0.9),
        (x - size * 1.15, y + size * 0.9),
    ]
    return element("path", d=path(corners) + "Z", **attributes)


def _short(value: object) -> str:
    """A number to a tenth of a unit, so that the same chart is always the same text."""
    if not isinstance(value, float):
        return str(value)
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written


STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Axis:
    """A vertical scale from a lowest to a highest value, with round ticks between."""

    low: float
    high: float
    ticks: tuple[float, ...]
    top: float
    bottom: float

    def at(self, value: Decimal | float) -> float:
        share = (float(value) - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)


def axis(values: Sequence[Decimal], *, top: float, bottom: float, percent: bool) -> Axis:
    """The scale that shows these values large, with a little room, and never beyond 0 or 100 %.

    It need not begin at nought: these are lines of rates, whose movement is the news.
    """
    low, high = float(min(values)), float(max(values))
    room = (high - low) * 0.08 or max(abs(high) * 0.05, 0.5)
    wanted_low, wanted_high = low - room, high + room
    step = _round_step((wanted_high - wanted_low) / 3)
    first, last = floor(wanted_low / step), ceil(wanted_high / step)
    if low >= 0:
        first = max(first, 0)
    if percent and high <= 100:
        last = min(last, ceil(100 / step))
    ticks = tuple(round(each * step, 10) for each in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks, top, bottom)


def _round_step(rough: float) -> float:
    size = 10 ** floor(log10(rough))
    return next(each * size for each in STEPS if each * size >= rough * 0.999)


def apart(places: Sequence[float], *, least: float, top: float, bottom: float) -> list[float]:
    """Where labels wanted at these places go, so that none stands on another, within bounds."""
    order = sorted(range(len(places)), key=lambda each: places[each])
    put = [0.0] * len(places)
    below = top - least
    for each in order:
        put[each] = below = max(places[each], below + least)
    above = bottom + least
    for each in reversed(order):
        put[each] = above = min(put[each], above - least)
    return put
