"""Which quarters of which indicators somebody sees: the one question that every private page asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.quarters import Quarter
from core.queries import last_closed, open_quarters
from indicators.models.results import Result
from indicators.rules.returns import ResultState
from indicators.rules.sight import is_shown
from organisation.rights import Visitor, sight_of
from organisation.rules import Sight

NO_QUARTER = Quarter(1900, 1)  # before any that is kept


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody sees of some indicators: by quarter, as far as the council lets their office."""

    sight: Sight
    last_closed: Quarter | None = None
    open: frozenset[Quarter] = frozenset()
    states: Mapping[tuple[int, Quarter], ResultState] = field(default_factory=dict)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is kept from them, not even who has yet to submit."""
        return self.sight is Sight.EVERYTHING

    def shows(self, indicator: int, quarter: Quarter) -> bool:
        """Whether they see what was given of an indicator in a quarter."""
        is_closed = (
            self.last_closed is not None
            and quarter <= self.last_closed
            and quarter not in self.open
        )
        state = self.states.get((indicator, quarter))
        return is_shown(self.sight, is_closed=is_closed, state=state)

    def until(self, indicator: int) -> Quarter | None:
        """The last quarter before the first that they do not see; None where they see every one."""
        if self.is_everything:
            return None
        if self.last_closed is None:
            return NO_QUARTER
        quarter = min([self.last_closed, *(each.previous() for each in self.open)])
        while self.shows(indicator, quarter.next()):
            quarter = quarter.next()
        return quarter


def seen_by(user: Visitor, indicators: Iterable[int]) -> Seen:
    """What a person sees of these indicators today. No query for whom nothing is kept from; else three."""
    sight = sight_of(user)
    if sight in (Sight.NOTHING, Sight.EVERYTHING):
        return Seen(sight)
    last, open_now = last_closed(), frozenset(open_quarters())
    results = Result.objects.filter(indicator__in=list(indicators))
    if last is not None:
        results = results.filter(quarter__gte=min([last, *open_now]))
    return Seen(
        sight,
        last,
        open_now,
        {
            (indicator, quarter): ResultState(state)
            for indicator, quarter, state in results.values_list("indicator", "quarter", "state")
        },
    )
