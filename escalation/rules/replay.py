"""Replaying: a rating history in, the escalations that follow from it out. No database.

For back-tests of a change of rules, and for anyone outside who wishes to check us.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

from core.quarters import Quarter
from core.tables.writing import written
from escalation.rules.ladder import Episode, replay, with_end
from escalation.rules.rating_files import RatingFile, RatingRow, refuse_unread
from escalation.rules.referrals import NO_REFERRALS, as_known_at
from escalation.rules.triggers import Rules
from escalation.rules.variations import NONE as NOTHING_VARIED
from escalation.rules.variations import Varied, varied_rules
from sorp.lexicon import Basis, Tier
from sorp.rules.figures import Figure
from sorp.rules.patterns import Pattern

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
    "ended_in",
    "ended_as",
)
NO_LONGER_MEASURED = "no_longer_measured"
NO_VERSIONS: Mapping[str, Rules] = {}
NO_ENDS: Mapping[str, Quarter] = {}


@dataclass(frozen=True, slots=True)
class ReplayedEscalation:
    """One of the escalations that a replay gives."""

    reference: str
    episode: Episode
    sorp_version: str

    @property
    def cells(self) -> tuple[Any, ...]:
        """As they are written, in the order of the columns."""
        episode = self.episode
        return (
            self.reference,
            episode.level.value,
            episode.trigger,
            episode.since.key,
            episode.opened_in.key,
            episode.recovered_in.key if episode.recovered_in else "",
            episode.relapse,
            episode.restated,
            self.sorp_version,
            episode.reason,
            episode.trigger_key,
            episode.ended_in.key if episode.ended_in else "",
            NO_LONGER_MEASURED if episode.ended_in else "",
        )


def replay_ratings(
    ratings: RatingFile,
    rules: Rules,
    referred: Mapping[str, Sequence[Episode]] = NO_REFERRALS,
    varied: Mapping[str, Sequence[Varied]] = NOTHING_VARIED,
    by_version: Mapping[str, Rules] = NO_VERSIONS,
    last_quarters: Mapping[str, Quarter] = NO_ENDS,
) -> tuple[ReplayedEscalation, ...]:
    """The escalations that follow, by reference, quarter of opening, then level.

    A quarter whose row names a SORP version is judged by that version's rules, where they are
    given in `by_version`, and by `rules` where they are not.
    Agreed variations apply to their indicators. What levels referred up by hand, which no rule
    gives, is taken as it was recorded.
    What is open of an indicator ends in the quarter after its last, where `last_quarters` names it
    and the file goes on after that.
    Raises RefusedFileError where the rules read what the file does not say: a tier, a value.
    """
    closed = max((row.quarter for row in ratings.rows), default=None)
    for version, ruling in ((None, rules), *by_version.items()):
        rows = [row for row in ratings.rows if _version_of(row, by_version) == version]
        refuse_unread(ratings, rows, ruling)
    found: list[ReplayedEscalation] = []
    for reference, group in groupby(ratings.rows, key=lambda row: row.reference):
        by_quarter = {row.quarter: row for row in group}
        history = history_of(ratings, by_quarter.values())
        last = last_quarters.get(reference)
        if closed is not None:
            history = [*with_end(history, last, closed)]
        given = as_known_at(referred.get(reference, ()), history[-1].quarter)
        rules_for = varied_rules(
            _RulesByQuarter(rules, by_version, by_quarter), varied.get(reference, ())
        )
        for episode in replay(history, rules_for, None, given, last_measured=last):
            opened = by_quarter.get(episode.opened_in)
            version = opened.sorp_version if opened else ""
            found.append(ReplayedEscalation(reference, episode, version))
    return tuple(found)


FROM_APRIL = Pattern(basis=Basis.YEAR_TO_DATE)
YEARS_THAT_TELL = 3


def history_of(ratings: RatingFile, rows: Iterable[RatingRow]) -> list[Figure]:
    """The figures of one indicator, with what they speak of.

    Where the file has no column `basis`, figures that rise through each of three years or more and
    fall at every April are taken for what they are, a total since April: held against the quarter
    before, each first quarter would be a collapse.
    """
    history = [row.figure for row in rows]
    if "basis" in ratings.columns or not restarts_each_april(history):
        return history
    return [replace(each, pattern=FROM_APRIL) for each in history]


def restarts_each_april(history: Sequence[Figure]) -> bool:
    """Whether the values rise through every whole year, of which there are enough to tell, and then fall."""
    values = {each.quarter: each.value for each in history if each.value is not None}
    years = [
        [values.get(Quarter(year, number)) for number in (1, 2, 3, 4)]
        for year in sorted({quarter.year for quarter in values})
    ]
    whole = [[each for each in year if each is not None] for year in years]
    if len(whole) < YEARS_THAT_TELL or any(len(year) < 4 for year in whole):
        return False
    rises = all(sooner < later for year in whole for sooner, later in pairwise(year))
    return rises and all(later[0] < sooner[-1] for sooner, later in pairwise(whole))


def taken_from_april(ratings: RatingFile) -> tuple[str, ...]:
    """The references whose figures are taken for totals since April, though the file does not say so."""
    if "basis" in ratings.columns:
        return ()
    by_reference = groupby(ratings.rows, key=lambda row: row.reference)
    return tuple(
        reference
        for reference, group in by_reference
        if restarts_each_april([row.figure for row in group])
    )


def escalations_csv(escalations: Iterable[ReplayedEscalation]) -> str:
    """The escalations as CSV, with cells that a spreadsheet might run made harmless."""
    return written(COLUMNS, (each.cells for each in escalations))


def _version_of(row: RatingRow, by_version: Mapping[str, Rules]) -> str | None:
    return row.sorp_version if row.sorp_version in by_version else None


class _RulesByQuarter:
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
