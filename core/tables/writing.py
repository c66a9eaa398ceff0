"""Rows to CSV, with no text that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

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
    return harmless(str(value))
