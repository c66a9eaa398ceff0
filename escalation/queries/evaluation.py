"""Histories and rules, as the pure evaluator reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from escalation.rules import Observation, Rules, Trigger
from indicators.queries import Judged, rag_histories
from sorp.lexicon import Quarter
from sorp.models import Version
from sorp.queries import NoVersionInForce, VersionInForce, as_rules


def observations(
    *, until: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, list[Observation]]:
    """Each indicator's history up to a quarter. Three queries, however many indicators."""
    histories = rag_histories(until=until, indicators=indicators)
    return {
        indicator: [_observed(each) for each in history] for indicator, history in histories.items()
    }


def _observed(each: Judged) -> Observation:
    return Observation(
        quarter=each.quarter,
        rag=each.rag,
        not_rated=each.not_rated,
        definition_break=each.definition_break,
        value=each.value,
        target=each.target,
        polarity=each.polarity,
        lower=each.lower,
        upper=each.upper,
        travel=each.travel,
        late=each.late,
        forecast=each.forecast,
        chance_red=each.chance_red,
        chance_amber_or_worse=each.chance_amber_or_worse,
    )


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
