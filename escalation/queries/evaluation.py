"""Histories and rules, as the pure evaluator reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from escalation.rules import Observation, Rules, Trigger
from indicators.queries import rag_histories
from sorp.lexicon import Quarter
from sorp.models import Version
from sorp.queries import NoVersionInForce, VersionInForce, as_rules


def observations(
    *, until: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, list[Observation]]:
    """Each indicator's history up to a quarter. One query, however many indicators."""
    return {
        indicator: [
            Observation(each.quarter, each.rag, each.not_rated, each.definition_break)
            for each in history
        ]
        for indicator, history in rag_histories(until=until, indicators=indicators).items()
    }


def rules_by_quarter() -> Callable[[Quarter], Rules]:
    """Each quarter's rules, by the SORP version that rules it. Raises NoVersionInForce if none.

    All versions are read at once, so that walking along the quarters asks nothing more.
    """
    versions = [
        (version.from_quarter, in_words(as_rules(version)))
        for version in Version.objects.binding().order_by("-in_force_from")
    ]

    def rules_for(quarter: Quarter) -> Rules:
        for since, rules in versions:
            if since <= quarter:
                return rules
        raise NoVersionInForce(quarter)

    return rules_for


def in_words(version: VersionInForce) -> Rules:
    """A version's rows as the evaluator's rules."""
    return Rules(
        triggers=tuple(Trigger.of(condition) for condition in version.triggers),
        exit_quarters=version.exit_quarters,
        relapse_within=version.relapse_within,
        relapse_shortens_by=version.relapse_shortens_by,
    )
