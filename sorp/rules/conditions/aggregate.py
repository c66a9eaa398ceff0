"""Many at a status in one unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sorp.lexicon import Level, NotRated, Rag, Tier
from sorp.rules.conditions.base import (
    ADVICE,
    EVERY_TIER,
    REFERRED_TO,
    Condition,
    History,
    OneOf,
    Shape,
    between,
    is_status_at_or_worse,
    listed,
    one_of,
    status_in_words,
)
from sorp.rules.figures import Figure

UNIT_TIERS = ("division", "directorate", "council")
MOST_INDICATORS = 1000


@dataclass(frozen=True, kw_only=True)
class Aggregate(Condition):
    """So many or more, at a status or worse, among the indicators of one unit of a tier.

    Counted over the last so many quarters of the calendar. It refers the unit up, and says nothing
    of one indicator: its window is of results, not of quarters that count.
    """

    kind, position = "aggregate", 7
    label, short_label = "Many at a status in one unit", "many in one unit"
    form_fields = ("status", "unit_tier", "count", "within")
    window_of = "calendar"
    threshold_field = "count"
    refers_an_indicator = False

    status: Rag | NotRated = one_of(Rag.RED, Rag.AMBER, NotRated.NO_RESULT)
    count: int = between(2, MOST_INDICATORS)
    unit_tier: str = one_of(*UNIT_TIERS)

    @classmethod
    def shapes(cls) -> tuple[Shape, ...]:
        (whole,) = super().shapes()
        return ({**whole, "at_least": OneOf((1,))},)

    def refusals(self) -> Iterator[tuple[str, str]]:
        yield from super().refusals()
        if self.at_least != 1:
            yield "count", ADVICE["count"]

    @property
    def condition(self) -> str:
        kinds = [tier.label.lower() for tier in Tier if tier in self.tiers]
        which = "" if self.tiers == EVERY_TIER else f" {listed(kinds, 'or')}"
        when = "in one quarter" if self.within == 1 else f"over the last {self.within} quarters"
        times = "indicators" if self.within == 1 else "results of indicators"
        status = status_in_words(self.status)
        return f"{self.count} or more{which} {times} {status} in one {self.unit_tier} {when}"

    @property
    def sentence(self) -> str:
        is_management = self.level in (Level.DIVISION, Level.DIRECTORATE)
        team = f"its {self.level.label.lower()}" if is_management else REFERRED_TO[self.level]
        condition = self.condition[0].upper() + self.condition[1:]
        return f"{condition} refers the {self.unit_tier} to {team}."

    def in_window(self, history: History, at: int) -> bool:
        return False

    def matches(self, history: History, at: int) -> bool:
        return False

    def matches_in_unit(self, figure: Figure) -> bool:
        """Whether one result of an indicator of the unit is one of the many it asks for."""
        if isinstance(self.status, Rag):
            return figure.rag is not None and figure.rag.at_or_worse_than(self.status)
        return figure.not_rated is self.status

    def counting_implies(self, weaker: Condition) -> bool:
        return (
            isinstance(weaker, Aggregate)
            and self.unit_tier == weaker.unit_tier
            and self.tiers <= weaker.tiers
            and is_status_at_or_worse(self.status, weaker.status)
            and self.count >= weaker.count
        )

    def window_implies(self, weaker: Condition) -> bool:
        return self.within <= weaker.within
