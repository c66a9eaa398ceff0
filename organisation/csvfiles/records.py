"""Text to records, as RFC 4180 has it, with a sentence for each record that breaks it.

Python's own reader lets a stray quotation mark pass and joins what should be two rows; here it is
refused, because the cell that then holds half the file would otherwise be somebody's commentary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from organisation.csvfiles.faults import shown

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
