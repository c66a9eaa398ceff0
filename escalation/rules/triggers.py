"""Triggers: the SORP's conditions for referring poor performance up, and the rule for its exit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby, islice

from sorp.lexicon import NotRated, Quarter, Rag, Tier
from sorp.rules.conditions import Condition, listed

UNRATED_BY_KIND = (NotRated.DATA_ONLY, NotRated.ABOVE, NotRated.WITHIN, NotRated.BELOW)


@dataclass(frozen=True, slots=True)
class Observation:
    """What is known of one indicator in one quarter: its RAG status, or why it has none.

    With neither, nothing is known of the quarter: it is passed over, as if it were not there.
    A definition break means that this quarter is the first measured in a new way.
    """

    quarter: Quarter
    rag: Rag | None = None
    not_rated: NotRated | None = None
    definition_break: bool = False

    def __post_init__(self) -> None:
        if self.rag is not None and self.not_rated is not None:
            raise ValueError(f"{self.quarter} is either rated or not rated, never both")

    @property
    def is_due(self) -> bool:
        """Whether a result was expected, and it is known whether one came."""
        if self.rag is not None:
            return True
        return self.not_rated not in (None, NotRated.NOT_DUE, NotRated.SUSPENDED)

    @property
    def label(self) -> str:
        status = self.rag or self.not_rated
        return status.label if status is not None else "Not rated"


@dataclass(frozen=True, slots=True)
class Trigger(Condition):
    """A condition of the SORP, held against what is known of one indicator."""

    @classmethod
    def of(cls, condition: Condition) -> Trigger:
        return cls(**{each.name: getattr(condition, each.name) for each in fields(Condition)})

    def met_at_end_of(self, history: Sequence[Observation]) -> Breach | None:
        """This trigger met at the close of the last quarter of the history, or None.

        For a RAG status the quarter being closed must be rated; for non-submission its result
        must be missing. A quarter that is not rated neither adds to a run nor ends it, so
        nobody escapes by silence. A definition break ends all runs.
        """
        if not history or not self._speaks_of(history[-1]):
            return None
        window = islice(filter(self._looks_at, _since_break(history)), self.within)
        counted = tuple(each for each in window if self._counts(each))
        return Breach(self, counted[::-1]) if len(counted) >= self.at_least else None

    def _speaks_of(self, closing: Observation) -> bool:
        if self.status is NotRated.NO_RESULT:
            return closing.not_rated is NotRated.NO_RESULT
        return closing.rag is not None

    def _looks_at(self, each: Observation) -> bool:
        return each.is_due if self.status is NotRated.NO_RESULT else each.rag is not None

    def _counts(self, each: Observation) -> bool:
        if isinstance(self.status, Rag):
            return each.rag is not None and each.rag.at_or_worse_than(self.status)
        return each.not_rated is self.status


@dataclass(frozen=True, slots=True)
class Breach:
    """A trigger met, with the quarters that met it, oldest first."""

    trigger: Trigger
    counted: tuple[Observation, ...]

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
            f"{label.lower()} in {listed([str(each.quarter) for each in spell], 'and')}"
            for label, spell in groupby(self.counted, key=lambda each: each.label)
        ]
        found = ", then ".join(spells)
        return (
            f"{found[0].upper()}{found[1:]}, which meets “{self.trigger.name}” "
            f"({self.trigger.condition})."
        )


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

    def triggers_for(self, tier: Tier | None) -> tuple[Trigger, ...]:
        """Those that look at indicators of this tier, in order; all of them where none is given."""
        if tier is None:
            return self.triggers
        return tuple(trigger for trigger in self.triggers if tier in trigger.tiers)


def breaches(history: Sequence[Observation], triggers: Iterable[Trigger]) -> tuple[Breach, ...]:
    """All triggers met at the close of the last quarter of the history, in their own order.

    The history is in order of quarter, and ends with the quarter being closed.
    """
    found = (trigger.met_at_end_of(history) for trigger in triggers)
    return tuple(breach for breach in found if breach is not None)


def has_recovered(history: Sequence[Observation], exit_quarters: int) -> bool:
    """The exit rule: the quarter being closed is rated, and so many rated quarters are all green.

    They are counted back from it, and no further than the last definition break: green by an
    older way of measuring says nothing of the new one. Data-only and activity indicators are never
    rated, and can be referred up for want of a result alone: for them, a result given is the exit.
    """
    if not history or not _is_answered(history[-1]):
        return False
    answered = (each for each in _since_break(history) if _is_answered(each))
    last = list(islice(answered, exit_quarters))
    return len(last) == exit_quarters and all(each.rag in (None, Rag.GREEN) for each in last)


def _is_answered(each: Observation) -> bool:
    """Rated, or a result was given of what has no RAG status by its kind."""
    return each.rag is not None or each.not_rated in UNRATED_BY_KIND


def _since_break(history: Sequence[Observation]) -> Iterator[Observation]:
    """Newest first, back to the last definition break, whose quarter begins the new run."""
    for each in reversed(history):
        yield each
        if each.definition_break:
            return
