"""The ladder: one walk along the quarters, which keeps what is open at each level.

What each step does, and why, is set out at the head of `episodes`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from core.quarters import Quarter
from core.words import Word
from escalation.rules.triggers import Rules, breaches, has_recovered
from sorp.lexicon import Level, Tier
from sorp.rules.conditions.base import Breach, Condition, Shortening
from sorp.rules.figures import Figure

RulesInForce = Rules | Callable[[Quarter], Rules]


class Origin(Word):
    """Why something stands escalated."""

    RULE = "rule", "By a rule of the SORP"
    MANUAL = "manual", "Referred up by a level, past what the rules ask"


@dataclass(frozen=True, slots=True)
class Episode:
    """One escalation of one indicator at one level, from opening to recovery."""

    level: Level
    trigger: str  # the name of the first trigger that was met, as it read then
    since: Quarter
    opened_in: Quarter
    recovered_in: Quarter | None
    relapse: bool
    all_met: tuple[str, ...]  # the keys of all that were met at this level, in order
    reason: str
    restated: bool = False
    trigger_key: str = ""  # its name, where a rule gave none; none where no rule did
    origin: Origin = Origin.RULE

    def __post_init__(self) -> None:
        if self.origin is Origin.RULE and not self.trigger_key:
            object.__setattr__(self, "trigger_key", self.trigger)

    @property
    def is_open(self) -> bool:
        return self.recovered_in is None


@dataclass(slots=True)
class Entry:
    """One escalation on the walk: as it was recorded, if it was, and as it now stands."""

    was: Episode | None
    now: Episode


class Rung:
    """One level of the ladder during the walk: what is open there, and what was recorded."""

    def __init__(self, recorded: Iterable[Episode], start: Quarter, *, restating: bool) -> None:
        in_order = sorted(recorded, key=_order)
        _refuse_overlap(in_order)
        self.entries = [Entry(each, each) for each in in_order if each.opened_in < start]
        self.waiting = deque(each for each in in_order if each.opened_in >= start)
        self.restating = restating
        self.current: Entry | None = None
        for entry in self.entries:
            if entry.now.recovered_in is None or entry.now.recovered_in >= start:
                self.current = entry

    def close(
        self, quarter: Quarter, met: Sequence[Breach], exit_holds: bool, relapse_within: int
    ) -> None:
        """Recover, take up what was recorded as opening in this quarter, then open.

        The exit holds only where nothing is met, so what recovers by it does not open again here.
        """
        relapse_since = quarter.ordinal - relapse_within
        exit_holds = exit_holds and not met
        self._join_spell(quarter)
        self._recover(quarter, exit_holds)
        while self.current is None and self._recorded_as_opening_in(quarter):
            self._take_up(self.waiting.popleft(), relapse_since)
            self._recover(quarter, exit_holds)
        if self.current is None and met:
            self._open(quarter, met, relapse_since)

    def shortening(self, quarter: Quarter, rules: Rules) -> Shortening | None:
        """How much less is asked in this quarter, because something recovered not long before it."""
        if not rules.relapse_shortens_by:
            return None
        recoveries = (entry.now.recovered_in for entry in self.entries)
        return shortening_after(recoveries, quarter, rules)

    def _recorded_as_opening_in(self, quarter: Quarter) -> bool:
        return bool(self.waiting) and self.waiting[0].opened_in == quarter

    def _join_spell(self, quarter: Quarter) -> None:
        """One unbroken spell is one escalation: the recorded one moves back to its start."""
        spell = self.current
        if spell is None or spell.was is not None or not self._recorded_as_opening_in(quarter):
            return
        spell.was = was = self.waiting.popleft()
        spell.now = replace(
            spell.now, recovered_in=was.recovered_in, relapse=spell.now.relapse or was.relapse
        )

    def _recover(self, quarter: Quarter, exit_holds: bool) -> None:
        """What was open recovers in this quarter, by the exit rule or by the record."""
        if self.current is None:
            return
        recorded = self.current.now.recovered_in
        if not exit_holds and recorded != quarter:
            return
        if recorded != quarter:
            self._change(self.current, recovered_in=quarter)
        self.current = None

    def _take_up(self, recorded: Episode, relapse_since: int) -> None:
        relapse = self._is_relapse(relapse_since)
        self.current = Entry(recorded, recorded)
        if relapse and not recorded.relapse:
            self._change(self.current, relapse=True)
        self.entries.append(self.current)

    def _open(self, quarter: Quarter, met: Sequence[Breach], relapse_since: int) -> None:
        first = met[0]
        episode = Episode(
            level=first.trigger.level,
            trigger=first.trigger.name,
            since=first.since,
            opened_in=quarter,
            recovered_in=None,
            relapse=self._is_relapse(relapse_since),
            trigger_key=first.trigger.key,
            all_met=tuple(breach.trigger.key for breach in met),
            reason=first.reason,
            restated=self.restating,
        )
        self.current = Entry(None, episode)
        self.entries.append(self.current)

    def _is_relapse(self, relapse_since: int) -> bool:
        recoveries = (entry.now.recovered_in for entry in self.entries)
        return any(each is not None and each.ordinal >= relapse_since for each in recoveries)

    def _change(
        self, entry: Entry, *, recovered_in: Quarter | None = None, relapse: bool = False
    ) -> None:
        entry.now = replace(
            entry.now,
            recovered_in=recovered_in or entry.now.recovered_in,
            relapse=relapse or entry.now.relapse,
            restated=entry.now.restated or self.restating,
        )


def walk(
    history: Sequence[Figure],
    recorded: Sequence[Episode],
    start: Quarter,
    rules_for: RulesInForce,
    tier: Tier | None,
    *,
    restating: bool = False,
) -> list[Entry]:
    """Close each quarter from `start` to the last of the history, at every level."""
    figures = tuple(_without_gaps(history))
    _refuse_later(recorded, figures[-1].quarter)
    start = max(start, figures[0].quarter)
    rungs = {
        level: Rung((e for e in recorded if e.level is level), start, restating=restating)
        for level in Level
    }
    for end, closing in enumerate(figures, start=1):
        if closing.quarter >= start:
            rules = rules_for(closing.quarter) if callable(rules_for) else rules_for
            _close_every_level(figures[:end], rungs, rules, tier)
    entries = [entry for rung in rungs.values() for entry in rung.entries]
    return sorted(entries, key=lambda entry: _order(entry.now))


def shortening_after(
    recoveries: Iterable[Quarter | None], quarter: Quarter, rules: Rules
) -> Shortening | None:
    """What the recoveries at one level take off what is asked there in a quarter after them."""
    since = quarter.ordinal - rules.relapse_within
    recent = [each for each in recoveries if each and since <= each.ordinal < quarter.ordinal]
    if not recent or not rules.relapse_shortens_by:
        return None
    return Shortening(rules.relapse_shortens_by, max(recent))


def _close_every_level(
    known: Sequence[Figure], rungs: Mapping[Level, Rung], rules: Rules, tier: Tier | None
) -> None:
    """Close the last quarter of what is known. Each level is asked by its own triggers."""
    quarter = known[-1].quarter
    exit_holds = has_recovered(known, rules.exit_quarters)
    by_level: dict[Level, list[Condition]] = {level: [] for level in rungs}
    for trigger in rules.triggers_for(tier):
        by_level[trigger.level].append(trigger)
    for level, rung in rungs.items():
        met = breaches(known, by_level[level], rung.shortening(quarter, rules))
        rung.close(quarter, met, exit_holds, rules.relapse_within)


def _order(episode: Episode) -> tuple[int, int, int]:
    """By quarter of opening, then the lower level first, then what recovered sooner."""
    end = episode.recovered_in.ordinal if episode.recovered_in else Quarter(2200, 4).ordinal + 1
    return episode.opened_in.ordinal, episode.level.height, end


def _without_gaps(history: Sequence[Figure]) -> Iterator[Figure]:
    """Every quarter from first to last; one of which nothing is known where there was none."""
    for before, after in pairwise(history):
        if not before.quarter < after.quarter:
            raise ValueError(f"Give each quarter once and in order: {after.quarter} is not")
        yield before
        for ordinal in range(before.quarter.ordinal + 1, after.quarter.ordinal):
            yield Figure(Quarter.from_ordinal(ordinal))
    yield history[-1]


def _refuse_later(recorded: Iterable[Episode], last: Quarter) -> None:
    for episode in recorded:
        if max(episode.opened_in, episode.recovered_in or episode.opened_in) > last:
            raise ValueError(
                f"The history ends with {last}, and an escalation is recorded after it: "
                "restate with the history up to the last quarter closed"
            )


def _refuse_overlap(in_order: Sequence[Episode]) -> None:
    for before, after in pairwise(in_order):
        if before.recovered_in is None or before.recovered_in > after.opened_in:
            raise ValueError(
                f"Two escalations at one level are open together in {after.opened_in}: "
                "there may be only one"
            )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What closing one quarter did to one indicator: what opened, and what recovered."""

    opened: tuple[Episode, ...]
    recovered: tuple[Episode, ...]
    episodes: tuple[Episode, ...]  # all, as they then stand


