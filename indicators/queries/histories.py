"""What is expected of indicators in a quarter, and how each has been rated quarter by quarter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from django.db.models import OuterRef, QuerySet, Subquery

from core.quarters import Quarter
from core.words import Word
from indicators.models.definitions import PATTERN, DefinitionChange, Indicator, Target
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import ManagersForecast
from indicators.models.variations import Variation
from indicators.rules.returns import Horizon
from sorp.lexicon import (
    Confidence,
    NotRated,
    Polarity,
    Rag,
    RatingMethod,
    Travel,
    TravelMethod,
)
from sorp.rules.figures import Figure
from sorp.rules.patterns import Pattern
from sorp.rules.thresholds import LIMITS, NUMBERS, Thresholds, rate


def targets_in_force(
    quarter: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, Target]:
    """Each indicator's target for a quarter, as its reporting pattern finds it.

    The latest from that quarter or before; of what is counted from April, the quarter's own.
    """
    rows = Target.objects.filter(from_quarter__lte=quarter).select_related("indicator")
    if indicators is not None:
        rows = rows.filter(indicator__in=list(indicators))
    targets: dict[int, list[Target]] = defaultdict(list)
    for row in rows.order_by("from_quarter"):
        targets[row.indicator_id].append(row)
    found = {}
    for pk, of_one in targets.items():
        if (in_force := of_one[0].indicator.pattern.target_in(quarter, of_one)) is not None:
            found[pk] = in_force
    return found


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


SomeWord = TypeVar("SomeWord", bound=Word)
Point = tuple[Quarter, Decimal | None, bool]
InQuarter = tuple[int, Quarter]  # of one indicator
Chances = tuple[Decimal, Decimal]  # of red; of amber or worse


def _by_value(words: type[SomeWord]) -> dict[str, SomeWord | None]:
    return {"": None, **{each.value: each for each in words}}


# Words of a list, as a column has them. Looked up, not made: a history has thousands.
WORDS: dict[str, dict[str, Any]] = {
    "rag": _by_value(Rag),
    "not_rated": _by_value(NotRated),
    "method": _by_value(RatingMethod),
    "polarity": _by_value(Polarity),
    "travel": _by_value(Travel),
    "travel_method": _by_value(TravelMethod),
    "confidence": _by_value(Confidence),
}
AS_KEPT = (
    *("quarter", "value", *NUMBERS),
    *("definition_break", "stale", "travel_quarters"),
)
OF_ITS_INDICATOR = tuple(f"indicator__{name}" for name in PATTERN)
OF_OTHERS = (
    *("revision__number", "revision__late", "revision__after_close"),
    *("sorp_version__number", "variation__what"),
)


def value_series(
    *,
    until: Quarter,
    indicators: Iterable[int] | None = None,
    typed: Mapping[int, Revision] | None = None,
) -> dict[int, list[Point]]:
    """What is now said of each quarter: value (None where there is none) and definition break.

    What is `typed` for the last quarter, and submitted by nobody yet, stands in it as if it were.

    Chronological; quarters of which nothing was said are absent. What is declared comparable with an
    indicator that it replaced begins with that one's. The first figure from the quarter in which what
    its figures speak of changed is a break, whether or not whoever gave it said so.
    """
    rows = Revision.objects.latest_ones().filter(result__quarter__lte=until)
    wanted = list(indicators) if indicators is not None else None
    replaced = comparable_predecessors()
    if wanted is not None:
        rows = rows.filter(result__indicator__in=[*wanted, *_before(wanted, replaced)])
    series: dict[int, list[Point]] = defaultdict(list)
    for indicator, quarter, value, is_break in (
        rows.order_by("result__quarter")
        .values_list("result__indicator_id", "result__quarter", "value", "definition_break")
        .iterator()
    ):
        series[indicator].append((quarter, value, is_break))
    for indicator, revision in (typed or {}).items():
        earlier = [point for point in series[indicator] if point[0] != until]
        series[indicator] = [*earlier, (until, revision.value, revision.definition_break)]
    _mark_breaks(series)
    return _continued(series, replaced, wanted)


def comparable_predecessors() -> dict[int, int]:
    """Each indicator's predecessor whose figures are declared comparable with its own: `{new: old}`."""
    rows = Indicator.objects.filter(successor_is_comparable=True)
    return {new: old for new, old in rows.values_list("successor_id", "pk") if new is not None}


def _before(indicators: Iterable[int], replaced: Mapping[int, int]) -> list[int]:
    found = []
    for each in indicators:
        while (each := replaced.get(each, 0)) and each not in found:
            found.append(each)
    return found


def breaks_by_definition() -> set[InQuarter]:
    """Each figure that is the first after what its figures speak of changed."""
    changed = DefinitionChange.objects.filter(break_from__isnull=False)
    series = value_series(
        until=Quarter(2200, 4), indicators=set(changed.values_list("indicator", flat=True))
    )
    found = set()
    for indicator, since in changed.values_list("indicator_id", "break_from"):
        after = (
            quarter
            for quarter, value, _ in series.get(indicator, ())
            if since is not None and quarter >= since and value is not None
        )
        found |= {(indicator, quarter) for quarter in [next(after, None)] if quarter is not None}
    return found


def _mark_breaks(series: dict[int, list[Point]]) -> None:
    """The first figure of each new span is a definition break."""
    changes = DefinitionChange.objects.filter(break_from__isnull=False)
    for indicator, since in changes.values_list("indicator_id", "break_from"):
        points = series.get(indicator, [])
        for at, (quarter, value, _) in enumerate(points):
            if since is not None and quarter >= since and value is not None:
                points[at] = (quarter, value, True)
                break


