"""What was forecast, by the system and by managers, and how it turned out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import QuerySet

from core.quarters import Quarter
from core.queries import last_closed
from indicators.models.definitions import Indicator
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.models.returns import ManagersForecast
from indicators.rules.forecasting import Came, Said, Score, Tally, score
from indicators.rules.prospects import Figures, percent, track_record
from indicators.rules.returns import Horizon, forecast_quarters
from organisation.models.people import User
from organisation.rules import Tree, UnitTier
from sorp.lexicon import Polarity, Rag
from sorp.rules.thresholds import rate

LOOKED_BACK = 12  # quarters, the latest closed included: three years

Place = tuple[int, Quarter]  # an indicator, and the quarter that was forecast


@dataclass(frozen=True, slots=True)
class Foretold:
    """One forecast: whose, of what, and when made. Scored where there is a result to score it by."""

    indicator: int
    made_in: Quarter
    for_quarter: Quarter
    said: Said
    horizon: Horizon | None = None  # a manager's
    came: Came | None = None
    score: Score | None = None

    @property
    def red(self) -> str:
        """The chance of red that was given, as people read it; nothing where none was."""
        return percent(self.said.chance_red) if self.said.chance_red is not None else ""

    @property
    def place(self) -> Place:
        return self.indicator, self.for_quarter


@dataclass(frozen=True, slots=True)
class Line:
    """The system's forecast of a quarter with its result, and the manager's beside it."""

    ours: Foretold
    managers: Foretold | None


@dataclass(frozen=True, slots=True)
class Scores:
    """How good forecasts of one group have been: ours, and managers' near and far."""

    ours: Tally
    next_quarter: Tally
    year_end: Tally


@dataclass(frozen=True, slots=True)
class ForecastRegister:
    """Every forecast of the last three years, and which of them can be scored."""

    until: Quarter | None  # the last closed quarter
    ours: tuple[Foretold, ...]
    managers: tuple[Foretold, ...]
    units: Mapping[int, int]  # the unit of each indicator
    waiting: int  # of ours, whose quarter is not closed
    unanswered: int  # of ours, whose quarter closed without a value

    @property
    def lines(self) -> tuple[Line, ...]:
        """What can be scored, latest quarter first."""
        beside = {(each.place, each.made_in): each for each in self.managers}
        scored = [each for each in self.ours if each.score is not None]
        scored.sort(key=lambda each: (-each.for_quarter.ordinal, each.indicator))
        return tuple(Line(each, beside.get((each.place, each.made_in))) for each in scored)

    def scores(self, of: Callable[[Foretold], bool] = lambda _: True) -> Scores:
        """The forecasts of a group taken together. What has no result is left out."""

        def tally(made: Iterable[Foretold], horizon: Horizon | None = None) -> Tally:
            chosen = (each for each in made if each.horizon is horizon and of(each))
            return Tally.of(each.score for each in chosen if each.score is not None)

        return Scores(
            ours=tally(self.ours),
            next_quarter=tally(self.managers, Horizon.NEXT_QUARTER),
            year_end=tally(self.managers, Horizon.YEAR_END),
        )

    def by_quarter(self) -> list[tuple[Quarter, Scores]]:
        """Each quarter of which something was scored, latest first."""
        scored = {each.for_quarter for each in (*self.ours, *self.managers) if each.score}
        return [(each, self.scores(_of(each))) for each in sorted(scored, reverse=True)]

    def by_directorate(self, tree: Tree) -> list[tuple[str, Scores]]:
        """Each directorate of which something was scored, by name."""
        names = {indicator: self.directorate_of(indicator, tree) for indicator in self.units}
        scored = {names[each.indicator] for each in (*self.ours, *self.managers) if each.score}
        return [(name, self.scores(_among(names, name))) for name in sorted(scored)]

    def directorate_of(self, indicator: int, tree: Tree) -> str:
        """The name of the directorate that an indicator belongs to now."""
        found = tree.at_tier(self.units[indicator], UnitTier.DIRECTORATE)
        return found.name if found else NO_DIRECTORATE


def _of(quarter: Quarter) -> Callable[[Foretold], bool]:
    return lambda each: each.for_quarter == quarter


