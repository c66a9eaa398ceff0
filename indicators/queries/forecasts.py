"""What was forecast, by the system and by managers, and how it turned out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256

from django.core.cache import cache
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Greatest

from core.quarters import Quarter
from core.queries import last_closed
from indicators.models.definitions import Indicator, Target
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.models.returns import ManagersForecast
from indicators.queries.histories import thresholds_of
from indicators.queries.variations import rating_variations
from indicators.rules.forecasting import Outcome, Prediction, Score, Tally, score
from indicators.rules.prospects import Figures, percent, track_record
from indicators.rules.returns import Horizon, forecast_quarter
from indicators.rules.skill import (
    ENOUGH,
    Band,
    ScoredChance,
    Skill,
    Unsaid,
    reliability,
    unsaid,
)
from organisation.models.people import User
from organisation.rules import Tree, UnitTier
from sorp.lexicon import Polarity, Rag
from sorp.rules.patterns import Pattern
from sorp.rules.thresholds import Thresholds, rate

EARLIEST_MADE = 8  # quarters before a quarter in which a forecast of it may have been given
QUARTERS_COVERED = 12  # quarters, the latest closed included: three years
LOOKED_BACK_FOR_A_COLOUR = 8  # quarters before a forecast in which it last had a colour

IndicatorQuarter = tuple[int, Quarter]  # an indicator, and the quarter that was forecast


@dataclass(frozen=True, slots=True)
class RegisterForecast:
    """One forecast: whose, of what, and when made. Scored where there is a result to score it by."""

    indicator: int
    made_in: Quarter
    for_quarter: Quarter
    prediction: Prediction
    horizon: Horizon | None = None  # a manager's
    method: str = ""  # the system's
    unsaid: str = ""  # why the chance was not shown, where one was worked out
    outcome: Outcome | None = None
    score: Score | None = None

    @property
    def red(self) -> str:
        """The chance of red that was shown, as people read it; nothing where none was."""
        if self.prediction.chance_red is None or self.unsaid:
            return ""
        return percent(self.prediction.chance_red)

    @property
    def scored_chance(self) -> ScoredChance | None:
        """The chance of red with what came, shown or not; None where one of the two is not known."""
        chance, outcome = self.prediction.chance_red, self.outcome
        if chance is None or outcome is None or outcome.rag is None:
            return None
        before = outcome.rag_before
        return ScoredChance(
            chance=chance,
            was_red=outcome.rag is Rag.RED,
            red_before=None if before is None else before is Rag.RED,
        )

    @property
    def place(self) -> IndicatorQuarter:
        return self.indicator, self.for_quarter


@dataclass(frozen=True, slots=True)
class ForecastPair:
    """The system's forecast of a quarter with its result, and the last that its manager gave."""

    system: RegisterForecast
    managers: RegisterForecast | None


@dataclass(frozen=True, slots=True)
class Scores:
    """How good forecasts of one group have been: ours, and managers'."""

    system: Tally
    skill: Skill  # of the system's chances of red
    managers: Tally


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
        by_managers = {
            each.place: each for each in sorted(self.managers, key=lambda each: each.made_in)
        }
        scored = [each for each in self.system if each.score is not None]
        scored.sort(key=lambda each: (-each.for_quarter.ordinal, each.indicator))
        return tuple(ForecastPair(each, by_managers.get(each.place)) for each in scored)

    def scores(self, of: Callable[[RegisterForecast], bool] = lambda _: True) -> Scores:
        """The forecasts of a group taken together. What has no result is left out."""

        def tally(made: Iterable[RegisterForecast]) -> Tally:
            return Tally.of(each.score for each in made if of(each) and each.score is not None)

        return Scores(
            system=tally(self.system),
            skill=Skill.of(self.scored_chances(of)),
            managers=tally(self.managers),
        )

    def scored_chances(
        self, of: Callable[[RegisterForecast], bool] = lambda _: True
    ) -> list[ScoredChance]:
        """The chances of red that can be scored, shown or not."""
        scored = (each.scored_chance for each in self.system if of(each))
        return [each for each in scored if each is not None]

    @property
    def reliability(self) -> list[Band]:
        """Of chances about 70%, how many came: in five bands."""
        return reliability(self.scored_chances())

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
    return _register(Indicator.objects.visible_to(reader), last_closed())