def _continued(
    series: dict[int, list[Point]], replaced: Mapping[int, int], wanted: list[int] | None
) -> dict[int, list[Point]]:
    """Each series after that of the indicators it continues, up to its own first figure."""
    if not replaced:
        return series
    found: dict[int, list[Point]] = defaultdict(list)
    for indicator in wanted if wanted is not None else list(series):
        own = list(series.get(indicator, []))
        for earlier in _before([indicator], replaced):
            first = own[0][0] if own else None
            points = series.get(earlier, [])
            own = [each for each in points if first is None or each[0] < first] + own
        if own:
            found[indicator] = own
    return found


def rag_histories(
    *,
    until: Quarter | None = None,
    since: Quarter | None = None,
    indicators: Iterable[int] | None = None,
) -> dict[int, list[Figure]]:
    """How each indicator is now judged in each quarter up to one, chronological. Two queries.

    Each figure is whole: the verdict, what it was computed from, and what was forecast then.
    """
    wanted = list(indicators) if indicators is not None else None
    chances = _chances_foreseen(until, wanted)
    by_manager = ManagersForecast.objects.filter(
        indicator=OuterRef("indicator"),
        made_in=OuterRef("quarter"),
        horizon=Horizon.YEAR_END,
        is_latest=True,
    ).order_by()
    rows = (
        _ratings(since, until, wanted)
        .order_by("quarter")
        .annotate(
            managers_rag=Subquery(by_manager.values("rag")[:1]),
            managers_value=Subquery(by_manager.values("value")[:1]),
        )
        .values(
            *("indicator_id", "managers_rag", "managers_value"),
            *(*AS_KEPT, *WORDS, *OF_OTHERS, *OF_ITS_INDICATOR),
        )
    )
    histories: dict[int, list[Figure]] = defaultdict(list)
    for row in rows.iterator():
        indicator = row.pop("indicator_id")
        red, amber_or_worse = chances.get((indicator, row["quarter"]), (None, None))
        figure = _figure(row, red, amber_or_worse)
        histories[indicator].append(figure)
    return histories


def figures_of(ratings: Mapping[int, Rating], quarter: Quarter) -> dict[int, Figure]:
    """Ratings of one quarter that are not stored, as `rag_histories` would give them. Three queries.

    By the key of the indicator, each with its revision, its version and its variation, if any.
    """
    chances = _chances_foreseen(quarter, ratings)
    by_manager = ManagersForecast.objects.filter(
        indicator__in=list(ratings), made_in=quarter, horizon=Horizon.YEAR_END, is_latest=True
    )
    expected = {each.indicator_id: each for each in by_manager}
    variations = Variation.objects.in_bulk({each.variation_id for each in ratings.values()})
    found = {}
    for pk, rating in ratings.items():
        revision, said = rating.revision, expected.get(pk)
        varied = variations.get(rating.variation_id or 0)
        row = {name: getattr(rating, name) for name in (*AS_KEPT, *WORDS)}
        row |= {f"indicator__{name}": getattr(rating.indicator, name) for name in PATTERN}
        row |= {
            "managers_rag": said.rag if said else None,
            "managers_value": said.value if said else None,
            "revision__number": revision.number if revision else None,
            "revision__late": revision.late if revision else None,
            "revision__after_close": revision.after_close if revision else None,
            "sorp_version__number": rating.sorp_version.number,
            "variation__what": varied.what if varied else None,
        }
        red, amber_or_worse = chances.get((pk, quarter), (None, None))
        found[pk] = _figure(row, red, amber_or_worse)
    return found


def _figure(row: dict[str, Any], red: Decimal | None, amber_or_worse: Decimal | None) -> Figure:
    """What a rating says, with what its revision, its version and its variation say of it."""
    managers_rag, managers_value = row.pop("managers_rag"), row.pop("managers_value")
    number = row.pop("revision__number")
    late, after_close = row.pop("revision__late"), row.pop("revision__after_close")
    for name, words in WORDS.items():
        row[name] = words[row[name]]
    pattern = _pattern(*(row.pop(name) for name in OF_ITS_INDICATOR))
    figure = Figure(
        pattern=pattern,
        late=bool(late),
        revised=bool(after_close) and number > 1,
        sorp_version=row.pop("sorp_version__number"),
        variation=row.pop("variation__what") or "",
        chance_red=red,
        chance_amber_or_worse=amber_or_worse,
        **row,
    )
    if managers_rag:
        return replace(figure, forecast=Rag(managers_rag))
    if managers_value is None:
        return figure
    # Given before managers were asked for a colour: it is what it would be rated in its own quarter.
    foretold = rate(managers_value, figure.thresholds)
    return replace(figure, forecast=foretold) if isinstance(foretold, Rag) else figure


@cache
def _pattern(*columns: Any) -> Pattern:
    return Pattern.dated(**dict(zip(PATTERN, columns, strict=True)))


def _chances_foreseen(
    until: Quarter | None, indicators: Iterable[int] | None
) -> dict[InQuarter, Chances]:
    """The chance, as the system saw it at each quarter, of red and of amber or worse in the next.

    The next is the next in which a result is due. Where the system had too little to go by there
    is no entry.
    """
    rows = SystemForecast.objects.filter(is_latest=True, chance_red__isnull=False, unsaid="")
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


def _ratings(
    since: Quarter | None, until: Quarter | None, indicators: Iterable[int] | None
) -> QuerySet[Rating]:
    rows = Rating.objects.latest_ones()
    if since is not None:
        rows = rows.filter(quarter__gte=since)
    if until is not None:
        rows = rows.filter(quarter__lte=until)
    return rows if indicators is None else rows.filter(indicator__in=list(indicators))
