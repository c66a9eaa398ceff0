"""Why an indicator was, or was not, referred up at the close of a quarter.

An explanation is a document: everything that was known, what each trigger made of it, what became
of it, and one plain sentence. It is worked out from the inputs alone, which it carries, so anybody
can work it out again (`re_explain`) and must come to the same outcome and the same sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from escalation.rules.counting import counts, looks_at
from escalation.rules.episodes import close
from escalation.rules.inputs import read_as, written
from escalation.rules.ladder import Episode, shortening_after
from escalation.rules.observations import Observation
from escalation.rules.triggers import Breach, Rules, Trigger, breaches
from sorp.lexicon import NotRated, Quarter, Rag, Tier, Word

FORM = 1  # of the document, should it ever be written otherwise
WINDOWS = (8, 12, 16, 24, 32)  # how far back a document looks, before it takes the whole history


class Outcome(Word):
    """What the close of a quarter meant for one indicator."""

    ESCALATED = "escalated", "Referred up"
    RECOVERED = "recovered", "No longer referred up"
    STANDS = "stands", "Still referred up"
    NOT_ESCALATED = "not_escalated", "Not referred up"


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that the evaluator is given of one indicator at the close of the history's last quarter.

    `recorded` is what had been recorded before that quarter. What is recorded of the quarter itself
    and doesn't follow from the rest (a revision took away its cause) stands in `kept`.
    """

    history: tuple[Observation, ...]
    rules: Rules
    tier: Tier
    recorded: tuple[Episode, ...] = ()
    kept: tuple[Episode, ...] = ()

    @property
    def quarter(self) -> Quarter:
        return self.history[-1].quarter

    @property
    def closing(self) -> Observation:
        return self.history[-1]


@dataclass(frozen=True, slots=True)
class About:
    """What the document says beside the inputs: of whom it speaks, and by which rules."""

    reference: str
    title: str
    version: str
    variation: Mapping[str, Any] | None = None
    figures: Sequence[Mapping[str, Any]] = ()  # of each quarter: value, thresholds, rating


