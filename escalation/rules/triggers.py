"""What each kind of condition looks at, what it counts, and how it tells what it counted.

A condition looks along the quarters of one indicator. Those it looks at fill its window; those it
counts must be so many of them. What is not known is never counted, and is only looked at where
the words of the condition say so: "rated quarters" are those with a RAG status.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from itertools import groupby, islice

from core.quarters import Quarter
from escalation.rules.observations import Observation, compared
from sorp.lexicon import (
    ComparedWith,
    ConditionKind,
    ForecastBy,
    Movement,
    NotRated,
    Rag,
    Tier,
    Travel,
)
from sorp.rules.conditions import Condition, listed, plain, status_in_words

History = Sequence[Observation]
KNOWN_TRAVEL = (Travel.IMPROVING, Travel.WORSENING, Travel.STEADY, Travel.NO_CLEAR_TREND)


def looks_at(asked: Condition, history: History, at: int) -> bool:
    """Whether a quarter of the history is one of those that fill the condition's window."""
    return LOOKS_AT[asked.kind](asked, history, at)


def counts(asked: Condition, history: History, at: int) -> bool:
    """Whether a quarter of the history is one of those the condition asks for."""
    return COUNTS[asked.kind](asked, history, at)


def told(asked: Condition, each: Observation) -> str:
    """What was found in a quarter that counted, in the words of a sentence: red, 12% short."""
    return TOLD[asked.kind](asked, each)


def _is_rated(_: Condition, history: History, at: int) -> bool:
    return history[at].rag is not None


def _has_status(asked: Condition, each: Observation) -> bool:
    """At the status asked for, or worse. Where none is asked for, any will do."""
    if asked.status is None:
        return True
    return (
        isinstance(asked.status, Rag)
        and each.rag is not None
        and each.rag.at_or_worse_than(asked.status)
    )


def _counts_status(asked: Condition, history: History, at: int) -> bool:
    if not _has_status(asked, history[at]):
        return False
    if asked.movement is None or asked.compared_with is None:
        return True
    if asked.compared_with is ComparedWith.TRAVEL:
        return _travels(history[at].travel, asked.movement)
    change = compared(history, at, asked.compared_with)
    if change is None:
        return False
    return change < 0 if asked.movement is Movement.WORSE else change <= 0


def _travels(travel: Travel | None, movement: Movement) -> bool:
    if movement is Movement.WORSE:
        return travel is Travel.WORSENING
    return travel in KNOWN_TRAVEL and travel is not Travel.IMPROVING


def _is_comparable(asked: Condition, history: History, at: int) -> bool:
    assert asked.compared_with is not None
    if asked.status is not None and history[at].rag is None:
        return False
    return compared(history, at, asked.compared_with) is not None


def _counts_worse(asked: Condition, history: History, at: int) -> bool:
    assert asked.compared_with is not None
    if not _has_status(asked, history[at]):
        return False
    change = compared(history, at, asked.compared_with)
    return change is not None and change < 0


def _counts_miss(asked: Condition, history: History, at: int) -> bool:
    each = history[at]
    if each.rag is None or not _has_status(asked, each):
        return False
    miss = each.miss
    return miss is not None and miss.reaches(asked.percent or Decimal(0))


def _counts_success(asked: Condition, history: History, at: int) -> bool:
    if history[at].rag is not Rag.GREEN:
        return False
    miss = history[at].miss
    return miss is not None and miss.betters(asked.percent or Decimal(0))


def _is_forecast(asked: Condition, history: History, at: int) -> bool:
    if asked.forecast_by is ForecastBy.MANAGER:
        return history[at].forecast is not None
    return _chance(asked, history[at]) is not None


def _chance(asked: Condition, each: Observation) -> Decimal | None:
    return each.chance_red if asked.status is Rag.RED else each.chance_amber_or_worse


def _counts_forecast(asked: Condition, history: History, at: int) -> bool:
    each = history[at]
    if asked.forecast_by is ForecastBy.MANAGER:
        assert isinstance(asked.status, Rag)
        return each.forecast is not None and each.forecast.at_or_worse_than(asked.status)
    chance = _chance(asked, each)
    return chance is not None and chance * 100 >= (asked.percent or Decimal(0))


def _is_due(_: Condition, history: History, at: int) -> bool:
    return history[at].is_due


def _counts_silence(asked: Condition, history: History, at: int) -> bool:
    each = history[at]
    if each.not_rated is NotRated.NO_RESULT:
        return True
    return asked.or_late and each.late and each.is_due


def _never(_: Condition, _history: History, _at: int) -> bool:
    """What looks across a unit says nothing of one indicator: see `aggregates`."""
    return False


def _tell_label(_: Condition, each: Observation) -> str:
    return each.label.lower()


def _tell_worse(asked: Condition, each: Observation) -> str:
    assert asked.compared_with is not None
    status = f"{each.label.lower()} and " if asked.status is not None else ""
    return f"{status}worse than {asked.compared_with.label}"


