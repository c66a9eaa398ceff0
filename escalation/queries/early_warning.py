"""Early warning: where indicators are likely to be next, and what would follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, QuerySet

from core.quarters import Quarter
from core.queries import last_closed
from escalation.models.early_warning import EVEN, EarlyWarning
from escalation.models.escalations import Escalation
from escalation.queries.evaluation import RulesByIndicator, rules_by_indicator
from escalation.queries.restatement_preview import as_episode, stored_escalations
from escalation.rules.early_warning import QUARTERS_AHEAD, ReferralOutlook, referral_outlook
from escalation.rules.ladder import RulesInForce
from indicators.models.definitions import Indicator, IndicatorQuerySet
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.queries.forecasts import (
    current_managers_forecasts,
    current_system_forecasts,
    thresholds_ahead,
)
from indicators.queries.histories import rag_histories
from indicators.rules.forecasting import RATED_BY, ForecastMethod, NoForecast, bounds_of
from indicators.rules.prospects import Course, Figures, gap, shortfall, where_it_leads
from indicators.rules.skill import Unsaid
from indicators.rules.travel import FEWEST
from sorp.lexicon import NotRated, Rag, Tier
from sorp.rules.figures import Figure
from sorp.rules.thresholds import Thresholds, rate

SHOWN = (
    ("", "Every indicator"),
    ("red", "More likely red than not"),
    ("referral", "Likely to be referred up within a year"),
    ("silent", "Without a chance of red"),
)


def early_warnings(indicators: IndicatorQuerySet, which: str = "") -> QuerySet[EarlyWarning]:
    """What was told of each of them as of the last closed quarter, the most pressing first.

    The soonest referral, then the likeliest to be red; `which` narrows it: see `SHOWN`. None where no
    quarter is closed.
    """
    rows = EarlyWarning.objects.filter(
        indicator__in=indicators, closed=last_closed() or Quarter(1974, 1), is_latest=True
    )
    narrowed: dict[str, dict[str, Any]] = {
        "red": {"chance_red__gte": EVEN},
        "referral": {"soonest__isnull": False},
        "silent": {"chance_red__isnull": True},
    }
    return (
        rows.filter(**narrowed.get(which, {}))
        .select_related(
            *("indicator__unit", "indicator__accountable_manager", "forecast", "rating")
        )
        .order_by(
            F("soonest").asc(nulls_last=True),
            F("chance_red").desc(nulls_last=True),
            "indicator__reference",
        )
    )


def with_managers(warnings: Sequence[EarlyWarning]) -> Sequence[EarlyWarning]:
    """The same with what managers say of quarters still to come. One query."""
    said = current_managers_forecasts(
        after={each.indicator_id: each.known_until for each in warnings}
    )
    for each in warnings:
        each.managers = tuple(said.get(each.indicator_id, ()))
    return warnings


def early_warning_of(indicator: Indicator) -> EarlyWarning | None:
    """The same of one indicator; None where it was not measured in the last closed quarter."""
    rows = early_warnings(Indicator.objects.filter(pk=indicator.pk))
    return next(iter(with_managers(list(rows))), None)


def work_out_early_warnings(
    closed: Quarter, measured: Sequence[Indicator], rules_of: RulesByIndicator | None = None
) -> list[EarlyWarning]:
    """What early warning tells of each as of a closed quarter, not yet stored.

    Where a result has come of a later quarter, it is looked ahead from there. As many queries for a
    thousand as for one. The rules of each are read, unless they are handed in.
    """
    inputs = _load_inputs(closed, measured, rules_of)
    return [inputs.warning_of(each) for each in measured]


@dataclass(frozen=True, slots=True)
class WarningInputs:
    """All that early warning looks at, fetched at once."""

    closed: Quarter
    known_until: Mapping[int, Quarter]
    ratings: Mapping[int, Rating]  # the latest of each that has a value
    histories: Mapping[int, Sequence[Figure]]
    forecasts: Mapping[int, SystemForecast]
    thresholds: Mapping[int, Mapping[Quarter, Thresholds | None]]
    escalations: Mapping[int, list[Escalation]]
    rules: Mapping[int, RulesInForce]

    def warning_of(self, indicator: Indicator) -> EarlyWarning:
        rating = self.ratings.get(indicator.pk)
        history = self.histories.get(indicator.pk, ())
        forecast = self.forecasts.get(indicator.pk)
        thresholds = self.thresholds[indicator.pk]
        course = _course(indicator, history, forecast)
        to_come = _to_come(history[-1], course, thresholds) if course else []
        outlook = referral_outlook(
            history,
            to_come,
            [as_episode(row) for row in self.escalations.get(indicator.pk, [])],
            self.rules[indicator.pk],
            Tier(indicator.tier),
        )
        is_shown = forecast is not None and not forecast.unsaid
        return EarlyWarning(
            indicator=indicator,
            closed=self.closed,
            known_until=self.known_until[indicator.pk],
            rating=rating,
            forecast=forecast,
            silence=self._silence(indicator, history, forecast),
            gap=_gap(indicator, rating),
            leads=_leads(course, thresholds, rating),
            chance_red=forecast.chance_red if forecast is not None and is_shown else None,
            soonest=outlook.soonest,
            follows=list(outlook.sentences),
            inputs=_dumped(outlook, to_come),
        )

    def _silence(
        self, indicator: Indicator, history: Sequence[Figure], forecast: SystemForecast | None
    ) -> str:
        """Why no forecast, or no chance of red, is shown; nothing where one is, or none is expected."""
        known = self.known_until[indicator.pk]
        due = next(iter(self.thresholds[indicator.pk]))
        if forecast is None:
            values = _values_known(history)
            if values < FEWEST:
                return NoForecast(values).sentence
            if indicator.pattern.restarts_in_april:
                return NoForecast(values, like=due.number).sentence
            return f"No forecast was made after {known}"
        if forecast.unsaid:
            return Unsaid(forecast.unsaid).label
        is_rated = indicator.method in RATED_BY
        return f"No target is set for {due} yet" if is_rated and forecast.chance_red is None else ""


def _load_inputs(
    closed: Quarter, measured: Sequence[Indicator], rules_of: RulesByIndicator | None
) -> WarningInputs:
    known = [each.pk for each in measured]
    until = known_until(closed, known)
    latest = max(until.values(), default=closed)
    histories = rag_histories(until=latest, indicators=known)
    if rules_of is None:
        rules_of = rules_by_indicator(known)
    return WarningInputs(
        closed=closed,
        known_until=until,
        ratings=_latest_valued(latest, known),
        histories={
            pk: [each for each in history if each.quarter <= until[pk]]
            for pk, history in histories.items()
        },
        forecasts=current_system_forecasts(after=until),
        thresholds=thresholds_ahead(indicators=measured, after=until, quarters=QUARTERS_AHEAD),
        escalations=stored_escalations(dict.fromkeys(known, ())),
        rules={pk: rules_of(pk) for pk in known},
    )


def known_until(closed: Quarter, indicators: Sequence[int]) -> dict[int, Quarter]:
    """Of each, the last quarter of which there is a value, or the last closed one if that is later."""
    rows = Rating.objects.latest_ones().filter(
        indicator__in=indicators, quarter__gt=closed, value__isnull=False
    )
    found = rows.order_by().values("indicator_id").annotate(latest=Max("quarter"))
    later = {row["indicator_id"]: row["latest"] for row in found}
    return dict.fromkeys(indicators, closed) | later


def _latest_valued(until: Quarter, indicators: Sequence[int]) -> dict[int, Rating]:
    rows = Rating.objects.latest_ones().filter(
        indicator__in=indicators, quarter__lte=until, value__isnull=False
    )
    newest = rows.order_by().values("indicator_id").annotate(latest=Max("quarter"))
    wanted = {(row["indicator_id"], row["latest"]) for row in newest}
    found = rows.filter(quarter__in={quarter for _, quarter in wanted})
    return {row.indicator_id: row for row in found if (row.indicator_id, row.quarter) in wanted}


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


def _leads(
    course: Course | None,
    thresholds: Mapping[Quarter, Thresholds | None],
    rating: Rating | None,
) -> str:
    """Where its course leads, seen from whether its last result met its own target."""
    if course is None or rating is None or rating.value is None or not rating.rag:
        return ""
    is_met = shortfall(rating.value, rating.thresholds) == 0
    return where_it_leads(course, thresholds, is_met)


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


def _to_come(
    latest: Figure, course: Course, thresholds: Mapping[Quarter, Thresholds | None]
) -> list[Figure]:
    """The quarters to come, as if the central forecast of each came true.

    A quarter without a target is not rated: nothing follows from it.
    """
    last = Quarter.from_ordinal(latest.quarter.ordinal + QUARTERS_AHEAD)
    values = dict(course.ahead(last))
    return [
        _figure_to_come(quarter, values.get(quarter), thresholds.get(quarter), latest)
        for quarter in latest.quarter.next().until(last)
    ]


def _figure_to_come(
    quarter: Quarter, value: Any, thresholds: Thresholds | None, latest: Figure
) -> Figure:
    if value is None:
        return Figure(quarter, not_rated=NotRated.NOT_DUE)
    if thresholds is None:
        return Figure(quarter, not_rated=NotRated.NO_TARGET)
    verdict = rate(value, thresholds)
    if not isinstance(verdict, Rag):
        return Figure(quarter, not_rated=verdict)
    return Figure(
        quarter,
        rag=verdict,
        value=value,
        travel=latest.travel,
        pattern=latest.pattern,
        **thresholds.judged_by,
    )


def _dumped(
    outlook: ReferralOutlook, to_come: Iterator[Figure] | Sequence[Figure]
) -> dict[str, Any]:
    return {
        "to_come": [
            {
                "quarter": each.quarter.key,
                "value": None if each.value is None else f"{each.value:f}",
                "rag": each.rag,
                "not_rated": each.not_rated,
                "target": None if each.target is None else f"{each.target:f}",
            }
            for each in to_come
        ],
        "referrals": [
            {"level": each.level, "trigger": each.trigger, "opens_in": each.opens_in.key}
            for each in outlook.referrals
        ],
    }
