"""Good performance brought to notice, to learn from or to ask more of: one indicator at a time.

It opens as a referral does: its trigger is met, and the quarter being closed itself counts. It ends
once a quarter that its trigger looks at leaves too few that count. A quarter that is not rated
neither opens nor ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from escalation.rules.observations import Observation
from escalation.rules.triggers import Breach, Trigger
from sorp.lexicon import Level, Quarter


@dataclass(frozen=True, slots=True)
class Positive:
    """One spell of good performance, by one trigger."""

    level: Level
    trigger: str
    since: Quarter
    opened_in: Quarter
    ended_in: Quarter | None
    reason: str

    @property
    def key(self) -> tuple[Level, str]:
        return self.level, self.trigger


def close_positives(
    history: Sequence[Observation], recorded: Sequence[Positive], triggers: Iterable[Trigger]
) -> tuple[tuple[Positive, ...], tuple[Positive, ...]]:
    """What the last quarter of the history opens, and what it ends, for one indicator.

    Closing it again with what came of it among the recorded gives nothing more. What stands by a
    trigger that is no longer there ends.
    """
    if not history:
        return (), ()
    quarter = history[-1].quarter
    by_key = {(trigger.level, trigger.name): trigger for trigger in triggers}
    open_ones = {each.key: each for each in recorded if each.ended_in is None}
    settled = {each.key for each in recorded if (each.ended_in or each.opened_in) >= quarter}
    opened = [
        _opened(breach)
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


def _is_over(trigger: Trigger | None, history: Sequence[Observation]) -> bool:
    if trigger is None:
        return True
    return trigger.looked_at_last(history) and not trigger.still_holds_at_end_of(history)


def _opened(breach: Breach) -> Positive:
    return Positive(
        level=breach.trigger.level,
        trigger=breach.trigger.name,
        since=breach.since,
        opened_in=breach.counted[-1].quarter,
        ended_in=None,
        reason=breach.reason,
    )
