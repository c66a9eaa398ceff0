"""Forecasts, in an edition whose rules read them: whoever checks an escalation needs what it rests on.

Where no trigger of the SORP reads a forecast, none is told: what a manager expects is not a result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from indicators.models import Indicator
from indicators.queries import chances_foreseen, forecasts_judged
from reports.rules.canonical import plain
from sorp.lexicon import ConditionKind, ForecastBy, Quarter


def add_forecasts(
    indicators: Sequence[dict[str, Any]], practice: Mapping[str, Any], quarter: Quarter
) -> None:
    """Each rating then holds the forecasts that some trigger reads, where any were made.

    Three queries where a trigger reads forecasts, and none where none does.
    """
    read = _whose_are_read(practice)
    if not read:
        return
    keys = dict(
        Indicator.objects.filter(
            reference__in=[each["reference"] for each in indicators]
        ).values_list("reference", "pk")
    )
    by_manager = (
        forecasts_judged(until=quarter, indicators=keys.values())
        if ForecastBy.MANAGER in read
        else {}
    )
    by_system = (
        chances_foreseen(until=quarter, indicators=keys.values())
        if ForecastBy.SYSTEM in read
        else {}
    )
    for each in indicators:
        for rating in each["ratings"]:
            said = keys[each["reference"]], Quarter.parse(rating["quarter"]).first_day
            if said in by_manager:
                rating["forecast"] = by_manager[said].value
            if said in by_system:
                red, amber_or_worse = by_system[said]
                rating["chance_red"] = plain(red)
                rating["chance_amber_or_worse"] = plain(amber_or_worse)


def _whose_are_read(practice: Mapping[str, Any]) -> set[str]:
    return {
        trigger["forecast_by"]
        for version in practice["versions"]
        for trigger in version["triggers"]
        if trigger.get("kind") == ConditionKind.FORECAST
    }
