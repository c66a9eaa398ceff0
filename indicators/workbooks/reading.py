"""The cells of a workbook, read in a process that may take little memory and little time."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from indicators.workbooks.columns import letters_of
from indicators.workbooks.refusals import Fault, Refused, not_read

logger = logging.getLogger(__name__)
READER = Path(__file__).with_name("apart.py")
LONGEST_WAIT = 30  # seconds; its own limit of 20 seconds of work comes first
TOO_MUCH = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: where it stands, and what is in it."""

    at: str  # Return!H7
    content: Any = None  # None, str, bool, {"number": …} or {"date": …}
    error: str | None = None  # what it shows where it has no value: "#DIV/0!", or "" for a formula

    @property
    def is_empty(self) -> bool:
        return self.error is None and (self.content is None or self.as_text.strip() == "")

    @property
    def number(self) -> str | None:
        return self.content["number"] if isinstance(self.content, dict) else None

    @property
    def as_text(self) -> str:
        """What is in the cell, as a person would have typed it."""
        if self.content is None:
            return ""
        if isinstance(self.content, bool):
            return "TRUE" if self.content else "FALSE"
        if isinstance(self.content, dict):
            return self.content.get("number") or shown_date(self.content["date"])
        return str(self.content)

    @property
    def is_date(self) -> bool:
        return isinstance(self.content, dict) and "date" in self.content


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, by rows from A1."""

    name: str
    rows: tuple[tuple[Any, ...], ...]
    without: dict[str, str]
    is_long: bool

    def cell(self, row: int, column: int) -> Cell:
        """The cell at a row and column, both counted from nought."""
        place = f"{letters_of(column)}{row + 1}"
        cells = self.rows[row] if row < len(self.rows) else ()
        content = cells[column] if column < len(cells) else None
        return Cell(f"{self.name}!{place}", content, self.without.get(place))


def read_sheets(content: bytes) -> list[Sheet]:
    """Every sheet of a workbook that `check` has passed. Raises Refused where it cannot be read."""
    try:
        told = subprocess.run(  # noqa: S603 our own program, with no argument from outside
            [sys.executable, "-I", "-B", "-X", "utf8", str(READER)],
            input=content,
            capture_output=True,
            timeout=LONGEST_WAIT,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise not_read() from None
    if told.returncode == TOO_MUCH:
        raise Refused(
            Fault.UNREADABLE,
            "The selected file holds far more text than the workbook asks for. Download the"
            " workbook again and copy your figures into it",
        )
    if told.returncode != 0:
        logger.info("A workbook could not be read: %s, %s", told.returncode, told.stderr[-80:])
        raise not_read()
    return [
        Sheet(
            each["name"],
            tuple(tuple(row) for row in each["rows"]),
            each["without"],
            each["is_long"],
        )
        for each in json.loads(told.stdout)
    ]


def shown_date(written: str) -> str:
    """1 April 2011, where a cell holds a date; a time of day as it is."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    return f"{moment:%-d %B %Y}"
