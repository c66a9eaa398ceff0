"""The triggers in force, held against a history; and the rule by which an escalation ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.quarters import Quarter
from sorp.lexicon import NotRated, Rag, Tier
from sorp.rules.conditions.aggregate import Aggregate
from sorp.rules.conditions.base import Breach, Condition, Shortening
from sorp.rules.conditions.positive import Positive
from sorp.rules.figures import Figure


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for escalation in force in one quarter: triggers in order, and the exit."""

    triggers: tuple[Condition, ...]
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

    def triggers_for(self, tier: Tier | None) -> tuple[Condition, ...]:
        """Those that refer up indicators of this tier, in order; of any, where none is given."""
        return tuple(each for each in self._of_tier(tier) if each.refers_an_indicator)

    def positives_for(self, tier: Tier | None) -> tuple[Condition, ...]:
        """Those that bring good performance of indicators of this tier to notice, in order."""
        return tuple(each for each in self._of_tier(tier) if isinstance(each, Positive))

    @property
    def aggregates(self) -> tuple[Aggregate, ...]:
        """Those that look across the indicators of a unit, in order."""
        return tuple(each for each in self.triggers if isinstance(each, Aggregate))

    def _of_tier(self, tier: Tier | None) -> Iterator[Condition]:
        return (each for each in self.triggers if tier is None or tier in each.tiers)


def breaches(
    history: Sequence[Figure],
    triggers: Iterable[Condition],
    shortening: Shortening | None = None,
) -> tuple[Breach, ...]:
    """All triggers met at the close of the last quarter of the history, in their own order.

    The history is in order of quarter, and ends with the quarter being closed. A trigger that is
    not met as it stands is asked again for fewer quarters, where there is a shortening.
    """
    found = (_met(history, trigger, shortening) for trigger in triggers)
    return tuple(breach for breach in found if breach is not None)


def _met(
    history: Sequence[Figure], trigger: Condition, shortening: Shortening | None
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


def has_recovered(
    history: Sequence[Figure], exit_quarters: int, opened_in: Quarter | None = None
) -> bool:
    """The exit rule, for an escalation that opened in a quarter; None asks it of any.

    The quarter being closed is rated, and of the quarters after the one it opened in the last so
    many rated ones are all green, with no due result missing between the first of them and now:
    silence lets nobody go. They are counted no further back than the last definition break, since
    green by an older way of measuring says nothing of the new one. Data-only and activity indicators
    are never rated, and can be referred up for want of a result alone: for them, a result given is
    the exit (ADR 10).
    """
    if not history or not history[-1].is_answered:
        return False
    green = 0
    for each in _since_break(history):
        if opened_in is not None and each.quarter <= opened_in:
            return False
        if each.not_rated is NotRated.NO_RESULT or each.rag not in (None, Rag.GREEN):
            return False
        green += each.is_answered
        if green == exit_quarters:
            return True
    return False


def _since_break(history: Sequence[Figure]) -> Iterator[Figure]:
    """Newest first, back to the last definition break, whose quarter begins the new run."""
    for each in reversed(history):
        yield each
        if each.definition_break:
            return
