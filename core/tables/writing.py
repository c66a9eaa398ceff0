"""Rows to CSV, with no text that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from core.months import Month
from core.quarters import Quarter
from core.tables.rows import TableRow, columns_of

# What spreadsheets take for the beginning of a formula; the last four are = + - @ in full width.
RUNS_IN_A_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
MARK = "'"


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and rows as CSV by RFC 4180: lines end in CR LF, None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def written_rows(model: type[TableRow], rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as the CSV that their model reads: its columns in its order, each by the field it fills.

    A row gives every field, so that what is read and what is written cannot part.
    """
    columns = [each for each in columns_of(model).values() if not each.is_passed_over]
    return written(
        [each.name for each in columns],
        ([_as_read(row[each.field]) for each in columns] for row in rows),
    )


def _as_read(value: object) -> object:
    """Text as it is once it was read: lines end in a line feed, though browsers send two characters."""
    return re.sub(r"\r\n?", "\n", value).strip() if type(value) is str else value


def harmless(text: str) -> str:
    """Text that a spreadsheet shows as text: with an apostrophe where it would run otherwise."""
    return MARK + text if text.startswith(RUNS_IN_A_SPREADSHEET) else text


def without_mark(text: str) -> str:
    """Text as it was before `harmless` marked it, so that what we export can come back."""
    return (
        text[1:] if text.startswith(tuple(MARK + sign for sign in RUNS_IN_A_SPREADSHEET)) else text
    )


def _cell(value: object) -> str:
    """Numbers are left alone, with no zeros that say nothing; text is made harmless."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        plain = format(value, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Quarter | Month):
        return value.key
    return harmless(str(value))
