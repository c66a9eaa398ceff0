"""Making the system's forecasts as quarters close and results arrive, and storing managers' forecasts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from core import audit
from core.clock import now
from core.quarters import Quarter
from core.queries import last_closed, quarter_state
from indicators.models.definitions import Indicator
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import ManagersForecast
from indicators.queries.forecasts import ChanceRecord, chance_record, thresholds_ahead
from indicators.queries.histories import Point, value_series
from indicators.queries.requirements import suspended_in
from indicators.rules.calibration import calibrated
from indicators.rules.entry import YearEndEntry
from indicators.rules.forecasting import (
    Chances,
    Forecast,
    NoForecast,
    bounds_of,
    chances,
    forecast,
)
from indicators.rules.returns import Horizon
from indicators.rules.travel import direction_of_travel, since_last_break
from indicators.services.rating import expectations_changed
from organisation.models.people import User
from sorp.lexicon import Polarity, Rag, TravelMethod
from sorp.rules.patterns import Pattern
from sorp.rules.thresholds import JUDGED_BY, Thresholds, rate

# What makes one forecast of a quarter differ from another.
COMPARED_FIELDS = (
    *("method", "quarters", "value", "lower", "upper"),
    *("chance_red", "chance_amber", "chance_green", "unsaid"),
)

IndicatorQuarter = tuple[int, Quarter]  # an indicator, and the quarter that is forecast


@dataclass(frozen=True, slots=True)
class ForecastInputs:
    """All that is needed to forecast a set of indicators after one quarter, fetched at once."""

    quarter: Quarter
    series: dict[int, list[Point]]
    thresholds: dict[int, dict[Quarter, Thresholds | None]]
    rags: dict[int, list[tuple[Quarter, Rag]]]  # of what is counted from April
    suspended: dict[Quarter, frozenset[int]]
    earlier: dict[IndicatorQuarter, SystemForecast]  # the latest made of each, now or earlier
    with_result: frozenset[IndicatorQuarter]  # of which there is a result already
    record: ChanceRecord


@transaction.atomic
def forecast_after(
    *, quarter: Quarter, by: User | None, indicators: Iterable[int] | None = None
) -> list[SystemForecast]:
    """Each indicator in use, with enough to go by, is forecast for the next quarter it is due in.

    Returns the forecasts that are new. Running it again returns none, unless what they rest on was
    revised: then a new one stands and the earlier is kept. Once the result is known, what stood
    stands, so that no forecast is bettered by hindsight. Raises ValueError where nothing was ever
    reported in the quarter.
    """
    row = quarter_state(quarter)
    if row is None:
        raise ValueError(f"Nothing was reported in {quarter}: forecast after a later quarter")
    in_use = Indicator.objects.in_use(quarter)
    measured = in_use if indicators is None else in_use.filter(pk__in=list(indicators))
    new = forecasts_anew(quarter=quarter, indicators=list(measured))
    _store(new, quarter)
    if new:
        again = sorted(each.indicator.reference for each in new if each.number > 1)
        audit.record("made forecasts", row, by=by, forecasts=len(new), made_again=again)
    return new


def forecasts_anew(
    *,
    quarter: Quarter,
    indicators: Sequence[Indicator],
    typed: Mapping[int, Revision] | None = None,
) -> list[SystemForecast]:
    """The forecasts after a quarter that do not stand yet. Nothing is stored.

    What is `typed` for the quarter, and submitted by nobody yet, is taken for its result.
    """
    inputs = _load_inputs(quarter, list(indicators), typed)
    anew = (_new_forecast(each, inputs) for each in indicators)
    return [made for made in anew if made is not None]


def _load_inputs(
    quarter: Quarter, measured: list[Indicator], typed: Mapping[int, Revision] | None
) -> ForecastInputs:
    known = [each.pk for each in measured]
    thresholds = thresholds_ahead(indicators=measured, after=dict.fromkeys(known, quarter))
    due = {each for expected in thresholds.values() for each in expected}
    earlier = SystemForecast.objects.filter(
        indicator__in=known, is_latest=True, for_quarter__in=due, made_in__lte=quarter
    ).order_by("made_in")
    with_result = Revision.objects.latest_ones().filter(
        value__isnull=False, result__quarter__in=due, result__indicator__in=known
    )
    counted_up = [each.pk for each in measured if each.pattern.restarts_in_april]
    return ForecastInputs(
        quarter=quarter,
        series=value_series(until=quarter, indicators=known, typed=typed),
        thresholds=thresholds,
        rags=_rags(quarter, counted_up),
        suspended={each: suspended_in(each) for each in due},
        earlier={(each.indicator_id, each.for_quarter): each for each in earlier},
        with_result=frozenset(with_result.values_list("result__indicator_id", "result__quarter")),
        record=chance_record(until=_scored_until(quarter)),
    )


def _scored_until(quarter: Quarter) -> Quarter:
    """A figure of a quarter that is still open may change; the one being closed counts as closed."""
    closed = last_closed()
    return quarter if closed is None or closed.next() >= quarter else closed


def _rags(quarter: Quarter, indicators: list[int]) -> dict[int, list[tuple[Quarter, Rag]]]:
    """How those indicators were rated up to a quarter, each quarter by its own target."""
    found: dict[int, list[tuple[Quarter, Rag]]] = defaultdict(list)
    if not indicators:
        return found
    rows = Rating.objects.latest_ones().filter(indicator__in=indicators, quarter__lte=quarter)
    for indicator, rated, rag in (
        rows.exclude(rag="").order_by("quarter").values_list("indicator_id", "quarter", "rag")
    ):
        found[indicator].append((rated, Rag(rag)))
    return found


def _new_forecast(indicator: Indicator, inputs: ForecastInputs) -> SystemForecast | None:
    """The indicator's forecast, or None where there is none, or where the latest already says the same."""
    ((due, thresholds),) = inputs.thresholds[indicator.pk].items()
    last = indicator.last_quarter
    if indicator.pk in inputs.suspended[due] or (last is not None and due > last):
        return None
    series, pattern = inputs.series.get(indicator.pk, []), indicator.pattern
    found = _forecast(indicator, pattern, series, due)
    if isinstance(found, NoForecast):
        return None
    made = _row(indicator, pattern, inputs, found, thresholds)
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


