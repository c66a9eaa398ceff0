"""Text to records, as RFC 4180 has it, with a sentence for each record that breaks it.

Python's own reader lets a stray quotation mark pass and joins what should be two rows; here it is
refused, because the cell that then holds half the file would otherwise be somebody's commentary.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.tables.cells import Cell
from core.tables.faults import WHOLE_ROW, Fault, Faults, RefusedFileError, shown
from core.tables.writing import without_mark

# No piece can match what the next one does, so a long cell is read in one pass.
QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')
BARE = re.compile(r'[^",\r\n]*')
LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Record:
    """One row's cells as written; or what is wrong with its quotation marks, and in which cell."""

    row: int
    cells: tuple[str, ...]
    misquoted: str = ""

    @property
    def is_blank(self) -> bool:
        """Nothing in it: spreadsheets leave such rows, commas and all, below the last."""
        return not self.misquoted and not any(cell.strip() for cell in self.cells)


def records(text: str) -> Iterator[Record]:
    """Each row in order, counted from 1 as a spreadsheet counts: a cell may hold many lines.

    After a misquoted row, reading goes on at the next line of the file.
    """
    at, row = 0, 0
    while at < len(text):
        row += 1
        record, at = _record(text, at, row)
        yield record


def _record(text: str, at: int, row: int) -> tuple[Record, int]:
    cells: list[str] = []
    while True:
        opened = at
        quoted = at < len(text) and text[at] == '"'
        found = (QUOTED if quoted else BARE).match(text, at)
        if found is None:
            advice = "close the quotation mark with which this cell begins"
            return Record(row, tuple(cells), advice), _next_line(text, opened)
        cells.append(found[1].replace('""', '"') if quoted else found[0])
        at = found.end()
        if at == len(text):
            return Record(row, tuple(cells)), at
        if text[at] == ",":
            at += 1
            continue
        if line_end := LINE_END.match(text, at):
            return Record(row, tuple(cells)), line_end.end()
        return Record(row, tuple(cells[:-1]), _stray(cells[-1])), _next_line(text, at)


def _stray(cell: str) -> str:
    return (
        f"put quotation marks around the whole of the cell that begins {shown(cell)}, and write"
        ' each one inside it twice: ""'
    )


def _next_line(text: str, at: int) -> int:
    line_end = LINE_END.search(text, at)
    return line_end.end() if line_end else len(text)


LARGEST_FILE = 20_000_000  # bytes
LARGEST_CELL = 100_000  # bytes
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its name, how its cells are read, and whether they may be empty.

    An optional column may be left out of the file; its cells are then absent from the rows.
    """

    name: str
    read: Cell
    filled: bool = False
    optional: bool = False
    empty: Any = None  # what an empty cell means


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what its cells mean. A cell that could not be read is absent, and a fault."""

    number: int
    cells: Mapping[str, Any]
    sound: bool

    def __getitem__(self, column: str) -> Any:
        return self.cells[column]

    def get(self, column: str, default: Any = None) -> Any:
        return self.cells.get(column, default)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read: every row that has the right number of cells, and every fault."""

    rows: tuple[Row, ...]
    faults: Faults

    @property
    def sound_rows(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.sound)


def content_of(path: Path) -> bytes:
    """The file's bytes, no more than are read at all. Raises RefusedFileError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        advice = f"give a file that can be read ({error.strerror})"
        raise RefusedFileError([Fault(path.name or str(path), 1, WHOLE_ROW, advice)]) from None