@dataclass(frozen=True, slots=True)
class RegisterScores:
    """What the register comes to: for the council, by directorate, over time, and in bands of chances."""

    council: Scores
    directorates: tuple[tuple[str, Scores], ...]
    quarters: tuple[tuple[Quarter, Scores], ...]
    bands: tuple[Band, ...]
    without_result: int


KEPT_FOR = 7 * 24 * 60 * 60  # seconds


def register_scores(*, reader: User, tree: Tree) -> RegisterScores:
    """The scores of all that a reader may see, as they were worked out when they last changed.

    They rest on closed quarters alone, so that they change with a close, a revision, or a directorate:
    between those they are read, and not worked out for each who looks. As many queries for a thousand
    indicators as for one.
    """
    closed = last_closed()
    units = dict(Indicator.objects.visible_to(reader).order_by("pk").values_list("pk", "unit_id"))
    key = f"forecast-scores-{_fingerprint(closed, units, tree)}"
    found = cache.get(key)
    if found is None:
        found = _worked_out(forecast_register(reader=reader), tree)
        cache.set(key, found, KEPT_FOR)
    kept: RegisterScores = found
    return kept


def _worked_out(register: ForecastRegister, tree: Tree) -> RegisterScores:
    return RegisterScores(
        council=register.scores(),
        directorates=tuple(register.by_directorate(tree)),
        quarters=tuple(register.by_quarter()),
        bands=tuple(register.reliability),
        without_result=register.without_result,
    )


def _fingerprint(closed: Quarter | None, units: Mapping[int, int], tree: Tree) -> str:
    """Of all that scores rest on. Rows of closed quarters are added to, and those that a close
    taken back leaves behind are those from before it: a key is never used again."""
    if closed is None:
        return "nothing-closed"
    rows = (
        SystemForecast.objects.filter(for_quarter__lte=closed),
        Rating.objects.filter(quarter__lte=closed),
        ManagersForecast.objects.filter(made_in__lte=closed),
    )
    counted = [each.aggregate(last=Max("pk"), many=Count("pk")) for each in rows]
    found = {unit: tree.at_tier(unit, UnitTier.DIRECTORATE) for unit in set(units.values())}
    within = sorted((unit, each.name if each else "") for unit, each in found.items())
    return sha256(repr((closed.key, counted, units, within)).encode()).hexdigest()


def count_waiting(*, reader: User) -> int:
    """How many forecasts speak of quarters that are not closed."""
    closed = last_closed()
    if closed is None:
        return 0
    rows = SystemForecast.objects.filter(
        indicator__in=Indicator.objects.visible_to(reader), is_latest=True, for_quarter__gt=closed
    )
    return rows.values("indicator", "for_quarter").distinct().count()


def scored_forecasts(
    *, reader: User, units: Iterable[int] | None = None, show: str = ""
) -> QuerySet[SystemForecast]:
    """Our forecasts that can be scored, latest quarter first: of some units alone, or that were wrong.

    `show` may be *outside* (its result fell outside the interval) or *wrong* (another colour than the
    likeliest). For each quarter the last that was made before its result.
    """
    closed = last_closed()
    if closed is None:
        return SystemForecast.objects.none()
    indicators = Indicator.objects.visible_to(reader)
    if units is not None:
        indicators = indicators.in_units(units)
    results = Rating.objects.latest_ones().filter(
        indicator=OuterRef("indicator"), quarter=OuterRef("for_quarter"), value__isnull=False
    )
    later = SystemForecast.objects.filter(
        indicator=OuterRef("indicator"),
        for_quarter=OuterRef("for_quarter"),
        is_latest=True,
        made_in__gt=OuterRef("made_in"),
    )
    rows = SystemForecast.objects.filter(
        ~Exists(later),
        indicator__in=indicators,
        is_latest=True,
        for_quarter__gte=closed.back(QUARTERS_COVERED - 1),
        for_quarter__lte=closed,
    ).annotate(
        came=Subquery(results.values("value")[:1]), came_rag=Subquery(results.values("rag")[:1])
    )
    rows = rows.filter(came__isnull=False)
    if show == "outside":
        rows = rows.filter(Q(came__lt=F("lower")) | Q(came__gt=F("upper")))
    if show == "wrong":
        rows = rows.filter(
            chance_red__isnull=False, chance_amber__isnull=False, chance_green__isnull=False
        )
        rows = rows.exclude(came_rag="").exclude(came_rag=_LIKELIEST)
    return rows.order_by("-for_quarter", "indicator_id")


