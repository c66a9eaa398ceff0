"""A whole unit referred up: many of its indicators, or their results, at a status at once.

An aggregate looks across the indicators of one unit of its tier, whatever stands below it, and
counts results over the last so many quarters of the calendar. As everywhere, the quarter being
closed must itself count; a missing result is counted only where missing results are looked for.

A referral recovers once fewer than were asked for count, for as many quarters as the exit rule
asks. A result that was due and is missing is not taken for a better one: while the missing might
make up the number, it stands. Nobody escapes by silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from core.quarters import Quarter
from escalation.rules.ladder import RulesInForce
from escalation.rules.triggers import Rules
from sorp.lexicon import Level, NotRated, Rag, Tier
from sorp.rules.conditions.aggregate import Aggregate
from sorp.rules.conditions.base import Breach, Condition, listed
from sorp.rules.figures import Figure

MOST_NAMED = 8  # in a sentence; all of them are kept beside it


@dataclass(frozen=True, slots=True)
class UnitIndicator:
    """One indicator, as an aggregate sees it: whose it is, and what is known of it."""

    reference: str
    tier: Tier
    units: Mapping[str, int]  # its division, directorate and council, by their tier
    by_quarter: Mapping[Quarter, Figure]

    @classmethod
    def of(
        cls, reference: str, tier: Tier, units: Mapping[str, int], history: Iterable[Figure]
    ) -> UnitIndicator:
        return cls(reference, tier, units, {each.quarter: each for each in history})


@dataclass(frozen=True, slots=True)
class CountedResult:
    """One result that counted."""

    quarter: Quarter
    reference: str
    status: Rag | NotRated


@dataclass(frozen=True, slots=True)
class UnitCount:
    """What counted in one unit at the close of one quarter, and how many results were missing."""

    trigger: Aggregate
    unit: int
    quarter: Quarter
    counted: tuple[CountedResult, ...]
    missing: int

    @property
    def is_met(self) -> bool:
        """Whether enough counted, and one at least in the quarter being closed."""
        return self._enough(len(self.counted)) and self.counted[-1].quarter == self.quarter

    @property
    def is_known_to_be_fewer(self) -> bool:
        """Whether it would be fewer than asked, though every missing result were poor."""
        return not self._enough(len(self.counted) + self.missing)

    @property
    def since(self) -> Quarter:
        return self.counted[0].quarter

    @property
    def reason(self) -> str:
        """One plain sentence, made of nothing but the trigger and the results that counted."""
        found = "; ".join(self._spells())
        return f"{found}, which meets “{self.trigger.name}” ({self.trigger.condition})."

    def _enough(self, number: int) -> bool:
        return number >= self.trigger.count

    def _spells(self) -> Iterator[str]:
        for (quarter, status), spell in groupby(
            self.counted, key=lambda each: (each.quarter, each.status)
        ):
            references = [each.reference for each in spell]
            more = len(references) - MOST_NAMED
            named = [*references[:MOST_NAMED], f"{more} more"] if more > 0 else references
            yield f"{listed(named, 'and')} {status.label.lower()} in {quarter}"


@dataclass(frozen=True, slots=True)
class UnitEpisode:
    """One unit referred to one level by one trigger, from opening to recovery."""

    unit: int
    level: Level
    trigger: str  # its name, as it read then
    since: Quarter
    opened_in: Quarter
    recovered_in: Quarter | None
    reason: str
    counted: tuple[CountedResult, ...] = ()
    trigger_key: str = ""  # by which it stands, whatever it is called; else its name

    def __post_init__(self) -> None:
        if not self.trigger_key:
            object.__setattr__(self, "trigger_key", self.trigger)

    @property
    def key(self) -> tuple[int, Level, str]:
        return self.unit, self.level, self.trigger_key

    @property
    def is_open(self) -> bool:
        return self.recovered_in is None


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """What closing one quarter did to units: what opened, and what recovered."""

    opened: tuple[UnitEpisode, ...]
    recovered: tuple[UnitEpisode, ...]


def units_meeting(
    indicators: Iterable[UnitIndicator], trigger: Aggregate, quarter: Quarter
) -> tuple[UnitCount, ...]:
    """The units that meet a trigger at the close of a quarter, with all that counted."""
    counts = counts_of(indicators, trigger, quarter)
    return tuple(counts[unit] for unit in sorted(counts) if counts[unit].is_met)


def counts_of(
    indicators: Iterable[UnitIndicator], trigger: Aggregate, quarter: Quarter
) -> dict[int, UnitCount]:
    """What counts in each unit that a trigger looks at, at the close of a quarter."""
    counted: dict[int, list[CountedResult]] = defaultdict(list)
    missing: dict[int, int] = defaultdict(int)
    window = list(quarter.back(trigger.within - 1).until(quarter))
    for indicator in indicators:
        unit = indicator.units.get(trigger.unit_tier)
        if unit is None or indicator.tier not in trigger.tiers:
            continue
        counted[unit].extend(_counted_of(indicator, trigger, window))
        missing[unit] += _missing_of(indicator, trigger, window)
    return {
        unit: UnitCount(trigger, unit, quarter, tuple(sorted(found, key=_order)), missing[unit])
        for unit, found in counted.items()
    }


def close_units(
    indicators: Sequence[UnitIndicator],
    recorded: Sequence[UnitEpisode],
    rules: Rules,
    quarter: Quarter,
) -> UnitOutcome:
    """Close a quarter for all units. Closing it again with what came of it gives nothing more.

    What stands by a trigger that the rules no longer hold recovers: nobody asks for it any more.
    """
    open_ones = {each.key: each for each in recorded if each.is_open}
    settled = {each.key for each in recorded if _is_settled(each, quarter)}
    opened: list[UnitEpisode] = []
    kept: set[tuple[int, Level, str]] = set()
    for trigger in rules.aggregates:
        counts = counts_of(indicators, trigger, quarter)
        for unit, found in sorted(counts.items()):
            key = unit, trigger.level, trigger.key
            if key in open_ones and not _meets_the_exit(indicators, found, rules.exit_quarters):
                kept.add(key)
            elif key not in open_ones and key not in settled and found.is_met:
                opened.append(_opened_for_unit(found))
    recovered = (
        replace(each, recovered_in=quarter)
        for key, each in open_ones.items()
        if key not in kept and each.opened_in < quarter
    )
    return UnitOutcome(tuple(opened), tuple(recovered))


def replay_units(
    indicators: Sequence[UnitIndicator], rules_for: RulesInForce, quarters: Iterable[Quarter]
) -> tuple[UnitEpisode, ...]:
    """Every referral of a unit there is once each of the quarters has been closed in order."""
    episodes: list[UnitEpisode] = []
    for quarter in quarters:
        rules = rules_for(quarter) if callable(rules_for) else rules_for
        outcome = close_units(indicators, episodes, rules, quarter)
        done = {each.key for each in outcome.recovered}
        episodes = [each for each in episodes if not (each.is_open and each.key in done)]
        episodes += [*outcome.recovered, *outcome.opened]
    return tuple(sorted(episodes, key=lambda each: (each.opened_in, each.unit, each.trigger_key)))


def _is_settled(each: UnitEpisode, quarter: Quarter) -> bool:
    """Whether it opened or recovered in the quarter or after, so that this was closed before."""
    return each.opened_in >= quarter or (
        each.recovered_in is not None and each.recovered_in >= quarter
    )


def _meets_the_exit(
    indicators: Sequence[UnitIndicator], found: UnitCount, exit_quarters: int
) -> bool:
    """The exit rule: fewer than asked, and known to be, in each of the last so many quarters."""
    if not found.is_known_to_be_fewer:
        return False
    earlier = (found.quarter.back(each) for each in range(1, exit_quarters))
    counts = (counts_of(indicators, found.trigger, each).get(found.unit) for each in earlier)
    return all(each is None or each.is_known_to_be_fewer for each in counts)


def _opened_for_unit(found: UnitCount) -> UnitEpisode:
    return UnitEpisode(
        unit=found.unit,
        level=found.trigger.level,
        trigger=found.trigger.name,
        trigger_key=found.trigger.key,
        since=found.since,
        opened_in=found.quarter,
        recovered_in=None,
        reason=found.reason,
        counted=found.counted,
    )


def _counted_of(
    indicator: UnitIndicator, trigger: Aggregate, window: Iterable[Quarter]
) -> Iterator[CountedResult]:
    for quarter in window:
        each = indicator.by_quarter.get(quarter)
        status = None if each is None else each.rag or each.not_rated
        if each is not None and status is not None and trigger.matches_in_unit(each):
            yield CountedResult(quarter, indicator.reference, status)


def _missing_of(indicator: UnitIndicator, trigger: Aggregate, window: Iterable[Quarter]) -> int:
    """Results that were due and never came, where it is others that count."""
    if trigger.status is NotRated.NO_RESULT:
        return 0
    known = (indicator.by_quarter.get(quarter) for quarter in window)
    return sum(each is not None and each.not_rated is NotRated.NO_RESULT for each in known)


def _order(each: CountedResult) -> tuple[Quarter, int, str]:
    severity = each.status.severity if isinstance(each.status, Rag) else 0
    return each.quarter, -severity, each.reference


@dataclass(frozen=True, slots=True)
class PositiveSpell:
    """One spell of good performance, by one trigger."""

    level: Level
    trigger: str  # its name, as it read then
    since: Quarter
    opened_in: Quarter
    ended_in: Quarter | None
    reason: str
    trigger_key: str = ""  # by which it stands, whatever it is called; else its name

    def __post_init__(self) -> None:
        if not self.trigger_key:
            object.__setattr__(self, "trigger_key", self.trigger)

    @property
    def key(self) -> tuple[Level, str]:
        return self.level, self.trigger_key


def close_positives(
    history: Sequence[Figure], recorded: Sequence[PositiveSpell], triggers: Iterable[Condition]
) -> tuple[tuple[PositiveSpell, ...], tuple[PositiveSpell, ...]]:
    """What the last quarter of the history opens, and what it ends, for one indicator.

    Closing it again with what came of it among the recorded gives nothing more. What stands by a
    trigger that is no longer there ends.
    """
    if not history:
        return (), ()
    quarter = history[-1].quarter
    by_key = {(trigger.level, trigger.key): trigger for trigger in triggers}
    open_ones = {each.key: each for each in recorded if each.ended_in is None}
    settled = {each.key for each in recorded if (each.ended_in or each.opened_in) >= quarter}
    opened = [
        _opened_spell(breach)
        for key, trigger in by_key.items()
        if key not in open_ones
        and key not in settled
        and (breach := trigger.met_at_end_of(history)) is not None
    ]
    ended = [
        replace(each, ended_in=quarter)
        for key, each in open_ones.items()
        if each.opened_in < quarter and _is_over(by_key.get(key), history)
    ]
    return tuple(opened), tuple(ended)


def _is_over(trigger: Condition | None, history: Sequence[Figure]) -> bool:
    if trigger is None:
        return True
    return trigger.last_is_in_window(history) and not trigger.still_holds_at_end_of(history)


def _opened_spell(breach: Breach) -> PositiveSpell:
    return PositiveSpell(
        level=breach.trigger.level,
        trigger=breach.trigger.name,
        trigger_key=breach.trigger.key,
        since=breach.since,
        opened_in=breach.counted[-1].quarter,
        ended_in=None,
        reason=breach.reason,
    )
