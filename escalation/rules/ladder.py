"""The ladder: what opens and recovers at each level as quarters are closed, one after the other.

At each level an indicator has one open escalation at the most. At the close of a quarter what is open
recovers first, where the exit rule holds and no trigger is met; then what was recorded as opening in
the quarter is resumed; then, where nothing is open and a trigger is met, an escalation opens. It is a
relapse where one at the same level recovered no more than so many quarters before.

Restating closes quarters again after a revision. Nothing recorded is deleted (docs/adr/0009): an
escalation that no trigger supports any more recovers in the quarter in which it opened, if the exit
rule holds there, and one that turns out to have begun earlier is moved back to its start. What
changes is marked restated.

At the first close after an indicator's last quarter, what is open ends: it is no longer measured, so it is
neither recovered nor open.
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
    """Why something is escalated."""

    RULE = "rule", "By a rule of the SORP"
    MANUAL = "manual", "Referred up by a level, past what the rules ask"


@dataclass(frozen=True, slots=True)
class Episode:
    """One escalation of one indicator at one level, from opening to recovery, or to the indicator's end."""

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
    ended_in: Quarter | None = None  # no longer measured: neither recovered nor open

    def __post_init__(self) -> None:
        if self.origin is Origin.RULE and not self.trigger_key:
            object.__setattr__(self, "trigger_key", self.trigger)

    @property
    def is_open(self) -> bool:
        return self.left_in is None

    @property
    def left_in(self) -> Quarter | None:
        """The quarter whose close ended it, either way; None while it is open."""
        return self.recovered_in or self.ended_in


@dataclass(slots=True)
class TrackedEscalation:
    """One escalation: as it was recorded, if it was, and as it is once the quarters are closed."""

    was: Episode | None
    now: Episode


