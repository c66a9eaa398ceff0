"""Making the system's forecasts as a quarter closes, and storing managers' forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from core import audit
from core.clock import now
from core.figures import as_kept
from core.quarters import Quarter
from core.queries import quarter_state
from indicators.models.definitions import Indicator
from indicators.models.forecasts import SystemForecast
from indicators.models.results import Revision
from indicators.models.returns import ManagersForecast
from indicators.queries.forecasts import thresholds_when_next_due
from indicators.queries.histories import Point, value_series
from indicators.queries.requirements import suspended_in
from indicators.rules.entry import ForecastEntry
from indicators.rules.forecasting import Forecast, NoForecast, bounds_of, chances, forecast
from indicators.rules.returns import Horizon
from indicators.rules.travel import direction_of_travel
from organisation.models.people import User
from sorp.lexicon import Frequency, Polarity, TravelMethod
from sorp.rules.thresholds import Thresholds

QUARTERS_BETWEEN = {Frequency.QUARTERLY: 1, Frequency.HALF_YEARLY: 2, Frequency.ANNUAL: 4}
# What makes one forecast of a quarter differ from another.
COMPARED_FIELDS = (
    *("method", "quarters", "value", "lower", "upper"),
    *("chance_red", "chance_amber", "chance_green"),
)

IndicatorQuarter = tuple[int, Quarter]  # an indicator, and the quarter that is forecast


@dataclass(frozen=True, slots=True)
class ForecastInputs:
    """All that is needed to forecast a set of indicators after one quarter, fetched at once."""

    quarter: Quarter
    series: dict[int, list[Point]]
    thresholds: dict[int, Thresholds | None]
    suspended: dict[Quarter, frozenset[int]]
    earlier: dict[IndicatorQuarter, SystemForecast]  # the latest made of each, now or earlier
    with_result: frozenset[IndicatorQuarter]  # of which there is a result already


@transaction.atomic
def forecast_after(*, quarter: Quarter, by: User | None) -> list[SystemForecast]:
    """Each indicator in use, with enough to go by, is forecast for the next quarter it is due in.

    Returns the forecasts that are new. Running it again returns none, unless what they rest on was
    revised: then a new one stands and the earlier is kept. Once the result is known, what stood
    stands, so that no forecast is bettered by hindsight. Raises ValueError where nothing was ever
    reported in the quarter.
    """
    row = quarter_state(quarter)
    if row is None:
        raise ValueError(f"Nothing was ever reported in {quarter}: forecast after a later quarter")
    measured = list(Indicator.objects.in_use(quarter))
    inputs = _load_inputs(quarter, measured)
    new = [made for indicator in measured if (made := _new_forecast(indicator, inputs)) is not None]
    _store(new, quarter)
    if new:
        again = sorted(each.indicator.reference for each in new if each.number > 1)
        audit.record("made forecasts", row, by=by, forecasts=len(new), made_again=again)
    return new


def _load_inputs(quarter: Quarter, measured: list[Indicator]) -> ForecastInputs:
    due = {each.pattern.next_due(quarter) for each in measured}
    earlier = SystemForecast.objects.filter(
        is_latest=True, for_quarter__in=due, made_in__lte=quarter
    ).order_by("made_in")
    with_result = Revision.objects.latest_ones().filter(
        value__isnull=False, result__quarter__in=due
    )
    return ForecastInputs(
        quarter=quarter,
        series=value_series(until=quarter, indicators=[each.pk for each in measured]),
        thresholds=thresholds_when_next_due(after=quarter, indicators=measured),
        suspended={each: suspended_in(each) for each in due},
        earlier={(each.indicator_id, each.for_quarter): each for each in earlier},
        with_result=frozenset(with_result.values_list("result__indicator_id", "result__quarter")),
    )


def _new_forecast(indicator: Indicator, inputs: ForecastInputs) -> SystemForecast | None:
    """The indicator's forecast, or None where there is none, or where the latest already says the same."""
    due = indicator.pattern.next_due(inputs.quarter)
    last = indicator.last_quarter
    if indicator.pk in inputs.suspended[due] or (last is not None and due > last):
        return None
    found = _forecast(indicator, inputs.series.get(indicator.pk, []), due)
    if isinstance(found, NoForecast):
        return None
    made = _row(indicator, inputs.quarter, found, inputs.thresholds[indicator.pk])
    before = inputs.earlier.get((indicator.pk, due))
    if before is None:
        return made
    if all(getattr(before, name) == getattr(made, name) for name in COMPARED_FIELDS):
        return None
    if before.made_in == inputs.quarter:
        if (indicator.pk, due) in inputs.with_result:
            return None
        made.number = before.number + 1
    return made


