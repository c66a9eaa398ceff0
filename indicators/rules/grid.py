"""A row of the grid: which of its cells were typed anew, and what becomes of two people's words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

from indicators.rules.entry import (
    ANSWERS,
    FIGURES,
    MONTHS,
    Entry,
    marked_confidence,
    typed_figure,
)
from sorp.lexicon import Confidence

Cells = Mapping[str, str]  # the text of each cell of one row, by the name a draft keeps it under
EMPTY = f"{crc32(b''):08x}"
MINE, THEIRS = "mine", "theirs"


def cell_mark(text: str) -> str:
    """By which it is known later whether a cell says the same: of eight characters, and no secret."""
    return f"{crc32(text.encode()):08x}"


def cell_marks(cells: Cells) -> str:
    """What a page showed in a row, to be sent back with it: `value=1f2e3d4c commentary=…`.

    A cell that was empty is left out.
    """
    return " ".join(f"{name}={cell_mark(text)}" for name, text in cells.items() if text)


def read_marks(sent: str) -> dict[str, str]:
    """The mark of each cell that was not empty, by its name. What is no mark is passed over."""
    pairs = (each.partition("=") for each in sent.split())
    return {name: mark for name, _, mark in pairs if mark}


@dataclass(frozen=True, slots=True)
class MergedRow:
    """A row as it is kept: one's own cells where one typed, what stands in every other."""

    cells: Cells
    touched: frozenset[str]  # typed anew, and not what stands already
    clashing: frozenset[str]  # typed anew by somebody else as well, and not settled

    @property
    def is_touched(self) -> bool:
        return bool(self.touched)


def merged(sent: Cells, marks: Mapping[str, str], stands: Cells, keep: str = "") -> MergedRow:
    """What was sent, over what stands now, by what the page had shown (`marks`).

    Figures and the reason why there are none are one answer: two people who type in any of them
    clash. `keep` settles a clash: whoever typed later says which of the two stays.
    """
    differing = {name for name, text in sent.items() if text != stands.get(name, "")}
    mine = _whole({each for each in differing if cell_mark(sent[each]) != marks.get(each, EMPTY)})
    theirs = _whole(
        {each for each in differing if cell_mark(stands.get(each, "")) != marks.get(each, EMPTY)}
    )
    both = mine & theirs & sent.keys()
    if keep == THEIRS:
        mine -= both
    cells = {
        name: text if name in mine or name not in differing else stands.get(name, "")
        for name, text in sent.items()
    }
    return MergedRow(
        cells,
        touched=frozenset(mine & differing),
        clashing=frozenset() if keep in (MINE, THEIRS) else frozenset(both),
    )


def _whole(names: Collection[str]) -> set[str]:
    """These cells, and with any of the figures all of them."""
    return {*names, *ANSWERS} if set(ANSWERS) & set(names) else set(names)


def how_firm(chosen: str, figures: Iterable[str], measure_unit: str) -> str:
    """How firm a figure is: as it was chosen; where nothing was, as it says itself, 85 (p), or final.

    Nothing where no figure was typed.
    """
    texts = [each for each in figures if each.strip()]
    if chosen or not texts:
        return chosen
    found = []
    for text in texts:
        try:
            found.append(typed_figure(text, what="the result", measure_unit=measure_unit))
        except ValueError:
            continue
    return (marked_confidence(found) or Confidence.FINAL).value


def shown_confidence(typed: Cells, measure_unit: str) -> str:
    """What the list beside a figure has chosen: nothing where the figure says it itself, or is final."""
    said = typed.get("confidence", "")
    by_itself = how_firm("", (typed.get(name, "") for name in FIGURES), measure_unit)
    return "" if said in (Confidence.FINAL, by_itself) else said


def is_given(typed: Cells, entry: Entry, *, by_month: bool) -> bool:
    """Whether an answer is finished: a figure, or why there is none; of a monthly one, its months."""
    if by_month:
        return MONTHS not in entry.problems
    return any(typed.get(name, "").strip() for name in ANSWERS)
