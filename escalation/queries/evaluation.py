"""The rules of each indicator: the SORP's, and where a variation is agreed, as it varies them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.quarters import Quarter
from escalation.rules.triggers import Rules
from escalation.rules.variations import Varied, Window, spells, varied_rules
from indicators.models.variations import Variation, VariedTrigger
from sorp.models.statement import Version
from sorp.queries.ruling import NoVersionInForce, VersionInForce, binding_versions


@dataclass(frozen=True, slots=True)
class RulesByIndicator:
    """Called with an indicator's key, gives the rules by which its quarters are judged."""

    by_quarter: Callable[[Quarter], Rules]
    versions: Sequence[Version]  # the latest first
    variations: Mapping[int, Sequence[Variation]]

    def __call__(self, indicator: int) -> Callable[[Quarter], Rules]:
        agreed = self.variations.get(indicator, ())
        return varied_rules(
            self.by_quarter, [spell for each in agreed for spell in as_varied(each)]
        )

    def version_in(self, quarter: Quarter) -> Version:
        """The SORP version by which a quarter is judged. Raises NoVersionInForce."""
        for version in self.versions:
            if version.from_quarter <= quarter:
                return version
        raise NoVersionInForce(quarter)

    def variation_in(self, indicator: int, quarter: Quarter) -> Variation | None:
        """The agreed variation by which one quarter of an indicator is judged, if there is one."""
        for each in self.variations.get(indicator, ()):
            if each.from_quarter <= quarter <= each.until_quarter:
                return each
        return None


def rules_by_indicator(indicators: Iterable[int] | None = None) -> RulesByIndicator:
    """The rules of each of some indicators, or of all.

    Six queries at most, however many indicators and versions there are. What it gives raises
    NoVersionInForce when it is called for a quarter that no version rules.
    """
    binding = binding_versions()
    return RulesByIndicator(
        _by_quarter(binding),
        tuple(version for version, _ in binding),
        agreed_variations(indicators),
    )


def agreed_variations(
    indicators: Iterable[int] | None = None,
) -> dict[int, list[Variation]]:
    """What was agreed for each indicator, in order of its first quarter. Three queries at most."""
    rows = Variation.objects.agreed().select_related("indicator", "proposed_by", "decided_by")
    if indicators is not None:
        rows = rows.filter(indicator__in=list(indicators))
    found: dict[int, list[Variation]] = defaultdict(list)
    for each in rows.prefetch_related("varied_triggers__carried_by").order_by("from_quarter"):
        found[each.indicator_id].append(each)
    return dict(found)


def as_varied(variation: Variation) -> tuple[Varied, ...]:
    """A variation as the rules read it: one spell, or one more from each version that carried it over."""
    rows = variation.varied_triggers.all()
    agreed = Varied(
        from_quarter=variation.from_quarter,
        until_quarter=variation.until_quarter,
        exit_quarters=variation.exit_quarters,
        triggers={each.trigger_key: _window(each) for each in rows if each.carried_by_id is None},
    )
    carried = [
        (each.carried_by.from_quarter, each.trigger_key, _window(each))
        for each in rows
        if each.carried_by is not None and each.carried_by.state in Version.BINDING
    ]
    return spells(agreed, carried)


def _window(each: VariedTrigger) -> Window | None:
    return Window(each.at_least, each.within) if each.at_least and each.within else None


def rules_by_quarter() -> Callable[[Quarter], Rules]:
    """Each quarter's rules, by the SORP version that rules it. Raises NoVersionInForce if none.

    All versions are read at once, so that walking along the quarters asks nothing more.
    """
    return _by_quarter(binding_versions())


def _by_quarter(
    binding: Iterable[tuple[Version, VersionInForce]],
) -> Callable[[Quarter], Rules]:
    versions = [(version.from_quarter, evaluator_rules(rules)) for version, rules in binding]

    def rules_for(quarter: Quarter) -> Rules:
        for since, rules in versions:
            if since <= quarter:
                return rules
        raise NoVersionInForce(quarter)

    return rules_for


def evaluator_rules(version: VersionInForce) -> Rules:
    """A version's rows as the evaluator's rules."""
    return Rules(
        triggers=version.triggers,
        exit_quarters=version.exit_quarters,
        relapse_within=version.relapse_within,
        relapse_shortens_by=version.relapse_shortens_by,
    )
