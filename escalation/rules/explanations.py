"""What the evaluator was given, written so that it can be read back and evaluated again.

Figures, triggers, rules and episodes are frozen dataclasses of plain words, quarters and exact
numbers. Each is written as an object of its fields, those left at their default left out; so a field
that a later release adds does not change what was written before it.
"""

from __future__ import annotations

import types
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from core.quarters import Quarter
from core.words import Word
from escalation.rules.ladder import Episode, Origin, close, shortening_after
from escalation.rules.triggers import Rules, breaches
from sorp.lexicon import Level, NotRated, Rag, Tier
from sorp.rules.conditions.base import LEFT_OUT, REFERRED_TO, Breach, Columns, Condition, listed
from sorp.rules.conditions.kinds import condition
from sorp.rules.figures import (
    READ_BY_CONDITIONS,
    Figure,
    dump_figure,
    dump_known,
    load_figure,
)
from sorp.rules.thresholds import LIMITS, rate

Kept = TypeVar("Kept")


def dump(value: Any) -> Any:
    """A value as JSON has it. Numbers are written exactly, without noughts that say nothing."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Quarter):
        return value.key
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str):
        return str(value.value) if isinstance(value, Word) else value
    if isinstance(value, frozenset):
        return sorted(dump(each) for each in value)
    if isinstance(value, Mapping):
        return {str(key): dump(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [dump(each) for each in value]
    if isinstance(value, Condition):  # flat, whatever its kind
        return {
            name: dump(each)
            for name, each in value.columns.items()
            if (name not in LEFT_OUT or each != LEFT_OUT[name])
            and (name, each) != ("key", value.name)  # its name, where it was given none
        }
    if isinstance(value, Figure):
        return dump_known(value, READ_BY_CONDITIONS)
    if is_dataclass(value):
        return {
            each.name: dump(getattr(value, each.name))
            for each in fields(value)
            if each.init and getattr(value, each.name) != _default(each)
        }
    raise TypeError(f"{type(value).__name__} is not written into explanations")


def load(kind: type[Kept], stored: Any) -> Kept:
    """What was written of a dataclass, as it was. Raises ValueError where it cannot have been."""
    if not isinstance(stored, Mapping):
        raise ValueError(f"a {kind.__name__} is written as an object of its fields")
    if kind is Figure:
        return cast(Kept, load_figure(stored))
    is_condition = kind is Condition
    hints = _hints(cast(Hashable, Columns if is_condition else kind))
    if unknown := sorted(set(stored) - set(hints)):
        raise ValueError(f"a {kind.__name__} has no {', '.join(unknown)}")
    try:
        held = {name: _read(hints[name], each) for name, each in stored.items()}
        return cast(Kept, condition(**held)) if is_condition else kind(**held)
    except (TypeError, ArithmeticError) as reason:
        raise ValueError(f"this is not a {kind.__name__}: {reason}") from None


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind)


def _default(each: Field[Any]) -> Any:
    if each.default_factory is not MISSING:
        return each.default_factory()
    return each.default


def _read(hint: Any, stored: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return _read_one_of(get_args(hint), stored)
    if get_origin(hint) in (frozenset, tuple):
        of = get_args(hint)[0]
        return get_origin(hint)(_read(of, each) for each in stored)
    if hint is Quarter:
        return Quarter.parse(stored)
    if is_dataclass(hint) and isinstance(hint, type):
        return load(hint, stored)
    if isinstance(hint, type) and issubclass(hint, Word | Decimal):
        return hint(stored)
    return stored


def _read_one_of(hints: Sequence[Any], stored: Any) -> Any:
    """A red status and a missing result are words of two lists: the one that knows the word reads it."""
    if stored is None:
        return None
    refused: ValueError | None = None
    for hint in hints:
        if hint is type(None):
            continue
        try:
            return _read(hint, stored)
        except ValueError as reason:
            refused = reason
    raise refused or ValueError(f"{stored!r} cannot be read")


FORM = 1  # of the document, should it ever be written otherwise
WINDOWS = (8, 12, 16, 24, 32)  # how far back a document looks, before it takes the whole history


class Outcome(Word):
    """What the close of a quarter meant for one indicator."""

    ESCALATED = "escalated", "Referred up"
    RECOVERED = "recovered", "No longer referred up"
    ENDED = "ended", "No longer measured"
    STANDS = "stands", "Still referred up"
    NOT_ESCALATED = "not_escalated", "Not referred up"


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that the evaluator is given of one indicator at the close of the history's last quarter.

    `recorded` is what had been recorded before that quarter. What is recorded of the quarter itself
    and doesn't follow from the rest (a revision took away its cause) stands in `kept`.
    """

    history: tuple[Figure, ...]
    rules: Rules
    tier: Tier
    recorded: tuple[Episode, ...] = ()
    kept: tuple[Episode, ...] = ()
    last_measured: Quarter | None = None  # where that was before the quarter that is closed

    @property
    def quarter(self) -> Quarter:
        return self.history[-1].quarter

    @property
    def closing(self) -> Figure:
        return self.history[-1]


