"""What was forecast, by the system and by managers, and how it turned out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import QuerySet

from core.quarters import Quarter
from core.queries import last_closed
from indicators.models.definitions import Indicator
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.models.returns import ManagersForecast
from indicators.queries.histories import targets_in_force, thresholds_of
from indicators.queries.variations import rating_variations
from indicators.rules.forecasting import Outcome, Prediction, Score, Tally, score
from indicators.rules.prospects import Figures, percent, track_record
from indicators.rules.returns import Horizon, forecast_quarters
from organisation.models.people import User
from organisation.rules import Tree, UnitTier
from sorp.lexicon import Polarity, Rag
from sorp.rules.thresholds import Thresholds, rate

QUARTERS_COVERED = 12  # quarters, the latest closed included: three years

IndicatorQuarter = tuple[int, Quarter]  # an indicator, and the quarter that was forecast


@dataclass(frozen=True, slots=True)
class RegisterForecast:
    """One forecast: whose, of what, and when made. Scored where there is a result to score it by."""

    indicator: int
    made_in: Quarter
    for_quarter: Quarter
    prediction: Prediction
    horizon: Horizon | None = None  # a manager's
    outcome: Outcome | None = None
    score: Score | None = None

    @property
    def red(self) -> str:
        """The chance of red that was given, as people read it; nothing where none was."""
        return percent(self.prediction.chance_red) if self.prediction.chance_red is not None else ""

    @property
    def place(self) -> IndicatorQuarter:
        return self.indicator, self.for_quarter


@dataclass(frozen=True, slots=True)
class ForecastPair:
    """The system's forecast of a quarter with its result, and the manager's beside it."""

    system: RegisterForecast
    managers: RegisterForecast | None


@dataclass(frozen=True, slots=True)
class Scores:
    """How good forecasts of one group have been: ours, and managers' near and far."""

    system: Tally
    next_quarter: Tally
    year_end: Tally


@dataclass(frozen=True, slots=True)
class ForecastRegister:
    """Every forecast of the last three years, and which of them can be scored."""

    until: Quarter | None  # the last closed quarter
    system: tuple[RegisterForecast, ...]
    managers: tuple[RegisterForecast, ...]
    units: Mapping[int, int]  # the unit of each indicator
    waiting: int  # of ours, whose quarter is not closed
    without_result: int  # of ours, whose quarter closed without a value

    @property
    def scored_pairs(self) -> tuple[ForecastPair, ...]:
        """What can be scored, latest quarter first."""
        by_managers = {(each.place, each.made_in): each for each in self.managers}
        scored = [each for each in self.system if each.score is not None]
        scored.sort(key=lambda each: (-each.for_quarter.ordinal, each.indicator))
        return tuple(
            ForecastPair(each, by_managers.get((each.place, each.made_in))) for each in scored
        )

    def scores(self, of: Callable[[RegisterForecast], bool] = lambda _: True) -> Scores:
        """The forecasts of a group taken together. What has no result is left out."""

        def tally(made: Iterable[RegisterForecast], horizon: Horizon | None = None) -> Tally:
            chosen = (each for each in made if each.horizon is horizon and of(each))
            return Tally.of(each.score for each in chosen if each.score is not None)

        return Scores(
            system=tally(self.system),
            next_quarter=tally(self.managers, Horizon.NEXT_QUARTER),
            year_end=tally(self.managers, Horizon.YEAR_END),
        )

    def by_quarter(self) -> list[tuple[Quarter, Scores]]:
        """Each quarter of which something was scored, latest first."""
        scored = {each.for_quarter for each in (*self.system, *self.managers) if each.score}
        return [(each, self.scores(_of_quarter(each))) for each in sorted(scored, reverse=True)]

    def by_directorate(self, tree: Tree) -> list[tuple[str, Scores]]:
        """Each directorate of which something was scored, by name."""
        names = {indicator: self.directorate_of(indicator, tree) for indicator in self.units}
        scored = {names[each.indicator] for each in (*self.system, *self.managers) if each.score}
        return [(name, self.scores(_of_directorate(names, name))) for name in sorted(scored)]

    def directorate_of(self, indicator: int, tree: Tree) -> str:
        """The name of the directorate that an indicator belongs to now."""
        found = tree.at_tier(self.units[indicator], UnitTier.DIRECTORATE)
        return found.name if found else NO_DIRECTORATE


