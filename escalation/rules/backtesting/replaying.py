"""The back-test itself: both sets of rules along every history, and what differs, as a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from escalation.rules.backtesting.agreeing import agreement
from escalation.rules.backtesting.grid import Cell, Grid, cell_of
from escalation.rules.backtesting.matching import Matching, Unmatched, matched
from escalation.rules.backtesting.subjects import RulesByQuarter, Subject, always
from escalation.rules.backtesting.tallying import (
    by_directorate,
    by_level,
    by_quarter,
    time_to_recover,
)
from escalation.rules.backtesting.wording import differences, summary
from escalation.rules.ladder import Episode
from escalation.rules.triggers import Rules
from sorp.lexicon import ConditionKind, Quarter

# Kinds that do not refer one indicator up: they speak of a whole unit, or of what goes well.
NOT_OF_ONE = (ConditionKind.AGGREGATE, ConditionKind.POSITIVE)
Tell = Callable[[int, int], None]


def backtest(
    subjects: Sequence[Subject],
    in_force: RulesByQuarter,
    tried: Rules,
    *,
    until: Quarter,
    tell: Tell = lambda done, total: None,
) -> dict[str, Any]:
    """What the rules tried would have done, beside those that ruled each quarter up to `until`.

    `tell` hears how many indicators are done. Raises ValueError where there is no history.
    """
    begun = [each.history[0].quarter for each in subjects if each.history]
    if not begun:
        raise ValueError("No indicator was rated in any closed quarter: there is nothing to replay")
    before, after, matchings = [], [], []
    grid = Grid(tried, until)
    for done, subject in enumerate(subjects, start=1):
        before.append(subject.replayed(in_force))
        after.append(subject.replayed(always(tried)))
        matchings.append(matched(before[-1], after[-1]))
        grid.add(subject)
        tell(done, len(subjects))
    quarters = list(min(begun).until(until))
    found = {
        "quarters": [each.key for each in quarters],
        "indicators": len(subjects),
        "levels": by_level(before, after, matchings),
        "load": by_quarter(before, after, quarters),
        "directorates": by_directorate(subjects, before, after, matchings),
        "recovery": time_to_recover(before, after),
        "grid": grid.document(len(quarters)),
        "cells": {"before": _as_cell(cell_of(in_force(until))), "after": _as_cell(cell_of(tried))},
        **_changes(subjects, matchings),
        "agreement": agreement(subjects, in_force),
        "differences": differences(in_force(until), tried),
        "not_replayed": [each.name for each in tried.triggers if each.kind in NOT_OF_ONE],
    }
    return {"summary": summary(found), **found}


def _as_cell(cell: Cell | None) -> dict[str, int] | None:
    return {"red": cell.red, "amber": cell.amber} if cell else None


def _changes(
    subjects: Sequence[Subject], matchings: Sequence[Matching]
) -> dict[str, list[dict[str, Any]]]:
    """What is gained, lost and moved, each with its indicator, in the order of the indicators."""
    found: dict[str, list[dict[str, Any]]] = {"gained": [], "lost": [], "moved": []}
    for subject, matching in zip(subjects, matchings, strict=True):
        whose = {
            "reference": subject.reference,
            "title": subject.title,
            "directorate": subject.directorate,
        }
        found["gained"] += [whose | _unmatched(each) for each in matching.gained]
        found["lost"] += [whose | _unmatched(each) for each in matching.lost]
        found["moved"] += [
            whose | {"level": was.level.value, "before": _spell(was), "after": _spell(now)}
            for was, now in matching.moved
        ]
    return found


def _spell(episode: Episode) -> dict[str, str | None]:
    return {
        "opened_in": episode.opened_in.key,
        "recovered_in": episode.recovered_in.key if episode.recovered_in else None,
    }


def _unmatched(each: Unmatched) -> dict[str, Any]:
    episode = each.episode
    return {
        "level": episode.level.value,
        "trigger": episode.trigger,
        "since": episode.since.key,
        **_spell(episode),
        "relapse": episode.relapse,
        "reason": episode.reason,
        "within": _spell(each.within) if each.within else None,
    }
