"""Worse results, quarter after quarter."""

from __future__ import annotations

from dataclasses import dataclass

from sorp.lexicon import ComparedWith, Movement, Rag
from sorp.rules.conditions.base import (
    Between,
    Condition,
    History,
    OneOf,
    has_status,
    is_status_at_or_worse,
    one_of,
    status_in_words,
)
from sorp.rules.figures import Figure, compared, compared_with_in_words


@dataclass(frozen=True, kw_only=True)
class Worsening(Condition):
    """Results worse than the quarter before, or than the same quarter last year.

    So many of the last so many comparable ones; with a status, at that status or worse as well.
    """

    kind, position = "worsening", 2
    label, short_label = "Worse results, quarter after quarter", "worse results"
    form_fields = ("compared_with", "status", "at_least", "within")
    window_of = "comparable"
    fixed = {"movement": Movement.WORSE.value}
    counts_quarters = True

    status: Rag | None = one_of(None, Rag.RED, Rag.AMBER)
    compared_with: ComparedWith = one_of(ComparedWith.PREVIOUS, ComparedWith.YEAR_BEFORE)
    movement: Movement = one_of(Movement.WORSE)

    def advice(self, field_name: str, allowed: OneOf | Between) -> str:
        if field_name == "compared_with" or (field_name == "movement" and self.movement):
            return "compare each result with the quarter before, or with the same quarter last year"
        return super().advice(field_name, allowed)

    @property
    def condition(self) -> str:
        said = f"worse than {self.compared_with.label}"
        if self.status is not None:
            said += f", and {status_in_words(self.status)},"
        return f"{said} {self.quarters_in_words}"

    def in_window(self, history: History, at: int) -> bool:
        if self.status is not None and history[at].rag is None:
            return False
        return compared(history, at, self.compared_with) is not None

    def matches(self, history: History, at: int) -> bool:
        if not has_status(history[at], self.status):
            return False
        change = compared(history, at, self.compared_with)
        return change is not None and change < 0

    def describe(self, figure: Figure) -> str:
        status = f"{figure.label.lower()} and " if self.status is not None else ""
        with_ = compared_with_in_words(self.compared_with, figure.pattern)
        return f"{status}worse than {with_}"

    def counting_implies(self, weaker: Condition) -> bool:
        """With a status, only rated quarters are looked at: the two windows may reach back unlike."""
        return (
            isinstance(weaker, Worsening)
            and ((self.status is None) is (weaker.status is None) or weaker.at_least == 1)
            and self.compared_with is weaker.compared_with
            and is_status_at_or_worse(self.status, weaker.status)
        )

    @property
    def columns_read(self) -> tuple[str, ...]:
        return ("value", "polarity")