@dataclass(frozen=True, slots=True)
class Change:
    """A recorded escalation, and what it has become."""

    was: Episode
    now: Episode


@dataclass(frozen=True, slots=True)
class Restatement:
    """What follows from a revision: what opens, what changes. Nothing is ever deleted."""

    opened: tuple[Episode, ...]
    changed: tuple[Change, ...]
    episodes: tuple[Episode, ...]  # all, as they then stand

    def __bool__(self) -> bool:
        return bool(self.opened or self.changed)


def close(
    history: Sequence[Figure],
    recorded: Sequence[Episode],
    rules_for: RulesInForce,
    tier: Tier | None,
) -> Outcome:
    """Close the last quarter of the history for one indicator.

    The history must end with the quarter being closed, rated or not. Closing it again with what
    came of it among the recorded gives nothing more. To close a quarter again after a revision,
    use `restate`, which marks what it does. Raises ValueError if anything recorded is later.
    """
    entries = walk(history, recorded, history[-1].quarter, rules_for, tier) if history else []
    changed = [entry.now for entry in entries if entry.was not in (None, entry.now)]
    return Outcome(
        opened=tuple(entry.now for entry in entries if entry.was is None),
        recovered=tuple(episode for episode in changed if not episode.is_open),
        episodes=tuple(entry.now for entry in entries) if history else tuple(recorded),
    )


