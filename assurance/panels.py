"""What assurance shows on pages of the apps below it."""

from __future__ import annotations

from collections.abc import Collection

from assurance.models.teams import Seat, Team
from assurance.queries.rehearsed_call_ins import rehearsed_call_ins
from assurance.queries.seats import teams_of_council
from assurance.rights import takes_part
from assurance.rules import SeatKind, TeamCode
from core.clock import localdate
from core.panels import panel
from core.quarters import Quarter
from indicators.models.rounds import RoundLine
from indicators.rules.rounds import LineState
from organisation.models.council import AssuranceTeams
from organisation.models.people import User
from organisation.permissions import Permission
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


@panel("nobody_to_refer_to", "assurance/nobody_to_refer_to.html")
def nobody_to_refer_to(reader: User) -> dict[str, object] | None:
    """That what a close refers up to PAT would wait for somebody: no PAT stands, or it has no chair."""
    if TeamCode.PAT not in teams_of_council():
        return None
    today = localdate()
    team = Team.objects.standing_on(today).filter(code=TeamCode.PAT).first()
    if team and Seat.objects.held_on(today).filter(team=team, kind=SeatKind.CHAIR).exists():
        return None
    return {"team": team, "may_set_up": reader.may(Permission.MANAGE_FRAMEWORK)}


@panel("challenge_in_round", "assurance/challenge_in_round.html")
def challenge_in_round(line: RoundLine, reader: User) -> dict[str, object] | None:
    """The way for a reader with a seat to challenge what is proposed in the annual round."""
    if line.state != LineState.SUBMITTED:
        return None
    teams = [each for each in Team.objects.standing_on(localdate()) if takes_part(reader, each)]
    return {"line": line, "teams": teams} if teams else None