def _forecast(indicator: Indicator, series: list[Point], due: Quarter) -> Forecast | NoForecast:
    """The rule's answer. What is counted up from April has a season, whatever is declared."""
    return forecast(
        series,
        for_quarter=due,
        travel=direction_of_travel(series, polarity=Polarity.NONE, method=TravelMethod.REGRESSION),
        seasonal=indicator.pattern.is_by_season,
        bounds=bounds_of(
            indicator.measure_unit, indicator.decimals, [value for _, value, _ in series]
        ),
        every=indicator.pattern.every,
    )


def _row(
    indicator: Indicator, quarter: Quarter, found: Forecast, thresholds: Thresholds | None
) -> SystemForecast:
    likely = chances(found, thresholds)
    return SystemForecast(
        indicator=indicator,
        made_in=quarter,
        for_quarter=found.for_quarter,
        method=found.method,
        quarters=found.n,
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        chance_red=likely.red if likely else None,
        chance_amber=likely.amber if likely else None,
        chance_green=likely.green if likely else None,
    )


def _store(forecasts: list[SystemForecast], quarter: Quarter) -> None:
    """Fresh forecasts stand; those they differ from are kept, and no longer the latest."""
    again = [each.indicator_id for each in forecasts if each.number > 1]
    if again:
        SystemForecast.objects.filter(indicator__in=again, made_in=quarter, is_latest=True).update(
            is_latest=False
        )
    at = now()
    for each in forecasts:
        each.made_at = at
    SystemForecast.objects.bulk_create(forecasts, batch_size=500)


@transaction.atomic
def state_forecasts(
    *,
    indicator: Indicator,
    quarter: Quarter,
    forecasts: Mapping[Horizon, ForecastEntry],
    by: User | None,
) -> list[ManagersForecast]:
    """The forecasts given with a quarter's result are these. Returns those that are new.

    One that says the same as before changes nothing; one no longer given stands no more. Earlier
    ones are kept, so that managers' forecasts can be scored when the results arrive.
    """
    earlier = {
        Horizon(each.horizon): each
        for each in ManagersForecast.objects.select_for_update().filter(
            indicator=indicator, made_in=quarter, is_latest=True
        )
    }
    new = []
    for horizon in Horizon:
        before, given = earlier.get(horizon), forecasts.get(horizon)
        if _is_same(before, given):
            continue
        if before is not None:
            ManagersForecast.objects.filter(pk=before.pk).update(is_latest=False)
        if given is not None:
            new.append(_create(indicator, quarter, horizon, before, given, by))
        audit.record(
            "forecast" if given else "withdrew forecast",
            indicator,
            by=by,
            quarter=quarter.key,
            horizon=horizon,
            value=str(given.value) if given else None,
            likelihood=given.likelihood if given else None,
        )
    return new


def _is_same(before: ManagersForecast | None, given: ForecastEntry | None) -> bool:
    if before is None or given is None:
        return before is None and given is None
    value = as_kept(given.value)
    return before.value == value and before.likelihood == given.likelihood


def _create(
    indicator: Indicator,
    quarter: Quarter,
    horizon: Horizon,
    before: ManagersForecast | None,
    given: ForecastEntry,
    by: User | None,
) -> ManagersForecast:
    earlier = ManagersForecast.objects.filter(
        indicator=indicator, made_in=quarter, horizon=horizon
    ).order_by("-number")
    last = before or earlier.first()
    return ManagersForecast.objects.create(
        indicator=indicator,
        made_in=quarter,
        horizon=horizon,
        number=last.number + 1 if last else 1,
        value=as_kept(given.value),
        likelihood=given.likelihood,
        made_by=by,
        made_at=now(),
    )
