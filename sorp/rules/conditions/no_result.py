"""No result, or a late one."""

from __future__ import annotations

from dataclasses import dataclass

from sorp.lexicon import NotRated
from sorp.rules.conditions.base import Condition, History, one_of
from sorp.rules.figures import Figure


@dataclass(frozen=True, kw_only=True)
class NoResult(Condition):
    """Nothing submitted in so many of the last quarters in which a result was due.

    Late ones count as well where it says so.
    """

    kind, position = "no_result", 5
    label, short_label = "No result, or a late one", "no result"
    form_fields = ("status", "at_least", "within")
    window_of = "due"

    status: NotRated = one_of(NotRated.NO_RESULT)
    or_late: bool = one_of(False, True)

    @property
    def condition(self) -> str:
        return f"no result{', or a late one,' if self.or_late else ''} {self.quarters_in_words}"

    def in_window(self, history: History, at: int) -> bool:
        return history[at].is_due

    def matches(self, history: History, at: int) -> bool:
        figure = history[at]
        if figure.not_rated is NotRated.NO_RESULT:
            return True
        return self.or_late and figure.late and figure.is_due

    def describe(self, figure: Figure) -> str:
        return "no result" if figure.not_rated is NotRated.NO_RESULT else "a late result"

    def counting_implies(self, weaker: Condition) -> bool:
        return isinstance(weaker, NoResult) and (weaker.or_late or not self.or_late)

    @property
    def columns_read(self) -> tuple[str, ...]:
        return ("late",) if self.or_late else ()
