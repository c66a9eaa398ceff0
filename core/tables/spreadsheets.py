"""A file of rows, whichever program it comes from: a workbook becomes the CSV that imports read, and back."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime

import xlsxwriter

from core.tables.faults import WHOLE_ROW, Fault, RefusedFileError
from core.tables.reading import LARGEST_CELL, records
from core.tables.workbooks import (
    OLD_OFFICE,
    RefusedWorkbook,
    WorkbookCell,
    WorkbookFault,
    check,
    letters_of,
    read_sheets,
)

MOST_WORKBOOK_ROWS = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BRAND = "#123C4A"
LONGEST_CELL = 32_767  # Excel keeps no more
NARROWEST, WIDEST = 10, 60
# As many figures as a spreadsheet keeps, and none of them to be lost: 007 and 1.10 are text.
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{0,5}[1-9])?")
NEVER_RUN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def as_csv(content: bytes, *, file: str) -> bytes:
    """What an import reads: a CSV file as it came, or the first sheet of a workbook that has a row.

    Rows keep their numbers, so that a fault names the row that a spreadsheet shows. Raises
    RefusedFileError where a workbook is locked, unsafe or damaged, is of the old kind (.xls), or has
    cells that show an error.
    """
    if not content.startswith((b"PK", OLD_OFFICE)):
        return content
    try:
        check(content)
        sheets = read_sheets(content, most_rows=MOST_WORKBOOK_ROWS)
    except RefusedWorkbook as refusal:
        said = str(refusal)
        if refusal.fault is WorkbookFault.WRONG_TYPE:
            said = "Save the file as an Excel workbook (.xlsx) or as CSV"
        raise RefusedFileError([Fault(file, 1, WHOLE_ROW, said[:1].lower() + said[1:])]) from None
    sheet = next(
        (each for each in sheets if any(cell is not None for row in each.rows for cell in row)),
        None,
    )
    if sheet is None:
        return b""
    if sheet.is_long:
        advice = f"give at most {MOST_WORKBOOK_ROWS:,} rows in one sheet: save it as CSV"
        raise RefusedFileError([Fault(file, MOST_WORKBOOK_ROWS, WHOLE_ROW, advice)])
    width = max(
        position + 1 for row in sheet.rows for position, cell in enumerate(row) if cell is not None
    )
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    faults: list[Fault] = []
    for number in range(len(sheet.rows)):
        cells = [sheet.cell(number, column) for column in range(width)]
        for position, cell in enumerate(cells):
            if cell.error is not None:
                shows = cell.error or "a formula that was never worked out"
                advice = f"type a value in place of {shows}"
                faults.append(Fault(file, number + 1, letters_of(position), advice))
        writer.writerow([_as_typed(cell) for cell in cells])
    if faults:
        raise RefusedFileError(faults)
    return out.getvalue().encode()


def _as_typed(cell: WorkbookCell) -> str:
    """What somebody would have typed into a CSV file: days like 2011-04-01, yes and no."""
    if isinstance(cell.content, bool):
        return "yes" if cell.content else "no"
    if not cell.is_date:
        return cell.as_text[: LARGEST_CELL + 1]
    written = str(cell.content["date"])
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    return written if moment.hour or moment.minute else moment.date().isoformat()


def as_workbook(content: str, *, title: str) -> bytes:
    """The rows of a CSV file as a workbook of one sheet, which `as_csv` reads back as the same rows.

    A column that holds nothing but numbers holds numbers; every other cell is text, which cannot run
    nor lose its noughts: 007 stays 007, and 2011-04-01 reads so everywhere.
    """
    rows = [record.cells for record in records(content)]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, NEVER_RUN)
    # A fixed day: the same rows are the same file.
    book.set_properties({"title": title, "created": datetime(2011, 4, 1)})  # noqa: DTZ001
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31])
    heading = book.add_format({"bold": True, "bg_color": BRAND, "font_color": "#FFFFFF"})
    text = book.add_format({"num_format": "@"})
    for position, name in enumerate(rows[0] if rows else ()):
        column = [cells[position] for cells in rows[1:]]
        is_of_numbers = any(column) and all(PLAIN_NUMBER.fullmatch(cell) for cell in column if cell)
        sheet.write_string(0, position, name, heading)
        for number, cell in enumerate(column, start=1):
            if is_of_numbers and cell:
                sheet.write_number(number, position, float(cell))
            elif cell:
                sheet.write_string(number, position, cell[:LONGEST_CELL], text)
        longest = max(len(cell) for cell in (name, *column))
        width = min(max(longest + 2, NARROWEST), WIDEST)
        sheet.set_column(position, position, width, None if is_of_numbers else text)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