def _tell_miss(_: Condition, each: Observation) -> str:
    off = each.miss.percent if each.miss else None
    return "short of a target of nought" if off is None else f"short of target by {plain(off)}%"


def _tell_success(_: Condition, each: Observation) -> str:
    off = each.miss.percent if each.miss else None
    return "better than target" + ("" if off is None else f" by {plain(off)}%")


def _tell_forecast(asked: Condition, each: Observation) -> str:
    if asked.forecast_by is ForecastBy.MANAGER:
        expected = each.forecast.label.lower() if each.forecast else ""
        return f"forecast by its accountable manager to be {expected} at the year’s end"
    chance = (_chance(asked, each) or Decimal(0)) * 100
    expected = status_in_words(asked.status)
    return f"a chance of {plain(chance)}% of {expected} next quarter"


def _tell_silence(_: Condition, each: Observation) -> str:
    return "no result" if each.not_rated is NotRated.NO_RESULT else "a late result"


Asks = Callable[[Condition, History, int], bool]

LOOKS_AT: dict[ConditionKind, Asks] = {
    ConditionKind.STATUS: _is_rated,
    ConditionKind.WORSENING: _is_comparable,
    ConditionKind.VARIANCE: _is_rated,
    ConditionKind.FORECAST: _is_forecast,
    ConditionKind.NO_RESULT: _is_due,
    ConditionKind.POSITIVE: _is_rated,
    ConditionKind.AGGREGATE: _never,
}
COUNTS: dict[ConditionKind, Asks] = {
    ConditionKind.STATUS: _counts_status,
    ConditionKind.WORSENING: _counts_worse,
    ConditionKind.VARIANCE: _counts_miss,
    ConditionKind.FORECAST: _counts_forecast,
    ConditionKind.NO_RESULT: _counts_silence,
    ConditionKind.POSITIVE: _counts_success,
    ConditionKind.AGGREGATE: _never,
}
TOLD: dict[ConditionKind, Callable[[Condition, Observation], str]] = {
    ConditionKind.STATUS: _tell_label,
    ConditionKind.WORSENING: _tell_worse,
    ConditionKind.VARIANCE: _tell_miss,
    ConditionKind.FORECAST: _tell_forecast,
    ConditionKind.NO_RESULT: _tell_silence,
    ConditionKind.POSITIVE: _tell_success,
    ConditionKind.AGGREGATE: _tell_label,
}


# What these find is not one indicator's poor performance: see `exceptions` and `aggregates`.
NOT_REFERRALS = (ConditionKind.POSITIVE, ConditionKind.AGGREGATE)
FEWER = {1: "one quarter", 2: "two quarters", 3: "three quarters"}


@dataclass(frozen=True, slots=True)
class Trigger(Condition):
    """A condition of the SORP, held against what is known of one indicator."""

    @classmethod
    def of(cls, condition: Condition) -> Trigger:
        return cls(**{each.name: getattr(condition, each.name) for each in fields(Condition)})

    @property
    def refers_an_indicator(self) -> bool:
        """Whether an indicator that meets it is referred up."""
        return self.kind not in NOT_REFERRALS

    def met_at_end_of(self, history: Sequence[Observation]) -> Breach | None:
        """This trigger met at the close of the last quarter of the history, or None.

        The quarter being closed must itself count, so that nothing is referred up in a quarter
        that shows none of what it is referred up for. A quarter that is not looked at neither
        adds to a run nor ends it, so nobody escapes by silence. A definition break ends all runs.
        """
        last = len(history) - 1
        if last < 0 or not counts(self, history, last):
            return None
        places = islice(self._window(history), self.within)
        counted = [history[at] for at in places if counts(self, history, at)]
        return Breach(self, tuple(counted[::-1])) if len(counted) >= self.at_least else None

    def still_holds_at_end_of(self, history: Sequence[Observation]) -> bool:
        """Whether its words are true of the last quarters, though the very last may not count."""
        places = islice(self._window(history), self.within)
        return sum(counts(self, history, at) for at in places) >= self.at_least

    def looked_at_last(self, history: Sequence[Observation]) -> bool:
        """Whether the last quarter of the history says anything to it."""
        return bool(history) and looks_at(self, history, len(history) - 1)

    def shortened(self, by: int) -> Trigger:
        """The same, asking for so many quarters fewer of as many fewer: for one at the least."""
        fewer = min(by, self.at_least - 1)
        if fewer <= 0:
            return self
        return replace(self, at_least=self.at_least - fewer, within=self.within - fewer)

    def _window(self, history: Sequence[Observation]) -> Iterator[int]:
        """The places of those it looks at, newest first, back to the last definition break."""
        for at in range(len(history) - 1, -1, -1):
            if looks_at(self, history, at):
                yield at
            if history[at].definition_break:
                return


