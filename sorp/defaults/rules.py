"""The rules of the default SORP: RAG definitions, triggers, the ladder, the calendar, reminders.

The definitions are Kent's (target, floor standard); the triggers are the example of the Cabinet
paper of 20 June 2011, section 3(c): "red for two quarters or amber for three".
"""

from __future__ import annotations

from typing import NamedTuple

from sorp.lexicon import CountedFrom, Level, Rag, Tier

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
    key: str
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
    DefaultTrigger(
        "red-two-quarters", "4.1", "Red for two quarters", "red", 2, 2, Level.PAT, EVERY_TIER
    ),
    DefaultTrigger(
        "amber-three-quarters",
        "4.2",
        "Amber for three quarters",
        "amber",
        3,
        3,
        Level.PAT,
        EVERY_TIER,
    ),
    DefaultTrigger(
        "no-result-two-quarters",
        "4.3",
        "No result for two quarters",
        "no_result",
        2,
        2,
        Level.PAT,
        EVERY_TIER,
    ),
    DefaultTrigger(
        "red-at-division", "4.4", "Red at division", "red", 1, 1, Level.DIVISION, DIVISION_AND_BELOW
    ),
    DefaultTrigger(
        "red-at-directorate",
        "4.5",
        "Red at directorate",
        "red",
        1,
        1,
        Level.DIRECTORATE,
        DIRECTORATE_AND_BELOW,
    ),
    DefaultTrigger(
        "amber-two-quarters-at-directorate",
        "4.6",
        "Amber for two quarters at directorate",
        "amber",
        2,
        2,
        Level.DIRECTORATE,
        DIRECTORATE_AND_BELOW,
    ),
    DefaultTrigger(
        "no-result-when-due",
        "4.7",
        "No result when due",
        "no_result",
        1,
        1,
        Level.DIRECTORATE,
        EVERY_TIER,
    ),
]


class DefaultDuty(NamedTuple):
    """What a level does with what is referred to it, and in how many working days."""

    level: Level
    clause: str
    duty: str
    within: int


# Management teams meet at least fortnightly, PAT every month, and Cabinet has the quarterly report.
LADDER = [
    DefaultDuty(
        Level.DIVISION,
        "7.1",
        "Hear the accountable manager, settle the management action with them, and note it, or"
        " refer the indicator to the directorate with the reason.",
        10,
    ),
    DefaultDuty(
        Level.DIRECTORATE,
        "7.2",
        "Test the action plan, agree it or send it back, remove what stands in its way within the"
        " directorate, or refer the indicator to PAT with the reason.",
        10,
    ),
    DefaultDuty(
        Level.PAT,
        "7.3",
        "Decide at the next monthly meeting whether the indicator is called in. Challenge the plan"
        " of what is, decide what is needed from across the council, and report what was agreed.",
        25,
    ),
    DefaultDuty(
        Level.CABINET,
        "7.4",
        "Judge, with the quarterly report, whether the managerial action is sufficient, and guide,"
        " direct and challenge as Members see fit.",
        60,
    ),
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
