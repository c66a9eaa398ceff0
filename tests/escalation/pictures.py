"""Rating histories as pictures: "GR-|R" is green, red, not rated, then red after a break."""

from __future__ import annotations

from collections.abc import Sequence

from core.quarters import Quarter
from sorp.lexicon import NotRated, Rag
from sorp.rules.figures import Figure

FIRST = Quarter(2011, 1)

LETTERS = {
    "R": (Rag.RED, None),
    "A": (Rag.AMBER, None),
    "G": (Rag.GREEN, None),
    "-": (None, None),  # nothing is known: neither rated nor known to be due
    "x": (None, NotRated.NO_RESULT),
    "n": (None, NotRated.NOT_DUE),
    "s": (None, NotRated.SUSPENDED),
    "t": (None, NotRated.NO_TARGET),
    "d": (None, NotRated.DATA_ONLY),
}


def history(picture: str, first: Quarter = FIRST) -> list[Figure]:
    """One observation a letter; a bar stands before the first letter after a definition break."""
    observations: list[Figure] = []
    is_break = False
    for letter in picture:
        if letter == "|":
            is_break = True
            continue
        quarter = Quarter.from_ordinal(first.ordinal + len(observations))
        observations.append(Figure(quarter, *LETTERS[letter], is_break))
        is_break = False
    return observations


def nth(number: int) -> Quarter:
    """The quarter of the picture's nth letter, counted from 1."""
    return Quarter.from_ordinal(FIRST.ordinal + number - 1)


def place(quarter: Quarter | None) -> int | None:
    """Which letter of the picture a quarter is, counted from 1."""
    return None if quarter is None else quarter.ordinal - FIRST.ordinal + 1


def places(quarters: Sequence[Quarter]) -> list[int | None]:
    return [place(quarter) for quarter in quarters]
