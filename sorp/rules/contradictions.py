"""Contradictions: where the triggers of one version cannot all mean what they say.

Each is named with the rule that is at fault, the rule it stands against and that rule's clause.

===========  ====================================================================================
same name    two triggers are called alike, so that nobody can tell which one was met
repeated     one condition refers the same indicators to one level twice
never first  a trigger cannot be the first to be met: another to the same level, for at least the
             same tiers, is met whenever it is. Taking it away would change no escalation
upside down  a higher level is reached more easily than a lower one by the same tier
===========  ====================================================================================

Two more are warnings, which may be meant: a level that triggers refer to and that has no duty,
and a trigger that after a recovery still counts quarters from before it.

What is certain is named here (`Condition.implies` says when one condition follows from another); what is
not named may still be found by a back-test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from core.words import Word
from sorp.lexicon import Level, Tier
from sorp.rules.conditions.base import EVERY_TIER, REFERRED_TO, Condition, listed


class Fault(Word):
    """What is wrong between triggers, worst first."""

    SAME_NAME = "same_name", "Two triggers of one name"
    REPEATED = "repeated", "One condition twice"
    NEVER_FIRST = "never_first", "Never the first to be met"
    UPSIDE_DOWN = "upside_down", "A higher level sooner than a lower one"
    NO_DUTY = "no_duty", "A level without a duty"
    COUNTS_BACK = "counts_back", "Counts quarters from before a recovery"

    @property
    def is_warning(self) -> bool:
        return self in (Fault.NO_DUTY, Fault.COUNTS_BACK)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One thing wrong: the rule at fault, the rule it stands against, and what to do."""

    fault: Fault
    rule: Condition
    sentence: str
    against: Condition | None = None

    @property
    def is_warning(self) -> bool:
        return self.fault.is_warning

    @property
    def field(self) -> str:
        """The field of the rule at fault that says too much or too little."""
        return _FIELDS.get(self.fault) or self.rule.threshold_field

    def concerns(self, rule: Condition) -> bool:
        return rule in (self.rule, self.against)


_FIELDS = {Fault.SAME_NAME: "name", Fault.UPSIDE_DOWN: "level", Fault.NO_DUTY: "level"}


def contradictions(
    triggers: Sequence[Condition],
    *,
    duties: Iterable[Level] | None = None,
    exit_quarters: int = 1,
) -> tuple[Contradiction, ...]:
    """Everything wrong between the triggers of one version, in the order of `Fault`.

    `duties` are the levels that the ladder gives a duty to; None where the ladder is not asked.
    """
    found = [
        *_same_names(triggers),
        *_redundant(triggers),
        *_upside_down(triggers),
        *_without_duty(triggers, duties),
        *_counting_back(triggers, exit_quarters),
    ]
    return tuple(sorted(found, key=lambda each: list(Fault).index(each.fault)))


def _same_names(triggers: Sequence[Condition]) -> Iterator[Contradiction]:
    for first, second in combinations(triggers, 2):
        if alike(first.name) == alike(second.name):
            sentence = f"Two triggers are called {_named(second)}: give each a name of its own"
            yield Contradiction(Fault.SAME_NAME, second, sentence, first)


def alike(name: str) -> str:
    """A name as people hear it: capitals and spaces make no difference."""
    return " ".join(name.casefold().split())


def _redundant(triggers: Sequence[Condition]) -> Iterator[Contradiction]:
    """Each trigger that could be left out, against the first that makes it so."""
    for place, rule in enumerate(triggers):
        for other_place, other in enumerate(triggers):
            if place == other_place or not _makes_idle(other, rule):
                continue
            if _makes_idle(rule, other):
                if other_place > place:
                    continue  # of two that are the same, the second is the one too many
                yield Contradiction(Fault.REPEATED, rule, _repeated(rule, other), other)
            else:
                yield Contradiction(Fault.NEVER_FIRST, rule, _never_first(rule, other), other)
            break


def _makes_idle(other: Condition, rule: Condition) -> bool:
    return other.level is rule.level and rule.tiers <= other.tiers and rule.implies(other)


def _upside_down(triggers: Sequence[Condition]) -> Iterator[Contradiction]:
    for high, low in permutations(triggers, 2):
        tiers = high.tiers & low.tiers
        if high.level.height <= low.level.height or not tiers:
            continue
        if not low.implies(high) or high.implies(low):
            continue
        unanswered = frozenset(
            tier for tier in tiers if not _is_reached_below(high, low.level, tier, triggers)
        )
        if unanswered:
            sentence = _sooner_above(high, low, unanswered)
            yield Contradiction(Fault.UPSIDE_DOWN, high, sentence, low)


def _is_reached_below(
    high: Condition, level: Level, tier: Tier, triggers: Iterable[Condition]
) -> bool:
    """Whether whatever reaches the higher level has reached this lower one as well."""
    return any(
        each.level is level and tier in each.tiers and high.implies(each) for each in triggers
    )


def _without_duty(
    triggers: Sequence[Condition], duties: Iterable[Level] | None
) -> Iterator[Contradiction]:
    if duties is None:
        return
    answered = set(duties)
    for rule in triggers:
        if rule.level not in answered:
            answered.add(rule.level)
            sentence = (
                f"{_named(rule)} refers to {_shortly(rule.level)}, but the ladder does not say "
                f"what that level does and by when: add its duty"
            )
            yield Contradiction(Fault.NO_DUTY, rule, sentence)


def _counting_back(triggers: Sequence[Condition], exit_quarters: int) -> Iterator[Contradiction]:
    """Those that, once recovered, may be met again only by the help of what was recovered from."""
    for rule in triggers:
        if not rule.counts_quarters or rule.at_least < 2:
            continue
        if rule.within - exit_quarters >= rule.at_least:
            greens = f"{exit_quarters} green quarter{'' if exit_quarters == 1 else 's'}"
            sentence = (
                f"{_named(rule)} can be met again by quarters from before a recovery, which takes"
                f" {greens}: ask for {rule.within - rule.at_least + 1} to recover, or look back"
                " over fewer, unless you mean it"
            )
            yield Contradiction(Fault.COUNTS_BACK, rule, sentence)


# In words ---------------------------------------------------------------------------------------


def _named(rule: Condition) -> str:
    return f"“{rule.name}”" + (f" (clause {rule.clause})" if rule.clause else "")


def _shortly(level: Level) -> str:
    return REFERRED_TO[level].replace("its", "the")


def _indicators(tiers: Iterable[Tier]) -> str:
    chosen = frozenset(tiers)
    if chosen == EVERY_TIER:
        return "indicators of every tier"
    return f"{listed([tier.label.lower() for tier in Tier if tier in chosen], 'and')} indicators"


def _repeated(rule: Condition, other: Condition) -> str:
    return (
        f"{_named(rule)} repeats {_named(other)}: both refer"
        f" {_indicators(rule.tiers)} to {_shortly(rule.level)} on the same condition. Keep one"
    )


def _never_first(rule: Condition, other: Condition) -> str:
    return (
        f"{_named(rule)} can never be the first to be met: {_named(other)} refers"
        f" {_indicators(rule.tiers)} to {_shortly(rule.level)} as soon or sooner"
        f" ({other.condition}). Change one of the two, or leave one out"
    )


def _sooner_above(high: Condition, low: Condition, tiers: frozenset[Tier]) -> str:
    return (
        f"{_named(high)} takes {_indicators(tiers)} to {_shortly(high.level)} more easily than"
        f" {_named(low)} takes them to {_shortly(low.level)}, which is below it: ask for more "
        f"before the higher level, or for less before the lower one"
    )
