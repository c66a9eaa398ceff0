"""The SORP as it ruled the quarters of the report: what a reader needs to check every colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from escalation.rules import Trigger
from escalation.rules.trigger_documents import write_trigger
from sorp.lexicon import Quarter
from sorp.models import Version
from sorp.queries import as_rules, version_ruling


def gather_practice(quarter: Quarter, indicators: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Every version that ruled a quarter in the report, oldest first, with its rules in full."""
    first = min(
        (rating["quarter"] for each in indicators for rating in each["ratings"]),
        default=quarter.key,
    )
    ruling = version_ruling(quarter)
    versions = list(
        Version.objects.filter(statement=ruling.statement_id)
        .exclude(state=Version.State.DRAFT)
        .filter(in_force_from__lte=quarter.first_day)
        .order_by("in_force_from")
        .prefetch_related("rag_definitions")
    )
    begun = [each for each in versions if each.from_quarter.key <= first]
    ruled = versions[versions.index(begun[-1]) :] if begun else versions
    return {"statement": ruling.statement.title, "versions": [_as_written(each) for each in ruled]}


def _as_written(version: Version) -> dict[str, Any]:
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
        "triggers": [
            {**write_trigger(Trigger.of(each)), "clause": each.clause} for each in rules.triggers
        ],
    }
