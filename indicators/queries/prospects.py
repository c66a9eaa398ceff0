"""What is expected of quarters still to come: by the system, by managers, and by their targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.forecasts import SystemForecast
from indicators.models.returns import ManagersForecast
from indicators.queries.histories import targets_in_force, thresholds_of
from indicators.queries.variations import rating_variations
from indicators.rules.returns import Horizon, forecast_quarters
from sorp.rules.thresholds import Thresholds


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
    """What managers last said of quarters still to come, nearest first. One query."""
    rows = ManagersForecast.objects.filter(
        indicator__in=list(indicators),
        is_latest=True,
        made_in__gte=after.back(3),
        made_in__lte=after,
    ).select_related("indicator")
    said: dict[int, dict[Quarter, ManagersForecast]] = defaultdict(dict)
    for row in rows.order_by("made_in"):
        due = forecast_quarters(row.made_in, row.indicator.pattern)
        quarter = due.get(Horizon(row.horizon))
        if quarter is not None and quarter > after:
            said[row.indicator_id][quarter] = row
    return {indicator: sorted(of_each.items()) for indicator, of_each in said.items()}


def thresholds_when_next_due(
    *, after: Quarter, indicators: Sequence[Indicator]
) -> dict[int, Thresholds | None]:
    """What each will be judged by in the quarter it is next due in, as far as is known now.

    None where there is no target, or one that is nonsense: one still to come may be put right.
    Six queries at most, however many indicators.
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
