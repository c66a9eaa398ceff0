"""Rating: what each indicator is judged to be in a quarter, stored with its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.dispatch import Signal

from core import audit
from core.clock import now
from core.quarters import Quarter
from core.queries import last_closed, quarter_state
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.queries.judging import RatingInputs, judged_anew, rating_inputs
from organisation.models.people import User


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
    inputs = rating_inputs(quarter, measured)
    fresh = [
        rating for indicator in measured if (rating := judged_anew(indicator, inputs)) is not None
    ]
    _store(fresh, inputs)
    if fresh and indicators is None:
        row = quarter_state(quarter)
        if row is not None:
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


def _store(ratings: list[Rating], inputs: RatingInputs) -> None:
    """Fresh ratings stand; those they differ from are kept, and no longer the latest."""
    superseded = [inputs.stored[each.indicator_id].pk for each in ratings if each.number > 1]
    if superseded:
        Rating.objects.filter(pk__in=superseded).update(is_latest=False)
    at = now()
    for rating in ratings:
        rating.rated_at = at
    Rating.objects.bulk_create(ratings, batch_size=500)
