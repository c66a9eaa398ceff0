"""How many are green, amber, red and not rated: one bar, and the same in words below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from core.charts import svg

HEIGHT, SMALL_HEIGHT = 22, 12
GAP = 0.4  # per cent, left white between parts
LEAST_FOR_FIGURES = 6.0  # per cent: what two figures need at 320 px


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


def counts_chart(counts: Mapping[str, int], *, name: str) -> str:
    """One bar as wide as its place and always as high. Parts that are nought are left out of it.

    Breadths are in per cent, so that on a narrow page the bar shrinks and its figures do not.
    """
    total = sum(int(counts.get(part.key, 0)) for part in COUNTED)
    if not total:
        bar = svg.element("rect", x=0, y=0, width="100%", height=HEIGHT, fill=svg.UNRATED_FILL)
        return _bar(bar, title="No indicators", name=name)
    words = ", ".join(f"{counts.get(part.key, 0)} {part.label.lower()}" for part in COUNTED)
    parts, offset = [], 0.0
    for part in COUNTED:
        share = 100 * int(counts.get(part.key, 0)) / total
        if share:
            parts.append(_part(part, counts[part.key], offset, share))
        offset += share
    return _bar(*parts, title=f"Of {total}: {words}.", name=name)


def small_counts_chart(counts: Mapping[str, int]) -> str:
    """The same bar for one line of a list: low, without figures, which stand in words beside it."""
    words = ", ".join(
        f"{counts[part.key]} {part.label.lower()}" for part in COUNTED if counts.get(part.key)
    )
    total = sum(int(counts.get(part.key, 0)) for part in COUNTED)
    parts, offset = [], 0.0
    for part in COUNTED:
        share = 100 * int(counts.get(part.key, 0)) / total if total else 0
        if share:
            parts.append(_box(part, offset, share, SMALL_HEIGHT))
            parts += [_hatch(offset, share)] if part.key == "amber" else []
        offset += share
    if not parts:
        parts = [
            svg.element("rect", width="100%", height=SMALL_HEIGHT, fill=svg.UNRATED_FILL),
        ]
    title = f"Of {total}: {words}." if total else "No indicators"
    return svg.small_picture(*parts, width="100%", height=SMALL_HEIGHT, title=title)


def _hatch(offset: float, share: float) -> str:
    """Stripes by which grey paper tells amber from green and red; a screen does not show them."""
    y = SMALL_HEIGHT / 2
    return svg.element(
        "line",
        class_="kcc-hatch",
        x1=f"{offset + GAP / 2:.2f}%",
        x2=f"{offset + share - GAP / 2:.2f}%",
        y1=y,
        y2=y,
        stroke=svg.AMBER_EDGE,
        stroke_width=SMALL_HEIGHT - 2,
        stroke_dasharray="2 3",
    )


def _box(part: Part, offset: float, share: float, height: int) -> str:
    return svg.element(
        "rect",
        class_=f"kcc-bar--{part.key}",
        x=f"{offset + GAP / 2:.2f}%",
        y=0.5,
        width=f"{max(share - GAP, 0.2):.2f}%",
        height=height - 1,
        fill=part.fill,
        stroke=part.edge,
        stroke_width=1,
    )


def _bar(*parts: str, title: str, name: str) -> str:
    return svg.element(
        "svg",
        svg.element("title", escape(title, quote=False), id=f"{name}-title"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        width="100%",
        height=HEIGHT,
        role="img",
        aria_labelledby=f"{name}-title",
    )


def _part(part: Part, count: int, offset: float, share: float) -> str:
    ink = svg.WHITE if part.fill in (svg.GREEN, svg.RED) else svg.TEXT
    box = _box(part, offset, share, HEIGHT)
    if share < LEAST_FOR_FIGURES:
        return box
    number = svg.text(
        str(count),
        f"{offset + share / 2:.2f}%",
        16,
        text_anchor="middle",
        font_size=14,
        font_weight=700,
        fill=ink,
    )
    return box + number
