"""What each indicator requires in a quarter, and a result as it would have been typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Q

from core.quarters import Quarter
from indicators.models.definitions import Indicator, Suspension
from indicators.models.results import Revision
from indicators.models.returns import ManagersForecast
from indicators.queries.due import due_in
from indicators.queries.histories import targets_in_force, thresholds_of
from indicators.queries.months import months_given
from indicators.queries.variations import rating_variations
from indicators.rules.entry import QuarterRequirements
from indicators.rules.forecasting import RATED_BY
from indicators.rules.returns import Horizon, forecast_quarter
from sorp.lexicon import MadeOfMonths
from sorp.queries.ruling import version_ruling


def quarter_requirements(
    indicators: Sequence[Indicator], quarter: Quarter
) -> dict[int, QuarterRequirements]:
    """What the rules need to read an entry of each indicator: `{indicator.pk: QuarterRequirements}`.

    As many queries for twenty indicators as for one. Raises NoVersionInForce. Thresholds that
    contradict each other rate nothing.
    """
    known = [each.pk for each in indicators]
    targets = targets_in_force(quarter, known)
    variations = rating_variations(quarter, known)
    suspended = suspended_in(quarter)
    action_on_amber = version_ruling(quarter).action_on_amber
    due = {each.pk for each in due_in(quarter, indicators)}
    months = months_given(indicators, quarter)
    return {
        each.pk: QuarterRequirements(
            quarter=quarter,
            measure_unit=each.measure_unit,
            decimals=each.decimals,
            thresholds=thresholds_of(each, targets.get(each.pk), variations.get(each.pk)),
            action_on_amber=action_on_amber,
            is_due=each.pk in due,
            is_suspended=each.pk in suspended,
            may_be_negative=each.may_be_negative,
            year_end=year_end_asked(each, quarter),
            made_of_months=MadeOfMonths(each.made_of_months) if each.made_of_months else None,
            months=tuple(row.figure for row in months.get(each.pk, ())),
        )
        for each in indicators
    }


def suspended_in(quarter: Quarter) -> frozenset[int]:
    """The indicators that are not measured in a quarter, by agreement."""
    rows = Suspension.objects.filter(from_quarter__lte=quarter).filter(
        Q(until_quarter__isnull=True) | Q(until_quarter__gte=quarter)
    )
    return frozenset(rows.order_by().values_list("indicator_id", flat=True))


def year_end_asked(indicator: Indicator, quarter: Quarter) -> Quarter | None:
    """The quarter whose colour a manager is asked for with a quarter's result; None where none is.

    What has no RAG status by its method, and what is measured no more by then, is not asked about.
    """
    year_end = forecast_quarter(quarter, Horizon.YEAR_END, indicator.pattern)
    is_measured = indicator.last_quarter is None or year_end <= indicator.last_quarter
    return year_end if indicator.method in RATED_BY and is_measured else None


def year_end_forecasts(indicators: Iterable[int], quarter: Quarter) -> dict[int, ManagersForecast]:
    """The latest colours given for the year's end with a quarter's results: `{indicator.pk: ManagersForecast}`."""
    rows = ManagersForecast.objects.filter(
        indicator__in=list(indicators),
        made_in=quarter,
        horizon=Horizon.YEAR_END,
        is_latest=True,
    )
    return {row.indicator_id: row for row in rows}


def as_typed(revision: Revision | None, year_end: ManagersForecast | None) -> dict[str, str]:
    """A revision and its forecast as they would have been typed: what a form shows at first.

    For example `{"value": "76.4", "confidence": "final", "year_end_rag": "amber", …}`.
    A value that was once given for the year's end says no colour, and is not typed.
    """
    typed = {"year_end_rag": year_end.rag, "year_end_why": year_end.why} if year_end else {}
    if revision is None:
        return typed
    by_ratio = revision.numerator is not None
    return typed | {
        "value": "[c]" if revision.withheld else "" if by_ratio else _plain(revision.value),
        "numerator": _plain(revision.numerator),
        "denominator": _plain(revision.denominator),
        "confidence": revision.confidence,
        "not_available": revision.not_available,
        "definition_break": "on" if revision.definition_break else "",
        "commentary": revision.commentary,
        "management_action": revision.management_action,
    }


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"
