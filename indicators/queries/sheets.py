"""What a manager needs beside the box when entering one result."""

from __future__ import annotations

from dataclasses import dataclass

from indicators.models import Indicator, Rating, Revision, Target, Variation
from indicators.queries.quarters import quarter_state
from indicators.queries.targets import targets_in_force, thresholds_of
from indicators.queries.variations import variations_ruling
from indicators.rules import Thresholds
from sorp.lexicon import Quarter

RECENT = 8


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """One indicator in one quarter: what was said, what is expected, what came before."""

    indicator: Indicator
    quarter: Quarter
    revision: Revision | None
    rating: Rating | None
    target: Target | None
    variation: Variation | None  # by which the quarter is judged otherwise than the SORP has it
    recent: tuple[Rating, ...]  # latest first
    last_year: Rating | None
    is_closed: bool

    @property
    def expected(self) -> Thresholds | None:
        """What the result will be rated by; None where there is nothing to rate it by."""
        return thresholds_of(self.indicator, self.target, self.variation)


def result_sheet(*, indicator: Indicator, quarter: Quarter) -> ResultSheet:
    """Everything beside the box for one indicator in one quarter, in seven queries."""
    ratings = list(
        Rating.objects.latest_ones()
        .filter(
            indicator=indicator,
            quarter_start__lte=quarter.first_day,
            quarter_start__gte=quarter.back(RECENT).first_day,
        )
        .order_by("-quarter_start")
    )
    by_quarter = {rating.quarter: rating for rating in ratings}
    state = quarter_state(quarter)
    known = [indicator.pk]
    return ResultSheet(
        indicator=indicator,
        quarter=quarter,
        revision=Revision.objects.latest_ones()
        .filter(result__indicator=indicator, result__quarter_start=quarter.first_day)
        .select_related("result__indicator", "submitted_by", "on_behalf_of")
        .first(),
        rating=by_quarter.get(quarter),
        target=targets_in_force(quarter, known).get(indicator.pk),
        variation=variations_ruling(quarter, known).get(indicator.pk),
        recent=tuple(each for each in ratings if each.quarter != quarter),
        last_year=by_quarter.get(quarter.back(4)),
        is_closed=bool(state and state.is_closed),
    )