def replay(
    history: Sequence[Figure],
    rules_for: RulesInForce,
    tier: Tier | None,
    recorded: Sequence[Episode] = (),
    *,
    from_quarter: Quarter | None = None,
) -> tuple[Episode, ...]:
    """Every escalation there is once each quarter has been closed in order.

    Begins at the first quarter of the history, or at `from_quarter` with what was recorded
    before it. Ordered by the quarter of opening, then from the lowest level to the highest.
    """
    if not history:
        return tuple(recorded)
    start = from_quarter or history[0].quarter
    return tuple(entry.now for entry in walk(history, recorded, start, rules_for, tier))


def restate(
    history: Sequence[Figure],
    recorded: Sequence[Episode],
    from_quarter: Quarter,
    rules_for: RulesInForce,
    tier: Tier | None,
) -> Restatement:
    """What follows, in quarters already closed, from a revision of the rating for `from_quarter`.

    The history carries the revised rating and ends with the last quarter closed; `recorded` is
    all that is recorded of the indicator, at every level. What becomes of it is set out at the
    head of this module. Restating again changes nothing.
    """
    if not history:
        return Restatement((), (), tuple(recorded))
    entries = walk(history, recorded, from_quarter, rules_for, tier, restating=True)
    return Restatement(
        opened=tuple(entry.now for entry in entries if entry.was is None),
        changed=tuple(
            Change(entry.was, entry.now)
            for entry in entries
            if entry.was is not None and entry.was != entry.now
        ),
        episodes=tuple(entry.now for entry in entries),
    )
