"""The default SORP: what seed_sorp writes as rows. Nothing else in the code reads these.

The definitions are Kent's (target, floor standard); the triggers are the example of the Cabinet
paper of 20 June 2011, section 3(c): "red for two quarters or amber for three".
"""

from __future__ import annotations

from typing import NamedTuple

from sorp.lexicon import CountedFrom, Level, Rag, Tier

TITLE = "Statement of required practice: performance management"
PURPOSE = (
    "How managers set targets, enter and sign off results, and act on poor performance, so that"
    " what is reported leads to understanding, intervention and personal accountability."
)
RAG_DEFINITIONS = [
    ("3.1", Rag.GREEN, "The target is met or bettered."),
    ("3.2", Rag.AMBER, "The target is missed, but the floor standard (or the tolerance) is held."),
    (
        "3.3",
        Rag.RED,
        "Performance is below the floor standard (or beyond the tolerance). Management action must"
        " follow.",
    ),
]


class DefaultTrigger(NamedTuple):
    clause: str
    name: str
    status: str
    at_least: int
    within: int
    level: Level
    tiers: tuple[Tier, ...]


EVERY_TIER = tuple(Tier)
DIVISION_AND_BELOW = (Tier.DIVISION, Tier.TEAM)
DIRECTORATE_AND_BELOW = (Tier.DIRECTORATE, Tier.DIVISION)
# What each level hears of: its own tier and the tier below; PAT hears of every tier.
TRIGGERS = [
    DefaultTrigger("4.1", "Red for two quarters", "red", 2, 2, Level.PAT, EVERY_TIER),
    DefaultTrigger("4.2", "Amber for three quarters", "amber", 3, 3, Level.PAT, EVERY_TIER),
    DefaultTrigger("4.3", "No result for two quarters", "no_result", 2, 2, Level.PAT, EVERY_TIER),
    DefaultTrigger("4.4", "Red at division", "red", 1, 1, Level.DIVISION, DIVISION_AND_BELOW),
    DefaultTrigger(
        "4.5", "Red at directorate", "red", 1, 1, Level.DIRECTORATE, DIRECTORATE_AND_BELOW
    ),
    DefaultTrigger(
        "4.6",
        "Amber for two quarters at directorate",
        "amber",
        2,
        2,
        Level.DIRECTORATE,
        DIRECTORATE_AND_BELOW,
    ),
    DefaultTrigger("4.7", "No result when due", "no_result", 1, 1, Level.DIRECTORATE, EVERY_TIER),
]


class DefaultDay(NamedTuple):
    """By when a step is due. An empty tier is every tier."""

    step: str
    tier: Tier | None
    counted_from: CountedFrom
    working_days: int


# Teams and divisions say first, so that a directorate's own figures can draw on theirs. The steps
# before the close are counted from the quarter's end, those after it back from Cabinet, so that
# whatever slack a quarter has lies between the close and PAT. Publication counts clear days.
CALENDAR = [
    DefaultDay("entry", Tier.TEAM, CountedFrom.QUARTER_END, 10),
    DefaultDay("entry", Tier.DIVISION, CountedFrom.QUARTER_END, 10),
    DefaultDay("entry", Tier.DIRECTORATE, CountedFrom.QUARTER_END, 12),
    DefaultDay("entry", Tier.CORPORATE, CountedFrom.QUARTER_END, 12),
    DefaultDay("division", None, CountedFrom.QUARTER_END, 15),
    DefaultDay("directorate", None, CountedFrom.QUARTER_END, 18),
    DefaultDay("close", None, CountedFrom.QUARTER_END, 21),
    DefaultDay("pat", None, CountedFrom.CABINET, 20),
    DefaultDay("brief", None, CountedFrom.CABINET, 12),
    DefaultDay("publication", None, CountedFrom.CABINET, 5),
    DefaultDay("meeting", None, CountedFrom.CABINET, 0),
]


class DefaultReminder(NamedTuple):
    """Who hears of a step, and how many working days before or after it is due."""

    step: str
    audience: str
    side: str
    working_days: int
    then_every: int | None = None


# Twice before, so that nobody can say they were not told; the day after; then often enough to be
# noticed and seldom enough to be read.
REMINDERS = [
    DefaultReminder("entry", "those_due", "before", 5),
    DefaultReminder("entry", "those_due", "before", 1),
    DefaultReminder("entry", "those_due", "after", 1, then_every=3),
    DefaultReminder("entry", "director", "after", 1),
    DefaultReminder("division", "those_due", "before", 1),
    DefaultReminder("division", "those_due", "after", 1, then_every=3),
    DefaultReminder("directorate", "those_due", "before", 1),
    DefaultReminder("directorate", "those_due", "after", 1, then_every=3),
]
