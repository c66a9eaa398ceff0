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
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from core.tables.faults import WHOLE_ROW, Fault, Faults, RefusedFileError, shown
from core.tables.rows import Column, TableRow, column_named, columns_of
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


CLEAR = "(clear)"  # takes away what was said; an empty cell leaves it
LARGEST_FILE = 20_000_000  # bytes
LARGEST_CELL = 100_000  # bytes
MOST_ROWS = 100_000

SomeRow = TypeVar("SomeRow", bound=TableRow)


@dataclass(frozen=True, slots=True)
class PartialRow:
    """What could be read of a row, sound or not, by field. A cell that is a fault is absent."""

    row_number: int
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading(Generic[SomeRow]):
    """A file as read: its sound rows, what could be read of each row, its columns, every fault."""

    model: type[SomeRow]
    rows: tuple[SomeRow, ...]
    partial_rows: tuple[PartialRow, ...]
    columns: frozenset[str]
    faults: Faults

    def once_each(self, *key: str, to_blame: str) -> tuple[SomeRow, ...]:
        """The sound rows; a fault, naming the first, for each that says the same thing again."""
        first: dict[tuple[Any, ...], int] = {}
        again: set[int] = set()
        for row in self.partial_rows:
            if any(field not in row.cells for field in key):
                continue
            named = tuple(row.cells[field] for field in key)
            if first.setdefault(named, row.row_number) != row.row_number:
                words = ", ".join(
                    f"{column_named(self.model, field)} {cell}"
                    for field, cell in zip(key, named, strict=True)
                )
                advice = f"remove this row or row {first[named]}: both give {words}"
                self.faults.add(row.row_number, column_named(self.model, to_blame), advice)
                again.add(row.row_number)
        return tuple(row for row in self.rows if row.row_number not in again)