@dataclass(frozen=True, slots=True)
class ExplanationSubject:
    """What the document says beside the inputs: of whom it speaks, and by which rules."""

    reference: str
    title: str
    version: str
    variation: Mapping[str, Any] | None = None
    figures: Sequence[Mapping[str, Any]] = ()  # of each quarter: value, thresholds, rating
    successor: str = ""  # what is measured in its place: "NEW-1 Visits answered"


# What a document shows of each quarter that it looks at, before its version and its variation.
SHOWN = (
    *("quarter", "rag", "not_rated", "value", "method", "polarity", "tolerance", *LIMITS),
    *("travel", "confidence", "definition_break"),
)


def dump_shown(figure: Figure) -> dict[str, Any]:
    """A figure as a document shows it, with the version that ruled it and what was varied."""
    return {
        **dump_figure(figure, SHOWN),
        "confidence": figure.confidence or "",
        "version": figure.sorp_version,
        "variation": figure.variation or None,
    }


def load_shown(shown: Mapping[str, Any]) -> Figure:
    """The figure that a document shows. Raises ValueError where it cannot be read."""
    named = {"version": "sorp_version"}
    return load_figure({named.get(name, name): each for name, each in shown.items()})


@dataclass(frozen=True, slots=True)
class TriggerCheck:
    """One trigger, held against the history: what it asked for and what it found."""

    asked: Condition  # as it stands, or asking for less after a relapse
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
class IndicatorCheck:
    """What follows from the inputs."""

    inputs: Inputs
    checks: tuple[TriggerCheck, ...]
    opened: tuple[Episode, ...]
    recovered: tuple[Episode, ...]
    ended: tuple[Episode, ...]  # with the indicator, which is no longer measured
    standing: tuple[Episode, ...]  # open, and from an earlier quarter
    green: int  # rated quarters running, up to this one, that the exit rule would count

    @property
    def outcome(self) -> Outcome:
        """What matters most: what opened, else what recovered, else what stands."""
        if self.opened:
            return Outcome.ESCALATED
        if self.recovered:
            return Outcome.RECOVERED
        if self.ended:
            return Outcome.ENDED
        return Outcome.STANDS if self.standing else Outcome.NOT_ESCALATED


@dataclass(frozen=True, slots=True)
class Explained:
    """An outcome, the sentence that tells it, and the document that bears it out."""

    outcome: Outcome
    sentence: str
    document: dict[str, Any] = field(repr=False)


def inputs_at(
    history: Sequence[Figure],
    recorded: Iterable[Episode],
    rules: Rules,
    tier: Tier,
    last_measured: Quarter | None = None,
) -> Inputs:
    """The inputs of the history's last quarter, from all that is recorded of the indicator by now.

    What the evaluator works out again is left out of them, and so is what came later.
    """
    quarter = history[-1].quarter
    by_now = [_as_in(each, quarter) for each in recorded if each.opened_in <= quarter]
    before = tuple(_before(each, quarter) for each in by_now if each.opened_in < quarter)
    last = last_measured if last_measured is not None and last_measured < quarter else None
    inputs = Inputs(tuple(history), rules, tier, before, last_measured=last)
    if _standing(close(history, before, rules, tier, last).episodes) != _standing(by_now):
        inputs = replace(inputs, kept=tuple(by_now))
    return _shortest(inputs)


