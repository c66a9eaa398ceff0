"""How far the figures can be relied on: what is provisional, late, out of date, and so on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.queries.dashboards.lines import Line, Standing

# Each doubt: its key in an address, what it is called, and when a figure is open to it.
DOUBTS: tuple[tuple[str, str, Callable[[Standing], bool]], ...] = (
    ("provisional", "Provisional", lambda each: each.confidence == "provisional"),
    ("estimated", "Estimated", lambda each: each.confidence == "estimated"),
    ("late", "Submitted late", lambda each: each.late),
    ("revised", "Revised", lambda each: each.revised),
    ("stale", "Out of date", lambda each: each.stale),
    ("break", "The definition changed", lambda each: each.definition_break),
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason to read figures with care, and the indicators it applies to."""

    key: str
    label: str
    lines: tuple[Line, ...]


def doubts_about(lines: Sequence[Line]) -> tuple[Doubt, ...]:
    """Every reason, with those it applies to, even where there are none."""
    return tuple(
        Doubt(key, label, tuple(line for line in lines if line.now and is_open(line.now)))
        for key, label, is_open in DOUBTS
    )
