"""Referrals by hand: what a level refers up itself, past what the rules ask of it. Pure.

No rule gives them, so nobody can work them out again: they carry a name of their own where a rule's
would stand, and a replay takes them as given.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from core.quarters import Quarter
from escalation.rules.ladder import Episode, Origin
from escalation.rules.rule_files import Fault, RefusedFileError, decoded, shown
from sorp.lexicon import Level

BY_HAND = "Referred up by the "
COLUMNS = (
    *("reference", "level", "trigger", "since", "opened_in", "recovered_in", "relapse"),
    "trigger_key",
)
NONE: Mapping[str, tuple[Episode, ...]] = MappingProxyType({})


def referral_name(level: Level) -> str:
    """What stands in the place of a trigger's name where a level referred something up itself."""
    return f"{BY_HAND}{level.label}"


def by_hand(episodes: Iterable[Episode]) -> tuple[Episode, ...]:
    return tuple(each for each in episodes if each.origin is Origin.MANUAL)


def known_by(episodes: Iterable[Episode], last: Quarter) -> tuple[Episode, ...]:
    """The same as it was known at the close of a quarter: what came later has not happened yet."""
    return tuple(
        replace(each, recovered_in=None)
        if each.recovered_in is not None and each.recovered_in > last
        else each
        for each in episodes
        if each.opened_in <= last
    )


def levels_above(level: Level) -> tuple[Level, ...]:
    """The higher levels, nearest first."""
    return tuple(each for each in Level if each.height > level.height)


def levels_past(level: Level, to: Level, standing: Collection[Level]) -> tuple[Level, ...]:
    """The levels that a referral passes over: those between at which it does not stand already."""
    return tuple(
        each for each in levels_above(level) if each.height < to.height and each not in standing
    )


def read_referrals(content: bytes, file: str) -> dict[str, tuple[Episode, ...]]:
    """The referrals by hand in an export of escalations, by reference; the rules' own are left out.

    They are those without the key of a trigger.
    Raises RefusedFileError with a fault for everything that must be put right.
    """
    reader = csv.DictReader(io.StringIO(decoded(content, file), newline=""), strict=True)
    missing = [each for each in COLUMNS if each not in (reader.fieldnames or ())]
    if missing:
        advice = "give the file that export_escalations writes: this column is not in it"
        raise RefusedFileError(Fault(file, 1, column, advice) for column in missing)
    found: dict[str, list[Episode]] = {}
    faults: list[Fault] = []
    try:
        for number, row in enumerate(reader, start=2):
            if row["trigger_key"]:
                continue
            try:
                found.setdefault(_plain(row["reference"]), []).append(_episode(row))
            except (TypeError, ValueError):
                advice = f"give a known level and quarters like 2011-Q1, not {shown(row['level'])}"
                faults.append(Fault(file, number, "level", advice))
    except csv.Error as error:
        faults.append(Fault(file, reader.line_num, "1", f"mend the quoting ({error})"))
    if faults:
        raise RefusedFileError(faults)
    return {reference: tuple(episodes) for reference, episodes in found.items()}


def _episode(row: Mapping[str, str]) -> Episode:
    return Episode(
        level=Level(row["level"]),
        trigger=row["trigger"],
        since=Quarter.parse(row["since"]),
        opened_in=Quarter.parse(row["opened_in"]),
        recovered_in=Quarter.parse(row["recovered_in"]) if row["recovered_in"] else None,
        relapse=row["relapse"] == "yes",
        all_met=(row["trigger"],),
        reason=_plain(row.get("reason") or ""),
        restated=row.get("restated") == "yes",
        origin=Origin.MANUAL,
    )


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r") else cell
