"""A RAG status, for so many quarters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sorp.lexicon import ComparedWith, Movement, NotRated, Rag, Travel
from sorp.rules.conditions.base import (
    ADVICE,
    NOTHING,
    Between,
    Condition,
    History,
    OneOf,
    Shape,
    has_status,
    is_status_at_or_worse,
    one_of,
    status_in_words,
)
from sorp.rules.figures import compared

KNOWN_TRAVEL = (Travel.IMPROVING, Travel.WORSENING, Travel.STEADY, Travel.NO_CLEAR_TREND)


@dataclass(frozen=True, kw_only=True)
class Status(Condition):
    """Red, or amber or worse, in at least so many of the last so many rated quarters.

    With a movement, each of them also not improving, or worsening, by what it is compared with.
    """

    kind, position = "status", 1
    label, short_label = "A RAG status, for so many quarters", "a RAG status"
    form_fields = ("status", "at_least", "within", "movement", "compared_with")
    window_of = "rated"
    counts_quarters = True

    status: Rag = one_of(Rag.RED, Rag.AMBER)
    movement: Movement | None = one_of(None, *Movement)
    compared_with: ComparedWith | None = one_of(None, *ComparedWith)

    @classmethod
    def shapes(cls) -> tuple[Shape, ...]:
        (whole,) = super().shapes()
        neither = {"movement": NOTHING, "compared_with": NOTHING}
        both = {"movement": OneOf(tuple(Movement)), "compared_with": OneOf(tuple(ComparedWith))}
        return {**whole, **neither}, {**whole, **both}

    def refusals(self) -> Iterator[tuple[str, str]]:
        yield from super().refusals()
        if (self.movement is None) is not (self.compared_with is None):
            yield "movement", ADVICE["movement"]

    def advice(self, field_name: str, allowed: OneOf | Between) -> str:
        advice = super().advice(field_name, allowed)
        is_silence = field_name == "status" and isinstance(self.status, NotRated)
        return f"{advice}: no result is a kind of its own" if is_silence else advice

    @property
    def condition(self) -> str:
        said = status_in_words(self.status)
        if self.movement is None or self.compared_with is None:
            return f"{said} {self.quarters_in_words}"
        if self.compared_with is ComparedWith.TRAVEL:
            moving = self.movement.label
        else:
            better = "no better" if self.movement is Movement.NOT_BETTER else "worse"
            moving = f"{better} than {self.compared_with.label}"
        return f"{said}, and {moving}, {self.quarters_in_words}"

    def in_window(self, history: History, at: int) -> bool:
        return history[at].rag is not None

    def matches(self, history: History, at: int) -> bool:
        if not has_status(history[at], self.status):
            return False
        if self.movement is None or self.compared_with is None:
            return True
        if self.compared_with is ComparedWith.TRAVEL:
            travel = history[at].travel
            if self.movement is Movement.WORSE:
                return travel is Travel.WORSENING
            return travel in KNOWN_TRAVEL and travel is not Travel.IMPROVING
        change = compared(history, at, self.compared_with)
        if change is None:
            return False
        return change < 0 if self.movement is Movement.WORSE else change <= 0

    def counting_implies(self, weaker: Condition) -> bool:
        if not isinstance(weaker, Status) or not is_status_at_or_worse(self.status, weaker.status):
            return False
        return weaker.movement is None or (
            self.compared_with is weaker.compared_with
            and (self.movement is weaker.movement or weaker.movement is Movement.NOT_BETTER)
        )

    @property
    def columns_read(self) -> tuple[str, ...]:
        if self.compared_with is None:
            return ()
        return ("travel",) if self.compared_with is ComparedWith.TRAVEL else ("value", "polarity")
