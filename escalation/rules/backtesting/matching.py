"""Matching what two sets of rules open: the same escalation, at another time, gained or lost.

Two escalations of one indicator at one level are the same where they overlap in time. Each is
matched with one other at the most, so that *before + gained - lost = after*. One that is left
over may still stand within a longer one of the other side, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from escalation.rules.ladder import Episode
from sorp.lexicon import Level, Quarter


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An escalation that one set of rules opens and the other doesn't."""

    episode: Episode
    within: Episode | None  # the other side's escalation that stood open at the same time


@dataclass(frozen=True, slots=True)
class Matching:
    """What becomes of one indicator's escalations under other rules."""

    same: tuple[tuple[Episode, Episode], ...]
    moved: tuple[tuple[Episode, Episode], ...]  # open or recovered in another quarter
    gained: tuple[Unmatched, ...]
    lost: tuple[Unmatched, ...]


def matched(before: Sequence[Episode], after: Sequence[Episode]) -> Matching:
    """What was, beside what would have been, level by level."""
    pairs = [
        pair
        for level in Level
        for pair in _paired(
            [each for each in before if each.level is level],
            [each for each in after if each.level is level],
        )
    ]
    stood = {id(was) for was, _ in pairs}
    stands = {id(now) for _, now in pairs}
    return Matching(
        same=tuple((was, now) for was, now in pairs if _spell(was) == _spell(now)),
        moved=tuple((was, now) for was, now in pairs if _spell(was) != _spell(now)),
        gained=tuple(_unmatched(each, before) for each in after if id(each) not in stands),
        lost=tuple(_unmatched(each, after) for each in before if id(each) not in stood),
    )


def last_open(episode: Episode) -> int:
    """The last quarter at whose close it stood open, counted; beyond all where it still is."""
    if episode.recovered_in is None:
        return Quarter(2200, 4).ordinal
    return max(episode.recovered_in.ordinal - 1, episode.opened_in.ordinal)


def _paired(
    before: Sequence[Episode], after: Sequence[Episode]
) -> Iterator[tuple[Episode, Episode]]:
    """As many pairs as can be: both sides are in order, and none overlaps its own neighbour."""
    was_at = now_at = 0
    while was_at < len(before) and now_at < len(after):
        was, now = before[was_at], after[now_at]
        if _overlap(was, now):
            yield was, now
            was_at, now_at = was_at + 1, now_at + 1
        elif was.opened_in < now.opened_in:
            was_at += 1
        else:
            now_at += 1


def _overlap(one: Episode, other: Episode) -> bool:
    if one.level is not other.level:
        return False
    begins = max(one.opened_in.ordinal, other.opened_in.ordinal)
    return begins <= min(last_open(one), last_open(other))


def _spell(episode: Episode) -> tuple[Quarter, Quarter | None]:
    return episode.opened_in, episode.recovered_in


def _unmatched(episode: Episode, others: Sequence[Episode]) -> Unmatched:
    beside = (other for other in others if _overlap(episode, other))
    return Unmatched(episode, next(beside, None))
