"""What each indicator requires in a quarter, and the figures that a new one is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Q

from core.quarters import Quarter
from indicators.models.definitions import Indicator, Suspension, Target
from indicators.models.results import Revision
from indicators.models.returns import ManagersForecast
from indicators.queries.due import due_in
from indicators.queries.histories import targets_in_force, thresholds_of
from indicators.queries.variations import rating_variations
from indicators.rules.entry import QuarterRequirements
from indicators.rules.questions import Background
from indicators.rules.returns import forecast_quarters
from sorp.queries.ruling import version_ruling
from sorp.rules.thresholds import LIMITS

EARLIER_QUARTERS = 8  # quarters whose values a new figure is compared with


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
    return {
        each.pk: QuarterRequirements(
            quarter=quarter,
            measure_unit=each.measure_unit,
            decimals=each.decimals,
            thresholds=thresholds_of(each, targets.get(each.pk), variations.get(each.pk)),
            action_on_amber=action_on_amber,
            is_due=each.pk in due,
            is_suspended=each.pk in suspended,
            forecasts=forecast_quarters(quarter, each.pattern),
        )
        for each in indicators
    }


def backgrounds_of(indicators: Sequence[Indicator], quarter: Quarter) -> dict[int, Background]:
    """What a figure of each indicator is compared with: `{indicator.pk: Background}`."""
    known = [each.pk for each in indicators]
    targets = targets_in_force(quarter, known)
    earlier = _earlier_values(known, quarter)
    return {
        each.pk: Background(
            measure_unit=each.measure_unit,
            decimals=each.decimals,
            earlier=tuple(earlier[each.pk]),
            limits=tuple(_limits(targets.get(each.pk))),
        )
        for each in indicators
    }


def suspended_in(quarter: Quarter) -> frozenset[int]:
    """The indicators that are not measured in a quarter, by agreement."""
    rows = Suspension.objects.filter(from_quarter__lte=quarter).filter(
        Q(until_quarter__isnull=True) | Q(until_quarter__gte=quarter)
    )
    return frozenset(rows.values_list("indicator_id", flat=True))


def forecasts_made(
    indicators: Iterable[int], quarter: Quarter
) -> dict[int, list[ManagersForecast]]:
    """The latest forecasts given with a quarter's results: `{indicator.pk: [ManagersForecast]}`."""
    found: dict[int, list[ManagersForecast]] = defaultdict(list)
    rows = ManagersForecast.objects.filter(
        indicator__in=list(indicators), made_in=quarter, is_latest=True
    )
    for row in rows:
        found[row.indicator_id].append(row)
    return found


def as_typed(revision: Revision | None, forecasts: Iterable[ManagersForecast]) -> dict[str, str]:
    """A revision and its forecasts as they would have been typed: what a form shows at first.

    For example `{"value": "76.4", "confidence": "final", "next_quarter": "78", …}`.
    """
    typed = {
        key: text
        for each in forecasts
        for key, text in (
            (each.horizon, _plain(each.value)),
            (f"{each.horizon}_likelihood", each.likelihood),
        )
    }
    if revision is None:
        return typed
    by_ratio = revision.numerator is not None
    return typed | {
        "value": "" if by_ratio else _plain(revision.value),
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


def _limits(target: Target | None) -> Iterable[Decimal]:
    values = (getattr(target, limit, None) for limit in LIMITS)
    return (value for value in values if value is not None)


def _earlier_values(indicators: Sequence[int], quarter: Quarter) -> dict[int, list[Decimal]]:
    """The values of the quarters remembered, latest first."""
    rows = Revision.objects.latest_ones().filter(
        result__indicator__in=indicators,
        result__quarter__gte=quarter.back(EARLIER_QUARTERS),
        result__quarter__lt=quarter,
        value__isnull=False,
    )
    found: dict[int, list[Decimal]] = defaultdict(list)
    for indicator, value in rows.order_by("-result__quarter").values_list(
        "result__indicator_id", "value"
    ):
        if value is not None:
            found[indicator].append(value)
    return found
