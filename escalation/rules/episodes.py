"""Episodes: escalations opened and recovered as quarters close, one after another.

Everything here is one walk (`ladder.walk`) along the quarters, which keeps for each level what is
open. Closing a quarter is a walk of one quarter; replaying is a walk of them all; restating is
the same walk again over quarters already closed, against what was recorded of them. So closing
in order and closing at once cannot differ, and restating what nobody revised changes nothing.

At each quarter, and at each level by itself:

1. What is open recovers if the exit rule holds and no trigger is met: it does not flap. It also
   recovers where that is what was recorded.
2. What is not open opens by the first trigger that is met; all that are met are recorded. Within
   so many quarters of a recovery, triggers ask for fewer, where the SORP shortens the way up.

**Restating.** A rating was revised, so the quarters from that one on are walked again. Nothing
recorded is ever deleted or taken back: people met, and acted, on the strength of it.

- What would now have opened opens, and what would now have recovered (sooner) recovers (sooner).
- If what would now have opened is still open when a recorded escalation opened, the two are one
  unbroken spell: the recorded one moves back to the earlier quarter. There is no second one.
- A recorded escalation that no trigger supports any longer stays, until the first quarter where
  the exit rule holds, which may be the very quarter in which it opened.
- A recorded recovery that no longer follows stays too. If a trigger is met in that quarter or
  afterwards, a new escalation opens, as a relapse: nothing red hides behind a recovery.
- What a recorded escalation gives as its reason is what was known when it opened. It changes only
  where the escalation moves back. A recorded escalation that now follows another's recovery
  closely enough becomes a relapse.

Whatever is new or changed is marked restated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from escalation.rules.ladder import Episode, RulesInForce, walk
from escalation.rules.observations import Observation
from sorp.lexicon import Quarter, Tier


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
    history: Sequence[Observation],
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
    history: Sequence[Observation],
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
    history: Sequence[Observation],
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
