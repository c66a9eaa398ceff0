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

    kind, place = "variance", 3
    label = "A miss of the target by so many per cent or more"
    in_short = "a miss of the target"
    asks = ("percent", "status", "at_least", "within")
    looked_at = "rated"
    counts_quarters = True

    status: Rag | None = one_of(None, Rag.RED, Rag.AMBER)
    percent: Decimal = between(0, 1000)

    @property
    def condition(self) -> str:
        said = f"short of target by {plain(self.percent)}% of it or more"
        if self.status is not None:
            said += f", and {status_in_words(self.status)},"
        return f"{said} {self.over}"

    def looks_at(self, history: History, at: int) -> bool:
        return history[at].rag is not None

    def counts(self, history: History, at: int) -> bool:
        figure = history[at]
        if figure.rag is None or not has_status(figure, self.status):
            return False
        miss = figure.miss
        return miss is not None and miss.reaches(self.percent)

    def told(self, figure: Figure) -> str:
        off = figure.miss.percent if figure.miss else None
        return "short of a target of nought" if off is None else f"short of target by {plain(off)}%"

    def counts_no_more_than(self, other: Condition) -> bool:
        """A miss at a status is at that status: both look at the rated quarters."""
        if isinstance(other, Status):
            return (
                self.status is not None
                and other.movement is None
                and is_status_at_or_worse(self.status, other.status)
            )
        return (
            isinstance(other, Variance)
            and is_status_at_or_worse(self.status, other.status)
            and self.percent >= other.percent
        )

    @property
    def columns_read(self) -> tuple[str, ...]:
        return ("value", "target", "polarity")