class LevelState:
    """One level of the ladder while quarters are closed: what is open, and what was recorded."""

    def __init__(self, recorded: Iterable[Episode], start: Quarter, *, restating: bool) -> None:
        in_order = sorted(recorded, key=_order)
        _refuse_overlap(in_order)
        self.tracked = [
            TrackedEscalation(each, each) for each in in_order if each.opened_in < start
        ]
        self.waiting = deque(each for each in in_order if each.opened_in >= start)
        self.restating = restating
        self.current: TrackedEscalation | None = None
        for each in self.tracked:
            if each.now.left_in is None or each.now.left_in >= start:
                self.current = each

    def close(
        self,
        known: Sequence[Figure],
        met: Sequence[Breach],
        exit_quarters: int,
        relapse_within: int,
    ) -> None:
        """Close the last quarter of what is known: recover, resume what was recorded, then open.

        The exit holds only where nothing is met, so what recovers by it does not open again here.
        """
        quarter = known[-1].quarter
        relapse_since = quarter.ordinal - relapse_within

        def exit_holds(opened_in: Quarter) -> bool:
            # What opened now, and by a revision should not have, is asked for no quarters after it.
            since = opened_in if opened_in < quarter else None
            return not met and has_recovered(known, exit_quarters, since)

        self._merge_with_earlier(quarter)
        self._recover(quarter, exit_holds)
        while self.current is None and self._recorded_as_opening_in(quarter):
            self._resume_recorded(self.waiting.popleft(), relapse_since)
            self._recover(quarter, exit_holds)
        if self.current is None and met:
            self._open(quarter, met, relapse_since)

    def end(self, quarter: Quarter) -> None:
        """Close a quarter after the last that was measured: what is open ends, and nothing opens."""
        while True:
            if self.current is not None and self.current.now.left_in != quarter:
                self._change(self.current, ended_in=quarter)
            self.current = None
            if not self._recorded_as_opening_in(quarter):
                return
            recorded = self.waiting.popleft()
            self.current = TrackedEscalation(recorded, recorded)
            self.tracked.append(self.current)

    def shortening(self, quarter: Quarter, rules: Rules) -> Shortening | None:
        """How much less is asked in this quarter, because something recovered not long before it."""
        if not rules.relapse_shortens_by:
            return None
        recoveries = (each.now.recovered_in for each in self.tracked)
        return shortening_after(recoveries, quarter, rules)

    def _recorded_as_opening_in(self, quarter: Quarter) -> bool:
        return bool(self.waiting) and self.waiting[0].opened_in == quarter

    def _merge_with_earlier(self, quarter: Quarter) -> None:
        """What stayed open is one escalation: the one recorded as opening now began earlier."""
        earlier = self.current
        if earlier is None or earlier.was is not None or not self._recorded_as_opening_in(quarter):
            return
        earlier.was = was = self.waiting.popleft()
        earlier.now = replace(
            earlier.now,
            recovered_in=was.recovered_in,
            ended_in=was.ended_in,
            relapse=earlier.now.relapse or was.relapse,
        )

    def _recover(self, quarter: Quarter, exit_holds: Callable[[Quarter], bool]) -> None:
        """What was open recovers in this quarter, by the exit rule or by the record."""
        if self.current is None:
            return
        if self.current.now.left_in != quarter:
            if not exit_holds(self.current.now.opened_in):
                return
            self._change(self.current, recovered_in=quarter)
        self.current = None

    def _resume_recorded(self, recorded: Episode, relapse_since: int) -> None:
        relapse = self._is_relapse(relapse_since)
        self.current = TrackedEscalation(recorded, recorded)
        if relapse and not recorded.relapse:
            self._change(self.current, relapse=True)
        self.tracked.append(self.current)

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
        self.current = TrackedEscalation(None, episode)
        self.tracked.append(self.current)

    def _is_relapse(self, relapse_since: int) -> bool:
        recoveries = (each.now.recovered_in for each in self.tracked)
        return any(each is not None and each.ordinal >= relapse_since for each in recoveries)

    def _change(
        self,
        each: TrackedEscalation,
        *,
        recovered_in: Quarter | None = None,
        ended_in: Quarter | None = None,
        relapse: bool = False,
    ) -> None:
        if recovered_in is None and ended_in is None:
            recovered_in, ended_in = each.now.recovered_in, each.now.ended_in
        each.now = replace(
            each.now,
            recovered_in=recovered_in,
            ended_in=ended_in,
            relapse=relapse or each.now.relapse,
            restated=each.now.restated or self.restating,
        )


def track(
    history: Sequence[Figure],
    recorded: Sequence[Episode],
    start: Quarter,
    rules_for: RulesInForce,
    tier: Tier | None,
    *,
    restating: bool = False,
    last_measured: Quarter | None = None,
) -> list[TrackedEscalation]:
    """Close each quarter from `start` to the last of the history, at every level.

    After the quarter in which it was last measured, where there is one, what is open ends.
    """
    figures = tuple(_without_gaps(history))
    _refuse_later(recorded, figures[-1].quarter)
    start = max(start, figures[0].quarter)
    levels = {
        level: LevelState((e for e in recorded if e.level is level), start, restating=restating)
        for level in Level
    }
    for end, closing in enumerate(figures, start=1):
        if closing.quarter < start:
            continue
        if last_measured is not None and closing.quarter > last_measured:
            for level_state in levels.values():
                level_state.end(closing.quarter)
        else:
            rules = rules_for(closing.quarter) if callable(rules_for) else rules_for
            _close_every_level(figures[:end], levels, rules, tier)
    tracked = [each for level_state in levels.values() for each in level_state.tracked]
    return sorted(tracked, key=lambda each: _order(each.now))


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
    known: Sequence[Figure], levels: Mapping[Level, LevelState], rules: Rules, tier: Tier | None
) -> None:
    """Close the last quarter of what is known. Each level is asked by its own triggers."""
    quarter = known[-1].quarter
    by_level: dict[Level, list[Condition]] = {level: [] for level in levels}
    for trigger in rules.triggers_for(tier):
        by_level[trigger.level].append(trigger)
    for level, level_state in levels.items():
        met = breaches(known, by_level[level], level_state.shortening(quarter, rules))
        level_state.close(known, met, rules.exit_quarters, rules.relapse_within)


