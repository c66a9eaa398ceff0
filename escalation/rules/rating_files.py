"""ratings.csv: a rating history as a file holds it, read row by row with all its faults.

Three columns are required. Of the others, some are read by every replay, and some only where a
trigger asks for what they hold: the value and what was expected of it, its travel, the forecasts.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from core.quarters import Quarter
from core.words import Word
from escalation.rules.rule_files import Fault, RefusedFileError, decoded, shown
from escalation.rules.triggers import Rules
from sorp.lexicon import (
    NotRated,
    Polarity,
    Rag,
    Tier,
    Travel,
)
from sorp.rules.conditions.base import EVERY_TIER
from sorp.rules.figures import Figure

SomeWord = TypeVar("SomeWord", bound=Word)

REQUIRED_COLUMNS = ("reference", "quarter", "rag")
OPTIONAL_COLUMNS = ("not_rated", "definition_break", "sorp_version", "tier")
# Read only where a trigger asks for what they hold.
FIGURES = ("value", "target", "lower", "upper", "chance_red", "chance_amber_or_worse")
MORE_COLUMNS = (*FIGURES, "polarity", "travel", "late", "forecast")
NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


@dataclass(frozen=True, slots=True)
class RatingRow:
    """What a replay needs of one row of ratings.csv."""

    row: int
    reference: str
    figure: Figure
    sorp_version: str
    tier: Tier | None
    columns: frozenset[str] = frozenset()  # those that the file has
    doubts: tuple[Fault, ...] = ()  # cells that cannot be read, in columns that few rules read


def read_ratings(content: bytes, file: str) -> tuple[RatingRow, ...]:
    """The rows of a ratings.csv, in order of reference and quarter.

    Raises RefusedFileError with a fault for everything that must be put right. A row with neither a
    RAG status nor a reason counts as not rated: it neither adds to a run nor ends it. What stands
    in the columns that only some kinds of trigger read is refused when such a trigger reads it.
    """
    records = _records(decoded(content, file), file)
    if not records:
        advice = f"the file is empty: begin with the columns {', '.join(REQUIRED_COLUMNS)}"
        raise RefusedFileError([Fault(file, 1, "1", advice)])
    header = _header(records[0], file)
    reading = _RatingsReading(file, header)
    rows = [reading.row(number, cells) for number, cells in enumerate(records[1:], 2) if cells]
    if reading.faults:
        raise RefusedFileError(reading.faults)
    found = (row for row in rows if row is not None)
    return tuple(sorted(found, key=lambda row: (row.reference, row.figure.quarter)))


def refuse_unread(rows: Sequence[RatingRow], rules: Rules, file: str) -> None:
    """Raises RefusedFileError where a trigger reads what the file does not say, or says unreadably."""
    faults = [*_unknown_tiers(rows, rules, file)]
    for trigger in rules.triggers_for(None):
        reads = frozenset(trigger.columns_read)
        if rows:
            faults += [
                Fault(file, 1, column, f"add this column: {shown(trigger.name)} reads it")
                for column in sorted(reads - rows[0].columns)
            ]
        faults += [doubt for row in rows for doubt in row.doubts if doubt.column in reads]
    if faults:
        raise RefusedFileError(sorted(dict.fromkeys(faults), key=lambda fault: fault.row))


def _unknown_tiers(rows: Iterable[RatingRow], rules: Rules, file: str) -> Iterator[Fault]:
    choosy = [each.name for each in rules.triggers_for(None) if each.tiers != EVERY_TIER]
    if choosy:
        advice = f"give the indicator's tier: {shown(choosy[0])} looks at some tiers only"
        yield from (Fault(file, row.row, "tier", advice) for row in rows if row.tier is None)


def _records(text: str, file: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        advice = f"mend the quoting or shorten the cell ({error})"
        raise RefusedFileError([Fault(file, len(records) + 1, "1", advice)]) from None
    return records


def _header(names: Sequence[str], file: str) -> tuple[str, ...]:
    header = tuple(name.strip() for name in names)
    faults = [
        Fault(file, 1, column, f"add the column {column} to the first row")
        for column in REQUIRED_COLUMNS
        if column not in header
    ]
    faults += [
        Fault(file, 1, name, f"name the column {name} once only")
        for name in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS, *MORE_COLUMNS)
        if header.count(name) > 1
    ]
    if faults:
        raise RefusedFileError(faults)
    return header


class _RatingsReading:
    """One reading of ratings.csv, gathering every fault on the way."""

    def __init__(self, file: str, header: Sequence[str]) -> None:
        self.file = file
        self.header = header
        self.columns = frozenset(header)
        self.faults: list[Fault] = []
        self.first_row: dict[tuple[str, Quarter], int] = {}

    def refuse(self, number: int, column: str, advice: str) -> None:
        self.faults.append(Fault(self.file, number, column, advice))

    def row(self, number: int, cells: Sequence[str]) -> RatingRow | None:
        if len(cells) != len(self.header):
            advice = f"give {len(self.header)} cells, as in the first row, not {len(cells)}"
            self.refuse(number, str(min(len(cells), len(self.header)) + 1), advice)
            return None
        found = len(self.faults)
        named = dict(zip(self.header, (cell.strip() for cell in cells), strict=True))
        quarter = self._quarter(number, named["quarter"])
        if not named["reference"]:
            self.refuse(number, "reference", "enter the indicator's reference")
        elif quarter is not None:
            self._refuse_repeated(number, named["reference"], quarter)
        figure = self._figure(number, named, quarter)
        tier = self._word(Tier, number, "tier", named.get("tier", ""))
        if len(self.faults) > found or figure is None:
            return None
        more = _More(self.file, number, named)
        return RatingRow(
            row=number,
            reference=named["reference"],
            figure=replace(figure, **more.read()),
            sorp_version=named.get("sorp_version", ""),
            tier=tier,
            columns=self.columns,
            doubts=tuple(more.faults),
        )

    def _figure(
        self, number: int, named: Mapping[str, str], quarter: Quarter | None
    ) -> Figure | None:
        rag = self._word(Rag, number, "rag", named["rag"])
        not_rated = self._word(NotRated, number, "not_rated", named.get("not_rated", ""))
        is_break = named.get("definition_break", "")
        if is_break not in ("yes", "no", ""):
            advice = f"write yes or no, not {shown(is_break)}"
            self.refuse(number, "definition_break", advice)
        if named["rag"] and named.get("not_rated"):
            self.refuse(number, "not_rated", "leave empty either this or rag: it is rated or not")
            return None
        return Figure(quarter, rag, not_rated, is_break == "yes") if quarter else None

    def _quarter(self, number: int, cell: str) -> Quarter | None:
        try:
            return Quarter.parse(cell)
        except ValueError:
            advice = f"write the quarter like 2021-Q4, not {shown(cell)}"
            self.refuse(number, "quarter", advice)
            return None

    def _refuse_repeated(self, number: int, reference: str, quarter: Quarter) -> None:
        first = self.first_row.setdefault((reference, quarter), number)
        if first != number:
            advice = (
                f"remove this row or row {first}: both rate {shown(reference)} in {quarter.key}"
            )
            self.refuse(number, "quarter", advice)

    def _word(self, words: type[SomeWord], number: int, column: str, cell: str) -> SomeWord | None:
        try:
            return _as_word(words, cell)
        except ValueError as advice:
            self.refuse(number, column, str(advice))
            return None


class _More:
    """The cells of one row that only some kinds of trigger read."""

    def __init__(self, file: str, number: int, named: Mapping[str, str]) -> None:
        self.file, self.number, self.named = file, number, named
        self.faults: list[Fault] = []

    def read(self) -> dict[str, Any]:
        """What a figure holds of them. A cell that cannot be read is doubted, and left out."""
        known: dict[str, Any] = {each: self._cell(each, _as_number) for each in FIGURES}
        known["polarity"] = self._cell("polarity", lambda cell: _as_word(Polarity, cell))
        known["travel"] = self._cell("travel", lambda cell: _as_word(Travel, cell))
        known["forecast"] = self._cell("forecast", lambda cell: _as_word(Rag, cell))
        known["late"] = bool(self._cell("late", _as_yes_or_no))
        return known

    def _cell(self, column: str, read: Callable[[str], Any]) -> Any:
        cell = self.named.get(column, "")
        if not cell:
            return None
        try:
            return read(cell)
        except ValueError as advice:
            self.faults.append(Fault(self.file, self.number, column, str(advice)))
            return None


def _as_number(cell: str) -> Decimal:
    if NUMBER.fullmatch(cell) is None:
        raise ValueError(f"write a number in figures, or nothing, not {shown(cell)}")
    return Decimal(cell)


def _as_yes_or_no(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError(f"write yes or no, not {shown(cell)}")
    return cell == "yes"


def _as_word(words: type[SomeWord], cell: str) -> SomeWord | None:
    if not cell:
        return None
    for word in words:
        if cell == word.value:
            return word
    choices = ", ".join(word.value for word in words)
    raise ValueError(f"write one of {choices}, or nothing, not {shown(cell)}")
