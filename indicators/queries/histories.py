"""What is expected of indicators in a quarter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery

from core.quarters import Quarter
from indicators.models.definitions import Indicator, Target
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import ManagersForecast
from indicators.models.variations import Variation
from indicators.rules.rating import JUDGED_BY, LIMITS, Thresholds, rate
from indicators.rules.returns import Horizon
from sorp.lexicon import NotRated, Polarity, Rag, RatingMethod, Travel
from sorp.rules.figures import Figure


def targets_in_force(
    quarter: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, Target]:
    """Each indicator's target for a quarter: its latest from that quarter or before."""
    rows = Target.objects.filter(from_quarter__lte=quarter)
    if indicators is not None:
        rows = rows.filter(indicator__in=list(indicators))
    return {row.indicator_id: row for row in rows.order_by("from_quarter")}


def thresholds_of(
    indicator: Indicator, target: Target | None, variation: Variation | None = None
) -> Thresholds | None:
    """The indicator's method and polarity with the numbers of a target, as the rules read them.

    What an agreed variation says otherwise takes their place. Raises ValueError where they
    contradict each other.
    """
    method, tolerance = RatingMethod(indicator.method), indicator.tolerance
    if variation is not None and variation.method:
        method, tolerance = RatingMethod(variation.method), variation.tolerance
    limits = {limit: getattr(target, limit) for limit in LIMITS} if target else {}
    limits |= _varied_limits(variation)
    if not limits and method is not RatingMethod.NONE:
        return None
    return Thresholds(
        method=method, polarity=Polarity(indicator.polarity), tolerance=tolerance, **limits
    )


def _varied_limits(variation: Variation | None) -> dict[str, Decimal]:
    if variation is None:
        return {}
    varied = {"target": variation.target, "floor": variation.floor}
    return {limit: value for limit, value in varied.items() if value is not None}


Point = tuple[Quarter, Decimal | None, bool]
Said = tuple[int, Quarter]  # of one indicator, in a quarter
Chances = tuple[Decimal, Decimal]  # of red; of amber or worse

RAGS: dict[str, Rag | None] = {"": None, **{each.value: each for each in Rag}}
NOT_RATED: dict[str, NotRated | None] = {"": None, **{each.value: each for each in NotRated}}
POLARITIES = {each.value: each for each in Polarity}
TRAVELS = {each.value: each for each in Travel}
READ = (
    *("indicator_id", "quarter", "rag", "not_rated", "travel", "polarity"),
    *("revision__late", "definition_break", "value", "target", "lower", "upper"),
)


def value_series(
    *, until: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, list[Point]]:
    """What is now said of each quarter: value (None where there is none) and definition break.

    Chronological; quarters of which nothing was said are absent.
    """
    rows = Revision.objects.latest_ones().filter(result__quarter__lte=until)
    if indicators is not None:
        rows = rows.filter(result__indicator__in=list(indicators))
    series: dict[int, list[Point]] = defaultdict(list)
    for indicator, quarter, value, is_break in (
        rows.order_by("result__quarter")
        .values_list("result__indicator_id", "result__quarter", "value", "definition_break")
        .iterator()
    ):
        series[indicator].append((quarter, value, is_break))
    return series


def rag_histories(
    *, until: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, list[Figure]]:
    """How each indicator is now judged in each quarter up to one, chronological. Three queries."""
    wanted = list(indicators) if indicators is not None else None
    forecast = forecasts_judged(until=until, indicators=wanted)
    chances = chances_foreseen(until=until, indicators=wanted)
    histories: dict[int, list[Figure]] = defaultdict(list)
    rows = _ratings(until, wanted).order_by("quarter").values_list(*READ)
    for indicator, quarter, rag, not_rated, travel, polarity, late, *figures in rows.iterator():
        is_break, value, target, lower, upper = figures
        red, amber_or_worse = chances.get((indicator, quarter), (None, None))
        histories[indicator].append(
            Figure(
                quarter=quarter,
                rag=RAGS[rag],
                not_rated=NOT_RATED[not_rated],
                definition_break=is_break,
                value=value,
                target=target,
                polarity=POLARITIES[polarity],
                lower=lower,
                upper=upper,
                travel=TRAVELS[travel],
                late=bool(late),
                forecast=forecast.get((indicator, quarter)),
                chance_red=red,
                chance_amber_or_worse=amber_or_worse,
            )
        )
    return histories


def forecasts_judged(
    *, until: Quarter | None = None, indicators: Iterable[int] | None = None
) -> dict[Said, Rag]:
    """What managers' forecasts for the year's end would be rated, by each quarter's own thresholds.

    One query. A forecast for a quarter that was not rated yet, or without a RAG status, is absent.
    """
    forecast = ManagersForecast.objects.filter(
        indicator=OuterRef("indicator"),
        made_in=OuterRef("quarter"),
        horizon=Horizon.YEAR_END,
        is_latest=True,
    )
    rows = (
        _ratings(until, indicators)
        .annotate(forecast=Subquery(forecast.values("value")[:1]))
        .filter(forecast__isnull=False)
        .values_list("indicator_id", "quarter", "forecast", *JUDGED_BY)
    )
    found: dict[Said, Rag] = {}
    for indicator, quarter, value, *limits in rows.iterator():
        judged = rate(value, Thresholds.of(dict(zip(JUDGED_BY, limits, strict=True))))
        if isinstance(judged, Rag):
            found[indicator, quarter] = judged
    return found


def chances_foreseen(
    *, until: Quarter | None = None, indicators: Iterable[int] | None = None
) -> dict[Said, Chances]:
    """The chance, as the system saw it at each quarter, of red and of amber or worse in the next.

    The next is the next in which a result is due. One query. Where the system had too little to go
    by there is no entry.
    """
    rows = SystemForecast.objects.filter(is_latest=True, chance_red__isnull=False)
    if until is not None:
        rows = rows.filter(made_in__lte=until)
    if indicators is not None:
        rows = rows.filter(indicator__in=list(indicators))
    # Of two made in one quarter, the nearer stands: it is read last.
    told = rows.order_by("-for_quarter").values_list(
        "indicator_id", "made_in", "chance_red", "chance_amber"
    )
    return {
        (indicator, made_in): (red, red + (amber or 0))
        for indicator, made_in, red, amber in told.iterator()
        if red is not None
    }


def _ratings(until: Quarter | None, indicators: Iterable[int] | None) -> QuerySet[Rating]:
    rows = Rating.objects.latest_ones()
    if until is not None:
        rows = rows.filter(quarter__lte=until)
    return rows if indicators is None else rows.filter(indicator__in=list(indicators))