@dataclass(frozen=True, slots=True)
class Weighed:
    """One trigger, held against the history: what it asked for and what it found."""

    asked: Trigger  # as it stands, or asking for less after a relapse
    found: tuple[tuple[Quarter, bool], ...]  # those it looked at, newest first: whether each counts
    breach: Breach | None

    @property
    def counted(self) -> tuple[Quarter, ...]:
        return tuple(quarter for quarter, counted in reversed(self.found) if counted)

    @property
    def more_needed(self) -> int:
        """How many more such quarters, one after another, would meet it."""
        if self.breach is not None:
            return 0
        hits = [counted for _, counted in self.found]
        return next(
            more
            for more in range(1, self.asked.at_least + 1)
            if more + sum(hits[: self.asked.within - more]) >= self.asked.at_least
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What follows from the inputs."""

    inputs: Inputs
    weighed: tuple[Weighed, ...]
    opened: tuple[Episode, ...]
    recovered: tuple[Episode, ...]
    standing: tuple[Episode, ...]  # open, and from an earlier quarter
    green: int  # rated quarters running, up to this one, that the exit rule would count

    @property
    def outcome(self) -> Outcome:
        """What matters most: what opened, else what recovered, else what stands."""
        if self.opened:
            return Outcome.ESCALATED
        if self.recovered:
            return Outcome.RECOVERED
        return Outcome.STANDS if self.standing else Outcome.NOT_ESCALATED


@dataclass(frozen=True, slots=True)
class Explained:
    """An outcome, the sentence that tells it, and the document that bears it out."""

    outcome: Outcome
    sentence: str
    document: dict[str, Any] = field(repr=False)


def inputs_at(
    history: Sequence[Observation], recorded: Iterable[Episode], rules: Rules, tier: Tier
) -> Inputs:
    """The inputs of the history's last quarter, from all that is recorded of the indicator by now.

    What the evaluator works out again is left out of them, and so is what came later.
    """
    quarter = history[-1].quarter
    by_now = [_as_in(each, quarter) for each in recorded if each.opened_in <= quarter]
    before = tuple(_before(each, quarter) for each in by_now if each.opened_in < quarter)
    inputs = Inputs(tuple(history), rules, tier, before)
    if _standing(close(history, before, rules, tier).episodes) != _standing(by_now):
        inputs = replace(inputs, kept=tuple(by_now))
    return _shortest(inputs)


def wants_explaining(closing: Observation, recorded: Iterable[Episode]) -> bool:
    """Whether a close leaves something to explain: poor, missing, opened, standing or recovered."""
    if closing.rag in (Rag.RED, Rag.AMBER) or closing.not_rated is NotRated.NO_RESULT:
        return True
    return any(
        each.opened_in <= closing.quarter
        and (each.recovered_in is None or each.recovered_in >= closing.quarter)
        for each in recorded
    )


def find(inputs: Inputs) -> Finding:
    """Evaluate the inputs."""
    quarter = inputs.quarter
    recorded = inputs.kept or inputs.recorded
    episodes = close(inputs.history, recorded, inputs.rules, inputs.tier).episodes
    opened = [each for each in episodes if each.opened_in == quarter and each.is_open]
    return Finding(
        inputs=inputs,
        weighed=tuple(_weigh(each, inputs) for each in inputs.rules.triggers_for(inputs.tier)),
        opened=tuple(opened),
        recovered=tuple(each for each in episodes if each.recovered_in == quarter),
        standing=tuple(each for each in episodes if each.is_open and each.opened_in < quarter),
        green=_greens(inputs),
    )


def _as_in(episode: Episode, quarter: Quarter) -> Episode:
    """An episode as it stood once a quarter was closed."""
    later = episode.recovered_in is not None and episode.recovered_in > quarter
    return replace(episode, recovered_in=None) if later else episode


def _before(episode: Episode, quarter: Quarter) -> Episode:
    """An episode as it stood before a quarter was closed."""
    return replace(episode, recovered_in=None) if episode.recovered_in == quarter else episode


def _standing(episodes: Iterable[Episode]) -> set[tuple[object, ...]]:
    return {(e.level, e.trigger, e.since, e.opened_in, e.recovered_in) for e in episodes}


def _shortest(inputs: Inputs) -> Inputs:
    """The same inputs without the quarters from long ago that change nothing in what is found."""
    whole = _comparable(find(inputs))
    for quarters in WINDOWS:
        if quarters >= len(inputs.history):
            break
        shorter = replace(inputs, history=inputs.history[-quarters:])
        if _comparable(find(shorter)) == whole:
            return shorter
    return inputs


def _comparable(finding: Finding) -> tuple[object, ...]:
    return (
        finding.weighed,
        finding.opened,
        finding.recovered,
        finding.standing,
        finding.green,
    )


def _weigh(trigger: Trigger, inputs: Inputs) -> Weighed:
    recoveries = [each.recovered_in for each in inputs.recorded if each.level is trigger.level]
    shortening = shortening_after(recoveries, inputs.quarter, inputs.rules)
    met = breaches(inputs.history, [trigger], shortening)
    if met:
        asked = met[0].trigger
    else:
        asked = trigger.shortened(shortening.fewer) if shortening else trigger
    return Weighed(asked, tuple(_looked_at(asked, inputs.history)), met[0] if met else None)


def _looked_at(trigger: Trigger, history: Sequence[Observation]) -> Iterable[tuple[Quarter, bool]]:
    """The quarters that fill a trigger's window, newest first, back to the last definition break."""
    found = 0
    for at in range(len(history) - 1, -1, -1):
        if looks_at(trigger, history, at):
            yield history[at].quarter, counts(trigger, history, at)
            found += 1
        if history[at].definition_break or found == trigger.within:
            return


def _greens(inputs: Inputs) -> int:
    """Rated quarters running, up to this one, that were green (or answered, where none is rated)."""
    found = 0
    for each in reversed(inputs.history):
        if each.is_answered:
            if each.rag not in (None, Rag.GREEN):
                break
            found += 1
        if each.definition_break or found == inputs.rules.exit_quarters:
            break
    return found


def read_inputs(stored: Mapping[str, Any]) -> Inputs:
    """The inputs that a document carries. Raises ValueError where they can't be read."""
    return read_as(Inputs, stored)


def write_inputs(inputs: Inputs) -> dict[str, Any]:
    """The inputs as a document carries them."""
    kept: dict[str, Any] = written(inputs)
    return kept
