"""Counting escalations: by level, by quarter, by directorate, and how long they took to recover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean, median
from typing import Any

from escalation.rules.backtesting.matching import Matching, last_open
from escalation.rules.backtesting.subjects import Subject
from escalation.rules.ladder import Episode
from sorp.lexicon import Level, Quarter

MONTHS = 3  # of a quarter
Replays = Sequence[Sequence[Episode]]  # for each indicator, in their order


def by_level(
    before: Replays, after: Replays, matchings: Sequence[Matching]
) -> list[dict[str, Any]]:
    """For each level: how many escalations there were and would have been, and what changed."""
    return [
        {
            "level": level.value,
            "before": len(_to(level, before)),
            "after": len(_to(level, after)),
            "gained": sum(_of(level, (x.episode for x in each.gained)) for each in matchings),
            "lost": sum(_of(level, (x.episode for x in each.lost)) for each in matchings),
            "moved": sum(_of(level, (was for was, _ in each.moved)) for each in matchings),
            "same": sum(_of(level, (was for was, _ in each.same)) for each in matchings),
        }
        for level in Level
    ]


def by_quarter(
    before: Replays, after: Replays, quarters: Sequence[Quarter]
) -> list[dict[str, Any]]:
    """PAT's load: how many reach it in each quarter, how many a month that is, and stand open.

    Escalations open when a quarter is closed, so a month's load is its quarter's by three.
    """
    was, would_be = _to(Level.PAT, before), _to(Level.PAT, after)
    return [
        {
            "quarter": quarter.key,
            "before": _load(was, quarter),
            "after": _load(would_be, quarter),
        }
        for quarter in quarters
    ]


def by_directorate(
    subjects: Sequence[Subject], before: Replays, after: Replays, matchings: Sequence[Matching]
) -> list[dict[str, Any]]:
    """Escalations to PAT by directorate, in the order of the directorates' names."""
    rows: dict[str, dict[str, Any]] = {}
    for subject, was, would_be, matching in zip(subjects, before, after, matchings, strict=True):
        row = rows.setdefault(
            subject.directorate,
            {"directorate": subject.directorate, "indicators": 0}
            | dict.fromkeys(("before", "after", "gained", "lost", "open_before", "open_after"), 0),
        )
        row["indicators"] += 1
        row["before"] += _of(Level.PAT, was)
        row["after"] += _of(Level.PAT, would_be)
        row["gained"] += _of(Level.PAT, (each.episode for each in matching.gained))
        row["lost"] += _of(Level.PAT, (each.episode for each in matching.lost))
        row["open_before"] += _of(Level.PAT, (each for each in was if each.is_open))
        row["open_after"] += _of(Level.PAT, (each for each in would_be if each.is_open))
    return [rows[name] for name in sorted(rows)]


def time_to_recover(before: Replays, after: Replays) -> list[dict[str, Any]]:
    """For each level: how many quarters from opening to recovery, and how many are open still."""
    return [
        {
            "level": level.value,
            "before": _recovery(_to(level, before)),
            "after": _recovery(_to(level, after)),
        }
        for level in Level
    ]


def _to(level: Level, replays: Replays) -> list[Episode]:
    return [each for episodes in replays for each in episodes if each.level is level]


def _of(level: Level, episodes: Iterable[Episode]) -> int:
    return sum(each.level is level for each in episodes)


def _load(episodes: Iterable[Episode], quarter: Quarter) -> dict[str, int | float]:
    known = [each for each in episodes if each.opened_in <= quarter]
    opened = sum(each.opened_in == quarter for each in known)
    return {
        "opened": opened,
        "a_month": round(opened / MONTHS, 2),
        "open": sum(last_open(each) >= quarter.ordinal for each in known),
    }


def _recovery(episodes: Iterable[Episode]) -> dict[str, int | float | None]:
    known = list(episodes)
    took = [
        each.recovered_in.ordinal - each.opened_in.ordinal
        for each in known
        if each.recovered_in is not None
    ]
    return {
        "recovered": len(took),
        "median": float(median(took)) if took else None,
        "mean": round(fmean(took), 2) if took else None,
        "still_open": len(known) - len(took),
    }
