"""When one condition follows from another: met whenever the other is, whatever the history.

*So many of the last so many* follows from another where, at worst, enough of the quarters that
count, the one being closed among them, still lie in the window. Red is amber or worse; worsening is not improving; missing is missing
or late. Conditions of two kinds are held against each other only where both look at the same
quarters: a miss of the target at a status follows as that status does.
"""

from __future__ import annotations

from collections.abc import Callable

from sorp.lexicon import ConditionKind, Movement, Rag
from sorp.rules.conditions import Condition


def follows_from(later: Condition, sooner: Condition) -> bool:
    """Whether `sooner` is met whenever `later` is, in every history of an indicator of both."""
    return _counts_no_more(later, sooner) and _lasts_no_longer(later, sooner)


def _counts_no_more(later: Condition, sooner: Condition) -> bool:
    """Whether every quarter that counts for the one counts for the other, as it looks at it."""
    if later.kind is not sooner.kind:
        return (later.kind, sooner.kind) == (ConditionKind.VARIANCE, ConditionKind.STATUS) and (
            later.status is not None
            and sooner.movement is None
            and _at_or_worse(later.status, sooner.status)
        )
    return _BY_KIND[later.kind](later, sooner)


def _at_or_worse(status: object, other: object) -> bool:
    if other is None or status is other:
        return True
    return isinstance(status, Rag) and isinstance(other, Rag) and status.at_or_worse_than(other)


def _status(later: Condition, sooner: Condition) -> bool:
    return _at_or_worse(later.status, sooner.status) and _moves(later, sooner)


def _moves(later: Condition, sooner: Condition) -> bool:
    if sooner.movement is None:
        return True
    return later.compared_with is sooner.compared_with and (
        later.movement is sooner.movement or sooner.movement is Movement.NOT_BETTER
    )


def _worsening(later: Condition, sooner: Condition) -> bool:
    """With a status, only rated quarters are looked at: the two windows may reach back unlike."""
    looks_alike = (later.status is None) is (sooner.status is None) or sooner.at_least == 1
    return (
        looks_alike
        and later.compared_with is sooner.compared_with
        and _at_or_worse(later.status, sooner.status)
    )


def _variance(later: Condition, sooner: Condition) -> bool:
    return _at_or_worse(later.status, sooner.status) and _needs_no_less(later, sooner)


def _positive(later: Condition, sooner: Condition) -> bool:
    return _needs_no_less(later, sooner)  # green in any case, whether or not it says so


def _needs_no_less(later: Condition, sooner: Condition) -> bool:
    return (later.percent or 0) >= (sooner.percent or 0)


def _forecast(later: Condition, sooner: Condition) -> bool:
    return (
        later.forecast_by is sooner.forecast_by
        and _at_or_worse(later.status, sooner.status)
        and _needs_no_less(later, sooner)
    )


def _no_result(later: Condition, sooner: Condition) -> bool:
    return sooner.or_late or not later.or_late


def _aggregate(later: Condition, sooner: Condition) -> bool:
    return (
        later.unit_tier == sooner.unit_tier
        and later.tiers <= sooner.tiers
        and _at_or_worse(later.status, sooner.status)
        and (later.count or 0) >= (sooner.count or 0)
    )


_BY_KIND: dict[ConditionKind, Callable[[Condition, Condition], bool]] = {
    ConditionKind.STATUS: _status,
    ConditionKind.WORSENING: _worsening,
    ConditionKind.VARIANCE: _variance,
    ConditionKind.FORECAST: _forecast,
    ConditionKind.NO_RESULT: _no_result,
    ConditionKind.POSITIVE: _positive,
    ConditionKind.AGGREGATE: _aggregate,
}


def _lasts_no_longer(later: Condition, sooner: Condition) -> bool:
    """Whether so many of the last so many leave enough in the other's window, at worst.

    Of 4 in the last 6, at least 2 lie in the last 4: the other 2 may lie in the 2 before. One
    always does, since the quarter being closed must itself count.
    """
    if later.kind is ConditionKind.AGGREGATE:
        return later.within <= sooner.within  # its results are counted, not its quarters
    beyond = max(later.within - sooner.within, 0)
    return sooner.at_least <= max(later.at_least - beyond, 1)