def _of_quarter(quarter: Quarter) -> Callable[[RegisterForecast], bool]:
    return lambda each: each.for_quarter == quarter


def _of_directorate(names: Mapping[int, str], name: str) -> Callable[[RegisterForecast], bool]:
    return lambda each: names[each.indicator] == name


NO_DIRECTORATE = "In no directorate"


def forecast_register(*, reader: User) -> ForecastRegister:
    """Forecasts of what a reader may see, scored by the results of closed quarters.

    A figure of a quarter still open may yet change, and is not scored by.
    """
    return _register(Indicator.objects.visible_to(reader))


def track_record_of(indicator: Indicator) -> str:
    """How far off the forecasts of one indicator have been, in a sentence."""
    scores = _register(Indicator.objects.filter(pk=indicator.pk)).scores()
    figures = Figures(indicator.decimals, indicator.measure_unit)
    return track_record(scores.system, scores.next_quarter, figures)


def _register(indicators: QuerySet[Indicator]) -> ForecastRegister:
    closed = last_closed()
    if closed is None:
        return ForecastRegister(None, (), (), {}, waiting=0, without_result=0)
    since = closed.back(QUARTERS_COVERED - 1)
    outcome = _ratings(indicators, since, closed)
    system = [_with_score(each, outcome) for each in _system_forecasts(indicators, since)]
    managers = [
        _with_score(each, outcome) for each in _managers_forecasts(indicators, since, closed)
    ]
    return ForecastRegister(
        until=closed,
        system=tuple(system),
        managers=tuple(managers),
        units=dict(indicators.values_list("pk", "unit_id")),
        waiting=sum(each.for_quarter > closed for each in system),
        without_result=sum(each.score is None and each.for_quarter <= closed for each in system),
    )


def _system_forecasts(indicators: QuerySet[Indicator], since: Quarter) -> list[RegisterForecast]:
    """The system's, for each quarter the last that was made before its result."""
    rows = (
        SystemForecast.objects.filter(
            indicator__in=indicators, is_latest=True, for_quarter__gte=since
        )
        .order_by("made_in")
        .values_list(
            *("indicator_id", "made_in", "for_quarter", "value", "lower", "upper"),
            *("chance_red", "chance_amber", "chance_green"),
        )
    )
    found: dict[IndicatorQuarter, RegisterForecast] = {}
    for indicator, made_in, due, value, lower, upper, *likely in rows:
        made = RegisterForecast(
            indicator=indicator,
            made_in=made_in,
            for_quarter=due,
            prediction=Prediction(value, lower, upper, likely[0], _likeliest(likely)),
        )
        found[made.place] = made
    return list(found.values())


def _likeliest(chances: list[Decimal | None]) -> Rag | None:
    red, amber, green = chances
    if red is None or amber is None or green is None:
        return None
    return max(((red, Rag.RED), (amber, Rag.AMBER), (green, Rag.GREEN)), key=lambda each: each[0])[
        1
    ]


def _managers_forecasts(
    indicators: QuerySet[Indicator], since: Quarter, closed: Quarter
) -> list[RegisterForecast]:
    """Managers', each for the quarter it was of: the next due, or the year's last."""
    rows = ManagersForecast.objects.filter(
        indicator__in=indicators,
        is_latest=True,
        made_in__gte=since.back(4),
        made_in__lte=closed,
    ).select_related("indicator")
    found = []
    for row in rows:
        horizon = Horizon(row.horizon)
        due = forecast_quarters(row.made_in, row.indicator.pattern).get(horizon)
        if due is not None and due >= since:
            found.append(
                RegisterForecast(row.indicator_id, row.made_in, due, Prediction(row.value), horizon)
            )
    return found