def wants_explaining(closing: Figure, recorded: Iterable[Episode]) -> bool:
    """Whether a close leaves something to explain: poor, missing, opened, standing, recovered or ended."""
    if closing.rag in (Rag.RED, Rag.AMBER) or closing.not_rated is NotRated.NO_RESULT:
        return True
    return any(
        each.opened_in <= closing.quarter
        and (each.left_in is None or each.left_in >= closing.quarter)
        for each in recorded
    )


def check_indicator(inputs: Inputs) -> IndicatorCheck:
    """Evaluate the inputs."""
    quarter = inputs.quarter
    recorded = inputs.kept or inputs.recorded
    last = inputs.last_measured
    episodes = close(inputs.history, recorded, inputs.rules, inputs.tier, last).episodes
    opened = [each for each in episodes if each.opened_in == quarter and each.is_open]
    return IndicatorCheck(
        inputs=inputs,
        checks=tuple(
            _check_trigger(each, inputs) for each in inputs.rules.triggers_for(inputs.tier)
        ),
        opened=tuple(opened),
        recovered=tuple(each for each in episodes if each.recovered_in == quarter),
        ended=tuple(each for each in episodes if each.ended_in == quarter),
        standing=tuple(each for each in episodes if each.is_open and each.opened_in < quarter),
        green=_greens(inputs),
    )


def _as_in(episode: Episode, quarter: Quarter) -> Episode:
    """An episode as it stood once a quarter was closed."""
    later = episode.left_in is not None and episode.left_in > quarter
    return replace(episode, recovered_in=None, ended_in=None) if later else episode


def _before(episode: Episode, quarter: Quarter) -> Episode:
    """An episode as it stood before a quarter was closed."""
    if episode.left_in != quarter:
        return episode
    return replace(episode, recovered_in=None, ended_in=None)


def _standing(episodes: Iterable[Episode]) -> set[tuple[object, ...]]:
    return {
        (e.level, e.trigger_key, e.since, e.opened_in, e.recovered_in, e.ended_in) for e in episodes
    }


def _shortest(inputs: Inputs) -> Inputs:
    """The same inputs without the quarters from long ago that change nothing in what is found."""
    whole = _comparable(check_indicator(inputs))
    for quarters in WINDOWS:
        if quarters >= len(inputs.history):
            break
        shorter = replace(inputs, history=inputs.history[-quarters:])
        if _comparable(check_indicator(shorter)) == whole:
            return shorter
    return inputs


def _comparable(check: IndicatorCheck) -> tuple[object, ...]:
    return (
        check.checks,
        check.opened,
        check.recovered,
        check.ended,
        check.standing,
        check.green,
    )


def _check_trigger(trigger: Condition, inputs: Inputs) -> TriggerCheck:
    recoveries = [each.recovered_in for each in inputs.recorded if each.level is trigger.level]
    shortening = shortening_after(recoveries, inputs.quarter, inputs.rules)
    met = breaches(inputs.history, [trigger], shortening)
    if met:
        asked = met[0].trigger
    else:
        asked = trigger.shortened(shortening.fewer) if shortening else trigger
    return TriggerCheck(asked, tuple(_looked_at(asked, inputs.history)), met[0] if met else None)


def _looked_at(trigger: Condition, history: Sequence[Figure]) -> Iterable[tuple[Quarter, bool]]:
    """The quarters that fill a trigger's window, newest first, back to the last definition break."""
    found = 0
    for at in range(len(history) - 1, -1, -1):
        if trigger.in_window(history, at):
            yield history[at].quarter, trigger.matches(history, at)
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


def load_inputs(stored: Mapping[str, Any]) -> Inputs:
    """The inputs that a document carries. Raises ValueError where they can't be read."""
    return load(Inputs, stored)


