"""A miss of the target by so many per cent or more."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sorp.lexicon import Rag
from sorp.rules.conditions.base import (
    Condition,
    History,
    between,
    has_status,
    is_status_at_or_worse,
    one_of,
    plain,
    status_in_words,
)
from sorp.rules.conditions.status import Status
from sorp.rules.figures import Figure


@dataclass(frozen=True, kw_only=True)
class Variance(Condition):
    """The target missed by so many per cent of it or more, in so many of the last rated quarters."""

    kind, position = "variance", 3
    label = "A miss of the target by so many per cent or more"
    short_label = "a miss of the target"
    form_fields = ("percent", "status", "at_least", "within")
    window_of = "rated"
    counts_quarters = True

    status: Rag | None = one_of(None, Rag.RED, Rag.AMBER)
    percent: Decimal = between(0, 1000)

    @property
    def condition(self) -> str:
        said = f"short of target by {plain(self.percent)}% of it or more"
        if self.status is not None:
            said += f", and {status_in_words(self.status)},"
        return f"{said} {self.quarters_in_words}"

    def in_window(self, history: History, at: int) -> bool:
        return history[at].rag is not None

    def matches(self, history: History, at: int) -> bool:
        figure = history[at]
        if figure.rag is None or not has_status(figure, self.status):
            return False
        miss = figure.miss
        return miss is not None and miss.reaches(self.percent)

    def describe(self, figure: Figure) -> str:
        off = figure.miss.percent if figure.miss else None
        return "short of a target of nought" if off is None else f"short of target by {plain(off)}%"

    def counting_implies(self, weaker: Condition) -> bool:
        """A miss at a status is at that status: both look at the rated quarters."""
        if isinstance(weaker, Status):
            return (
                self.status is not None
                and weaker.movement is None
                and is_status_at_or_worse(self.status, weaker.status)
            )
        return (
            isinstance(weaker, Variance)
            and is_status_at_or_worse(self.status, weaker.status)
            and self.percent >= weaker.percent
        )

    @property
    def columns_read(self) -> tuple[str, ...]:
        return ("value", "target", "polarity")
