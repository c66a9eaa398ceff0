"""How indicators are judged in a quarter, from what is said of it: nothing is stored here.

The service that rates a quarter stores what is judged here; whoever looks ahead to a close, or at a
figure that is still being typed, reads the same verdict and stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.clock import localdate
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.variations import Variation
from indicators.queries.due import awaited_in, due_in
from indicators.queries.histories import targets_in_force, thresholds_of, value_series
from indicators.queries.requirements import suspended_in
from indicators.queries.variations import rating_variations
from indicators.rules.rating import judge, stale
from indicators.rules.travel import direction_of_travel
from sorp.lexicon import Polarity, RatingMethod, Travel, TravelMethod
from sorp.models.statement import Version
from sorp.queries.ruling import version_ruling
from sorp.rules.thresholds import LIMITS, Thresholds

NOTHING_TYPED: Mapping[int, Revision] = {}

# What makes one rating differ from another of the same quarter.
VERDICT = (
    "rag",
    "not_rated",
    "travel",
    "travel_quarters",
    "stale",
    "revision_id",
    "value",
    *LIMITS,
    "method",
    "tolerance",
    "polarity",
    "confidence",
    "definition_break",
    "sorp_version_id",
    "variation_id",
    "travel_method",
)


@dataclass(frozen=True, slots=True)
class RatingInputs:
    """All that is needed to judge a set of indicators in one quarter, fetched at once."""

    quarter: Quarter
    version: Version
    travel_method: TravelMethod
    revisions: dict[int, Revision]
    targets: dict[int, Any]
    variations: dict[int, Variation]
    suspended: frozenset[int]
    due: frozenset[int]
    awaited: frozenset[int]
    series: dict[int, list[Any]]
    stored: dict[int, Rating]
    is_closed: bool


def rating_inputs(
    quarter: Quarter, measured: list[Indicator], typed: Mapping[int, Revision] = NOTHING_TYPED
) -> RatingInputs:
    """What is known of a set of indicators in one quarter; what is typed takes the place of a result.

    As many queries for a thousand indicators as for one. Raises NoVersionInForce.
    """
    version = version_ruling(quarter)
    indicators = [each.pk for each in measured]
    revisions = Revision.objects.latest_ones().filter(
        result__quarter=quarter, result__indicator__in=indicators
    )
    rows = revisions.select_related("result").order_by()
    given = {each.result.indicator_id: each for each in rows}
    stored = Rating.objects.latest_ones().filter(quarter=quarter, indicator__in=indicators)
    row = ReportingQuarter.objects.filter(quarter=quarter).first()
    return RatingInputs(
        quarter=quarter,
        version=version,
        travel_method=TravelMethod(version.travel_method),
        revisions={**given, **typed},
        targets=targets_in_force(quarter, indicators),
        variations=rating_variations(quarter, indicators),
        suspended=suspended_in(quarter),
        due=frozenset(each.pk for each in due_in(quarter, measured)),
        awaited=awaited_in(quarter, on=localdate()),
        series=value_series(until=quarter, indicators=indicators, typed=typed),
        stored={each.indicator_id: each for each in stored.order_by()},
        is_closed=bool(row and row.is_closed),
    )


def judged_otherwise(
    *,
    quarter: Quarter,
    indicators: Sequence[Indicator],
    typed: Mapping[int, Revision] = NOTHING_TYPED,
) -> dict[int, Rating]:
    """Ratings that do not stand yet: what rating the quarter now would store. Nothing is stored.

    By the key of the indicator; those of which the rating that stands says the same are not in it.
    """
    measured = list(indicators)
    inputs = rating_inputs(quarter, measured, typed)
    anew = ((each.pk, judged_anew(each, inputs)) for each in measured)
    return {pk: rating for pk, rating in anew if rating is not None}


def judged_anew(indicator: Indicator, inputs: RatingInputs) -> Rating | None:
    """The indicator's rating, or None where the one that stands says the same."""
    before = inputs.stored.get(indicator.pk)
    thresholds = _thresholds(indicator, inputs, before)
    revision = inputs.revisions.get(indicator.pk)
    rag, not_rated = judge(
        due=indicator.pk in inputs.due,
        suspended=indicator.pk in inputs.suspended,
        has_result=revision is not None,
        value=revision.value if revision else None,
        not_available=revision.not_available if revision else "",
        withheld=bool(revision and revision.withheld),
        thresholds=thresholds,
        awaited=indicator.pk in inputs.awaited,
    )
    travel, quarters = _travel(indicator, inputs, thresholds, revision)
    rating = Rating(
        indicator=indicator,
        quarter=inputs.quarter,
        rag=rag or "",
        not_rated=not_rated or "",
        travel=travel,
        travel_quarters=quarters,
        travel_method=inputs.travel_method,
        revision=revision,
        value=revision.value if revision else None,
        method=thresholds.method if thresholds else indicator.method,
        tolerance=thresholds.tolerance if thresholds else indicator.tolerance,
        polarity=thresholds.polarity if thresholds else indicator.polarity,
        confidence=revision.confidence if revision and revision.value is not None else "",
        definition_break=bool(revision and _is_break(indicator, inputs, revision)),
        stale=_is_stale(indicator, inputs.quarter, revision),
        sorp_version=inputs.version,
        variation_id=_variation(indicator, inputs, before),
        **{limit: getattr(thresholds, limit) if thresholds else None for limit in LIMITS},
    )
    if before is not None and all(getattr(before, f) == getattr(rating, f) for f in VERDICT):
        return None
    rating.number = before.number + 1 if before else 1
    return rating


