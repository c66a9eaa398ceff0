"""Why an indicator was or was not referred up, and whether it is judged otherwise: for its page."""

from __future__ import annotations

from dataclasses import dataclass

from escalation.models import Explanation
from escalation.queries.explanations import explanations_of
from indicators.models import Indicator, Variation
from indicators.queries import last_closed
from indicators.queries.variations import variations_of
from indicators.services.variations import may_propose_variation
from organisation.models import User
from sorp.lexicon import Quarter


@dataclass(frozen=True, slots=True)
class Why:
    """What the last close said of an indicator, and by which variation it is judged now."""

    explanation: Explanation | None
    has_explanations: bool
    variations: tuple[Variation, ...]
    may_vary: bool
    quarter: Quarter  # in hand

    @property
    def varied(self) -> tuple[Variation, ...]:
        """The variations that rule now, or will."""
        agreed = (each for each in self.variations if each.state == Variation.State.AGREED)
        return tuple(each for each in agreed if each.until_quarter >= self.quarter)

    @property
    def proposed(self) -> int:
        return sum(each.state == Variation.State.PROPOSED for each in self.variations)


def why(*, indicator: Indicator, reader: User, quarter: Quarter) -> Why:
    """Three queries, however long the story: four where a variation changes a trigger."""
    told = list(explanations_of(indicator)[:1])
    closed = last_closed()
    is_latest = bool(told) and closed is not None and told[0].quarter == closed
    return Why(
        explanation=told[0] if is_latest else None,
        has_explanations=bool(told),
        variations=tuple(variations_of(indicator)),
        may_vary=may_propose_variation(indicator, reader),
        quarter=quarter,
    )
