"""What an assurance team says of the annual round."""

from __future__ import annotations

from django.db import transaction

from assurance.models.teams import Team
from assurance.rights import refuse_strangers
from core import audit
from indicators.models.rounds import RoundLine, RoundRemark
from indicators.services.rounds import put_challenge
from organisation.models.people import User


@transaction.atomic
def challenge_line(*, team: Team, line: RoundLine, text: str, by: User) -> RoundRemark:
    """What a directorate proposes for next year is challenged, and it owes an answer.

    Anyone with a seat, or the secretariat. Raises PermissionDenied; Refused for what is not submitted or is
    decided on.
    """
    refuse_strangers(by, team)
    remark = put_challenge(line=line, said_for=team.short, text=text, by=by)
    audit.record("challenged annual round", team, by=by, line=line.reference, text=remark.text)
    return remark
