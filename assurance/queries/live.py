"""A meeting's agenda as it goes: each item, and what came of it so far."""

from __future__ import annotations

from dataclasses import dataclass

from assurance.models.meetings import CallIn, Meeting
from assurance.rules import Outcome


@dataclass(frozen=True, slots=True)
class LiveItem:
    """One item of a meeting, and what was decided of it last."""

    call_in: CallIn
    outcome: str  # in words; empty while nothing is decided

    @property
    def reference(self) -> str:
        return self.call_in.reference


def live_agenda(meeting: Meeting) -> tuple[LiveItem, ...]:
    """What is called in to a meeting, in its order, each with its last outcome. A few queries for any number."""
    rows = (
        meeting.call_ins.on_agenda()
        .with_matters()
        .select_related("meeting__team", "called_in_by", "invitation__deputy")
        .prefetch_related("challenges__raised_by", "decisions__agreed_plan", "agreed_actions")
        .order_by("at", "id")
    )
    return tuple(LiveItem(each, _outcome(each)) for each in rows)


def _outcome(call_in: CallIn) -> str:
    decisions = list(call_in.decisions.all())
    if not decisions:
        return ""
    last = decisions[-1]
    return Outcome(last.kind).label if last.kind else "Decided"
