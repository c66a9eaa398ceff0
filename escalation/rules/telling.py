"""An explanation in words: the one plain sentence, and the document that bears it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from escalation.rules.explaining import (
    FORM,
    About,
    Explained,
    Finding,
    Inputs,
    Outcome,
    Weighed,
    find,
    read_inputs,
    write_inputs,
)
from escalation.rules.inputs import written
from escalation.rules.ladder import Episode
from escalation.rules.referrals import is_by_hand
from sorp.lexicon import Level, Quarter
from sorp.rules.conditions import REFERRED_TO, listed


def explain(inputs: Inputs, about: About) -> Explained:
    """The outcome of a close for one indicator, its sentence, and the whole document."""
    finding = find(inputs)
    outcome, sentence = finding.outcome, _sentence(finding, about)
    document = {
        "form": FORM,
        "reference": about.reference,
        "title": about.title,
        "quarter": inputs.quarter.key,
        "status": inputs.closing.label,
        "tier": inputs.tier.value,
        "outcome": outcome.value,
        "sentence": sentence,
        "version": about.version,
        "variation": written(about.variation),
        "quarters": written(about.figures),
        "triggers": [_weighed(each) for each in finding.weighed],
        "levels": [*_levels(finding, about)],
        "recovery": _recovery(finding),
        "inputs": write_inputs(inputs),
    }
    return Explained(outcome, sentence, document)


def re_explain(document: Mapping[str, Any]) -> Explained:
    """Work an explanation out again from the inputs that its document carries.

    Raises ValueError where the document can't be read. Whoever compares what this gives with the
    document as it is kept finds out whether either was altered.
    """
    try:
        about = About(
            reference=document["reference"],
            title=document["title"],
            version=document["version"],
            variation=document["variation"],
            figures=document["quarters"],
        )
        inputs = read_inputs(document["inputs"])
    except (KeyError, TypeError) as reason:
        raise ValueError(f"this is no explanation: {reason}") from None
    if not inputs.history:
        raise ValueError("this is no explanation: it knows of no quarter")
    return explain(inputs, about)


def _sentence(finding: Finding, about: About) -> str:
    return {
        Outcome.ESCALATED: _of_opening,
        Outcome.RECOVERED: _of_recovery,
        Outcome.STANDS: _of_standing,
        Outcome.NOT_ESCALATED: _of_nothing,
    }[finding.outcome](finding, about)


def _of_opening(finding: Finding, about: About) -> str:
    """By the highest level; the others are named after it."""
    highest, *others = sorted(finding.opened, key=lambda each: -each.level.height)
    besides = f", and to {_teams(others)}" if others else ""
    relapse = ", as a relapse," if highest.relapse else ""
    if is_by_hand(highest.trigger):
        return f"{highest.reason.rstrip('.')}."
    met = _met(finding, highest)
    if met is None:
        return (
            f"{_now(finding)}: it was referred to {_team(highest.level)} on figures revised since,"
            f" {_met_otherwise(finding, highest.level)}, and it stays until it is"
            f" {_what_is_asked(finding)}."
        )
    by = f"clause {met.asked.clause} of " if met.asked.clause else ""
    return (
        f"{highest.reason.rstrip('.')}, so {by}{_rule_book(about)} refers it{relapse} to"
        f" {_team(highest.level)}{besides}."
    )


def _of_recovery(finding: Finding, about: About) -> str:
    teams, now = _teams(finding.recovered), _now(finding)
    at_once = [each for each in finding.recovered if each.opened_in == each.recovered_in]
    if at_once and len(at_once) == len(finding.recovered):
        met = _met_otherwise(finding, finding.recovered[-1].level)
        return (
            f"{now}: it was referred to {teams} on figures revised since, {met}, and it recovers in"
            " the quarter in which it opened."
        )
    if finding.green < finding.inputs.rules.exit_quarters:
        return f"{now}: it is recorded as no longer referred to {teams}, on figures revised since."
    return f"{now}, which meets the exit rule ({_exit(finding)}), so it is no longer referred to {teams}."


def _of_standing(finding: Finding, about: About) -> str:
    by_height = sorted(finding.standing, key=lambda each: -each.level.height)
    if len({each.opened_in for each in by_height}) == 1:
        since = by_height[0].opened_in
        teams = f"{_teams(by_height)}, as it has been since {since},"
    else:
        each_since = [f"{_team(each.level)} (since {each.opened_in})" for each in by_height]
        teams = listed(each_since, "and")
    return f"{_now(finding)}: it stays referred to {teams} until it is {_what_is_asked(finding)}."


def _of_nothing(finding: Finding, about: About) -> str:
    nearest = _nearest(finding)
    if nearest is None:
        tier = finding.inputs.tier.label.lower()
        return (
            f"{_now(finding)}: no trigger of {_rule_book(about)} that looks at {tier} indicators"
            " asks for that."
        )
    asked, more = nearest.asked, nearest.more_needed
    known = [f"clause {asked.clause}"] if asked.clause else []
    if about.variation is not None:
        known.append(f"as varied until {Quarter.parse(about.variation['until'])}")
    clause = f" ({', '.join(known)})" if known else ""
    quarters = "quarter" if more == 1 else "quarters"
    found, still = len(nearest.counted), asked.at_least - more
    lasting = f", of which {still} would still count" if 0 <= still < found else ""
    return (
        f"{_now(finding)}: “{asked.name}”{clause} asks for {asked.condition}, and finds"
        f" {found}{lasting}, so {more} more such {quarters} would refer it to"
        f" {_team(asked.level)}."
    )


def _nearest(finding: Finding) -> Weighed | None:
    """The trigger fewest quarters away, of those for which this quarter counts; the first of equals."""
    quarter = finding.inputs.quarter
    near = [each for each in finding.weighed if quarter in each.counted]
    return min(near, key=lambda each: each.more_needed, default=None)


def _met(finding: Finding, episode: Episode) -> Weighed | None:
    for each in finding.weighed:
        if each.breach and each.asked.name == episode.trigger:
            return each
    return None


def _met_otherwise(finding: Finding, level: Level) -> str:
    """What of a level's triggers the figures meet, where not the one by which it was referred."""
    names = [
        f"“{each.asked.name}”" + (f" (clause {each.asked.clause})" if each.asked.clause else "")
        for each in finding.weighed
        if each.breach and each.asked.level is level
    ]
    return f"which now meet {listed(names, 'and')}" if names else "no trigger is met by them now"


