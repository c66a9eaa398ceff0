"""Whether the rules in force, replayed, give what is on record: what a back-test stands on.

What is compared are the facts: level, trigger, since when, opened, recovered, relapse. How a
reason was worded when it was told is left out, and so is what a person referred up.

A recorded escalation may rightly differ where it was restated: nothing recorded is taken back
when a result is revised, so it stands though the figures as they now are would not open it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from escalation.rules.backtesting.matching import Matching, matched
from escalation.rules.backtesting.subjects import RulesByQuarter, Subject
from escalation.rules.ladder import Episode
from sorp.rules.conditions import listed

NAMED = 10  # in the sentence; the list below it names them all


def agreement(subjects: Sequence[Subject], in_force: RulesByQuarter) -> dict[str, Any]:
    """How many escalations are on record, each that the replay gives otherwise, and one sentence."""
    found = [difference for subject in subjects for difference in _differences(subject, in_force)]
    recorded = sum(len(each.recorded) for each in subjects)
    referred = sum(len(each.referred) for each in subjects)
    return {
        "recorded": recorded,
        "referred_by_people": referred,
        "differences": found,
        "sentence": " ".join(_sentences(recorded, referred, found)),
    }


def _differences(subject: Subject, in_force: RulesByQuarter) -> Iterator[dict[str, Any]]:
    replayed = subject.replayed_beside_referrals(in_force)
    if set(map(_facts, subject.recorded)) == set(map(_facts, replayed)):
        return
    restated = any(each.restated for each in subject.recorded)
    for sentence in _told(matched(subject.recorded, replayed)):
        yield {
            "reference": subject.reference,
            "title": subject.title,
            "restated": restated,
            "sentence": sentence,
        }


def _facts(episode: Episode) -> tuple[object, ...]:
    return (
        episode.level,
        episode.trigger,
        episode.all_met,
        episode.since,
        episode.opened_in,
        episode.recovered_in,
        episode.relapse,
    )


def _told(matching: Matching) -> Iterator[str]:
    for was, now in (*matching.moved, *matching.same):
        if _facts(was) != _facts(now):
            yield f"On record {_in_words(was)}; by the rules {_in_words(now)}."
    for each in matching.lost:
        yield f"On record {_in_words(each.episode)}; the rules open none."
    for each in matching.gained:
        yield f"By the rules {_in_words(each.episode)}; there is none on record."


def _in_words(episode: Episode) -> str:
    end = f"recovered in {episode.recovered_in}" if episode.recovered_in else "still open"
    relapse = ", as a relapse" if episode.relapse else ""
    return (
        f"to the {episode.level.label} by “{episode.trigger}” in {episode.opened_in}{relapse}"
        f" (counted from {episode.since}), {end}"
    )


def _named(found: Sequence[dict[str, Any]]) -> str:
    """The indicators by their references; beyond ten, how many more the list holds."""
    names = list(dict.fromkeys(each["reference"] for each in found))
    more = len(names) - NAMED
    named = names[:NAMED] + ([f"{more:,} more"] if more > 0 else [])
    return listed(named, "and")


def _sentences(recorded: int, referred: int, found: Sequence[dict[str, Any]]) -> Iterator[str]:
    unexplained = [each for each in found if not each["restated"]]
    explained = len(found) - len(unexplained)
    if not found:
        on_record = {0: "no escalation, and none is", 1: "exactly the one escalation"}.get(
            recorded, f"exactly the {recorded:,} escalations"
        )
        yield f"Replaying the rules in force gives {on_record} on record."
    elif unexplained:
        yield (
            f"Replaying the rules in force does not give what is on record for"
            f" {_named(unexplained)}: look at each below before relying on this back-test."
        )
    if explained:
        restated = [each for each in found if each["restated"]]
        but = "Apart from these, it" if unexplained else "Replaying the rules in force"
        yield (
            f"{but} differs from what is on record only where a revised result restated it, which"
            f" takes nothing back: {_named(restated)}."
        )
    if referred:
        was = "1 escalation was" if referred == 1 else f"{referred:,} escalations were"
        yield f"{was} referred up by a person, not by a rule, and left out."