def _order(episode: Episode) -> tuple[int, int, int]:
    """By quarter of opening, then the lower level first, then what recovered sooner."""
    end = episode.left_in.ordinal if episode.left_in else Quarter(2200, 4).ordinal + 1
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
        if before.left_in is None or before.left_in > after.opened_in:
            raise ValueError(
                f"Two escalations at one level are open together in {after.opened_in}: "
                "there may be only one"
            )


@dataclass(frozen=True, slots=True)
class CloseOutcome:
    """What closing one quarter did to one indicator: what opened, recovered, and ended with it."""

    opened: tuple[Episode, ...]
    recovered: tuple[Episode, ...]
    ended: tuple[Episode, ...]
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
    last_measured: Quarter | None = None,
) -> CloseOutcome:
    """Close the last quarter of the history for one indicator.

    The history must end with the quarter being closed, rated or not. Closing it again with what
    came of it among the recorded gives nothing more. To close a quarter again after a revision,
    use `restate`, which marks what it does. Raises ValueError if anything recorded is later.
    """
    tracked = []
    if history:
        start = history[-1].quarter
        tracked = track(history, recorded, start, rules_for, tier, last_measured=last_measured)
    changed = [each.now for each in tracked if each.was not in (None, each.now)]
    return CloseOutcome(
        opened=tuple(each.now for each in tracked if each.was is None),
        recovered=tuple(episode for episode in changed if episode.recovered_in is not None),
        ended=tuple(episode for episode in changed if episode.ended_in is not None),
        episodes=tuple(each.now for each in tracked) if history else tuple(recorded),
    )


def replay(
    history: Sequence[Figure],
    rules_for: RulesInForce,
    tier: Tier | None,
    recorded: Sequence[Episode] = (),
    *,
    from_quarter: Quarter | None = None,
    last_measured: Quarter | None = None,
) -> tuple[Episode, ...]:
    """Every escalation there is once each quarter has been closed in order.

    Begins at the first quarter of the history, or at `from_quarter` with what was recorded
    before it. Ordered by the quarter of opening, then from the lowest level to the highest.
    """
    if not history:
        return tuple(recorded)
    start = from_quarter or history[0].quarter
    tracked = track(history, recorded, start, rules_for, tier, last_measured=last_measured)
    return tuple(each.now for each in tracked)


def with_end(
    history: Sequence[Figure], last_measured: Quarter | None, closed: Quarter
) -> Sequence[Figure]:
    """A history with a quarter in which what is no longer measured ends, once one was closed after it."""
    if last_measured is None or not history or not history[-1].quarter <= last_measured < closed:
        return history
    return (*history, Figure(last_measured.next()))


def restate(
    history: Sequence[Figure],
    recorded: Sequence[Episode],
    from_quarter: Quarter,
    rules_for: RulesInForce,
    tier: Tier | None,
    last_measured: Quarter | None = None,
) -> Restatement:
    """What follows, in quarters already closed, from a revision of the rating for `from_quarter`.

    The history carries the revised rating and ends with the last quarter closed; `recorded` is
    all that is recorded of the indicator, at every level. Restating again changes nothing.
    """
    if not history:
        return Restatement((), (), tuple(recorded))
    tracked = track(
        history,
        recorded,
        from_quarter,
        rules_for,
        tier,
        restating=True,
        last_measured=last_measured,
    )
    return Restatement(
        opened=tuple(each.now for each in tracked if each.was is None),
        changed=tuple(
            Change(each.was, each.now)
            for each in tracked
            if each.was is not None and each.was != each.now
        ),
        episodes=tuple(each.now for each in tracked),
    )
