"""Better than target: an exception to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sorp.lexicon import Rag
from sorp.rules.conditions.base import Condition, History, between, one_of, plain
from sorp.rules.figures import Figure


@dataclass(frozen=True, kw_only=True)
class Positive(Condition):
    """Green, and better than target by so many per cent of it or more.

    It refers nothing up: it brings good performance to notice.
    """

    kind, position = "positive", 6
    label, short_label = "Better than target (a positive exception)", "better than target"
    form_fields = ("percent", "at_least", "within")
    window_of = "rated"
    threshold_field = "percent"
    refers_an_indicator = False

    status: Rag | None = one_of(None, Rag.GREEN)  # green in any case, whether or not it says so
    percent: Decimal = between(0, 1000)

    @property
    def condition(self) -> str:
        better = f"better than target by {plain(self.percent)}% of it or more"
        return f"green and {better} {self.quarters_in_words}"

    @property
    def verb(self) -> str:
        return f"brings {self.indicators_in_words} to the notice of"

    def in_window(self, history: History, at: int) -> bool:
        return history[at].rag is not None

    def matches(self, history: History, at: int) -> bool:
        if history[at].rag is not Rag.GREEN:
            return False
        miss = history[at].miss
        return miss is not None and miss.betters(self.percent)

    def describe(self, figure: Figure) -> str:
        off = figure.miss.percent if figure.miss else None
        return "better than target" + ("" if off is None else f" by {plain(off)}%")

    def counting_implies(self, weaker: Condition) -> bool:
        return isinstance(weaker, Positive) and self.percent >= weaker.percent

    @property
    def columns_read(self) -> tuple[str, ...]:
        return ("value", "target", "polarity")
