"""What managers expect: kept beside the result it was given with, and never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN

from django.db import transaction

from indicators.models import Indicator, ManagersForecast
from indicators.rules import ForecastRead
from indicators.rules.figures import SMALLEST
from indicators.rules.returns import Horizon
from organisation import audit
from organisation.clock import now
from organisation.models import User
from sorp.lexicon import Quarter


@transaction.atomic
def state_forecasts(
    *,
    indicator: Indicator,
    quarter: Quarter,
    forecasts: Mapping[Horizon, ForecastRead],
    by: User | None,
) -> list[ManagersForecast]:
    """The forecasts given with a quarter's result are these. Returns those that are new.

    One that says the same as before changes nothing; one no longer given stands no more. What was
    said earlier is kept, so that managers' forecasts can be scored when the results arrive.
    """
    standing = {
        Horizon(each.horizon): each
        for each in ManagersForecast.objects.select_for_update().filter(
            indicator=indicator, made_in_start=quarter.first_day, is_latest=True
        )
    }
    fresh = []
    for horizon in Horizon:
        before, given = standing.get(horizon), forecasts.get(horizon)
        if _same(before, given):
            continue
        if before is not None:
            ManagersForecast.objects.filter(pk=before.pk).update(is_latest=False)
        if given is not None:
            fresh.append(_kept(indicator, quarter, horizon, before, given, by))
        audit.record(
            "forecast" if given else "withdrew forecast",
            indicator,
            by=by,
            quarter=quarter.key,
            horizon=horizon,
            value=str(given.value) if given else None,
            likelihood=given.likelihood if given else None,
        )
    return fresh


def _same(before: ManagersForecast | None, given: ForecastRead | None) -> bool:
    if before is None or given is None:
        return before is None and given is None
    value = given.value.quantize(SMALLEST, ROUND_HALF_EVEN)
    return before.value == value and before.likelihood == given.likelihood


def _kept(
    indicator: Indicator,
    quarter: Quarter,
    horizon: Horizon,
    before: ManagersForecast | None,
    given: ForecastRead,
    by: User | None,
) -> ManagersForecast:
    earlier = ManagersForecast.objects.filter(
        indicator=indicator, made_in_start=quarter.first_day, horizon=horizon
    ).order_by("-number")
    last = before or earlier.first()
    return ManagersForecast.objects.create(
        indicator=indicator,
        made_in_start=quarter.first_day,
        horizon=horizon,
        number=last.number + 1 if last else 1,
        value=given.value.quantize(SMALLEST, ROUND_HALF_EVEN),
        likelihood=given.likelihood,
        made_by=by,
        made_at=now(),
    )