def _forecast(
    indicator: Indicator, pattern: Pattern, series: list[Point], due: Quarter
) -> Forecast | NoForecast:
    return forecast(
        series,
        for_quarter=due,
        travel=direction_of_travel(series, polarity=Polarity.NONE, method=TravelMethod.REGRESSION),
        pattern=pattern,
        bounds=bounds_of(
            indicator.measure_unit, indicator.decimals, [value for _, value, _ in series]
        ),
    )


def _row(
    indicator: Indicator,
    pattern: Pattern,
    inputs: ForecastInputs,
    found: Forecast,
    thresholds: Thresholds | None,
) -> SystemForecast:
    """The forecast as it is kept: chances as they were calibrated, whether shown, and all inputs."""
    series = inputs.series[indicator.pk]
    by_itself = chances(found, thresholds)
    earlier: list[Rag] = []
    likely = unsaid = None
    if by_itself is not None and thresholds is not None:
        earlier = _earlier_rags(
            series, thresholds, inputs.rags[indicator.pk] if pattern.restarts_in_april else None
        )
        likely = calibrated(by_itself, earlier, found.method)
        unsaid = inputs.record.unsaid(indicator.pk, found.method)
    return SystemForecast(
        indicator=indicator,
        made_in=inputs.quarter,
        for_quarter=found.for_quarter,
        method=found.method,
        quarters=found.n,
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        chance_red=likely.red if likely else None,
        chance_amber=likely.amber if likely else None,
        chance_green=likely.green if likely else None,
        unsaid=unsaid or "",
        inputs={
            "pattern": pattern.dump(),
            "values": [
                [quarter.key, f"{value:f}"]
                for quarter, value, _ in series
                if value is not None and quarter >= found.since
            ],
            "thresholds": _dumped(thresholds),
            "chances_by_itself": _shares(by_itself),
            "earlier_rags": [rag.value for rag in earlier],
        },
    )


def _earlier_rags(
    series: Sequence[Point],
    thresholds: Thresholds,
    own: Sequence[tuple[Quarter, Rag]] | None,
) -> list[Rag]:
    """How earlier results are rated by what is to come; of what is counted from April, how they were.

    Each quarter of the year has a target of its own, so that last quarter's figure says nothing by
    this quarter's.
    """
    since = since_last_break(series, most=None)[0][0]
    if own is not None:
        return [rag for quarter, rag in own if quarter >= since]
    verdicts = [
        rate(value, thresholds)
        for quarter, value, _ in series
        if value is not None and quarter >= since
    ]
    return [each for each in verdicts if isinstance(each, Rag)]


def _dumped(thresholds: Thresholds | None) -> dict[str, str | None] | None:
    if thresholds is None:
        return None
    return {
        name: None if (value := getattr(thresholds, name)) is None else str(value)
        for name in JUDGED_BY
    }


def _shares(found: Chances | None) -> dict[str, str] | None:
    if found is None:
        return None
    return {"red": str(found.red), "amber": str(found.amber), "green": str(found.green)}


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
def state_forecast(
    *,
    indicator: Indicator,
    quarter: Quarter,
    year_end: YearEndEntry | None,
    by: User | None,
) -> ManagersForecast | None:
    """What its manager expects of the year's end, as given with a quarter's result, is this.

    Returns it where it is new. One that says the same as before changes nothing; one no longer given
    stands no more. Earlier ones are kept, so that managers' forecasts can be scored when the
    results arrive.
    """
    all_said = ManagersForecast.objects.select_for_update().filter(
        indicator=indicator, made_in=quarter, horizon=Horizon.YEAR_END
    )
    before = next((each for each in all_said if each.is_latest), None)
    if _is_same(before, year_end):
        return None
    if before is not None:
        ManagersForecast.objects.filter(pk=before.pk).update(is_latest=False)
    new = None
    if year_end is not None:
        new = ManagersForecast.objects.create(
            indicator=indicator,
            made_in=quarter,
            horizon=Horizon.YEAR_END,
            number=max((each.number for each in all_said), default=0) + 1,
            rag=year_end.rag,
            why=year_end.why,
            made_by=by,
            made_at=now(),
        )
    audit.record(
        "forecast" if year_end else "withdrew forecast",
        indicator,
        by=by,
        quarter=quarter.key,
        horizon=Horizon.YEAR_END,
        rag=year_end.rag if year_end else None,
        why=year_end.why if year_end else None,
    )
    expectations_changed.send(sender=ManagersForecast, indicators=[indicator.pk])
    return new


def _is_same(before: ManagersForecast | None, given: YearEndEntry | None) -> bool:
    if before is None or given is None:
        return before is None and given is None
    return (before.rag, before.why) == (given.rag, given.why)
