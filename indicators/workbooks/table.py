"""Where the answers stand in a workbook that came back: its columns by heading, its rows by reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from indicators.workbooks.columns import (
    ASKED,
    COLUMNS,
    IDENTITY,
    NOTES,
    REFERENCE,
    SHEET,
    VALUE,
    Column,
    plain_heading,
)
from indicators.workbooks.reading import Cell, Sheet
from indicators.workbooks.refusals import TEMPLATE, Fault, Refused

HEADINGS_WITHIN = 30  # rows: people put a note or two above the table
BY_HEADING = {plain_heading(column.heading): column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: its reference, and a cell for each answer whose column is there."""

    reference: Cell
    answers: Mapping[str, Cell]  # by the column's key

    @property
    def name(self) -> str:
        return self.reference.as_text.strip()

    @property
    def says_nothing(self) -> bool:
        return all(cell.is_empty for cell in self.answers.values())

    def at(self, key: str) -> str:
        """Where an answer stands; where its column was removed, the row's reference."""
        return self.answers.get(key, self.reference).at


@dataclass(frozen=True, slots=True)
class Table:
    """The table in a workbook that came back."""

    sheet: Sheet
    headings_row: int
    places: Mapping[str, int]  # column by heading, as it should be written
    strange: tuple[str, ...]  # headings that are not ours, whose columns are not read

    @property
    def missing(self) -> tuple[Column, ...]:
        """The answers whose columns are gone. What is saved for them stays."""
        return tuple(column for column in ASKED if column.heading not in self.places)

    def rows(self) -> Iterator[Row]:
        """Every row below the headings in which something is said of an indicator."""
        present = [column for column in ASKED if column.heading in self.places]
        for number in range(self.headings_row + 1, len(self.sheet.rows)):
            row = Row(
                self.sheet.cell(number, self.places[REFERENCE.heading]),
                {
                    column.key: self.sheet.cell(number, self.places[column.heading])
                    for column in present
                },
            )
            if not (row.reference.is_empty and row.says_nothing):
                yield row


def table_of(sheets: Sequence[Sheet]) -> Table:
    """The table of a workbook, wherever it was moved to. Raises Refused where there is none."""
    found = [
        (sheet, row)
        for sheet in sheets
        if sheet.name not in (NOTES, IDENTITY) and (row := _headings_row(sheet)) is not None
    ]
    if not found:
        raise Refused(
            Fault.TEMPLATE,
            f"{TEMPLATE}. No row in it has the headings {REFERENCE.heading} and {VALUE.heading}:"
            " put them back, or download the workbook again",
        )
    sheet, row = min(found, key=lambda each: each[0].name != SHEET)
    if sheet.is_long:
        raise Refused(
            Fault.TEMPLATE,
            f"{TEMPLATE}. The sheet {sheet.name} goes on far below the table: remove what stands"
            " there",
        )
    return Table(sheet, row, *_places(sheet, row))


def _headings_row(sheet: Sheet) -> int | None:
    wanted = {plain_heading(REFERENCE.heading), plain_heading(VALUE.heading)}
    for number, cells in enumerate(sheet.rows[:HEADINGS_WITHIN]):
        if wanted <= {plain_heading(each) for each in cells if isinstance(each, str)}:
            return number
    return None


def _places(sheet: Sheet, row: int) -> tuple[dict[str, int], tuple[str, ...]]:
    places: dict[str, int] = {}
    strange: list[str] = []
    for position in range(len(sheet.rows[row])):
        cell = sheet.cell(row, position)
        column = BY_HEADING.get(plain_heading(cell.as_text))
        if column is None:
            if not cell.is_empty:
                strange.append(f"{cell.at} ({cell.as_text.strip()[:60]})")
            continue
        if column.heading in places:
            first = sheet.cell(row, places[column.heading]).at
            raise Refused(
                Fault.TEMPLATE,
                f"{TEMPLATE}. {first} and {cell.at} are both headed {column.heading}: remove one"
                " of the columns",
            )
        places[column.heading] = position
    return places, tuple(strange)