def _thresholds(
    indicator: Indicator, inputs: RatingInputs, before: Rating | None
) -> Thresholds | None:
    """What the quarter is judged by: once it is closed, what it was judged by then."""
    if inputs.is_closed and before is not None:
        had_limits = any(getattr(before, limit) is not None for limit in LIMITS)
        if before.method != RatingMethod.NONE and not had_limits:
            return None
        kept: Thresholds = before.thresholds
        return kept
    return thresholds_of(
        indicator, inputs.targets.get(indicator.pk), inputs.variations.get(indicator.pk)
    )


def _variation(indicator: Indicator, inputs: RatingInputs, before: Rating | None) -> int | None:
    """The variation it is rated by: once the quarter is closed, the one it was rated by then."""
    if inputs.is_closed and before is not None:
        return before.variation_id
    ruling = inputs.variations.get(indicator.pk)
    return ruling.pk if ruling else None


def _travel(
    indicator: Indicator,
    inputs: RatingInputs,
    thresholds: Thresholds | None,
    revision: Revision | None,
) -> tuple[Travel, int]:
    """Direction of travel and how many quarters it rests on. Without a value there is none."""
    if revision is None or revision.value is None:
        return Travel.NOT_ENOUGH_DATA, 0
    found = direction_of_travel(
        inputs.series.get(indicator.pk, []),
        polarity=thresholds.polarity if thresholds else Polarity(indicator.polarity),
        method=inputs.travel_method,
        middle=thresholds.middle if thresholds else None,
        pattern=indicator.pattern,
    )
    return found.travel, found.n


def _is_break(indicator: Indicator, inputs: RatingInputs, revision: Revision) -> bool:
    """Whether it is the first measured in a new way: as was said of it, or as its definition has it."""
    known = {quarter: is_break for quarter, _, is_break in inputs.series.get(indicator.pk, ())}
    return revision.definition_break or known.get(inputs.quarter, False)


def _is_stale(indicator: Indicator, quarter: Quarter, revision: Revision | None) -> bool:
    if revision is None or revision.value is None or revision.data_quarter is None:
        return False
    return stale(quarter, revision.data_quarter, indicator.lag_quarters)