def dump_inputs(inputs: Inputs) -> dict[str, Any]:
    """The inputs as a document carries them."""
    kept: dict[str, Any] = dump(inputs)
    return kept


def explain(inputs: Inputs, subject: ExplanationSubject) -> Explained:
    """The outcome of a close for one indicator, its sentence, and the whole document."""
    check = check_indicator(inputs)
    outcome, sentence = check.outcome, _sentence(check, subject)
    document = {
        "form": FORM,
        "reference": subject.reference,
        "title": subject.title,
        "quarter": inputs.quarter.key,
        "status": Outcome.ENDED.label if outcome is Outcome.ENDED else inputs.closing.label,
        "tier": inputs.tier.value,
        "outcome": outcome.value,
        "sentence": sentence,
        "version": subject.version,
        "variation": dump(subject.variation),
        "quarters": dump(subject.figures),
        "triggers": [_trigger_document(each) for each in check.checks],
        "levels": [*_levels(check, subject)],
        "recovery": _recovery(check),
        "inputs": dump_inputs(inputs),
        **({"successor": subject.successor} if subject.successor else {}),
    }
    return Explained(outcome, sentence, document)


def recompute(document: Mapping[str, Any]) -> Explained:
    """Work an explanation out again from the inputs that its document carries.

    Raises ValueError where the document can't be read. Whoever compares what this gives with the
    document as it is kept finds out whether either was altered.
    """
    try:
        subject = ExplanationSubject(
            reference=document["reference"],
            title=document["title"],
            version=document["version"],
            variation=document["variation"],
            figures=document["quarters"],
            successor=document.get("successor", ""),
        )
        inputs = load_inputs(document["inputs"])
    except (KeyError, TypeError) as reason:
        raise ValueError(f"this is no explanation: {reason}") from None
    if not inputs.history:
        raise ValueError("this is no explanation: it knows of no quarter")
    return explain(inputs, subject)


def _sentence(check: IndicatorCheck, subject: ExplanationSubject) -> str:
    return {
        Outcome.ESCALATED: _of_opening,
        Outcome.RECOVERED: _of_recovery,
        Outcome.ENDED: _of_the_end,
        Outcome.STANDS: _of_standing,
        Outcome.NOT_ESCALATED: _of_nothing,
    }[check.outcome](check, subject)


def _of_opening(check: IndicatorCheck, subject: ExplanationSubject) -> str:
    """By the highest level; the others are named after it."""
    highest, *others = sorted(check.opened, key=lambda each: -each.level.height)
    besides = f", and to {_teams(others)}" if others else ""
    relapse = ", as a relapse," if highest.relapse else ""
    if highest.origin is Origin.MANUAL:
        return f"{highest.reason.rstrip('.')}."
    met = _met(check, highest)
    if met is None:
        return (
            f"{_now(check)}: it was referred to {_team(highest.level)} on figures revised since,"
            f" {_met_otherwise(check, highest.level)}, and it stays until it is"
            f" {_what_is_asked(check)}."
        )
    by = f"clause {met.asked.clause} of " if met.asked.clause else ""
    return (
        f"{highest.reason.rstrip('.')}, so {by}{_rule_book(subject)} refers it{relapse} to"
        f" {_team(highest.level)}{besides}."
    )


def _of_recovery(check: IndicatorCheck, subject: ExplanationSubject) -> str:
    teams, now = _teams(check.recovered), _now(check)
    at_once = [each for each in check.recovered if each.opened_in == each.recovered_in]
    if at_once and len(at_once) == len(check.recovered):
        met = _met_otherwise(check, check.recovered[-1].level)
        return (
            f"{now}: it was referred to {teams} on figures revised since, {met}, and it recovers in"
            " the quarter in which it opened."
        )
    if check.green < check.inputs.rules.exit_quarters:
        return f"{now}: it is recorded as no longer referred to {teams}, on figures revised since."
    return f"{now}, which meets the exit rule ({_exit(check)}), so it is no longer referred to {teams}."


