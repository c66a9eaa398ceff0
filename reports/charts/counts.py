"""How many are green, amber, red and not rated: one bar, and the same in words below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.charts import svg

GAP = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the bar: its words, its shape and its inks."""

    key: str
    label: str
    shape: str
    fill: str
    edge: str


# In the order of the bar. `stale` is green by its figures, which are too old to be counted so.
COUNTED = (
    Part("green", "Green", "circle", svg.GREEN, svg.GREEN),
    Part("amber", "Amber", "triangle", svg.AMBER, svg.AMBER_EDGE),
    Part("red", "Red", "square", svg.RED, svg.RED),
    Part("stale", "Green, on old figures", "ring", svg.WHITE, svg.GREEN),
    Part("not_rated", "Not rated", "ring", svg.UNRATED_FILL, svg.QUIET),
)


def counts_chart(counts: Mapping[str, int], *, name: str, width: float = 640) -> str:
    """One bar as wide as its place. Parts that are nought are left out of it."""
    total = sum(int(counts.get(part.key, 0)) for part in COUNTED)
    words = ", ".join(f"{counts.get(part.key, 0)} {part.label.lower()}" for part in COUNTED)
    if not total:
        bar = [svg.element("rect", x=0, y=0, width=width, height=22, fill=svg.UNRATED_FILL)]
        return svg.picture(*bar, width=width, height=22, title="No indicators", name=name)
    present = [part for part in COUNTED if counts.get(part.key)]
    room = width - GAP * (len(present) - 1)
    parts, x = [], 0.0
    for part in present:
        breadth = room * counts[part.key] / total
        parts.append(_part(part, counts[part.key], x, breadth))
        x += breadth + GAP
    return svg.picture(*parts, width=width, height=22, title=f"Of {total}: {words}.", name=name)


def _part(part: Part, count: int, x: float, breadth: float) -> str:
    ink = svg.WHITE if part.fill in (svg.GREEN, svg.RED) else svg.TEXT
    box = svg.element(
        "rect",
        x=x + 0.5,
        y=0.5,
        width=max(breadth - 1, 1.0),
        height=21,
        fill=part.fill,
        stroke=part.edge,
        stroke_width=1,
    )
    if breadth < 11 + 8 * len(str(count)):
        return box
    number = svg.text(
        str(count),
        x + breadth / 2,
        16,
        text_anchor="middle",
        font_size=14,
        font_weight=700,
        fill=ink,
    )
    return box + number