def _ratings(
    indicators: QuerySet[Indicator], since: Quarter, closed: Quarter
) -> dict[IndicatorQuarter, Rating]:
    rows = Rating.objects.latest_ones().filter(
        indicator__in=indicators,
        value__isnull=False,
        quarter__gte=since,
        quarter__lte=closed,
    )
    return {(row.indicator_id, row.quarter): row for row in rows}


def _with_score(
    made: RegisterForecast, results: Mapping[IndicatorQuarter, Rating]
) -> RegisterForecast:
    rating = results.get(made.place)
    if rating is None or rating.value is None:
        return made
    outcome = Outcome(
        value=rating.value,
        rag=Rag(rating.rag) if rating.rag else None,
        target=rating.target,
        polarity=Polarity(rating.polarity),
    )
    prediction = (
        made.prediction
        if made.horizon is None
        else replace(made.prediction, rag=_rag_of(made, rating))
    )
    return replace(made, prediction=prediction, outcome=outcome, score=score(prediction, outcome))


def _rag_of(made: RegisterForecast, rating: Rating) -> Rag | None:
    """What a manager's value would have been rated as, by what the result was."""
    if not rating.rag:
        return None
    verdict = rate(made.prediction.value, rating.thresholds)
    return verdict if isinstance(verdict, Rag) else None


def current_system_forecasts(
    *, after: Quarter, indicators: Iterable[int]
) -> dict[int, SystemForecast]:
    """What was expected of the next quarter each indicator is due in, as of one quarter's close."""
    rows = SystemForecast.objects.filter(
        indicator__in=list(indicators),
        is_latest=True,
        made_in__lte=after,
        for_quarter__gt=after,
    )
    return {row.indicator_id: row for row in rows.order_by("made_in", "-for_quarter")}


def current_managers_forecasts(
    *, after: Quarter, indicators: Iterable[int]
) -> dict[int, list[tuple[Quarter, ManagersForecast]]]:
    """What managers last said of quarters still to come, nearest first:
    `{indicator.pk: [(Q4, ManagersForecast)]}`."""
    rows = ManagersForecast.objects.filter(
        indicator__in=list(indicators),
        is_latest=True,
        made_in__gte=after.back(3),
        made_in__lte=after,
    ).select_related("indicator")
    latest: dict[int, dict[Quarter, ManagersForecast]] = defaultdict(dict)
    for row in rows.order_by("made_in"):
        due = forecast_quarters(row.made_in, row.indicator.pattern)
        quarter = due.get(Horizon(row.horizon))
        if quarter is not None and quarter > after:
            latest[row.indicator_id][quarter] = row
    return {
        indicator: sorted(by_quarter_due.items()) for indicator, by_quarter_due in latest.items()
    }


def thresholds_when_next_due(
    *, after: Quarter, indicators: Sequence[Indicator]
) -> dict[int, Thresholds | None]:
    """What each will be judged by in the quarter it is next due in, as far as is known now.

    None where there is no target, or one that is nonsense: one still to come may be put right.
    As many queries for twenty indicators as for one.
    """
    known = [each.pk for each in indicators]
    due = {each.pk: each.pattern.next_due(after) for each in indicators}
    targets = {each: targets_in_force(each, known) for each in set(due.values())}
    variations = {each: rating_variations(each, known) for each in set(due.values())}
    found: dict[int, Thresholds | None] = {}
    for each in indicators:
        quarter = due[each.pk]
        target, variation = targets[quarter].get(each.pk), variations[quarter].get(each.pk)
        try:
            found[each.pk] = thresholds_of(each, target, variation)
        except ValueError:
            found[each.pk] = None
    return found