def _of_the_end(check: IndicatorCheck, subject: ExplanationSubject) -> str:
    last, history = check.inputs.last_measured, check.inputs.history
    answered = [each for each in history if each.is_answered]
    status = ""
    if answered:
        latest = answered[-1]
        when = "" if latest.quarter == last else f" in {latest.quarter}"
        status = f", last {latest.label.lower()}{when}"
    follows = f" It is replaced by {subject.successor}." if subject.successor else ""
    return (
        f"No longer measured after {last}{status}: so its referral to {_teams(check.ended)} ends,"
        f" neither recovered nor open.{follows}"
    )


def _of_standing(check: IndicatorCheck, subject: ExplanationSubject) -> str:
    by_height = sorted(check.standing, key=lambda each: -each.level.height)
    if len({each.opened_in for each in by_height}) == 1:
        since = by_height[0].opened_in
        teams = f"{_teams(by_height)}, as it has been since {since},"
    else:
        each_since = [f"{_team(each.level)} (since {each.opened_in})" for each in by_height]
        teams = listed(each_since, "and")
    return f"{_now(check)}: it stays referred to {teams} until it is {_what_is_asked(check)}."


def _of_nothing(check: IndicatorCheck, subject: ExplanationSubject) -> str:
    nearest = _nearest(check)
    if nearest is None:
        tier = check.inputs.tier.label.lower()
        return (
            f"{_now(check)}: no trigger of {_rule_book(subject)} that looks at {tier} indicators"
            " asks for that."
        )
    asked, more = nearest.asked, nearest.more_needed
    known = [f"clause {asked.clause}"] if asked.clause else []
    if subject.variation is not None:
        known.append(f"as varied until {Quarter.parse(subject.variation['until'])}")
    clause = f" ({', '.join(known)})" if known else ""
    quarters = "quarter" if more == 1 else "quarters"
    found, still = len(nearest.counted), asked.at_least - more
    lasting = f", of which {still} would still count" if 0 <= still < found else ""
    return (
        f"{_now(check)}: “{asked.name}”{clause} asks for {asked.condition}, and finds"
        f" {found}{lasting}, so {more} more such {quarters} would refer it to"
        f" {_team(asked.level)}."
    )


def _nearest(check: IndicatorCheck) -> TriggerCheck | None:
    """The trigger fewest quarters away, of those for which this quarter counts; the first of equals."""
    quarter = check.inputs.quarter
    near = [each for each in check.checks if quarter in each.counted]
    return min(near, key=lambda each: each.more_needed, default=None)


def _met(check: IndicatorCheck, episode: Episode) -> TriggerCheck | None:
    for each in check.checks:
        if each.breach and each.asked.key == episode.trigger_key:
            return each
    return None


def _met_otherwise(check: IndicatorCheck, level: Level) -> str:
    """What of a level's triggers the figures meet, where not the one by which it was referred."""
    names = [
        f"“{each.asked.name}”" + (f" (clause {each.asked.clause})" if each.asked.clause else "")
        for each in check.checks
        if each.breach and each.asked.level is level
    ]
    return f"which now meet {listed(names, 'and')}" if names else "no trigger is met by them now"


def _now(check: IndicatorCheck) -> str:
    closing = check.inputs.closing
    return f"{closing.label} in {closing.quarter}"


def _rule_book(subject: ExplanationSubject) -> str:
    varied = ""
    if subject.variation is not None:
        varied = f", as varied until {Quarter.parse(subject.variation['until'])},"
    return f"version {subject.version} of the SORP{varied}"


def _team(level: Level) -> str:
    return REFERRED_TO[level]


def _teams(episodes: Iterable[Episode]) -> str:
    levels = sorted({each.level for each in episodes}, key=lambda each: -each.height)
    return listed([_team(each) for each in levels], "and")


def _exit(check: IndicatorCheck) -> str:
    if _is_never_rated(check):
        return "a result was given"
    asked = check.inputs.rules.exit_quarters
    if asked == 1:
        return "green in the latest rated quarter"
    return f"green for {asked} rated quarters running"


