"""Replaying: a rating history in, the escalations that follow from it out. No database.

For back-tests of a change of rules, and for anyone outside who wishes to check us.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from escalation.rules.episodes import Episode, replay
from escalation.rules.faults import Fault, RefusedFileError, decoded, shown
from escalation.rules.triggers import Observation, Rules
from sorp.lexicon import NotRated, Quarter, Rag, Tier, Word
from sorp.rules.conditions import EVERY_TIER

SomeWord = TypeVar("SomeWord", bound=Word)

REQUIRED_COLUMNS = ("reference", "quarter", "rag")
OPTIONAL_COLUMNS = ("not_rated", "definition_break", "sorp_version", "tier")
COLUMNS = (
    "reference",
    "level",
    "trigger",
    "since",
    "opened_in",
    "recovered_in",
    "relapse",
    "restated",
    "sorp_version",
    "reason",
)
RUNS_IN_A_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class RatingRow:
    """What a replay needs of one row of ratings.csv."""

    row: int
    reference: str
    observation: Observation
    sorp_version: str
    tier: Tier | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the escalations that a replay gives."""

    reference: str
    episode: Episode
    sorp_version: str

    @property
    def cells(self) -> tuple[str, ...]:
        episode = self.episode
        return (
            harmless(self.reference),
            episode.level.value,
            harmless(episode.trigger),
            episode.since.key,
            episode.opened_in.key,
            episode.recovered_in.key if episode.recovered_in else "",
            _yes_or_no(episode.relapse),
            _yes_or_no(episode.restated),
            harmless(self.sorp_version),
            harmless(episode.reason),
        )


def read_ratings(content: bytes, file: str) -> tuple[RatingRow, ...]:
    """The rows of a ratings.csv, in order of reference and quarter.

    Raises RefusedFileError with a fault for everything that must be put right. A row with neither a
    RAG status nor a reason counts as not rated: it neither adds to a run nor ends it.
    """
    records = _records(decoded(content, file), file)
    if not records:
        advice = f"the file is empty: begin with the columns {', '.join(REQUIRED_COLUMNS)}"
        raise RefusedFileError([Fault(file, 1, "1", advice)])
    header = _header(records[0], file)
    reading = _Reading(file, header)
    rows = [reading.row(number, cells) for number, cells in enumerate(records[1:], 2) if cells]
    if reading.faults:
        raise RefusedFileError(reading.faults)
    found = (row for row in rows if row is not None)
    return tuple(sorted(found, key=lambda row: (row.reference, row.observation.quarter)))


def replay_ratings(rows: Sequence[RatingRow], rules: Rules, file: str) -> tuple[Line, ...]:
    """The escalations that follow, by reference, quarter of opening, then level.

    Raises RefusedFileError where the rules look at some tiers only and a row doesn't say its tier.
    """
    _refuse_unknown_tiers(rows, rules, file)
    lines: list[Line] = []
    for reference, group in groupby(rows, key=lambda row: row.reference):
        by_quarter = {row.observation.quarter: row for row in group}
        history = [row.observation for row in by_quarter.values()]
        for episode in replay(history, _RulesByTier(rules, by_quarter), None):
            version = by_quarter[episode.opened_in].sorp_version
            lines.append(Line(reference, episode, version))
    return tuple(lines)


def write_lines(lines: Iterable[Line]) -> str:
    """The escalations as CSV, with cells that a spreadsheet might run made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(line.cells for line in lines)
    return out.getvalue()


def harmless(cell: str) -> str:
    """Text that a spreadsheet shows as text: a leading apostrophe where it would be a formula."""
    return f"'{cell}" if cell.startswith(RUNS_IN_A_SPREADSHEET) else cell


class _RulesByTier:
    """The rules for each quarter: those triggers that look at the tier given in its row."""

    def __init__(self, rules: Rules, rows: Mapping[Quarter, RatingRow]) -> None:
        self.rows = rows
        self.whole = rules
        self.by_tier = {
            tier: Rules(rules.triggers_for(tier), rules.exit_quarters, rules.relapse_within)
            for tier in Tier
        }

    def __call__(self, quarter: Quarter) -> Rules:
        row = self.rows.get(quarter)
        return self.by_tier[row.tier] if row is not None and row.tier else self.whole


def _refuse_unknown_tiers(rows: Iterable[RatingRow], rules: Rules, file: str) -> None:
    choosy = [trigger.name for trigger in rules.triggers if trigger.tiers != EVERY_TIER]
    if not choosy:
        return
    advice = f"give the indicator's tier: {shown(choosy[0])} looks at some tiers only"
    faults = [Fault(file, row.row, "tier", advice) for row in rows if row.tier is None]
    if faults:
        raise RefusedFileError(sorted(faults, key=lambda fault: fault.row))


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
        for name in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)
        if header.count(name) > 1
    ]
    if faults:
        raise RefusedFileError(faults)
    return header


class _Reading:
    """One reading of ratings.csv, gathering every fault on the way."""

    def __init__(self, file: str, header: Sequence[str]) -> None:
        self.file = file
        self.header = header
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
        observation = self._observation(number, named, quarter)
        tier = self._word(Tier, number, "tier", named.get("tier", ""))
        if len(self.faults) > found or observation is None:
            return None
        version = named.get("sorp_version", "")
        return RatingRow(number, named["reference"], observation, version, tier)

    def _observation(
        self, number: int, named: Mapping[str, str], quarter: Quarter | None
    ) -> Observation | None:
        rag = self._word(Rag, number, "rag", named["rag"])
        not_rated = self._word(NotRated, number, "not_rated", named.get("not_rated", ""))
        is_break = named.get("definition_break", "")
        if is_break not in ("yes", "no", ""):
            advice = f"write yes or no, not {shown(is_break)}"
            self.refuse(number, "definition_break", advice)
        if named["rag"] and named.get("not_rated"):
            self.refuse(number, "not_rated", "leave empty either this or rag: it is rated or not")
            return None
        return Observation(quarter, rag, not_rated, is_break == "yes") if quarter else None

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
        if not cell:
            return None
        for word in words:
            if cell == word.value:
                return word
        choices = ", ".join(word.value for word in words)
        self.refuse(number, column, f"write one of {choices}, or nothing, not {shown(cell)}")
        return None


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"
