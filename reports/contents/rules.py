"""The SORP as it ruled the quarters of the report: what a reader needs to check every colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.canonical_json import plain
from core.quarters import Quarter
from escalation.rules.rule_files import write_trigger
from indicators.models.definitions import Indicator
from indicators.queries.histories import chances_foreseen, forecasts_judged
from sorp.lexicon import ForecastBy
from sorp.models.statement import Version
from sorp.queries.ruling import as_rules, version_ruling
from sorp.rules.conditions.forecast import Forecast


def sorp_contents(quarter: Quarter, indicators: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Every version that ruled a quarter in the report, oldest first, with its rules in full.

    `{"statement": title, "versions": [{"number": "1", "from_quarter": "2011-Q1",
    "exit_quarters": 1, "triggers": [{"name": …, "kind": …}], …}]}`. Raises NoVersionInForce.
    """
    first = min(
        (rating["quarter"] for each in indicators for rating in each["ratings"]),
        default=quarter.key,
    )
    ruling = version_ruling(quarter)
    versions = list(
        Version.objects.filter(statement=ruling.statement_id)
        .exclude(state=Version.State.DRAFT)
        .filter(from_quarter__lte=quarter)
        .order_by("from_quarter")
        .prefetch_related("rag_definitions")
    )
    begun = [each for each in versions if each.from_quarter.key <= first]
    ruled = versions[versions.index(begun[-1]) :] if begun else versions
    return {
        "statement": ruling.statement.title,
        "versions": [_version_contents(each) for each in ruled],
    }


def _version_contents(version: Version) -> dict[str, Any]:
    rules = as_rules(version)
    return {
        "number": version.number,
        "from_quarter": version.from_quarter.key,
        "travel_method": rules.travel_method.value,
        "exit_quarters": rules.exit_quarters,
        "relapse_within": rules.relapse_within,
        "relapse_shortens_by": rules.relapse_shortens_by,
        "definitions": [
            {"rag": each.rag, "clause": each.clause, "wording": each.wording}
            for each in version.rag_definitions.all()
        ],
        "triggers": [{**write_trigger(each), "clause": each.clause} for each in rules.triggers],
    }


def add_forecasts(
    indicators: Sequence[dict[str, Any]], practice: Mapping[str, Any], quarter: Quarter
) -> None:
    """Each rating then holds the forecasts that some trigger reads, where any were made.

    Nothing is asked of the database where no trigger reads forecasts.
    """
    read = {
        trigger["forecast_by"]
        for version in practice["versions"]
        for trigger in version["triggers"]
        if trigger.get("kind") == Forecast.kind
    }
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
            said = keys[each["reference"]], Quarter.parse(rating["quarter"])
            if said in by_manager:
                rating["forecast"] = by_manager[said].value
            if said in by_system:
                red, amber_or_worse = by_system[said]
                rating["chance_red"] = plain(red)
                rating["chance_amber_or_worse"] = plain(amber_or_worse)
