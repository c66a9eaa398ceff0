"""Variations: for one indicator and for a time, some rules count otherwise, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.quarters import Quarter
from escalation.rules.triggers import Rules
from sorp.rules.conditions.base import Condition


@dataclass(frozen=True, slots=True)
class Window:
    """How many of how many quarters a trigger asks for under a variation."""

    at_least: int
    within: int


@dataclass(frozen=True, slots=True)
class Varied:
    """What an agreed variation changes of the rules for escalation, and in which quarters.

    Triggers are named by their keys. One with a window counts by that window; one with None does
    not apply. What it doesn't name is as the SORP has it.
    """

    from_quarter: Quarter
    until_quarter: Quarter
    exit_quarters: int | None = None
    triggers: Mapping[str, Window | None] = field(default_factory=dict)

    def rules(self, quarter: Quarter) -> bool:
        """Whether a quarter is judged by it."""
        return self.from_quarter <= quarter <= self.until_quarter

    def applied_to(self, rules: Rules) -> Rules:
        """The rules with its changes. A trigger they do not hold is passed over."""
        kept = (self._varied(trigger) for trigger in rules.triggers)
        return replace(
            rules,
            triggers=tuple(trigger for trigger in kept if trigger is not None),
            exit_quarters=self.exit_quarters or rules.exit_quarters,
        )

    def _varied(self, trigger: Condition) -> Condition | None:
        if trigger.key not in self.triggers:
            return trigger
        window = self.triggers[trigger.key]
        if window is None:
            return None
        return replace(trigger, at_least=window.at_least, within=window.within)


def varied_rules(
    rules_for: Callable[[Quarter], Rules], variations: Sequence[Varied]
) -> Callable[[Quarter], Rules]:
    """Each quarter's rules for an indicator: the SORP's, but for the quarters of its variations."""
    if not variations:
        return rules_for

    def rules_varied(quarter: Quarter) -> Rules:
        rules = rules_for(quarter)
        for varied in variations:
            if varied.rules(quarter):
                return varied.applied_to(rules)
        return rules

    return rules_varied
