"""What a back-test is about: one indicator, with all that is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from escalation.rules.episodes import replay
from escalation.rules.ladder import Episode
from escalation.rules.referrals import known_by
from escalation.rules.triggers import Observation, Rules
from escalation.rules.varying import Varied, varied_rules
from sorp.lexicon import Quarter, Tier

RulesByQuarter = Callable[[Quarter], Rules]


@dataclass(frozen=True, slots=True)
class Subject:
    """One indicator: how it was rated quarter by quarter, and what is on record of it."""

    reference: str
    title: str
    directorate: str
    tier: Tier
    history: tuple[Observation, ...]
    varied: tuple[Varied, ...] = ()
    recorded: tuple[Episode, ...] = ()  # opened by the rules
    referred: tuple[Episode, ...] = ()  # referred up by a person, past what the rules ask

    def replayed(self, rules_for: RulesByQuarter) -> tuple[Episode, ...]:
        """Every escalation that these rules open along its history, by themselves."""
        return replay(self.history, varied_rules(rules_for, self.varied), self.tier)

    def replayed_beside_referrals(self, rules_for: RulesByQuarter) -> tuple[Episode, ...]:
        """The same, where the referrals on record stand: while one is open no rule opens another."""
        if not self.referred or not self.history:
            return self.replayed(rules_for)
        standing = known_by(self.referred, self.history[-1].quarter)
        found = replay(self.history, varied_rules(rules_for, self.varied), self.tier, standing)
        places = {(each.level, each.opened_in) for each in standing}
        return tuple(each for each in found if (each.level, each.opened_in) not in places)


def always(rules: Rules) -> RulesByQuarter:
    """The same rules in every quarter."""
    return lambda quarter: rules
