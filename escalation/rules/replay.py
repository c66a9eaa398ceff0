"""Replaying: a rating history in, the escalations that follow from it out. No database.

For back-tests of a change of rules, and for anyone outside who wishes to check us.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from core.quarters import Quarter
from escalation.rules.ladder import Episode, replay
from escalation.rules.rating_files import RatingRow, refuse_unread
from escalation.rules.referrals import NONE, known_by
from escalation.rules.rule_files import NONE as NOTHING_VARIED
from escalation.rules.triggers import Rules
from escalation.rules.variations import Varied, varied_rules
from sorp.lexicon import Tier

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
    "trigger_key",
)
ONE_VERSION: Mapping[str, Rules] = {}
RUNS_IN_A_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")


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
            harmless(episode.trigger_key),
        )


def replay_ratings(
    rows: Sequence[RatingRow],
    rules: Rules,
    file: str,
    referred: Mapping[str, Sequence[Episode]] = NONE,
    varied: Mapping[str, Sequence[Varied]] = NOTHING_VARIED,
    by_version: Mapping[str, Rules] = ONE_VERSION,
) -> tuple[Line, ...]:
    """The escalations that follow, by reference, quarter of opening, then level.

    A quarter whose row names a SORP version is judged by that version's rules, where they are
    given in `by_version`, and by `rules` where they are not.
    What was agreed to count otherwise for an indicator does so. What levels referred up by hand,
    which no rule gives, is taken as it was recorded.
    Raises RefusedFileError where the rules read what the file does not say: a tier, a value.
    """
    for version, ruling in ((None, rules), *by_version.items()):
        refuse_unread(
            [row for row in rows if _version_of(row, by_version) == version], ruling, file
        )
    lines: list[Line] = []
    for reference, group in groupby(rows, key=lambda row: row.reference):
        by_quarter = {row.figure.quarter: row for row in group}
        history = [row.figure for row in by_quarter.values()]
        given = known_by(referred.get(reference, ()), history[-1].quarter)
        rules_for = varied_rules(
            _RulesOfRows(rules, by_version, by_quarter), varied.get(reference, ())
        )
        for episode in replay(history, rules_for, None, given):
            opened = by_quarter.get(episode.opened_in)
            lines.append(Line(reference, episode, opened.sorp_version if opened else ""))
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


def _version_of(row: RatingRow, by_version: Mapping[str, Rules]) -> str | None:
    return row.sorp_version if row.sorp_version in by_version else None


class _RulesOfRows:
    """The rules for each quarter: of the version and the tier that its row names."""

    def __init__(
        self, rules: Rules, by_version: Mapping[str, Rules], rows: Mapping[Quarter, RatingRow]
    ) -> None:
        self.rows = rows
        self.by_version = by_version
        self.whole: dict[str | None, Rules] = dict(((None, rules), *by_version.items()))
        self.by_tier = {
            (version, tier): replace(each, triggers=each.triggers_for(tier))
            for version, each in self.whole.items()
            for tier in Tier
        }

    def __call__(self, quarter: Quarter) -> Rules:
        row = self.rows.get(quarter)
        if row is None:
            return self.whole[None]
        version = _version_of(row, self.by_version)
        return self.by_tier[version, row.tier] if row.tier else self.whole[version]


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"
