"""The orders in which a dashboard may be read. Each is kept in the address: `sort=-moved`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from reports.queries.dashboards.lines import Line
from sorp.lexicon import Kind, Rag, Travel

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


def _rag(line: Line) -> int:
    """Red, amber, green, not rated, and last what has no RAG status by design."""
    if line.now and line.now.rag:
        return -Rag(line.now.rag).severity
    return 1 if line.indicator.kind == Kind.KPI else 2


def _travel(line: Line) -> int:
    return TRAVELS[Travel(line.now.travel)] if line.now else LAST


ORDERS: dict[str, Callable[[Line], Any]] = {
    "reference": lambda line: line.indicator.reference,
    "title": lambda line: line.indicator.title.casefold(),
    "rag": _rag,
    "travel": _travel,
    "moved": lambda line: line.moved,
}


def in_order(lines: Iterable[Line], asked: str) -> tuple[tuple[Line, ...], str]:
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
