"""What the close of an open quarter would do, were it closed now: the ladder itself, run in private.

Nothing else decides what would be referred up: the histories end with the open quarter, judged as
the close would judge it, and `ladder.close` closes it. What comes of it is put into short sentences
that speak of the close as something still to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.quarters import Quarter
from core.words import Word
from escalation.rules.exceptions import PositiveSpell, UnitEpisode, UnitOutcome, close_positives
from escalation.rules.ladder import Episode, close
from escalation.rules.triggers import Rules
from sorp.lexicon import ForecastBy, Level, NotRated, Rag, Tier
from sorp.rules.conditions.base import REFERRED_TO, Condition, status_in_words
from sorp.rules.conditions.forecast import Forecast
from sorp.rules.conditions.status import Status
from sorp.rules.figures import Figure

ORDINALS = ("", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth")
# Where something goes, in a line of counts: "2 to PAT, 1 to the directorate".
SHORT_NAMES = {
    Level.DIVISION: "the division",
    Level.DIRECTORATE: "the directorate",
    Level.PAT: "PAT",
    Level.CABINET: "Cabinet",
}


class CloseAct(Word):
    """One thing that a close would do, or leave as it is."""

    OPENS = "opens", "Goes up"
    RECOVERS = "recovers", "Recovers"
    ENDS = "ends", "No longer measured"
    STANDS = "stands", "Stays"
    NOTICED = "noticed", "Brought to notice for doing well"
    UNNOTICED = "unnoticed", "No longer brought to notice"

    @property
    def is_change(self) -> bool:
        """Whether anything is otherwise after the close than before it."""
        return self is not CloseAct.STANDS


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that the close would do with an indicator, or a unit, at one level."""

    act: CloseAct
    level: Level
    trigger_key: str
    sentence: str  # what follows, and by which clause: one line
    words: str = ""  # the rule, in the words of the version of the SORP that rules the quarter
    relapse: bool = False

    def dump(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {
            "act": self.act.value,
            "level": self.level.value,
            "trigger_key": self.trigger_key,
            "sentence": self.sentence,
            "words": self.words,
            "relapse": self.relapse,
        }

    @classmethod
    def load(cls, kept: Mapping[str, Any]) -> Consequence:
        """As it was before it was kept."""
        return cls(**{**kept, "act": CloseAct(kept["act"]), "level": Level(kept["level"])})


@dataclass(frozen=True, slots=True)
class PreviewInputs:
    """All that the close of the history's last quarter reads of one indicator."""

    history: Sequence[Figure]  # up to the open quarter, judged as its close would judge it
    recorded: Sequence[Episode]
    positives: Sequence[PositiveSpell]
    rules: Rules
    version: str  # the number of the version of the SORP that rules the quarter
    tier: Tier
    is_given: bool  # whether anybody gave a result, with a figure or without

    @property
    def quarter(self) -> Quarter:
        return self.history[-1].quarter

    @property
    def is_silent(self) -> bool:
        """Whether a result is due and nobody has given one: neither green nor red."""
        return not self.is_given and self.history[-1].not_rated is NotRated.NO_RESULT


def preview_close_of(inputs: PreviewInputs) -> tuple[Consequence, ...]:
    """What the close would do with one indicator, in the order in which it matters."""
    outcome = close(inputs.history, inputs.recorded, inputs.rules, inputs.tier)
    opened = sorted(outcome.opened, key=lambda each: -each.level.height)
    standing = [
        each for each in outcome.episodes if each.is_open and each.opened_in < inputs.quarter
    ]
    begun, over = close_positives(
        inputs.history, inputs.positives, inputs.rules.positives_for(inputs.tier)
    )
    return (
        *(_opens(each, inputs) for each in opened),
        *(_recovers(each, inputs) for each in _highest_first(outcome.recovered)),
        *(_stands(each, inputs) for each in _highest_first(standing)),
        *(_noticed(each, inputs) for each in begun),
        *(_unnoticed(each, inputs) for each in over),
    )


def preview_end_of(
    recorded: Iterable[Episode], positives: Iterable[PositiveSpell]
) -> tuple[Consequence, ...]:
    """What the close would do with an indicator whose last quarter is over: what is open ends."""
    ended = (
        Consequence(
            CloseAct.ENDS,
            each.level,
            each.trigger_key,
            f"No longer measured: ends at {REFERRED_TO[each.level]}, neither recovered nor open",
        )
        for each in _highest_first(recorded)
        if each.is_open
    )
    unnoticed = (
        Consequence(
            CloseAct.UNNOTICED,
            each.level,
            each.trigger_key,
            f"No longer measured: no longer brought to the notice of {REFERRED_TO[each.level]}",
        )
        for each in positives
        if each.ended_in is None
    )
    return (*ended, *unnoticed)


def preview_close_of_units(
    outcome: UnitOutcome, standing: Iterable[UnitEpisode], rules: Rules, version: str
) -> dict[int, tuple[Consequence, ...]]:
    """What the close would do with units for their many poor indicators, by the key of the unit."""
    triggers = {each.key: each for each in rules.aggregates}
    over = {each.key for each in outcome.recovered}
    found: dict[int, list[Consequence]] = {}
    for each in outcome.opened:
        trigger = triggers[each.trigger_key]
        head = _head(each.reason)
        sentence = (
            f"{head}: the unit goes to {REFERRED_TO[each.level]} at the close, {_by(trigger)}"
        )
        found.setdefault(each.unit, []).append(
            Consequence(
                CloseAct.OPENS, each.level, each.trigger_key, sentence, _rule(trigger, version)
            )
        )
    for each in outcome.recovered:
        sentence = f"“{each.trigger}” is no longer met: the unit leaves {REFERRED_TO[each.level]} at the close"
        found.setdefault(each.unit, []).append(
            Consequence(CloseAct.RECOVERS, each.level, each.trigger_key, sentence)
        )
    for each in standing:
        if each.is_open and each.key not in over:
            sentence = f"The unit stays at {REFERRED_TO[each.level]}, since {each.opened_in}"
            found.setdefault(each.unit, []).append(
                Consequence(CloseAct.STANDS, each.level, each.trigger_key, sentence)
            )
    return {unit: tuple(consequences) for unit, consequences in found.items()}


def reads_chances(rules: Rules) -> bool:
    """Whether anything is referred up by the system's forecast of the next quarter."""
    return any(
        isinstance(each, Forecast) and each.forecast_by is ForecastBy.SYSTEM
        for each in rules.triggers
    )


def _highest_first(episodes: Iterable[Episode]) -> list[Episode]:
    return sorted(episodes, key=lambda each: -each.level.height)


def _opens(episode: Episode, inputs: PreviewInputs) -> Consequence:
    trigger = next(
        (each for each in inputs.rules.triggers if each.key == episode.trigger_key), None
    )
    relapse = ", as a relapse" if episode.relapse else ""
    where = f"goes to {REFERRED_TO[episode.level]} at the close{relapse}"
    by = f", {_by(trigger)}" if trigger else ""
    head = (
        "If no result comes"
        if inputs.is_silent
        else _head_of_run(trigger, inputs.history) or _head(episode.reason)
    )
    words = _rule(trigger, inputs.version) if trigger else ""
    if episode.relapse:  # why it may take fewer quarters than the rule says
        words = f"{episode.reason} {words}"
    return Consequence(
        CloseAct.OPENS,
        episode.level,
        episode.trigger_key,
        f"{head}: {where}{by}",
        words,
        episode.relapse,
    )


def _recovers(episode: Episode, inputs: PreviewInputs) -> Consequence:
    now = inputs.history[-1].label
    return Consequence(
        CloseAct.RECOVERS,
        episode.level,
        episode.trigger_key,
        f"{now}: leaves {REFERRED_TO[episode.level]} at the close, by the exit rule",
        f"The exit rule of version {inputs.version} of the SORP: {_exit(inputs)}.",
    )


def _stands(episode: Episode, inputs: PreviewInputs) -> Consequence:
    head = "If no result comes: stays" if inputs.is_silent else f"{inputs.history[-1].label}: stays"
    return Consequence(
        CloseAct.STANDS,
        episode.level,
        episode.trigger_key,
        f"{head} at {REFERRED_TO[episode.level]}, since {episode.opened_in}",
        f"It leaves by the exit rule of version {inputs.version} of the SORP: {_exit(inputs)}.",
        episode.relapse,
    )


def _noticed(spell: PositiveSpell, inputs: PreviewInputs) -> Consequence:
    trigger = next(each for each in inputs.rules.triggers if each.key == spell.trigger_key)
    sentence = (
        f"{_head(spell.reason)}: brought to the notice of {REFERRED_TO[spell.level]}"
        f" at the close for doing well, {_by(trigger)}"
    )
    words = _rule(trigger, inputs.version)
    return Consequence(CloseAct.NOTICED, spell.level, spell.trigger_key, sentence, words)


def _unnoticed(spell: PositiveSpell, inputs: PreviewInputs) -> Consequence:
    sentence = (
        f"“{spell.trigger}” is no longer met: no longer brought to the notice of"
        f" {REFERRED_TO[spell.level]} after the close"
    )
    return Consequence(CloseAct.UNNOTICED, spell.level, spell.trigger_key, sentence)


def _head_of_run(trigger: Condition | None, history: Sequence[Figure]) -> str:
    """ "Second red running": where so many quarters running at a status is all that is asked."""
    if not isinstance(trigger, Status) or trigger.movement is not None or not trigger.is_run:
        return ""
    running = 0
    for at in range(len(history) - 1, -1, -1):
        if trigger.in_window(history, at):
            if not trigger.matches(history, at):
                break
            running += 1
        if history[at].definition_break:
            break
    if running == 1:
        return history[-1].label
    which = ORDINALS[running] if running < len(ORDINALS) else f"{running}th"
    if trigger.status is Rag.RED:
        return f"{which} red running"
    return f"{which} quarter running at {status_in_words(trigger.status)}"


def _head(reason: str) -> str:
    """What was found, without the rule that it meets: the first part of a breach's sentence."""
    found, _, _ = reason.partition(", which meets “")
    return found.rstrip(".")


def _by(trigger: Condition) -> str:
    return f"by clause {trigger.clause}" if trigger.clause else f"by “{trigger.name}”"


def _rule(trigger: Condition, version: str) -> str:
    clause = f"Clause {trigger.clause} of version" if trigger.clause else "Version"
    return f"{clause} {version} of the SORP, “{trigger.name}”: {trigger.sentence}"


def _exit(inputs: PreviewInputs) -> str:
    answered = [each.rag for each in inputs.history if each.is_answered]
    if answered and answered[-1] is None:
        return "a result given"
    if inputs.rules.exit_quarters == 1:
        return "green in the latest rated quarter"
    return f"green for {inputs.rules.exit_quarters} rated quarters running"


@dataclass(frozen=True, slots=True)
class PreviewCounts:
    """What the close would do with many indicators, counted: each once, at the highest level."""

    indicators: int
    to: Mapping[Level, int]  # those that go up, of those with a result
    recovers: int
    stays: int
    noticed: int
    missing: int  # a result is due, and there is none: neither green nor red
    missing_to: Mapping[Level, int]  # of these, those that silence would send up
    units: int = 0  # units that go up for their many poor indicators

    @property
    def is_quiet(self) -> bool:
        """Whether nothing would be otherwise after the close, and nothing is missing."""
        return not (self.to or self.recovers or self.noticed or self.missing or self.units)

    @property
    def ups(self) -> tuple[str, ...]:
        """Where those go that go up, the highest level first: 2 to PAT; 1 to the directorate."""
        return tuple(f"{self.to[level]} to {SHORT_NAMES[level]}" for level in _down(self.to))

    @property
    def parts(self) -> tuple[str, ...]:
        """The line in its parts: 2 to PAT; 1 recovers; 3 missing."""
        found = list(self.ups)
        if self.units:
            found.append(f"{self.units} unit{'' if self.units == 1 else 's'} for many poor results")
        if self.recovers:
            found.append(f"{self.recovers} recover{'s' if self.recovers == 1 else ''}")
        if self.stays:
            found.append(f"{self.stays} stay{'s' if self.stays == 1 else ''} up")
        if self.noticed:
            found.append(f"{self.noticed} to be noticed for doing well")
        if self.missing:
            silence = [
                f"{self.missing_to[level]} to {SHORT_NAMES[level]}"
                for level in _down(self.missing_to)
            ]
            follows = f" (if none comes: {', '.join(silence)})" if silence else ""
            found.append(f"{self.missing} missing{follows}")
        return tuple(found)

    @property
    def short_line(self) -> str:
        """The same without what silence would do: 2 to PAT, 3 missing. Empty where nothing is otherwise."""
        return ", ".join(each.partition(" (")[0] for each in self.parts)

    @property
    def line(self) -> str:
        """2 to PAT, 1 recovers, 3 missing."""
        return ", ".join(self.parts) or "Nothing would be referred up"


def _down(counted: Mapping[Level, int]) -> list[Level]:
    return sorted(counted, key=lambda level: -level.height)


def counts_of_previews(
    previews: Iterable[tuple[bool, Sequence[Consequence]]], units: int = 0
) -> PreviewCounts:
    """The counts of many previews: of each whether its result is missing, and what would follow."""
    to: dict[Level, int] = {}
    missing_to: dict[Level, int] = {}
    number = recovers = stays = noticed = missing = 0
    for is_missing, consequences in previews:
        number += 1
        missing += is_missing
        acts = {each.act for each in consequences}
        opens = [each.level for each in consequences if each.act is CloseAct.OPENS]
        if opens:
            highest = max(opens, key=lambda level: level.height)
            counted = missing_to if is_missing else to
            counted[highest] = counted.get(highest, 0) + 1
        elif CloseAct.RECOVERS in acts:
            recovers += 1
        elif CloseAct.STANDS in acts:
            stays += 1
        noticed += CloseAct.NOTICED in acts
    return PreviewCounts(number, to, recovers, stays, noticed, missing, missing_to, units)