@dataclass(frozen=True, slots=True)
class Shortening:
    """How many quarters fewer are asked for, because of what recovered not long ago."""

    fewer: int
    recovered_in: Quarter


@dataclass(frozen=True, slots=True)
class Breach:
    """A trigger met, with the quarters that met it, oldest first.

    Where it took a shortening to meet it, the trigger is the one that was asked: shortened.
    """

    trigger: Trigger
    counted: tuple[Observation, ...]
    shortened: Shortening | None = None

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        return tuple(each.quarter for each in self.counted)

    @property
    def since(self) -> Quarter:
        """The earliest quarter in the trigger's window that counted."""
        return self.counted[0].quarter

    @property
    def reason(self) -> str:
        """One plain sentence, made of nothing but the trigger and the quarters that counted."""
        spells = [
            f"{found} in {listed([str(each.quarter) for each in spell], 'and')}"
            for found, spell in groupby(self.counted, key=lambda each: told(self.trigger, each))
        ]
        found = ", then ".join(spells)
        return (
            f"{found[0].upper()}{found[1:]}, which meets “{self.trigger.name}” "
            f"({self.trigger.condition}{self._why_fewer})."
        )

    @property
    def _why_fewer(self) -> str:
        if self.shortened is None:
            return ""
        fewer = FEWER.get(self.shortened.fewer, f"{self.shortened.fewer} quarters")
        return f", {fewer} fewer than usual because it recovered in {self.shortened.recovered_in}"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for escalation in force in one quarter: triggers in order, and the exit."""

    triggers: tuple[Trigger, ...]
    exit_quarters: int = 1
    relapse_within: int = 4
    relapse_shortens_by: int = 0  # quarters fewer that a trigger asks for after a relapse

    def __post_init__(self) -> None:
        if self.exit_quarters < 1:
            raise ValueError("The exit rule asks for at least 1 green quarter")
        if self.relapse_within < 0:
            raise ValueError("A relapse comes within some number of quarters, none at the least")
        if self.relapse_shortens_by < 0:
            raise ValueError("A relapse shortens the way up by some quarters, none at the least")

    def triggers_for(self, tier: Tier | None) -> tuple[Trigger, ...]:
        """Those that refer up indicators of this tier, in order; of any, where none is given."""
        return tuple(each for each in self._of_tier(tier) if each.refers_an_indicator)

    def positives_for(self, tier: Tier | None) -> tuple[Trigger, ...]:
        """Those that bring good performance of indicators of this tier to notice, in order."""
        return tuple(each for each in self._of_tier(tier) if each.kind is ConditionKind.POSITIVE)

    @property
    def aggregates(self) -> tuple[Trigger, ...]:
        """Those that look across the indicators of a unit, in order."""
        return tuple(each for each in self.triggers if each.kind is ConditionKind.AGGREGATE)

    def _of_tier(self, tier: Tier | None) -> Iterator[Trigger]:
        return (each for each in self.triggers if tier is None or tier in each.tiers)


def breaches(
    history: Sequence[Observation],
    triggers: Iterable[Trigger],
    shortening: Shortening | None = None,
) -> tuple[Breach, ...]:
    """All triggers met at the close of the last quarter of the history, in their own order.

    The history is in order of quarter, and ends with the quarter being closed. A trigger that is
    not met as it stands is asked again for fewer quarters, where there is a shortening.
    """
    found = (_met(history, trigger, shortening) for trigger in triggers)
    return tuple(breach for breach in found if breach is not None)


def _met(
    history: Sequence[Observation], trigger: Trigger, shortening: Shortening | None
) -> Breach | None:
    breach = trigger.met_at_end_of(history)
    if breach is not None or shortening is None:
        return breach
    shorter = trigger.shortened(shortening.fewer)
    breach = shorter.met_at_end_of(history) if shorter is not trigger else None
    if breach is None:
        return None
    fewer = trigger.at_least - shorter.at_least
    return replace(breach, shortened=replace(shortening, fewer=fewer))


def has_recovered(history: Sequence[Observation], exit_quarters: int) -> bool:
    """The exit rule: the quarter being closed is rated, and so many rated quarters are all green.

    They are counted back from it, and no further than the last definition break: green by an
    older way of measuring says nothing of the new one. Data-only and activity indicators are never
    rated, and can be referred up for want of a result alone: for them, a result given is the exit.
    """
    if not history or not history[-1].is_answered:
        return False
    answered = (each for each in _since_break(history) if each.is_answered)
    last = list(islice(answered, exit_quarters))
    return len(last) == exit_quarters and all(each.rag in (None, Rag.GREEN) for each in last)


def _since_break(history: Sequence[Observation]) -> Iterator[Observation]:
    """Newest first, back to the last definition break, whose quarter begins the new run."""
    for each in reversed(history):
        yield each
        if each.definition_break:
            return
