"""The lines of a dashboard: how each indicator stands beside the quarter before, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.models.definitions import Indicator
from indicators.queries.standings import Standing
from sorp.lexicon import Kind, Level, Rag, Travel


@dataclass(frozen=True, slots=True)
class DashboardLine:
    """One indicator on a dashboard: how it stands, how it stood before, where it is escalated."""

    indicator: Indicator
    now: Standing | None
    before: Standing | None
    levels: tuple[Level, ...] = ()

    @property
    def moved(self) -> int:
        """How many steps of RAG better (or, below nought, worse) than the quarter before.

        Nought where either quarter is not rated: missing data is no movement.
        """
        if not (self.now and self.before and self.now.rag and self.before.rag):
            return 0
        return Rag(self.before.rag).severity - Rag(self.now.rag).severity

    @property
    def movement(self) -> str:
        """The same in words, for a table and a file."""
        if not (self.now and self.before and self.now.rag and self.before.rag):
            return ""
        if not self.moved:
            return "No change"
        return (
            f"{'Better' if self.moved > 0 else 'Worse'}, was {Rag(self.before.rag).label.lower()}"
        )

    @property
    def got_worse(self) -> bool:
        return self.moved < 0

    @property
    def got_better(self) -> bool:
        return self.moved > 0


USUAL = "rag"
LAST = 9
# Worst first: what needs attention is at the top.
TRAVELS = {
    word: place
    for place, word in enumerate(
        [
            Travel.WORSENING,
            Travel.STEADY,
            Travel.NO_CLEAR_TREND,
            Travel.FALLING,
            Travel.RISING,
            Travel.IMPROVING,
            Travel.NOT_ENOUGH_DATA,
        ]
    )
}


def _by_rag(line: DashboardLine) -> int:
    """Red, amber, green, not rated, and last what has no RAG status by design."""
    if line.now and line.now.rag:
        return -Rag(line.now.rag).severity
    return 1 if line.indicator.kind == Kind.KPI else 2


ORDERS: dict[str, Callable[[DashboardLine], Any]] = {
    "reference": lambda line: line.indicator.reference,
    "title": lambda line: line.indicator.title.casefold(),
    "rag": _by_rag,
    "travel": lambda line: TRAVELS[Travel(line.now.travel)] if line.now else LAST,
    "moved": lambda line: line.moved,
}


def sort_lines(lines: Iterable[DashboardLine], asked: str) -> tuple[tuple[DashboardLine, ...], str]:
    """The lines in the order asked for, and that order; the usual one where it is unknown.

    A minus before its name turns it round. Equals stand by reference.
    """
    name = asked.removeprefix("-")
    if name not in ORDERS:
        asked = name = USUAL
    by_reference = sorted(lines, key=lambda line: line.indicator.reference)
    return (
        tuple(sorted(by_reference, key=ORDERS[name], reverse=asked.startswith("-"))),
        asked,
    )


# Each reason to read a figure with care: its key in an address, its name, and when it applies.
QUALITY_FLAGS: tuple[tuple[str, str, Callable[[Standing], bool]], ...] = (
    ("provisional", "Provisional", lambda each: each.confidence == "provisional"),
    ("estimated", "Estimated", lambda each: each.confidence == "estimated"),
    (
        "questions",
        "With questions not answered",
        lambda each: bool(each.data_confidence and each.data_confidence.unanswered),
    ),
    ("late", "Submitted late", lambda each: each.late),
    ("revised", "Revised", lambda each: each.revised),
    ("stale", "Out of date", lambda each: each.stale),
    ("break", "With a new definition", lambda each: each.definition_break),
)


@dataclass(frozen=True, slots=True)
class QualityFlag:
    """One reason to read figures with care, and the indicators it applies to."""

    key: str
    label: str
    lines: tuple[DashboardLine, ...]


def quality_flags(lines: Sequence[DashboardLine]) -> tuple[QualityFlag, ...]:
    """Every reason, with those it applies to, even where there are none."""
    return tuple(
        QualityFlag(key, label, tuple(line for line in lines if line.now and is_open(line.now)))
        for key, label, is_open in QUALITY_FLAGS
    )
