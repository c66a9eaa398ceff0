"""Calling in: the chair's decision, and nobody else's.

A trigger met makes an indicator eligible; it never calls anything in by itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from assurance.models.matters import Matter, answers_for, called, kind_of
from assurance.models.meetings import CallIn, Meeting
from assurance.queries.boards import call_in_board
from assurance.queries.exemptions import for_a_message
from assurance.queries.matters import answerer_of
from assurance.rights import refuse_all_but_chair
from assurance.rules import CallInVerdict, Eligibility, MatterKind
from assurance.services.invitations import invite, tell_of_withdrawal
from core import audit
from core.clock import now
from core.refusals import Refused
from core.words import as_sentence
from organisation.models.people import User


def call_in(
    *,
    meeting: Meeting,
    matter: Matter,
    reason: str = "",
    by: User,
    at: datetime | None = None,
) -> CallIn:
    """A matter is on the meeting's agenda, with the sentence that says why; whoever answers for it is asked there.

    What no rule makes eligible needs the chair's stated reason. Raises PermissionDenied for anybody
    but the chair, and Refused once the meeting was held, or where nobody answers for it.
    """
    return _decide(meeting, matter, CallInVerdict.CALLED_IN, reason, by, at)


def defer(
    *, meeting: Meeting, matter: Matter, reason: str, by: User, at: datetime | None = None
) -> CallIn:
    """The chair leaves an eligible matter for a later meeting, and says why."""
    return _decide(meeting, matter, CallInVerdict.DEFERRED, reason, by, at)


def decline(
    *, meeting: Meeting, matter: Matter, reason: str, by: User, at: datetime | None = None
) -> CallIn:
    """The chair does not call an eligible matter in, and says why."""
    return _decide(meeting, matter, CallInVerdict.DECLINED, reason, by, at)


def withdraw(
    *, meeting: Meeting, matter: Matter, reason: str, by: User, at: datetime | None = None
) -> CallIn:
    """What was called in is off the agenda again, with the reason. Raises Refused where it was not
    called in, or where something about it is already on record."""
    refuse_all_but_chair(by, meeting.team)
    row = meeting.call_ins.on_agenda().of(matter).first()
    if row is None:
        raise Refused(f"{called(matter)} is not called in to this meeting")
    if row.challenges.exists() or row.decisions.exists() or row.agreed_actions.exists():
        raise Refused(f"{called(matter)} has been discussed, so it stays on the agenda")
    return _decide(meeting, matter, CallInVerdict.WITHDRAWN, reason, by, at)


@transaction.atomic
def _decide(
    meeting: Meeting,
    matter: Matter,
    verdict: CallInVerdict,
    reason: str,
    by: User,
    at: datetime | None,
) -> CallIn:
    refuse_all_but_chair(by, meeting.team)
    meeting = Meeting.objects.select_for_update().select_related("team").get(pk=meeting.pk)
    if meeting.is_held:
        raise Refused("The meeting has been held: its agenda can no longer change")
    if meeting.is_cancelled:
        raise Refused("The meeting is cancelled: call it in to the next one")
    before = meeting.call_ins.of(matter).first()
    found, why = _grounds(meeting, matter, before)
    reason = reason.strip()
    if verdict is CallInVerdict.CALLED_IN and found is Eligibility.STATED_REASON and not reason:
        raise Refused("Say why you call it in: no rule makes it eligible", field="reason")
    if verdict is not CallInVerdict.CALLED_IN and not reason:
        raise Refused(f"Say why it is {verdict.label.lower()}", field="reason")
    if before is not None and (before.verdict, before.reason) == (verdict, reason):
        return before
    answers = answers_for(matter) or answerer_of(matter)
    if answers is None:
        raise Refused(f"Nobody answers for {called(matter)}: say who leads it, then call it in")
    kind = kind_of(matter)
    about: dict[str, Any] = {kind.value: matter}
    row, _ = CallIn.objects.update_or_create(
        meeting=meeting,
        **about,
        defaults={
            "answerer": None if kind is MatterKind.INDICATOR else answers,
            "verdict": verdict,
            "eligibility": found,
            "why": why or reason,
            "reason": reason,
            "called_in_by": by,
            "at": at or now(),
        },
    )
    audit.record(
        verdict.label.lower(),
        row,
        by=by,
        eligibility=found.value,
        **({} if for_a_message(row).withheld else {"why": row.why, "reason": reason}),
        was=before.verdict if before else None,
    )
    was_called_in = before is not None and before.verdict == CallInVerdict.CALLED_IN
    if verdict is CallInVerdict.CALLED_IN and not was_called_in:
        invite(call_in=row, by=by)
    elif was_called_in and verdict is not CallInVerdict.CALLED_IN:
        tell_of_withdrawal(row)
    return row


def _grounds(meeting: Meeting, matter: Matter, before: CallIn | None) -> tuple[Eligibility, str]:
    """Why a matter may be called in: by a rule, or else for a reason yet to be stated."""
    line = call_in_board(team=meeting.team, meeting=meeting, reader=None).line(matter)
    if line is None or line.eligibility is Eligibility.STATED_REASON:
        return Eligibility.STATED_REASON, before.why if before else ""
    return line.eligibility, " ".join(as_sentence(each) for each in line.why)