# The likeliest colour; of two that are as likely, the worse.
_LIKELIEST = Case(
    When(chance_red__gte=Greatest("chance_amber", "chance_green"), then=Value(Rag.RED.value)),
    When(chance_amber__gte=F("chance_green"), then=Value(Rag.AMBER.value)),
    default=Value(Rag.GREEN.value),
)


def pairs_of(rows: Sequence[SystemForecast]) -> list[ForecastPair]:
    """Each of these forecasts with its result, its score, and the last that its manager gave."""
    indicators = Indicator.objects.filter(pk__in={row.indicator_id for row in rows})
    scored = {pair.system.place: pair for pair in _register(indicators, last_closed()).scored_pairs}
    return [scored[row.indicator_id, row.for_quarter] for row in rows]


def track_record_of(indicator: Indicator) -> str:
    """How far off the forecasts of one indicator have been, in a sentence."""
    scores = _register(Indicator.objects.filter(pk=indicator.pk), last_closed()).scores()
    figures = Figures(indicator.decimals, indicator.measure_unit)
    return track_record(scores.system, scores.managers, figures)


@dataclass(frozen=True, slots=True)
class ChanceRecord:
    """How chances of red have turned out up to a quarter: by way of forecasting, and by indicator."""

    by_method: Mapping[str, Sequence[ScoredChance]]
    by_indicator: Mapping[int, Sequence[ScoredChance]]

    def unsaid(self, indicator: int, method: str) -> Unsaid | None:
        """Why a chance of this indicator, forecast in this way, is not shown; None where it is.

        A way of forecasting with few chances scored is judged by all there are.
        """
        like = self.by_method.get(method, ())
        if len(like) < ENOUGH:
            like = [each for of_method in self.by_method.values() for each in of_method]
        return unsaid(self.by_indicator.get(indicator, ()), like)


def chance_record(*, until: Quarter) -> ChanceRecord:
    """How chances turned out that can be scored by the results up to a quarter."""
    by_method: dict[str, list[ScoredChance]] = defaultdict(list)
    by_indicator: dict[int, list[ScoredChance]] = defaultdict(list)
    for each in _register(Indicator.objects.all(), until).system:
        if (scored := each.scored_chance) is not None:
            by_method[each.method].append(scored)
            by_indicator[each.indicator].append(scored)
    return ChanceRecord(by_method, by_indicator)


def _register(indicators: QuerySet[Indicator], closed: Quarter | None) -> ForecastRegister:
    if closed is None:
        return ForecastRegister(None, (), (), {}, waiting=0, without_result=0)
    since = closed.back(QUARTERS_COVERED - 1)
    ratings = _ratings(indicators, since.back(LOOKED_BACK_FOR_A_COLOUR), closed)
    system = [_with_score(each, ratings) for each in _system_forecasts(indicators, since)]
    managers = [
        _with_score(each, ratings) for each in _managers_forecasts(indicators, since, closed)
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
            *("method", "unsaid", "chance_red", "chance_amber", "chance_green"),
        )
    )
    found: dict[IndicatorQuarter, RegisterForecast] = {}
    for indicator, made_in, due, value, lower, upper, method, silence, *likely in rows:
        made = RegisterForecast(
            indicator=indicator,
            made_in=made_in,
            for_quarter=due,
            prediction=Prediction(value, lower, upper, likely[0], _likeliest(likely)),
            method=method,
            unsaid=silence,
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
        made_in__gte=since.back(EARLIEST_MADE),
        made_in__lte=closed,
    ).select_related("indicator")
    found = []
    for row in rows:
        horizon = Horizon(row.horizon)
        due = forecast_quarter(row.made_in, horizon, row.indicator.pattern)
        if due >= since:
            prediction = Prediction(row.value, rag=Rag(row.rag) if row.rag else None)
            found.append(RegisterForecast(row.indicator_id, row.made_in, due, prediction, horizon))
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
        rag_before=_rag_before(made, results),
    )
    prediction = made.prediction
    if made.horizon is not None and prediction.rag is None:
        prediction = replace(prediction, rag=_rag_of(made, rating))
    return replace(made, prediction=prediction, outcome=outcome, score=score(prediction, outcome))


