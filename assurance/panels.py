"""What assurance shows on pages of the apps below it."""

from __future__ import annotations

from collections.abc import Collection

from assurance.queries.rehearsed_call_ins import rehearsed_call_ins
from core.panels import panel
from core.quarters import Quarter
from organisation.models.council import AssuranceTeams
from organisation.queries import council_facts


@panel("rehearsed_call_ins", "assurance/rehearsed_call_ins.html")
def call_ins_of_a_rehearsal(
    quarter: Quarter, referred_then: Collection[str], referred_now: Collection[str]
) -> dict[str, object]:
    """What PAT's chair could call in after a rehearsed close, beside what could be as it was."""
    return {
        "has_teams": council_facts().teams is not AssuranceTeams.NONE,
        "call_ins": rehearsed_call_ins(
            quarter=quarter, referred_then=referred_then, referred_now=referred_now
        ),
    }
