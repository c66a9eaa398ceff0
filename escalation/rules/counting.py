"""What each kind of condition looks at, what it counts, and how it tells what it counted.

A condition looks along the quarters of one indicator. Those it looks at fill its window; those it
counts must be so many of them. What is not known is never counted, and is only looked at where
the words of the condition say so: "rated quarters" are those with a RAG status.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from escalation.rules.observations import Observation, compared
from sorp.lexicon import ComparedWith, ConditionKind, ForecastBy, Movement, NotRated, Rag, Travel
from sorp.rules.conditions import Condition, plain, status_in_words

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
