"""The SORP as it ruled the quarters of the report: what a reader needs to check every colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.quarters import Quarter
from escalation.rules.rule_files import write_trigger
from sorp.lexicon import ForecastBy
from sorp.models.statement import Version
from sorp.queries.ruling import version_rules, version_ruling
from sorp.rules.conditions.forecast import Forecast

FORESEEN_BY = {
    ForecastBy.MANAGER: ("forecast",),
    ForecastBy.SYSTEM: ("chance_red", "chance_amber_or_worse"),
}


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
    rules = version_rules(version)
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


def without_unread_forecasts(
    indicators: Sequence[Mapping[str, Any]], practice: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The indicators, each rating with only those of its forecasts that some trigger reads."""
    read = {
        trigger["forecast_by"]
        for version in practice["versions"]
        for trigger in version["triggers"]
        if trigger.get("kind") == Forecast.kind
    }
    unread = {name for by, names in FORESEEN_BY.items() if by not in read for name in names}
    return [
        {
            **each,
            "ratings": [
                {name: said for name, said in rating.items() if name not in unread}
                for rating in each["ratings"]
            ],
        }
        for each in indicators
    ]