def _rag_of(made: RegisterForecast, rating: Rating) -> Rag | None:
    """What a manager's value would have been rated as, by what the result was."""
    if not rating.rag or made.prediction.value is None:
        return None
    verdict = rate(made.prediction.value, rating.thresholds)
    return verdict if isinstance(verdict, Rag) else None


def _rag_before(made: RegisterForecast, results: Mapping[IndicatorQuarter, Rating]) -> Rag | None:
    """The last colour that was known when the forecast was made."""
    for back in range(LOOKED_BACK_FOR_A_COLOUR + 1):
        rating = results.get((made.indicator, made.made_in.back(back)))
        if rating is not None and rating.rag:
            return Rag(rating.rag)
    return None


def current_system_forecasts(*, after: Mapping[int, Quarter]) -> dict[int, SystemForecast]:
    """What is expected of the next quarter in which each is due, after the last result it rests on.

    One query.
    """
    rows = SystemForecast.objects.filter(indicator__in=list(after), is_latest=True)
    if after:
        rows = rows.filter(made_in__lte=max(after.values()), for_quarter__gt=min(after.values()))
    return {
        row.indicator_id: row
        for row in rows.order_by("made_in", "-for_quarter")
        if row.made_in <= after[row.indicator_id] < row.for_quarter
    }


def current_managers_forecasts(
    *, after: Mapping[int, Quarter]
) -> dict[int, list[tuple[Quarter, ManagersForecast]]]:
    """What managers last said of quarters still to come, nearest first. One query."""
    said: dict[int, dict[Quarter, ManagersForecast]] = defaultdict(dict)
    if not after:
        return {}
    rows = ManagersForecast.objects.filter(
        indicator__in=list(after),
        is_latest=True,
        made_in__gte=min(after.values()).back(EARLIEST_MADE),
        made_in__lte=max(after.values()),
    ).select_related("indicator")
    for row in rows.order_by("made_in"):
        known = after[row.indicator_id]
        quarter = forecast_quarter(row.made_in, Horizon(row.horizon), row.indicator.pattern)
        if row.made_in <= known < quarter:
            said[row.indicator_id][quarter] = row
    return {indicator: sorted(of_each.items()) for indicator, of_each in said.items()}


def thresholds_ahead(
    *, indicators: Sequence[Indicator], after: Mapping[int, Quarter], quarters: int = 0
) -> dict[int, dict[Quarter, Thresholds | None]]:
    """What each will be judged by in the quarters in which it is next due, as far as is known now.

    The next one, and any other within so many quarters. None where there is no target for it, or one
    that is nonsense: one still to come may be put right. What is counted from April has a target
    for each quarter, and none is carried over. One query, and one for each quarter.
    """
    due = {each.pk: _due_within(each.pattern, after[each.pk], quarters) for each in indicators}
    targets: dict[int, list[Target]] = defaultdict(list)
    for row in Target.objects.filter(indicator__in=list(due)).order_by("from_quarter"):
        targets[row.indicator_id].append(row)
    variations = {
        quarter: rating_variations(quarter, list(due))
        for quarter in {quarter for each in due.values() for quarter in each}
    }
    found: dict[int, dict[Quarter, Thresholds | None]] = {}
    for each in indicators:
        found[each.pk] = {}
        for quarter in due[each.pk]:
            target = each.pattern.target_in(quarter, targets[each.pk])
            try:
                expected = thresholds_of(each, target, variations[quarter].get(each.pk))
            except ValueError:
                expected = None
            found[each.pk][quarter] = expected
    return found


def _due_within(pattern: Pattern, after: Quarter, quarters: int) -> list[Quarter]:
    due = [pattern.next_due(after)]
    while (later := pattern.next_due(due[-1])).ordinal <= after.ordinal + quarters:
        due.append(later)
    return due