def read(content: bytes, columns: Sequence[Column], *, file: str) -> Reading:
    """The rows of a file and its faults. Nothing raises, whatever the bytes.

    A wrong header ends the reading, since no cell could then be placed.
    """
    faults = Faults(file)
    text = _decoded(content, faults)
    if text is None:
        return Reading((), faults)
    found = records(text)
    header = next((record for record in found if not record.is_blank), None)
    if header is None:
        names = ", ".join(column.name for column in columns if not column.optional)
        faults.add(1, WHOLE_ROW, f"the file is empty: begin with a row of column names, {names}")
        return Reading((), faults)
    placed = _placed(header, columns, faults)
    if placed is None:
        return Reading((), faults)
    rows: list[Row] = []
    for record in found:
        if record.row > MOST_ROWS:
            faults.add(record.row, WHOLE_ROW, f"give at most {MOST_ROWS:,} rows in one file")
            break
        if not record.is_blank and (row := _row(record, placed, faults)) is not None:
            rows.append(row)
    if not rows and not faults:
        faults.add(header.row + 1, WHOLE_ROW, "add a row: the file has column names and no rows")
    return Reading(tuple(rows), faults)


def _decoded(content: bytes, faults: Faults) -> str | None:
    if len(content) > LARGEST_FILE:
        advice = f"give a file of at most {LARGEST_FILE // 1_000_000} MB: split this one"
        faults.add(1, WHOLE_ROW, advice)
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        faults.add(row, WHOLE_ROW, "save the file as UTF-8 (in a spreadsheet, “CSV UTF-8”)")
        return None


def _placed(header: Record, columns: Sequence[Column], faults: Faults) -> list[Column] | None:
    """The columns in the file's order, or None where the header is wrong, with a fault for each."""
    if header.misquoted:
        faults.add(header.row, WHOLE_ROW, header.misquoted)
        return None
    known = {column.name: column for column in columns}
    names = [name.strip() for name in header.cells]
    before = len(faults)
    if len(names) == 1 and (mark := next((m for m in ";\t|" if m in names[0]), None)):
        advice = f"separate the columns with commas, not with {shown(mark)}"
        faults.add(header.row, WHOLE_ROW, advice)
        return None
    for name, times in Counter(names).items():
        if name not in known:
            faults.add(header.row, shown(name), _unknown(name, names, known))
        elif times > 1:
            faults.add(header.row, name, f"name the column {name} once only, not {times} times")
    for column in columns:
        if not column.optional and column.name not in names:
            faults.add(header.row, column.name, f"add the column {column.name} to the first row")
    return None if len(faults) > before else [known[name] for name in names]


def _unknown(name: str, names: Sequence[str], known: Mapping[str, Column]) -> str:
    if not name:
        return "give this column a name, or remove it"
    missing = [each for each in known if each not in names]
    near = difflib.get_close_matches(name.lower()[:60], missing, n=1)
    return f"rename this column {near[0]}" if near else "remove this column: it is not one of ours"


def _row(record: Record, columns: Sequence[Column], faults: Faults) -> Row | None:
    if record.misquoted:
        at = min(len(record.cells), len(columns) - 1)
        faults.add(record.row, columns[at].name, record.misquoted)
        return None
    if len(record.cells) != len(columns):
        faults.add(record.row, WHOLE_ROW, _wrong_count(len(record.cells), len(columns)))
        return None
    cells: dict[str, Any] = {}
    for column, text in zip(columns, record.cells, strict=True):
        try:
            cells[column.name] = _meaning(column, text)
        except ValueError as advice:
            faults.add(record.row, column.name, str(advice))
    return Row(record.row, cells, sound=len(cells) == len(columns))


def _wrong_count(given: int, wanted: int) -> str:
    advice = f"give {wanted} cells, as in the first row, not {given}"
    if given > wanted:
        advice += ": put quotation marks around a cell that holds a comma"
    return advice


def _meaning(column: Column, text: str) -> Any:
    """What one cell means. Raises ValueError with what to do."""
    if len(text) > LARGEST_CELL or len(text.encode()) > LARGEST_CELL:
        raise ValueError(f"shorten this cell to {LARGEST_CELL // 1000} kB or less")
    if "\x00" in text:
        raise ValueError("take out the NUL character: it cannot be kept")
    plain = without_mark(text.strip())
    if plain:
        return column.read(plain)
    if column.filled:
        raise ValueError("fill in this cell")
    return column.empty
