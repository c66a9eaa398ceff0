"""Early warning: which referrals lie ahead if an indicator goes on as it is forecast to.

The quarters to come are put at the end of its history, as if they had been, and the ladder is
replayed over them by the rules that will be in force. Nothing else decides what would be referred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from core.quarters import Quarter
from escalation.rules.ladder import Episode, RulesInForce, replay
from sorp.lexicon import Level, Rag, Tier
from sorp.rules.conditions.base import REFERRED_TO, listed
from sorp.rules.figures import Figure

QUARTERS_AHEAD = 4
NUMBERS = ("No", "One", "Two", "Three", "Four")


@dataclass(frozen=True, slots=True)
class ForeseenReferral:
    """One referral that would follow if the quarters to come are as they are forecast."""

    level: Level
    trigger: str
    opens_in: Quarter
    quarters: int  # to go until then, counted from the last one known
    colours: tuple[Rag, ...]  # of the quarters to come, up to then, in which a result is due
    before: Rag | None  # the last colour that is known

    @property
    def sentence(self) -> str:
        """What it would take: One more amber quarter would refer it to PAT."""
        to, by = REFERRED_TO[self.level], f"(“{self.trigger}”)"
        first = self.colours[0] if self.colours else None
        if first in (Rag.RED, Rag.AMBER) and set(self.colours) == {first}:
            many = len(self.colours)
            more = "more " if self.before is first else ""
            quarters = f"{more}{first.label.lower()} quarter{'' if many == 1 else 's'}"
            return f"{NUMBERS[many]} {quarters} would refer it to {to} {by}"
        spells = [rag.label.lower() for rag, _ in groupby(self.colours)]
        way = f", {' then '.join(spells)}" if len(spells) > 1 else ""
        return f"On this course{way}, it would be referred to {to} in {self.opens_in} {by}"


@dataclass(frozen=True, slots=True)
class ReferralOutlook:
    """What would follow within a year: what is referred up, and what recovers."""

    referrals: tuple[ForeseenReferral, ...] = ()  # soonest first, the lower level before the higher
    recoveries: tuple[Episode, ...] = ()
    open_at: tuple[Level, ...] = ()  # where it is referred to already

    @property
    def soonest(self) -> int | None:
        """How many quarters there are to the first referral; None where none is in sight."""
        return self.referrals[0].quarters if self.referrals else None

    @property
    def sentences(self) -> tuple[str, ...]:
        """Where it is referred, what it would recover from, and what would be referred."""
        sentences = []
        if self.open_at:
            sentences.append(
                f"Referred to {listed([REFERRED_TO[each] for each in self.open_at], 'and')}"
            )
        sentences += [
            f"On this course it would recover from {REFERRED_TO[each.level]}’s list"
            f" in {each.recovered_in}"
            for each in self.recoveries
        ]
        return (*sentences, *(each.sentence for each in self.referrals))


def referral_outlook(
    history: Sequence[Figure],
    to_come: Sequence[Figure],
    recorded: Sequence[Episode],
    rules_for: RulesInForce,
    tier: Tier | None,
) -> ReferralOutlook:
    """What would be referred up, and what would recover, if the quarters to come came true.

    `recorded` is all that is recorded of the indicator up to the last quarter known, at every
    level. What is open at a level is not referred there again.
    """
    open_at = tuple(sorted({e.level for e in recorded if e.is_open}, key=lambda e: e.height))
    if not history or not to_come:
        return ReferralOutlook(open_at=open_at)
    start = to_come[0].quarter
    episodes = replay([*history, *to_come], rules_for, tier, recorded, from_quarter=start)
    before = next((each.rag for each in reversed(history) if each.rag is not None), None)
    return ReferralOutlook(
        referrals=tuple(
            _referral(each, to_come, history[-1].quarter, before)
            for each in episodes
            if each.opened_in >= start
        ),
        recoveries=tuple(
            each
            for each in episodes
            if each.opened_in < start and each.recovered_in and each.recovered_in >= start
        ),
        open_at=open_at,
    )


def _referral(
    episode: Episode, to_come: Sequence[Figure], known: Quarter, before: Rag | None
) -> ForeseenReferral:
    return ForeseenReferral(
        level=episode.level,
        trigger=episode.trigger,
        opens_in=episode.opened_in,
        quarters=episode.opened_in.ordinal - known.ordinal,
        colours=tuple(
            each.rag
            for each in to_come
            if each.quarter <= episode.opened_in and each.rag is not None
        ),
        before=before,
    )
