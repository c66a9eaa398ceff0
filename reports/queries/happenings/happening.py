"""One thing that happened, and what is known of the escalation it is told about."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from escalation.models import ActionPlan, Escalation
from escalation.queries.tiers import TimeInTier
from sorp.lexicon import Quarter

# What comes first where two things bear the same day, and no hour says which did.
RESULT, REFERRAL, NOTICE, VARIATION, PLAN, HANDLING, MEETING, DECISION, ACTION, RECOVERY = range(10)


@dataclass(frozen=True, slots=True)
class Happening:
    """What the timeline shows of one event."""

    date: datetime.date
    rank: int
    title: str
    text: str = ""
    by: str = ""
    rag: str = ""
    href: str = ""

    @property
    def order(self) -> tuple[datetime.date, int, str]:
        return self.date, self.rank, self.title


@dataclass(frozen=True, slots=True)
class Telling:
    """What the tellers share, fetched once."""

    escalation: Escalation
    time: TimeInTier
    plans: tuple[ActionPlan, ...]  # every version, in order
    others: tuple[Escalation, ...]

    @property
    def begins(self) -> Quarter:
        """Two quarters before the first that counted: what it was like before."""
        return self.escalation.since.back(2)

    @property
    def ends(self) -> Quarter | None:
        """The quarter after its recovery; None while it is open."""
        recovered = self.escalation.recovered_in
        return recovered.next() if recovered else None

    def reaches(self, day: datetime.date) -> bool:
        """Whether a day is within the story."""
        begins = self.begins.first_day
        return begins <= day and (self.ends is None or day <= self.ends.next().last_day)
