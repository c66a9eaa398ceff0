"""Printed statuses: the colour that a cell says, by word, symbol or colour; keys; printed counts. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.scorecards.grids import Grid, GridCell, Place, rag_of_colour
from indicators.scorecards.periods import Period, period_in, plain
from indicators.scorecards.vocabulary import BELOW, COUNT_HEADING, meaning_of, status_named
from sorp.lexicon import Rag


@dataclass(frozen=True, slots=True)
class StatusRead:
    """What a status cell says: a colour, or that there is none; and why, where it is not sure."""

    rag: Rag | None
    is_said: bool  # whether the cell says anything of a status
    question: str = ""


@dataclass
class Notes:
    """What a file explains of itself: symbols and words of statuses, and marks beside figures."""

    lines: list[GridCell] = field(default_factory=list)
    colours: dict[str, Rag] = field(default_factory=dict)
    statuses: set[str] = field(
        default_factory=set
    )  # every word that stands in a column of statuses

    @classmethod
    def of(cls, grids: Sequence[Grid]) -> Notes:
        found = cls()
        meanings: dict[str, set[Rag]] = {}
        for grid in grids:
            for cell in grid.every_cell():
                if len(cell.line) > 2 or cell.marks:
                    found.lines.append(cell)
                for token, meaning in _keyed(grid, cell):
                    meanings.setdefault(token, set()).add(meaning)
        found.colours = {
            token: next(iter(each)) for token, each in meanings.items() if len(each) == 1
        }
        return found

    def explanation(self, mark: str, beside: Place) -> str | None:
        """What a note says of a mark; None where none does."""
        mark = mark.strip().strip("()[]").translate(LOWERED)
        if not mark:
            return None
        shape = (
            rf"(?:^|[\s;.:(\[]){re.escape(mark)}[)\]]?(?![*†‡§#]) ?[=:.–-]? ?(?=[A-Za-z])"
            if not mark.isdigit()
            else rf"^[(\[]?{re.escape(mark)}[)\].:]? ?[=:–-]? ?(?=[A-Za-z])"
        )
        for cell in self.lines:
            if cell.place == beside:
                continue
            text = cell.text.translate(LOWERED).strip()
            is_marked = cell.marks.translate(LOWERED).strip().startswith(mark)
            is_a_note = len(text) > 12 and cell.number is None and re.match("[A-Za-z ]", text)
            if is_marked and is_a_note:
                return text
            if found := re.search(shape, text):
                return text[found.end() :]
        return None

    def read(self, cell: GridCell) -> StatusRead:
        """The status that one cell says."""
        words = plain(cell.line).strip()
        by_key = self.colours.get(words)
        by_fill = rag_of_colour(cell.background)
        by_font = rag_of_colour(cell.colour)
        if words:
            rag, is_known = status_named(words)
            is_letter = len(words) > 1 or words.isalnum()
            if by_key is not None and (not is_known or (rag is None and is_letter)):
                return StatusRead(by_key, True)
            if rag is not None:
                if by_fill is not None and by_fill is not rag and by_key is None:
                    return StatusRead(
                        rag, True, f"{cell.line!r} stands on a {by_fill.label.lower()} ground"
                    )
                return StatusRead(rag, True)
            if words in BELOW:
                is_worse_named = any(
                    status_named(each)[0] is Rag.RED for each in self.statuses if each not in BELOW
                )
                return StatusRead(Rag.AMBER if is_worse_named else Rag.RED, True)
            if is_known:
                return StatusRead(None, True)
            if not re.search(r"[a-z0-9]", words):  # a symbol whose colour says it
                shown = by_font or by_fill
                if shown is not None:
                    return StatusRead(shown, True)
                if by_key is None:
                    return StatusRead(None, True, f"nothing says what {cell.line} stands for")
            if by_fill is not None or by_font is not None:
                return StatusRead(by_fill or by_font, True)
            return StatusRead(None, True, f"{cell.line[:40]!r} is no status that is known")
        if by_fill is not None:
            return StatusRead(by_fill, True)
        return StatusRead(None, bool(cell.background))


LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
KEY_LINE = re.compile(r"\s*([^\w\s]{1,2}|[\w/ ]{1,20}?)\s*(?:[=:]| [–-]|\s{2,})\s*(.{3,90}?)\s*")
SYMBOL_LINE = re.compile(r"\s*([^\w\s(\[\"'“‘*†‡§#£%•]{1,2})\s+(.{3,80})")


def _keyed(grid: Grid, cell: GridCell) -> Iterator[tuple[str, Rag]]:
    """What a cell explains of symbols or words: "▲  on or above target"; "OK = target met; …"."""
    text = cell.text.strip()
    if not text or len(text) > 600:
        return
    pieces = re.split(
        r"[;\n]|,(?=\s*\w{1,10}\s*[=:])|(?<=[a-z%)])\.\s",
        re.sub(r"^(rag |status )?key( to [\w ]+)?:\s*", "", text, flags=re.I),
    )
    for piece in pieces:
        found = SYMBOL_LINE.fullmatch(piece.strip()) or KEY_LINE.fullmatch(piece.strip())
        if found and (meaning := meaning_of(found[2])) is not None:
            token = plain(found[1])
            named, is_known = status_named(token)
            if not (is_known and named is not None) or named is meaning:
                yield token, meaning
    if len(text) <= 20 and cell.number is None:
        right = grid.at(cell.place.row, cell.place.column + cell.spans[1])
        is_alone = len(grid.distinct(cell.place.row)) <= 3
        if (
            right is not None
            and is_alone
            and 6 <= len(right.line) <= 90
            and not re.fullmatch(r"[\d.,%£ ]+", right.line)
        ):
            named, is_known = status_named(text)
            meaning = meaning_of(right.line)
            if meaning is not None and named is None and not re.search(r"[a-z]{7}", text, re.I):
                yield plain(text), meaning


# Printed counts


@dataclass(frozen=True, slots=True)
class PrintedCount:
    """How many of each colour a file says that there are, and where."""

    place: Place
    counts: Mapping[Rag, int]
    label: str
    period: Period | None


IN_WORDS = {
    word: at
    for at, word in enumerate(
        [
            "no",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
}
IN_WORDS |= {
    "none": 0,
    "zero": 0,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
}
NUMBER = r"(\d{1,3}|" + "|".join(IN_WORDS) + r")"
COLOUR = r"(greens?|ambers?|reds?)"
BEFORE = re.compile(
    rf"\b{NUMBER}(?: \(\d+%\))? (?:(?:of|are|is|were|was|indicators?|kpis?|pis?|measures?|rated|as|at|on|have|been|has|achieved|a|status|the|them|which|shown) )*\(?{COLOUR}\b"
)
AFTER = re.compile(rf"\b{COLOUR}(?: \w+)?\s*[:=(–-]\s*{NUMBER}\b(?!\s*%)")
OTHER_TIME = re.compile(r"\b(last|previous|prior|compared|earlier|was)\b")


def printed_counts(grids: Sequence[Grid], of_rows: Collection[Place]) -> list[PrintedCount]:
    """Every count of greens, ambers and reds that a file prints, in a sentence or a small table.

    `of_rows` are the places of statuses of indicators, which head no counts.
    """
    found: list[PrintedCount] = []
    for grid in grids:
        for cell in grid.every_cell():
            if len(cell.line) > 14 and (counts := _in_sentence(cell.line)):
                period, _ = period_in(cell.line)
                found.append(PrintedCount(cell.place, counts, "", period))
        if not grid.is_text:
            found += _in_rows(grid, of_rows)
            found += _in_rows(grid.turned(), of_rows)
    return found


def _in_sentence(text: str) -> dict[Rag, int]:
    words = plain(text)
    if len(words) > 400:
        return {}
    counts: dict[Rag, int] = {}
    pairs = [(each[2], each[1]) for each in BEFORE.finditer(words)]
    pairs = pairs if len(pairs) >= 2 else [(each[1], each[2]) for each in AFTER.finditer(words)]
    for colour, number in pairs:
        rag = Rag(colour.rstrip("s"))
        if rag in counts:
            return {}
        counts[rag] = IN_WORDS[number] if number in IN_WORDS else int(number)
    return counts if len(counts) >= 2 else {}


def _in_rows(grid: Grid, of_rows: Collection[Place]) -> Iterator[PrintedCount]:
    for row in grid.rows:
        heads = {
            column: rag
            for column, cell in grid.by_row[row]
            if cell.number is None
            and cell.place not in of_rows
            and (rag := _count_heading(cell)) is not None
        }
        if len(heads) < 2 or len(set(heads.values())) != len(heads):
            continue
        following = [each for each in grid.rows if each > row][:14]
        for below in following:
            counts: dict[Rag, int] = {}
            place: Place | None = None
            for column, rag in sorted(heads.items()):
                cell = grid.at(below, column)
                if cell is not None and re.fullmatch(r"\d{1,3}", cell.line):
                    counts[rag] = int(cell.line)
                    place = place or cell.place
            others = [cell for column, cell in grid.by_row.get(below, ()) if column < min(heads)]
            if len(counts) < 2 or place is None:
                break
            label = others[0].line if others else ""
            if OTHER_TIME.search(plain(label)):
                continue
            period, _ = period_in(label)
            yield PrintedCount(place, counts, label, period)


def _count_heading(cell: GridCell) -> Rag | None:
    words = plain(cell.line)
    if not COUNT_HEADING.fullmatch(words):
        return None
    bare = re.sub(r"^(number |no\.? |total )?(of )?|s$| \(.*\)$", "", words)
    named, _ = status_named(bare)
    return (
        named
        or (meaning_of(bare) if not re.search(r"n/a|rated|data|rag|target$", bare) else None)
        or {"below target": Rag.RED}.get(bare)
    )


def agrees(counts: Mapping[Rag, int], statuses: Sequence[Rag]) -> bool:
    """Whether so many of each colour, as far as they are printed, are what was read."""
    read = Counter(statuses)
    return all(read[rag] == times for rag, times in counts.items()) and (
        len(counts) == 3 or sum(read.values()) >= sum(counts.values())
    )
