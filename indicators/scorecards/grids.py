"""What a file shows, whatever its kind: sheets of cells, each with its place and how it looks. Pure."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sorp.lexicon import Rag


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file, sheet and cell, as whoever looks for it would say."""

    file: str
    sheet: str
    row: int  # from nought
    column: int

    @property
    def cell(self) -> str:
        if self.sheet == "text":
            return f"paragraph {self.row + 1}"
        return f"{letters_of(self.column)}{self.row + 1}"

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}" if self.sheet else self.cell


def letters_of(column: int) -> str:
    """A, B … Z, AA: the letters of a column counted from nought."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell as a person sees it, and its number as the file keeps it."""

    place: Place
    text: str = ""
    number: Decimal | None = None
    day: date | None = None
    day_format: str = ""
    is_percentage: bool = False  # its number is shown a hundred times larger, with a sign
    unit: str = ""  # that its format writes beside the number
    decimals: int | None = None
    background: str = ""
    colour: str = ""
    is_bold: bool = False
    marks: str = ""  # what stands above the line
    is_total: bool = False  # a formula over the rows above it
    is_unworked: bool = False  # a formula whose value the file does not have
    spans: tuple[int, int] = (1, 1)  # rows and columns of a merged cell

    @property
    def is_blank(self) -> bool:
        return not self.text.strip() and not self.is_unworked

    @property
    def line(self) -> str:
        """Its text in one line, without the marks that lead to a note."""
        return " ".join(RAISED.sub("", self.text).split())


RAISED = re.compile("[\u00b9\u00b2\u00b3\u2070-\u2079]+")


@dataclass(frozen=True, slots=True)
class TextAbove:
    """A line that stands above a table in a document."""

    place: Place
    text: str


@dataclass(frozen=True)
class Grid:
    """A sheet, or a table of a document, without what is hidden. A merged cell stands at each place it covers."""

    file: str
    name: str
    cells: Mapping[tuple[int, int], GridCell]
    above: tuple[TextAbove, ...] = ()
    is_text: bool = False
    is_turned: bool = False

    @cached_property
    def rows(self) -> tuple[int, ...]:
        return tuple(sorted({row for row, _ in self.cells}))

    @cached_property
    def columns(self) -> tuple[int, ...]:
        return tuple(sorted({column for _, column in self.cells}))

    def at(self, row: int, column: int) -> GridCell | None:
        return self.cells.get((row, column))

    @cached_property
    def by_row(self) -> Mapping[int, tuple[tuple[int, GridCell], ...]]:
        """The cells of each row that say anything, by column; a merged one at each that it covers."""
        found: dict[int, list[tuple[int, GridCell]]] = {row: [] for row in self.rows}
        for (row, column), cell in sorted(self.cells.items(), key=lambda pair: pair[0]):
            if not cell.is_blank:
                found[row].append((column, cell))
        return {row: tuple(cells) for row, cells in found.items()}

    def distinct(self, row: int) -> list[GridCell]:
        """The cells of a row that say anything, a merged one once."""
        seen: dict[Place, GridCell] = {}
        for _, cell in self.by_row.get(row, ()):
            seen.setdefault(cell.place, cell)
        return list(seen.values())

    def every_cell(self) -> Iterable[GridCell]:
        seen: set[Place] = set()
        for row in self.rows:
            for _, cell in self.by_row[row]:
                if cell.place not in seen:
                    seen.add(cell.place)
                    yield cell

    def turned(self) -> Grid:
        """The same with rows for columns; each cell keeps its own place."""
        cells = {
            (column, row): replace(cell, spans=(cell.spans[1], cell.spans[0]))
            for (row, column), cell in self.cells.items()
        }
        return Grid(self.file, self.name, cells, self.above, self.is_text, not self.is_turned)