def _among(names: Mapping[int, str], name: str) -> Callable[[Foretold], bool]:
    return lambda each: names[each.indicator] == name


NO_DIRECTORATE = "In no directorate"


def forecast_register(*, reader: User) -> ForecastRegister:
    """Forecasts of what a reader may see, scored by the results of closed quarters. Five queries.

    A figure of a quarter still open may yet change, and is not scored by.
    """
    return _register(Indicator.objects.visible_to(reader))


def track_record_of(indicator: Indicator) -> str:
    """How far off the forecasts of one indicator have been, in a sentence. Five queries."""
    scores = _register(Indicator.objects.filter(pk=indicator.pk)).scores()
    figures = Figures(indicator.decimals, indicator.measure_unit)
    return track_record(scores.ours, scores.next_quarter, figures)


def _register(seen: QuerySet[Indicator]) -> ForecastRegister:
    closed = last_closed()
    if closed is None:
        return ForecastRegister(None, (), (), {}, waiting=0, unanswered=0)
    since = closed.back(LOOKED_BACK - 1)
    came = _results(seen, since, closed)
    ours = [_scored(each, came) for each in _ours(seen, since)]
    managers = [_scored(each, came) for each in _managers(seen, since, closed)]
    return ForecastRegister(
        until=closed,
        ours=tuple(ours),
        managers=tuple(managers),
        units=dict(seen.values_list("pk", "unit_id")),
        waiting=sum(each.for_quarter > closed for each in ours),
        unanswered=sum(each.score is None and each.for_quarter <= closed for each in ours),
    )


def _ours(seen: QuerySet[Indicator], since: Quarter) -> list[Foretold]:
    """The system's, for each quarter the last that was made before its result."""
    rows = (
        SystemForecast.objects.filter(indicator__in=seen, is_latest=True, for_quarter__gte=since)
        .order_by("made_in")
        .values_list(
            *("indicator_id", "made_in", "for_quarter", "value", "lower", "upper"),
            *("chance_red", "chance_amber", "chance_green"),
        )
    )
    found: dict[Place, Foretold] = {}
    for indicator, made_in, due, value, lower, upper, *likely in rows:
        made = Foretold(
            indicator=indicator,
            made_in=made_in,
            for_quarter=due,
            said=Said(value, lower, upper, likely[0], _likeliest(likely)),
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


def _managers(seen: QuerySet[Indicator], since: Quarter, closed: Quarter) -> list[Foretold]:
    """Managers', each for the quarter it was of: the next due, or the year's last."""
    rows = ManagersForecast.objects.filter(
        indicator__in=seen,
        is_latest=True,
        made_in__gte=since.back(4),
        made_in__lte=closed,
    ).select_related("indicator")
    found = []
    for row in rows:
        horizon = Horizon(row.horizon)
        due = forecast_quarters(row.made_in, row.indicator.pattern).get(horizon)
        if due is not None and due >= since:
            found.append(Foretold(row.indicator_id, row.made_in, due, Said(row.value), horizon))
    return found


def _results(seen: QuerySet[Indicator], since: Quarter, closed: Quarter) -> dict[Place, Rating]:
    rows = Rating.objects.latest_ones().filter(
        indicator__in=seen,
        value__isnull=False,
        quarter__gte=since,
        quarter__lte=closed,
    )
    return {(row.indicator_id, row.quarter): row for row in rows}


def _scored(made: Foretold, results: Mapping[Place, Rating]) -> Foretold:
    rating = results.get(made.place)
    if rating is None or rating.value is None:
        return made
    came = Came(
        value=rating.value,
        rag=Rag(rating.rag) if rating.rag else None,
        target=rating.target,
        polarity=Polarity(rating.polarity),
    )
    said = made.said if made.horizon is None else replace(made.said, rag=_colour(made, rating))
    return replace(made, said=said, came=came, score=score(said, came))


def _colour(made: Foretold, rating: Rating) -> Rag | None:
    """What a manager's value would have been rated as, by what the result was."""
    if not rating.rag:
        return None
    verdict = rate(made.said.value, rating.thresholds)
    return verdict if isinstance(verdict, Rag) else None
