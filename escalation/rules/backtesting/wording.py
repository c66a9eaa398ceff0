"""Rules, what differs between two sets of them, and what a back-test found, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from escalation.rules.triggers import Rules
from sorp.lexicon import Level, Quarter
from sorp.rules.differences import Group, rules_between


def in_sentences(rules: Rules) -> list[str]:
    """The rules as sentences: each trigger in its order, then the exit, then relapses."""
    return [sentence for group in _groups(rules) for sentence in group.rules.values()]


def differences(before: Rules, after: Rules) -> list[str]:
    """What the second set of rules has otherwise than the first. Triggers go by their names."""
    return [each.sentence for each in rules_between(_groups(before), _groups(after))]


def _groups(rules: Rules) -> tuple[Group, Group]:
    return (
        Group("Triggers", {each.name: each.sentence for each in rules.triggers}, is_ordered=True),
        Group("Recovery", {"Recovery": _exit(rules), "Relapse": _relapse(rules)}),
    )


def summary(found: Mapping[str, Any]) -> list[str]:
    """What a back-test found, PAT first, in a few sentences that can stand by themselves."""
    pat = next(each for each in found["levels"] if each["level"] == Level.PAT.value)
    quarters = [Quarter.parse(key) for key in found["quarters"]]
    last = found["load"][-1]
    return [
        f"Over the {_counted(len(quarters), 'quarter')} from {quarters[0]} to {quarters[-1]}, the"
        f" rules tried would have referred indicators to PAT {_times(pat['after'])}; those in"
        f" force then did so {_times(pat['before'])}.",
        _changes_in_words(pat),
        f"PAT would have been sent {_a_month(found, 'after')} a month on average instead of"
        f" {_a_month(found, 'before')}, and would have {last['after']['open']:,} open at the end of"
        f" {quarters[-1]} instead of {last['before']['open']:,}.",
        *_other_levels(found["levels"]),
    ]


def _exit(rules: Rules) -> str:
    if rules.exit_quarters == 1:
        return "An escalation recovers when the latest rated quarter is green."
    return (
        f"An escalation recovers when the last {rules.exit_quarters} rated quarters are all green."
    )


def _relapse(rules: Rules) -> str:
    if not rules.relapse_within:
        return "No escalation counts as a relapse."
    fewer = rules.relapse_shortens_by
    sooner = f", and its trigger asks for {_counted(fewer, 'quarter')} fewer" if fewer else ""
    within = _counted(rules.relapse_within, "quarter")
    return f"An escalation within {within} of a recovery is a relapse{sooner}."


def _changes_in_words(pat: Mapping[str, int]) -> str:
    if not (pat["gained"] or pat["lost"] or pat["moved"]):
        return "For PAT nothing would have been different: none gained, none lost, none moved."
    return (
        f"{pat['gained']:,} would be gained and {pat['lost']:,} lost; {pat['moved']:,}"
        f" would open or recover in another quarter, and {pat['same']:,} would be the same."
    )


def _other_levels(levels: list[dict[str, Any]]) -> Iterator[str]:
    told = [
        f"{each['gained']:,} gained and {each['lost']:,} lost at the {_inside(Level(each['level']))}"
        for each in levels
        if each["level"] != Level.PAT.value and (each["gained"] or each["lost"])
    ]
    if told:
        yield f"At other levels: {'; '.join(told)}."


def _inside(level: Level) -> str:
    """A level's name inside a sentence: a team of managers is no name, Cabinet is."""
    return level.label.lower() if level in (Level.DIVISION, Level.DIRECTORATE) else level.label


def _a_month(found: Mapping[str, Any], side: str) -> str:
    opened = sum(each[side]["opened"] for each in found["load"])
    return f"{opened / (3 * len(found['load'])):.1f}"


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
