"""variations.csv: what was agreed to count otherwise for one indicator, so that anyone may replay it.

One row for each trigger that is varied; where both numbers are empty, it does not apply. A variation
of the exit rule alone has one row without a trigger. What is rated otherwise is in ratings.csv.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from escalation.rules.faults import Fault, RefusedFileError, decoded, shown
from escalation.rules.varying import Varied, Window
from sorp.lexicon import Quarter
from sorp.rules.conditions import MOST_QUARTERS

COLUMNS = (
    *("reference", "from_quarter", "until_quarter"),
    *("exit_quarters", "trigger", "at_least", "within"),
)
NONE: Mapping[str, tuple[Varied, ...]] = MappingProxyType({})


def variation_rows(reference: str, varied: Varied) -> Iterable[tuple[str, ...]]:
    """One variation as rows: none where it changes no rule."""
    until, exit_quarters = varied.until_quarter.key, str(varied.exit_quarters or "")
    head = (reference, varied.from_quarter.key, until, exit_quarters)
    for name, window in varied.triggers.items():
        numbers = (str(window.at_least), str(window.within)) if window else ("", "")
        yield (*head, name, *numbers)
    if not varied.triggers and varied.exit_quarters:
        yield (*head, "", "", "")


def read_variations(content: bytes, file: str) -> dict[str, tuple[Varied, ...]]:
    """The variations in a variations.csv, by reference.

    Raises RefusedFileError with a fault for everything that must be put right.
    """
    reader = csv.DictReader(io.StringIO(decoded(content, file), newline=""), strict=True)
    names = tuple(reader.fieldnames or ())
    if missing := [each for each in COLUMNS if each not in names]:
        advice = "give the file that export_variations writes: this column is not in it"
        raise RefusedFileError(Fault(file, 1, column, advice) for column in missing)
    reading = _Reading(file)
    try:
        for number, row in enumerate(reader, start=2):
            reading.add(number, row)
    except csv.Error as error:
        reading.refuse(reader.line_num, "1", f"mend the quoting ({error})")
    if reading.faults:
        raise RefusedFileError(reading.faults)
    return reading.found()


class _Reading:
    """One reading of the file, gathering every fault on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.read: dict[tuple[str, Quarter, Quarter, int | None], dict[str, Window | None]] = {}

    def refuse(self, row: int, column: str, advice: str) -> None:
        self.faults.append(Fault(self.file, row, column, advice))

    def found(self) -> dict[str, tuple[Varied, ...]]:
        by_reference: dict[str, list[Varied]] = {}
        for (reference, first, last, exit_quarters), triggers in self.read.items():
            varied = Varied(first, last, exit_quarters, triggers)
            by_reference.setdefault(reference, []).append(varied)
        return {reference: tuple(varied) for reference, varied in by_reference.items()}

    def add(self, number: int, row: Mapping[str, str | None]) -> None:
        known = len(self.faults)
        first, last = (self._quarter(number, row, f"{side}_quarter") for side in ("from", "until"))
        if first and last and last < first:
            self.refuse(number, "until_quarter", f"write {first.key} or a later quarter")
        exit_quarters = self._whole(number, row, "exit_quarters", most=8)
        window = self._window(number, row)
        if not row["reference"]:
            self.refuse(number, "reference", "enter the indicator's reference")
        if len(self.faults) > known or first is None or last is None:
            return
        key = (str(row["reference"]), first, last, exit_quarters)
        triggers = self.read.setdefault(key, {})
        if row["trigger"]:
            triggers[str(row["trigger"])] = window

    def _quarter(self, number: int, row: Mapping[str, str | None], column: str) -> Quarter | None:
        try:
            return Quarter.parse(row[column] or "")
        except ValueError:
            advice = f"write the quarter like 2021-Q4, not {shown(row[column])}"
            self.refuse(number, column, advice)
            return None

    def _window(self, number: int, row: Mapping[str, str | None]) -> Window | None:
        at_least = self._whole(number, row, "at_least", most=MOST_QUARTERS)
        within = self._whole(number, row, "within", most=MOST_QUARTERS)
        if at_least is None and within is None:
            return None
        if at_least is None or within is None or at_least > within:
            self.refuse(number, "within", "write both numbers, and at_least no greater than within")
            return None
        return Window(at_least, within)

    def _whole(
        self, number: int, row: Mapping[str, str | None], column: str, *, most: int
    ) -> int | None:
        cell = row[column] or ""
        if not cell:
            return None
        if cell.isascii() and cell.isdecimal() and len(cell) < 4 and 1 <= int(cell) <= most:
            return int(cell)
        self.refuse(number, column, f"write a whole number from 1 to {most}, or nothing")
        return None