def content_of(path: Path) -> bytes:
    """The file's bytes, no more than are read at all. Raises RefusedFileError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        advice = f"give a file that can be read ({error.strerror})"
        raise RefusedFileError([Fault(str(path), 1, WHOLE_ROW, advice)]) from None


def read(
    content: bytes, model: type[SomeRow], *, file: str, may_have_no_rows: bool = False
) -> Reading[SomeRow]:
    """The rows of a file, as the model declares them, and its faults. Nothing raises, whatever the bytes.

    A wrong header ends the reading, since no cell could then be placed.
    """
    faults = Faults(file)
    text = decoded(content, faults)
    if text is None:
        return Reading(model, (), (), frozenset(), faults)
    found = records(text)
    header = next((record for record in found if not record.is_blank), None)
    if header is None:
        names = ", ".join(
            each.name for each in columns_of(model).values() if not each.may_be_left_out
        )
        faults.add(1, WHOLE_ROW, f"the file is empty: begin with a row of column names, {names}")
        return Reading(model, (), (), frozenset(), faults)
    columns = _placed(header, model, faults)
    if columns is None:
        return Reading(model, (), (), frozenset(), faults)
    rows: list[SomeRow] = []
    partial_rows: list[PartialRow] = []
    for record in found:
        if record.row > MOST_ROWS:
            faults.add(record.row, WHOLE_ROW, f"give at most {MOST_ROWS:,} rows in one file")
            break
        if record.is_blank:
            continue
        if record.misquoted:
            at = min(len(record.cells), len(columns) - 1)
            column = columns[at]
            faults.add(record.row, column.name if column else WHOLE_ROW, record.misquoted)
        elif len(record.cells) != len(columns):
            faults.add(record.row, WHOLE_ROW, _wrong_count(len(record.cells), len(columns)))
        else:
            row, partial_row = _row(record, columns, model, faults)
            partial_rows.append(partial_row)
            if row is not None:
                rows.append(row)
    if not partial_rows and not faults and not may_have_no_rows:
        faults.add(header.row + 1, WHOLE_ROW, "add a row: the file has column names and no rows")
    named = frozenset(column.name for column in columns if column)
    return Reading(model, tuple(rows), tuple(partial_rows), named, faults)


def decoded(content: bytes, faults: Faults) -> str | None:
    """The text of a UTF-8 file, without its byte-order mark; or None, with a fault."""
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


def _placed(
    header: Record, model: type[TableRow], faults: Faults
) -> tuple[Column | None, ...] | None:
    """The columns in the file's order, or None where the header is wrong, with a fault for each.

    A column of which the model knows nothing, and which it lets be, is None.
    """
    if header.misquoted:
        faults.add(header.row, WHOLE_ROW, header.misquoted)
        return None
    known = columns_of(model)
    names = [name.strip() for name in header.cells]
    for column in known.values():
        if column.also_called in names and column.also_called and column.name not in names:
            faults.called[column.name] = column.also_called
            names[names.index(column.also_called)] = column.name
    before = len(faults)
    if len(names) == 1 and (mark := next((m for m in ";\t|" if m in names[0]), None)):
        advice = f"separate the columns with commas, not with {shown(mark)}"
        faults.add(header.row, WHOLE_ROW, advice)
        return None
    for name, times in Counter(names).items():
        if name not in known:
            if model.model_config.get("extra") != "ignore":
                faults.add(header.row, shown(name), _unknown(name, names, known))
        elif times > 1:
            faults.add(header.row, name, f"name the column {name} once only, not {times} times")
    for column in known.values():
        if not column.may_be_left_out and column.name not in names:
            faults.add(header.row, column.name, f"add the column {column.name} to the first row")
    return None if len(faults) > before else tuple(known.get(name) for name in names)


def _unknown(name: str, names: Sequence[str], known: Mapping[str, Column]) -> str:
    if not name:
        return "give this column a name, or remove it"
    missing = [each for each in known if each not in names]
    near = difflib.get_close_matches(name.lower()[:60], missing, n=1)
    return f"rename this column {near[0]}" if near else "remove this column: we do not use it"


def _wrong_count(given: int, wanted: int) -> str:
    advice = f"give {wanted} cells, as in the first row, not {given}"
    if given > wanted:
        advice += ": put quotation marks around a cell that holds a comma"
    return advice


def _row(
    record: Record, columns: Sequence[Column | None], model: type[SomeRow], faults: Faults
) -> tuple[SomeRow | None, PartialRow]:
    """The row, or None with a fault for each cell that is wrong; and what could be read of it."""
    wrong: dict[str, str] = {}
    filled: dict[str, str] = {}
    empty: dict[str, Any] = {}
    cleared: dict[str, Any] = {}
    for column, text in zip(columns, record.cells, strict=True):
        if column is None:
            continue
        if (advice := _unkeepable(text)) is not None:
            wrong[column.field] = advice
        elif text.strip().casefold() == CLEAR:
            if column.is_filled:
                wrong[column.field] = "fill in this cell: what it says cannot be taken away"
            else:
                cleared[column.field] = empty[column.field] = column.empty
        elif plain := without_mark(text.strip()):
            filled[column.field] = plain
        elif column.is_filled:
            wrong[column.field] = "fill in this cell"
        else:
            empty[column.field] = column.empty
    row = None
    try:
        row = model.model_validate({"row_number": record.row, **filled})
    except ValidationError as refused:
        for error in refused.errors(include_url=False, include_input=False):
            if error["type"] != "missing":
                reason = error["ctx"]["error"]
                field = error["loc"][0] if error["loc"] else reason.field
                wrong.setdefault(str(field), str(reason))
    if row is not None and cleared:
        row = row.model_copy(update=cleared)
    if wrong:
        row = None
    in_order = [column.field for column in columns if column]
    for field in sorted(wrong, key=lambda each: in_order.index(each) if each in in_order else 0):
        faults.add(record.row, column_named(model, field), wrong[field])
    cells = empty | {
        column.field: getattr(row, column.field)
        if row
        else column.reader.validate_python(filled[column.field])
        for column in columns
        if column and column.field in filled and column.field not in wrong
    }
    return row, PartialRow(record.row, cells)


def _unkeepable(text: str) -> str | None:
    """What to do about a cell that no kind of reader could take; None where one might."""
    if len(text) > LARGEST_CELL or len(text.encode()) > LARGEST_CELL:
        return f"shorten this cell to {LARGEST_CELL // 1000} kB or less"
    if "\x00" in text:
        return "take out the NUL character: it cannot be kept"
    return None
