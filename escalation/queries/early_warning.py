"""Early warning: where indicators are likely to be next, and what would follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, Subquery

from core.quarters import Quarter
from core.queries import last_closed
from escalation.models.escalations import Escalation
from escalation.queries.evaluation import rules_by_indicator
from escalation.queries.restatement_preview import as_episode, stored_escalations
from escalation.rules.early_warning import QUARTERS_AHEAD, ReferralOutlook, referral_outlook
from escalation.rules.ladder import RulesInForce
from indicators.models.definitions import Indicator, IndicatorQuerySet
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.models.returns import ManagersForecast
from indicators.queries.forecasts import (
    current_managers_forecasts,
    current_system_forecasts,
    thresholds_when_next_due,
)
from indicators.queries.histories import rag_histories
from indicators.rules.forecasting import ForecastMethod, NoForecast, bounds_of
from indicators.rules.prospects import Course, Figures, gap, likely, percent, where_it_leads
from indicators.rules.travel import FEWEST
from sorp.lexicon import NotRated, Rag, Tier
from sorp.rules.figures import Figure
from sorp.rules.thresholds import Thresholds, rate

EVEN = Decimal("0.5")
FORECAST_GOES_BY = {
    ForecastMethod.SMOOTHING: "Forecast from the level of late",
    ForecastMethod.DRIFT: "Forecast along the trend",
    ForecastMethod.SEASONAL: "Forecast as in the same quarter last year",
}


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """How one indicator stands, and where it is likely to be when it is next due."""

    indicator: Indicator
    quarter: Quarter  # the last closed one
    rating: Rating | None  # the latest with a value
    known: int  # values since the definition last changed
    forecast: SystemForecast | None
    managers: tuple[tuple[Quarter, ManagersForecast], ...]
    gap: str
    leads: str
    outlook: ReferralOutlook

    @property
    def figures(self) -> Figures:
        return Figures(self.indicator.decimals, self.indicator.measure_unit)

    @property
    def likely(self) -> str:
        """The interval in words, or why there is none."""
        if self.forecast is None:
            return self.no_forecast
        return likely(self.forecast.lower, self.forecast.upper, self.figures)

    @property
    def no_forecast(self) -> str:
        if self.known < FEWEST:
            return NoForecast(self.known).sentence
        return f"No forecast was made after {self.quarter}"

    @property
    def chance_red(self) -> Decimal | None:
        return self.forecast.chance_red if self.forecast else None

    @property
    def chance(self) -> str:
        """The chance of red, as people read it; nothing where it is not rated."""
        return percent(self.chance_red) if self.chance_red is not None else ""

    @property
    def how(self) -> str:
        """What the forecast goes by, so that its chance can be understood."""
        return FORECAST_GOES_BY[ForecastMethod(self.forecast.method)] if self.forecast else ""

    @property
    def is_likely_red(self) -> bool:
        return self.chance_red is not None and self.chance_red >= EVEN

    @property
    def target_and_course(self) -> str:
        """How far from target, and whether the present course leads there."""
        return "; ".join(each for each in (self.gap, self.leads) if each)

    @property
    def urgency(self) -> tuple[int, Decimal, str]:
        """Soonest referral first, then the likeliest to be red."""
        soonest = self.outlook.soonest
        chance = self.chance_red if self.chance_red is not None else Decimal(-1)
        return (
            QUARTERS_AHEAD + 1 if soonest is None else soonest,
            -chance,
            self.indicator.reference,
        )

    def shown_among(self, which: str) -> bool:
        """Whether it is of those that were asked for: see `SHOWN`."""
        return {
            "red": self.is_likely_red,
            "referral": bool(self.outlook.referrals),
            "silent": self.forecast is None,
        }.get(which, True)


SHOWN = (
    ("", "Every indicator"),
    ("red", "More likely red than not"),
    ("referral", "A referral in sight within a year"),
    ("silent", "Without a forecast"),
)


def early_warnings(indicators: IndicatorQuerySet) -> list[EarlyWarning]:
    """Each indicator measured in the last closed quarter, the most pressing first.

    The queries are as many however many indicators there are. An empty list where no quarter is closed.
    """
    closed = last_closed()
    if closed is None:
        return []
    rated = (
        Rating.objects.latest_ones()
        .filter(indicator=OuterRef("pk"), value__isnull=False, quarter__lte=closed)
        .order_by("-quarter")
    )
    measured = list(
        indicators.in_use(closed)
        .select_related("unit", "accountable_manager")
        .annotate(rated=Subquery(rated.values("pk")[:1]))
    )
    facts = _facts_of(closed, measured)
    return sorted((facts.warning_of(each) for each in measured), key=lambda each: each.urgency)


def early_warning_of(indicator: Indicator) -> EarlyWarning | None:
    """The same of one indicator; None where it was not measured in the last closed quarter."""
    return next(iter(early_warnings(Indicator.objects.filter(pk=indicator.pk))), None)


@dataclass(frozen=True, slots=True)
class _Facts:
    """All that the warnings of some indicators rest on, fetched at once."""

    quarter: Quarter
    ratings: Mapping[int, Rating]
    histories: Mapping[int, Sequence[Figure]]
    forecasts: Mapping[int, SystemForecast]
    managers: Mapping[int, Sequence[tuple[Quarter, ManagersForecast]]]
    thresholds: Mapping[int, Thresholds | None]
    escalations: Mapping[int, list[Escalation]]
    rules: Mapping[int, RulesInForce]

    def warning_of(self, indicator: Indicator) -> EarlyWarning:
        rating = self.ratings.get(indicator.rated)  # type: ignore[attr-defined]
        history = self.histories.get(indicator.pk, ())
        forecast = self.forecasts.get(indicator.pk)
        course = _course(indicator, history, forecast)
        thresholds = self.thresholds.get(indicator.pk)
        return EarlyWarning(
            indicator=indicator,
            quarter=self.quarter,
            rating=rating,
            known=_values_known(history),
            forecast=forecast,
            managers=tuple(self.managers.get(indicator.pk, ())),
            gap=_gap(indicator, rating),
            leads=where_it_leads(course, thresholds) if course and thresholds else "",
            outlook=self._outlook(indicator, history, course, thresholds),
        )

    def _outlook(
        self,
        indicator: Indicator,
        history: Sequence[Figure],
        course: Course | None,
        thresholds: Thresholds | None,
    ) -> ReferralOutlook:
        to_come = list(_to_come(history[-1], course, thresholds)) if course and thresholds else []
        return referral_outlook(
            history,
            to_come,
            [as_episode(row) for row in self.escalations.get(indicator.pk, [])],
            self.rules[indicator.pk],
            Tier(indicator.tier),
        )


def _facts_of(closed: Quarter, measured: Sequence[Indicator]) -> _Facts:
    known = [each.pk for each in measured]
    rules_of = rules_by_indicator(known)
    return _Facts(
        quarter=closed,
        ratings=Rating.objects.in_bulk([each.rated for each in measured if each.rated]),  # type: ignore[attr-defined] # annotated
        histories=rag_histories(until=closed, indicators=known),
        forecasts=current_system_forecasts(after=closed, indicators=known),
        managers=current_managers_forecasts(after=closed, indicators=known),
        thresholds=thresholds_when_next_due(after=closed, indicators=measured),
        escalations=stored_escalations(dict.fromkeys(known, ())),
        rules={pk: rules_of(pk) for pk in known},
    )


def _values_known(history: Sequence[Figure]) -> int:
    """How many values there are since the definition last changed."""
    number = 0
    for each in reversed(history):
        number += each.value is not None
        if each.definition_break:
            break
    return number


def _gap(indicator: Indicator, rating: Rating | None) -> str:
    if rating is None or rating.value is None or not rating.rag:
        return ""
    figures = Figures(indicator.decimals, indicator.measure_unit)
    return gap(rating.value, rating.thresholds, figures)


def _course(
    indicator: Indicator, history: Sequence[Figure], forecast: SystemForecast | None
) -> Course | None:
    """Where the forecast leads, seen from the last value."""
    valued = [(each.quarter, each.value) for each in history if each.value is not None]
    if forecast is None or not valued:
        return None
    return Course(
        method=ForecastMethod(forecast.method),
        last=valued[-1],
        forecast=(forecast.for_quarter, forecast.value),
        like_quarters={quarter.number: value for quarter, value in valued},
        pattern=indicator.pattern,
        bounds=bounds_of(
            indicator.measure_unit, indicator.decimals, [value for _, value in valued]
        ),
    )


def _to_come(latest: Figure, course: Course, thresholds: Thresholds) -> Iterator[Figure]:
    """The quarters to come, as if the central forecast of each came true."""
    last = Quarter.from_ordinal(latest.quarter.ordinal + QUARTERS_AHEAD)
    values = dict(course.ahead(last))
    for quarter in latest.quarter.next().until(last):
        if quarter not in values:
            yield Figure(quarter, not_rated=NotRated.NOT_DUE)
            continue
        verdict = rate(values[quarter], thresholds)
        if not isinstance(verdict, Rag):
            yield Figure(quarter, not_rated=verdict)
            continue
        yield Figure(
            quarter,
            rag=verdict,
            value=values[quarter],
            travel=latest.travel,
            **thresholds.judged_by,
        )
