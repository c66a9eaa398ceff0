"""The workbook that goes out: one row an indicator, with what is known filled in."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from core.clock import now
from core.figures import LARGEST, MINUS
from core.quarters import Quarter
from indicators.queries.grid import EntryRow
from indicators.rules.rating import scale_of
from indicators.workbooks.cell_parsing import comparable, in_words
from indicators.workbooks.parts import (
    BY,
    PART,
    PART_ASKED,
    PART_COLUMNS,
    PART_GIVEN,
    PARTS,
    PartsLine,
    parts_lines,
)
from indicators.workbooks.sheet_layout import (
    EXPECTED,
    FIGURE_COLUMNS,
    IDENTITY,
    NOT_RATED,
    NOTES,
    PRINTED_WORDS,
    SHEET,
    STATUS,
    WorkbookColumn,
    columns_of,
    plain,
    quarters_before,
    workbook_rows,
)
from indicators.workbooks.signature import signed
from indicators.workbooks.status import status_formula
from organisation.models.people import User
from sorp.lexicon import Rag, RatingMethod

A4 = 9  # as spreadsheet programs number papers
HEADINGS_ROW = 3  # counted from nought: two lines say what the sheet is, and one is left empty
BRAND, SHADE, EDGE = "#123C4A", "#E7EAEE", "#5B6673"
LONGEST_CELL = 32_767  # Excel keeps no more
STATUS_LOOKS = {
    Rag.RED: {"bg_color": "#9B1B30", "font_color": "#FFFFFF"},
    Rag.AMBER: {"bg_color": "#FFC53D", "font_color": "#1A1A1A"},
    Rag.GREEN: {"bg_color": "#FFFFFF", "font_color": "#0B6B3A"},
}
NEVER_RUN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class NothingDue(ValueError):
    """This person has no indicator whose result is due for the quarter."""


def write_workbook(user: User, quarter: Quarter) -> bytes:
    """The workbook of one person's indicators for a quarter. Raises NothingDue where there is none.

    Text goes in as text, so that none of it runs as a formula. Shaded cells are locked, without a
    password: against a slip, not against a person.
    """
    lines = workbook_rows(user, quarter)
    if not lines:
        raise NothingDue(f"You have no result to give for {quarter}")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, NEVER_RUN)
    title = f"Return for {quarter}: {user.name}"
    book.set_properties({"title": title, "created": now().replace(tzinfo=None)})
    _ReturnSheet(book, lines, quarter).write(title)
    parts = parts_lines(lines, quarter)
    if parts:
        _PartsSheet(book, parts).write(f"Parts for {quarter}: {user.name}")
    _write_notes(book, [*_explained(quarter), *((BY, PART) if parts else ())])
    numbers = {each.mark: each.number for each in parts}
    _write_identity(book, signed(user=user, quarter=quarter, lines=lines, parts=numbers))
    book.close()
    return out.getvalue()


class _FilledInSheet:
    """A sheet that is filled in, while it is written: a table of given and of asked columns."""

    name: str
    table: str  # as the workbook knows it
    columns: Sequence[WorkbookColumn]

    def __init__(self, book: xlsxwriter.Workbook, rows: int) -> None:
        self.book, self.rows = book, rows
        self.sheet = book.add_worksheet(self.name)
        self.formats: dict[tuple[Any, ...], Any] = {}

    def _table(self) -> None:
        heading = self._format(bold=True, text_wrap=True, bg_color=BRAND, font_color="#FFFFFF")
        self.sheet.add_table(
            HEADINGS_ROW,
            0,
            HEADINGS_ROW + self.rows,
            len(self.columns) - 1,
            {
                "name": self.table,
                "style": None,
                "autofilter": True,
                "columns": [
                    {"header": each.heading, "header_format": heading} for each in self.columns
                ],
            },
        )
        self.sheet.set_row(HEADINGS_ROW, 48)
        for position, column in enumerate(self.columns):
            self.sheet.set_column(position, position, column.width)

    def _finish(self, frozen: int) -> None:
        """Lists to choose from, headings that stay in sight, and how it is printed."""
        first, last = HEADINGS_ROW + 1, HEADINGS_ROW + self.rows
        for position, column in enumerate(self.columns):
            if column.is_asked:
                # A word of warning, since (clear), <5 and 85 (p) are taken too.
                validation = _validation(column) | {"error_type": "warning"}
                self.sheet.data_validation(first, position, last, position, validation)
        self.sheet.freeze_panes(HEADINGS_ROW + 1, frozen)
        self.sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(HEADINGS_ROW)
        self.sheet.set_footer("&L&A&RPage &P of &N")

    def _put(
        self,
        row: int,
        position: int,
        value: Decimal | str | None,
        line: EntryRow,
        locked: bool,
        column: WorkbookColumn | None = None,
    ) -> None:
        is_figure = isinstance(value, Decimal) or (column is not None and column.kind == "figure")
        shape = self._format(
            num_format=_number_format(line, column) if is_figure else "@",
            align="right" if is_figure else "left",
            locked=locked,
            border=1,
            border_color=EDGE,
            valign="top",
            text_wrap=True,
            **({"bg_color": SHADE} if locked else {}),
        )
        if value is None or value == "":
            self.sheet.write_blank(row, position, None, shape)
        elif isinstance(value, Decimal):
            self.sheet.write_number(row, position, float(value), shape)
        else:
            self.sheet.write_string(row, position, value[:LONGEST_CELL], shape)

    def _format(self, **named: Any) -> Any:
        key = tuple(sorted(named.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(named)
        return self.formats[key]


class _PartsSheet(_FilledInSheet):
    """The parts of what may be broken down, a row for each."""

    name, table, columns = PARTS, "PartsOfResults", PART_COLUMNS

    def __init__(self, book: xlsxwriter.Workbook, lines: Sequence[PartsLine]) -> None:
        super().__init__(book, sum(len(each.parts) for each in lines))
        self.lines = lines

    def write(self, title: str) -> None:
        self.sheet.write_string(0, 0, title, self._format(bold=True, font_size=14))
        self.sheet.write_string(
            1,
            0,
            "Fill in the white cells. Parts count as soon as you save the workbook on its page. "
            "An empty cell leaves what is saved, and (clear) takes it away.",
        )
        self._table()
        row = HEADINGS_ROW
        for each in self.lines:
            standing = each.standing
            for part in each.parts:
                row += 1
                self._row(row, each, part.name, standing[part.name])
        self._finish(4)

    def _row(self, row: int, parts: PartsLine, part: str, typed: Mapping[str, str]) -> None:
        indicator = parts.line.indicator
        by = parts.breakdown.dimension.name
        given = (indicator.reference, indicator.title, by, part, indicator.measure_unit)
        for position, value in enumerate(given):
            self._put(row, position, value, parts.line, locked=True)
        for position, column in enumerate(PART_ASKED, start=len(PART_GIVEN)):
            answer = typed.get(column.key, "")
            if column.kind == "figure":
                answer = answer.replace(",", "")
            self._put(
                row,
                position,
                _to_write(answer, column),
                parts.line,
                parts.line.is_locked,
                column,
            )


class _ReturnSheet(_FilledInSheet):
    """The results of a return, a row for each indicator."""

    name, table = SHEET, "Results"

    def __init__(
        self, book: xlsxwriter.Workbook, lines: Sequence[EntryRow], quarter: Quarter
    ) -> None:
        self.columns = columns_of(quarter)
        super().__init__(book, len(lines))
        self.lines, self.quarter = lines, quarter

    def write(self, title: str) -> None:
        self.sheet.write_string(0, 0, title, self._format(bold=True, font_size=14))
        told = (
            "Fill in the white cells, save, and upload. An empty cell leaves what is saved; (clear) takes"
            " it away. Shaded cells are locked. Notes explains each column."
        )
        self.sheet.write_string(1, 0, told)
        self._table()
        for number, line in enumerate(self.lines):
            self._row(HEADINGS_ROW + 1 + number, line)
        self._colour_statuses()
        self._finish(2)
        last = self.columns.index(PRINTED_WORDS[-1])
        self.sheet.print_area(0, 0, HEADINGS_ROW + self.rows, last)
        self.sheet.set_first_sheet()
        self.sheet.activate()

    def _row(self, row: int, line: EntryRow) -> None:
        indicator = line.indicator
        earlier = line.by_quarter
        goal, limit = _expected(line)
        past = [earlier.get(each) for each in quarters_before(self.quarter)]
        given = (
            *(indicator.reference, indicator.title, indicator.measure_unit),
            *(each.value if each else None for each in past),
            *(goal, limit),
        )
        for position, value in enumerate(given):
            self._put(row, position, value, line, locked=True)
        saved = comparable(line.typed, indicator)
        for position, column in enumerate(self.columns):
            if column.is_asked:
                locked = line.is_locked or column.key in line.not_asked
                answer = _to_write(saved[column.key], column)
                self._put(row, position, answer, line, locked, column)
        self._status(row, line)

    def _status(self, row: int, line: EntryRow) -> None:
        """As it is saved, until the program works it out anew; of what is given by month, as it is."""
        position = self.columns.index(STATUS)
        entry, shape = (
            line.entry,
            self._format(
                locked=True, border=1, border_color=EDGE, valign="top", bg_color=SHADE, bold=True
            ),
        )
        label = entry.rag.label if line.is_given and entry.rag else NOT_RATED
        if line.is_by_month:
            self.sheet.write_string(row, position, label, shape)
            return
        value, numerator, denominator = (
            xl_rowcol_to_cell(row, self.columns.index(each)) for each in FIGURE_COLUMNS
        )
        formula = status_formula(
            line.expected,
            scale_of(line.indicator.measure_unit),
            value=value,
            numerator=numerator,
            denominator=denominator,
        )
        self.sheet.write_formula(row, position, formula, shape, label)

    def _colour_statuses(self) -> None:
        """Colours beside the words, so that grey paper tells them apart: solid, shaded and plain."""
        position, first = self.columns.index(STATUS), HEADINGS_ROW + 1
        for rag, look in STATUS_LOOKS.items():
            self.sheet.conditional_format(
                *(first, position, HEADINGS_ROW + self.rows, position),
                {
                    "type": "cell",
                    "criteria": "==",
                    "value": f'"{rag.label}"',
                    "format": self.book.add_format(look),
                },
            )


def _explained(quarter: Quarter) -> list[WorkbookColumn]:
    """The columns as the notes explain them: earlier quarters together."""
    before = quarters_before(quarter)
    names = {str(each) for each in before}
    together = WorkbookColumn(
        f"{before[0]} to {before[-1]}", "The results of the eight quarters before.", 8
    )
    columns = [each for each in columns_of(quarter) if each.heading not in names]
    place = next(at for at, each in enumerate(columns) if each is EXPECTED[0])
    return [*columns[:place], together, *columns[place:]]


def _validation(column: WorkbookColumn) -> dict[str, Any]:
    if column.kind == "figure":
        return {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -int(LARGEST),
            "maximum": int(LARGEST),
            "error_title": "Not a number",
            "error_message": f"{column.heading}: type a number without its unit, like 76.4",
        }
    if column.kind == "text":
        return {
            "validate": "length",
            "criteria": "<=",
            "value": column.longest,
            "error_title": "Too long",
            "error_message": f"Shorten this to {column.longest:,} characters or fewer",
        }
    words = [label for _, label in column.words] or ["Yes", "No"]
    return {
        "validate": "list",
        "source": words,
        "error_title": "Not in the list",
        "error_message": f"Choose one of these: {', '.join(words)}"[:255],
    }


def _to_write(answer: str, column: WorkbookColumn) -> Decimal | str:
    """A saved answer for its cell: a number as a number, anything else as text."""
    if column.kind != "figure":
        said = in_words(answer, column)
        return "" if column.kind == "yes_no" and said == "No" else said
    try:
        return Decimal(answer)
    except ArithmeticError:
        return answer


def _number_format(line: EntryRow, column: WorkbookColumn | None) -> str:
    """As many decimals as the indicator has; in an answer, room for those that were given."""
    if column is not None and column.key in ("numerator", "denominator"):
        return "General"
    decimals = line.indicator.decimals
    if column is not None and decimals == 0:
        # A whole-number format would show 76.4 as 76.
        return 'General"%"' if line.indicator.measure_unit == "%" else "General"
    figures = "#,##0" + ("." + "0" * decimals if decimals else "")
    if column is not None:
        figures += "#" * (6 - decimals)
    # A literal sign, so that 76.4 shows as 76.4% and a figure typed with the sign as 0.764%.
    return figures + '"%"' if line.indicator.measure_unit == "%" else figures


def _expected(line: EntryRow) -> tuple[Decimal | str | None, Decimal | str | None]:
    """The target and the floor standard as the columns show them, ranges and tolerances in words."""
    target = line.expected
    if target is None:
        return "None set", None
    method, tolerance = target.method, target.tolerance
    if method in (RatingMethod.RANGE, RatingMethod.EXPECTED_RANGE):
        return _between(target.lower, target.upper), _between(
            target.outer_lower, target.outer_upper
        )
    if method is RatingMethod.TOLERANCE and tolerance is not None:
        return target.target, f"Within {plain(tolerance)}% of the target"
    return target.target, target.floor


def _between(low: Decimal | None, high: Decimal | None) -> str | None:
    if low is None and high is None:
        return None
    if low is None or high is None:
        return f"{_written(high)} or less" if low is None else f"{_written(low)} or more"
    return f"{_written(low)} to {_written(high)}"


def _written(number: Decimal | None) -> str:
    return plain(number).replace("-", MINUS)


def _write_notes(book: xlsxwriter.Workbook, columns: Sequence[WorkbookColumn]) -> None:
    """What each column is, as a table of its own."""
    sheet = book.add_worksheet(NOTES)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    heading = book.add_format({"bold": True, "bg_color": BRAND, "font_color": "#FFFFFF"})
    titles = ("Column", "Filled in by", "What it is")
    sheet.add_table(
        0,
        0,
        len(columns),
        2,
        {
            "name": "Columns",
            "style": None,
            "autofilter": False,
            "columns": [{"header": each, "header_format": heading} for each in titles],
        },
    )
    for row, column in enumerate(columns, start=1):
        sheet.write_string(row, 0, column.heading, wrapped)
        sheet.write_string(row, 1, "You" if column.is_asked else "Already there", wrapped)
        sheet.write_string(row, 2, column.about, wrapped)
    for position, width in enumerate((28, 16, 90)):
        sheet.set_column(position, position, width)
    sheet.freeze_panes(1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_identity(book: xlsxwriter.Workbook, told: Mapping[str, str]) -> None:
    """Whose workbook this is and of which quarter, signed, where nobody comes upon it by chance."""
    sheet = book.add_worksheet(IDENTITY)
    for row, (name, value) in enumerate(told.items()):
        sheet.write_string(row, 0, name)
        for position, start in enumerate(range(0, len(value), 30_000), start=1):
            sheet.write_string(row, position, value[start : start + 30_000])
    sheet.protect("")
    sheet.very_hidden()
