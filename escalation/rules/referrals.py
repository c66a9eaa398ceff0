"""Referrals by hand: what a level refers up itself, past what the rules ask of it. Pure.

No rule gives them, so nobody can work them out again: they carry a name of their own where a rule's
would stand, and a replay takes them as given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated

from pydantic import PlainValidator

from core.quarters import Quarter
from core.tables.cells import QuarterKey, Text, YesOrNo, choice
from core.tables.reading import read
from core.tables.rows import TableRow, optional_column
from escalation.rules.ladder import Episode, Origin
from sorp.lexicon import Level

REFERRED_BY = "Referred up by the "
NO_REFERRALS: Mapping[str, tuple[Episode, ...]] = MappingProxyType({})


def referral_name(level: Level) -> str:
    """What stands in the place of a trigger's name where a level referred something up itself."""
    return f"{REFERRED_BY}{level.label}"


def manual_referrals(episodes: Iterable[Episode]) -> tuple[Episode, ...]:
    """Those of the escalations that a level referred up itself."""
    return tuple(each for each in episodes if each.origin is Origin.MANUAL)


def as_known_at(episodes: Iterable[Episode], last: Quarter) -> tuple[Episode, ...]:
    """The same as it was known at the close of a quarter: what came later has not happened yet."""
    return tuple(
        replace(each, recovered_in=None, ended_in=None)
        if each.left_in is not None and each.left_in > last
        else each
        for each in episodes
        if each.opened_in <= last
    )


def levels_above(level: Level) -> tuple[Level, ...]:
    """The higher levels, nearest first."""
    return tuple(each for each in Level if each.height > level.height)


def levels_past(level: Level, to: Level, open_at: Collection[Level]) -> tuple[Level, ...]:
    """The levels that a referral passes over: those between at which it is not open already."""
    return tuple(
        each for each in levels_above(level) if each.height < to.height and each not in open_at
    )


class ReferralRow(TableRow, extra="ignore"):
    """A row of an export of escalations: a referral by hand, where it names no key of a trigger."""

    reference: Text
    level: Annotated[Level, PlainValidator(choice(Level))]
    trigger: Text
    since: QuarterKey
    opened_in: QuarterKey
    recovered_in: QuarterKey | None = None
    relapse: YesOrNo = False
    trigger_key: Text = ""
    reason: Text = optional_column("")
    restated: YesOrNo = optional_column(False)
    ended_in: QuarterKey | None = optional_column()


def read_referrals(content: bytes, file: str) -> dict[str, tuple[Episode, ...]]:
    """The referrals by hand in an export of escalations, by reference; the rules' own are left out.

    Raises RefusedFileError with a fault for everything that must be put right.
    """
    reading = read(content, ReferralRow, file=file, may_have_no_rows=True)
    reading.faults.refuse_if_any()
    found: dict[str, tuple[Episode, ...]] = {}
    for row in reading.rows:
        if not row.trigger_key:
            episode = Episode(
                level=row.level,
                trigger=row.trigger,
                since=row.since,
                opened_in=row.opened_in,
                recovered_in=row.recovered_in,
                ended_in=row.ended_in,
                relapse=row.relapse,
                all_met=(row.trigger,),
                reason=row.reason,
                restated=row.restated,
                origin=Origin.MANUAL,
            )
            found[row.reference] = (*found.get(row.reference, ()), episode)
    return found


class LastQuarterRow(TableRow, extra="ignore"):
    """A row of an indicators.csv: until when an indicator was measured."""

    reference: Text
    last_quarter: QuarterKey | None = optional_column()


def read_last_quarters(content: bytes, file: str) -> dict[str, Quarter]:
    """The last quarter of each indicator that has one, by reference. Raises RefusedFileError."""
    reading = read(content, LastQuarterRow, file=file)
    reading.faults.refuse_if_any()
    return {row.reference: row.last_quarter for row in reading.rows if row.last_quarter}