def grids_of(sheets: Sequence[Mapping[str, Any]], file: str) -> list[Grid]:
    """The visible sheets of a file, as the program that read it tells of them."""
    return [_grid(sheet, file) for sheet in sheets if not sheet["is_hidden"]]


DECIMAL_COMMA = re.compile(r"[-£]?\d+,(\d{1,2}|\d{4,6})\s*%?")
GROUPED_POINT = re.compile(r"[-£]?\d{1,3}(\.\d{3})+\s*%?")


def _grid(sheet: Mapping[str, Any], file: str) -> Grid:
    hidden_rows, hidden_columns = set(sheet["hidden_rows"]), set(sheet["hidden_columns"])
    spans = {(each[0], each[1]): each for each in sheet["merged"]}
    texts = [str(each.get("text", "")) for each in sheet["cells"]]
    has_commas = sheet.get("separator") in (";", "\t", "|") and any(
        DECIMAL_COMMA.fullmatch(each) for each in texts
    )
    cells: dict[tuple[int, int], GridCell] = {}
    for each in sheet["cells"]:
        row, column = each["row"], each["column"]
        top, left, bottom, right = spans.get((row, column), (row, column, row, column))
        text = str(each.get("text", ""))
        if has_commas and (DECIMAL_COMMA.fullmatch(text) or GROUPED_POINT.fullmatch(text)):
            text = text.replace(".", "").replace(",", ".")
        cell = GridCell(
            place=Place(file, sheet["name"], row, column),
            text=text,
            number=Decimal(each["number"]) if "number" in each else None,
            day=_day(each.get("day", "")),
            day_format=each.get("format", ""),
            is_percentage=each.get("is_percentage", False),
            unit=each.get("unit", ""),
            decimals=each.get("decimals"),
            background=each.get("background", ""),
            colour=each.get("colour", ""),
            is_bold=each.get("is_bold", False),
            marks=each.get("marks", "") + "".join(RAISED.findall(text)),
            is_total=each.get("is_total", False),
            is_unworked=each.get("is_unworked", False),
            spans=(bottom - top + 1, right - left + 1),
        )
        if (bottom - top + 1) * (right - left + 1) > 20_000:
            bottom, right = top, left
        for at_row in range(top, bottom + 1):
            for at_column in range(left, right + 1):
                if at_row not in hidden_rows and at_column not in hidden_columns:
                    cells[at_row, at_column] = cell
    above = tuple(
        TextAbove(Place(file, "text", number - 1, 0), text) for number, text in sheet["before"]
    )
    return Grid(file, sheet["name"], cells, above, is_text=sheet["name"] == "text")


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None


def rag_of_colour(colour: str) -> Rag | None:
    """Which of the three colours somebody means by this one; None for grey, blue and pale greens of tables."""
    if not re.fullmatch("[0-9A-F]{6}", colour):
        return None
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, light, full = colorsys.rgb_to_hls(red, green, blue)
    strength = max(red, green, blue) - min(red, green, blue)
    if strength < 0.12 or light < 0.12 or full < 0.3:
        return None
    degrees = hue * 360
    if degrees < 18 or degrees >= 335:
        return Rag.RED
    if degrees < 66:
        return Rag.AMBER
    return Rag.GREEN if degrees < 170 else None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that only somebody who knows the council can settle, and what was taken meanwhile."""

    file: str
    sheet: str
    cell: str  # a cell or a range, as a spreadsheet writes it
    field: str
    read_as: str
    why: str
    options: tuple[
        str, ...
    ] = ()  # what may be said instead, where that is not known from the field


def range_of(places: Sequence[Place]) -> str:
    """The cells of one sheet as a range, where they make one; else the first to the last."""
    if not places:
        return ""
    first = places[0]
    if first.sheet == "text" or len(set(places)) == 1:
        return first.cell
    rows, columns = [each.row for each in places], [each.column for each in places]
    return f"{letters_of(min(columns))}{min(rows) + 1}:{letters_of(max(columns))}{max(rows) + 1}"
