"""From values to places: an axis with round numbers on it, and labels that do not overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

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
