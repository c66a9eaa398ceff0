"""Rating: what each indicator is judged to be in a quarter, stored with its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from core import audit
from core.clock import localdate, now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed
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
from organisation.models.people import User
from sorp.lexicon import Polarity, RatingMethod, Travel, TravelMethod
from sorp.queries.ruling import version_ruling
from sorp.rules.thresholds import LIMITS, Thresholds

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
    version_id: int
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


@transaction.atomic
def rate_quarter(
    *, quarter: Quarter, by: User | None, indicators: Iterable[int] | None = None
) -> list[Rating]:
    """Every indicator in use is rated for the quarter by the SORP version that rules it.

    Returns the ratings that are new or differ from what stood; running it again returns none.
    Raises NoVersionInForce. A closed quarter keeps the thresholds it was judged by.
    """
    rows = Indicator.objects.in_use(quarter)
    if indicators is not None:
        rows = rows.filter(pk__in=list(indicators))
    measured = list(rows)
    inputs = _load_inputs(quarter, measured)
    fresh = [rating for indicator in measured if (rating := _judge(indicator, inputs)) is not None]
    _store(fresh, inputs)
    if fresh:
        row = ReportingQuarter.objects.filter(quarter=quarter).first()
        if row is not None and indicators is None:
            audit.record("rated quarter", row, by=by, ratings=len(fresh))
    return fresh


# Sent with `indicators` (their keys) when what is expected of them in quarters to come may have changed.
expectations_changed = Signal()


def rerate_open_quarters(*, indicators: Sequence[int]) -> None:
    """Ratings of quarters not yet closed follow a change of target or definition at once."""
    closed = last_closed()
    stored = Rating.objects.latest_ones().filter(indicator__in=indicators)
    if closed is not None:
        stored = stored.filter(quarter__gt=closed)
    for quarter in sorted(set(stored.values_list("quarter", flat=True))):
        rate_quarter(quarter=quarter, by=None, indicators=indicators)
    expectations_changed.send(sender=Rating, indicators=list(indicators))


def rerate_from(*, indicator: Indicator, quarter: Quarter) -> list[Rating]:
    """A quarter's rating, and the travel of those after it, follow a revised value."""
    later = (
        Rating.objects.latest_ones()
        .filter(indicator=indicator, quarter__gte=quarter)
        .values_list("quarter", flat=True)
    )
    quarters = sorted({quarter, *later})
    return [
        rating
        for each in quarters
        for rating in rate_quarter(quarter=each, by=None, indicators=[indicator.pk])
    ]


def _load_inputs(quarter: Quarter, measured: list[Indicator]) -> RatingInputs:
    version = version_ruling(quarter)
    indicators = [each.pk for each in measured]
    revisions = Revision.objects.latest_ones().filter(
        result__quarter=quarter, result__indicator__in=indicators
    )
    stored = Rating.objects.latest_ones().filter(quarter=quarter, indicator__in=indicators)
    row = ReportingQuarter.objects.filter(quarter=quarter).first()
    return RatingInputs(
        quarter=quarter,
        version_id=version.pk,
        travel_method=TravelMethod(version.travel_method),
        revisions={each.result.indicator_id: each for each in revisions.select_related("result")},
        targets=targets_in_force(quarter, indicators),
        variations=rating_variations(quarter, indicators),
        suspended=suspended_in(quarter),
        due=frozenset(each.pk for each in due_in(quarter, measured)),
        awaited=awaited_in(quarter, on=localdate()),
        series=value_series(until=quarter, indicators=indicators),
        stored={each.indicator_id: each for each in stored},
        is_closed=bool(row and row.is_closed),
    )


def _judge(indicator: Indicator, inputs: RatingInputs) -> Rating | None:
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
        sorp_version_id=inputs.version_id,
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


def _store(ratings: list[Rating], inputs: RatingInputs) -> None:
    """Fresh ratings stand; those they differ from are kept, and no longer the latest."""
    superseded = [inputs.stored[each.indicator_id].pk for each in ratings if each.number > 1]
    if superseded:
        Rating.objects.filter(pk__in=superseded).update(is_latest=False)
    at = now()
    for rating in ratings:
        rating.rated_at = at
    Rating.objects.bulk_create(ratings, batch_size=500)