def _now(finding: Finding) -> str:
    closing = finding.inputs.closing
    return f"{closing.label} in {closing.quarter}"


def _rule_book(about: About) -> str:
    varied = ""
    if about.variation is not None:
        varied = f", as varied until {Quarter.parse(about.variation['until'])},"
    return f"version {about.version} of the SORP{varied}"


def _team(level: Level) -> str:
    return REFERRED_TO[level]


def _teams(episodes: Iterable[Episode]) -> str:
    levels = sorted({each.level for each in episodes}, key=lambda each: -each.height)
    return listed([_team(each) for each in levels], "and")


def _exit(finding: Finding) -> str:
    if _is_never_rated(finding):
        return "a result was given"
    asked = finding.inputs.rules.exit_quarters
    if asked == 1:
        return "green in the latest rated quarter"
    return f"green for {asked} rated quarters running"


def _what_is_asked(finding: Finding) -> str:
    """What would have it recover, from here on."""
    if _is_never_rated(finding):
        return "given a result when it is next due"
    more = max(finding.inputs.rules.exit_quarters - finding.green, 1)
    if more == 1:
        return "green in its next rated quarter"
    return f"green in its next {more} rated quarters"


def _is_never_rated(finding: Finding) -> bool:
    """Data only, or activity: without a RAG status by its kind, as far as it was ever answered."""
    answered = [each.rag for each in finding.inputs.history if each.is_answered]
    return bool(answered) and answered[-1] is None


def _recovery(finding: Finding) -> dict[str, Any]:
    is_open = bool(finding.opened or finding.standing)
    return {
        "exit_quarters": finding.inputs.rules.exit_quarters,
        "green_so_far": finding.green,
        "needs": _what_is_asked(finding) if is_open else None,
    }


def _weighed(each: Weighed) -> dict[str, Any]:
    asked = each.asked
    return {
        "name": asked.name,
        "clause": asked.clause,
        "level": asked.level.value,
        "asks": asked.condition,
        "at_least": asked.at_least,
        "within": asked.within,
        "looked_at": [quarter.key for quarter, _ in reversed(each.found)],
        "counted": [quarter.key for quarter in each.counted],
        "met": each.breach is not None,
        "more_needed": each.more_needed,
        "fewer": each.breach.shortened.fewer if each.breach and each.breach.shortened else 0,
    }


def _levels(finding: Finding, about: About) -> Iterable[dict[str, Any]]:
    groups: Sequence[tuple[str, tuple[Episode, ...]]] = (
        ("opened", finding.opened),
        ("recovered", finding.recovered),
        ("stands", finding.standing),
    )
    for state, episodes in groups:
        for each in episodes:
            yield {
                "level": each.level.value,
                "state": state,
                "trigger": each.trigger,
                "since": each.since.key,
                "opened_in": each.opened_in.key,
                "relapse": each.relapse,
                "restated": each.restated,
                "reason": each.reason,
            }
