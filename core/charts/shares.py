"""One bar of what a sum is made of: each part in its own ink and pattern, and all of them in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.charts import svg

HEIGHT, SMALL_HEIGHT = 22, 12
# By what a part is: its fill, its edge, and whether it is hatched, so that grey paper tells them apart.
INKS = {
    "done": (svg.LINE, svg.LINE, False),
    "expected": (svg.BAND, svg.LINE, False),
    "at_risk": (svg.AMBER, svg.AMBER_EDGE, True),
    "short": (svg.WHITE, svg.RED, True),
    "unknown": (svg.UNRATED_FILL, svg.QUIET, False),
}


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a sum: what it is called, how much it is, and how it is drawn (a key of `INKS`)."""

    label: str
    amount: int
    kind: str


def shares_chart(
    shares: Sequence[Share], *, written: Callable[[int], str], small: bool = False
) -> str:
    """A bar as wide as its place. Parts that are nought are left out; the title says every other."""
    shown = [each for each in shares if each.amount > 0]
    whole = sum(each.amount for each in shown)
    height = SMALL_HEIGHT if small else HEIGHT
    title = ", ".join(f"{each.label.lower()} {written(each.amount)}" for each in shown)
    parts, offset = [], 0.0
    for each in shown:
        breadth = 100 * each.amount / whole
        fill, edge, is_hatched = INKS[each.kind]
        parts.append(
            svg.element(
                "rect",
                x=f"{offset:.2f}%",
                y=1,
                width=f"{max(breadth - 0.6, 0.4):.2f}%",
                height=height - 2,
                fill=fill,
                stroke=edge,
                stroke_dasharray="3 2" if is_hatched else None,
            )
        )
        offset += breadth
    said = f"{title[:1].upper()}{title[1:]}." if shown else "Nothing."
    return svg.small_picture(*parts, width="100%", height=height, title=said)