def _what_is_asked(check: IndicatorCheck) -> str:
    """What would have it recover, from here on."""
    if _is_never_rated(check):
        return "given a result when it is next due"
    more = max(check.inputs.rules.exit_quarters - check.green, 1)
    if more == 1:
        return "green in its next rated quarter"
    return f"green in its next {more} rated quarters"


def _is_never_rated(check: IndicatorCheck) -> bool:
    """Data only, or activity: without a RAG status by its kind, as far as it was ever answered."""
    answered = [each.rag for each in check.inputs.history if each.is_answered]
    return bool(answered) and answered[-1] is None


def _recovery(check: IndicatorCheck) -> dict[str, Any]:
    is_open = bool(check.opened or check.standing)
    return {
        "exit_quarters": check.inputs.rules.exit_quarters,
        "green_so_far": check.green,
        "needs": _what_is_asked(check) if is_open else None,
    }


def _trigger_document(each: TriggerCheck) -> dict[str, Any]:
    asked = each.asked
    return {
        "key": asked.key,
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


def _levels(check: IndicatorCheck, subject: ExplanationSubject) -> Iterable[dict[str, Any]]:
    groups: Sequence[tuple[str, tuple[Episode, ...]]] = (
        ("opened", check.opened),
        ("recovered", check.recovered),
        ("ended", check.ended),
        ("stands", check.standing),
    )
    for state, episodes in groups:
        for each in episodes:
            yield {
                "level": each.level.value,
                "state": state,
                "trigger": each.trigger,
                "trigger_key": each.trigger_key,
                "since": each.since.key,
                "opened_in": each.opened_in.key,
                "relapse": each.relapse,
                "restated": each.restated,
                "reason": each.reason,
            }


# Said of the figures of a quarter, and known to the evaluator too: both must say the same.
SHARED = ("rag", "not_rated", "value", "target", "lower", "upper", "polarity", "travel")


def wrong_explanation(*, outcome: str, sentence: str, document: Mapping[str, Any]) -> Iterator[str]:
    """Each thing in which a kept explanation differs from what its inputs give, in words."""
    try:
        again = recompute(document)
    except ValueError as reason:
        yield f"it cannot be worked out again: {reason}"
        return
    if outcome != again.outcome:
        yield f"it is kept as “{outcome}”, and its inputs give “{again.outcome}”"
    if sentence != again.sentence:
        yield f"it says “{sentence}”, and its inputs give “{again.sentence}”"
    said = {"outcome": outcome, "sentence": sentence}  # of these the row's own was told above
    for part in sorted({*document, *again.document} - {"inputs"}):
        kept = document.get(part)
        if kept != again.document.get(part) and kept != said.get(part, object()):
            yield f"its document’s “{part}” does not follow from its inputs"
    yield from _wrong_figures(document)


def _wrong_figures(document: Mapping[str, Any]) -> Iterator[str]:
    """The figures shown are those that were evaluated, and earn the status they are said to have."""
    history = {each.quarter.key: each for each in load_inputs(document["inputs"]).history}
    for shown in document["quarters"]:
        quarter = shown.get("quarter")
        known = history.get(quarter)
        if known is None:
            yield f"{quarter}: its figures were not evaluated"
            continue
        try:
            figure = load_shown(shown)
        except ValueError as reason:
            yield f"{quarter}: {reason}"
            continue
        if any(getattr(figure, name) != getattr(known, name) for name in SHARED):
            yield f"{quarter}: the figures shown are not those that were evaluated"
        elif not _is_earned(figure):
            yield f"{quarter}: by its thresholds, its value does not earn the status it is given"


def _is_earned(figure: Figure) -> bool:
    """Rated again by its own thresholds. What has no value, or is suspended, is not rated."""
    if figure.value is None or figure.not_rated is NotRated.SUSPENDED:
        return figure.rag is None
    try:
        return rate(figure.value, figure.thresholds) == (figure.rag or figure.not_rated)
    except (TypeError, ValueError, ArithmeticError):
        return False
