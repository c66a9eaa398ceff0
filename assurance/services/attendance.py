"""Recording who was at a meeting, apologies before it, and what the chair decides about interests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from assurance.models.attendance import Attendance, DecidedInterest
from assurance.models.meetings import CallIn, Meeting
from assurance.queries.attendance import attendance_sheet, interests
from assurance.rights import refuse_all_but_chair, refuse_all_but_leads
from assurance.rules import Attended, Course, Standing
from assurance.services.outcomes import refuse_closed_log
from core import audit
from core.clock import now
from core.refusals import Refused
from organisation.models.people import User


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one person at one meeting. The reason is for who is there by exception."""

    user: User
    attended: Attended
    reason: str = ""


@transaction.atomic
def record_attendance(
    *, meeting: Meeting, said: Sequence[Said], today: date, by: User
) -> list[Attendance]:
    """Who was there, who had sent apologies and who was not; those not spoken of stay as they were.

    Whoever is not expected is there by exception, with a reason. Saying the same again changes and
    records nothing. Raises Refused before the meeting's day, for one that is cancelled, and without
    a reason.
    """
    refuse_all_but_leads(by, meeting.team)
    row = Meeting.objects.select_for_update().select_related("team").get(pk=meeting.pk)
    if row.is_cancelled:
        raise Refused("The meeting is cancelled: nobody was there")
    if today < row.meets_on:
        raise Refused("Say who was there from the day of the meeting on")
    refuse_closed_log(row, today)
    expected = {each.user.pk: each for each in attendance_sheet(row).expected}
    changed = []
    for each in said:
        there = expected.get(each.user.pk)
        standing = there.standing if there else Standing.EXCEPTION
        reason = each.reason.strip()
        if there and there.attendance and not reason:
            reason = there.attendance.reason
        if standing is Standing.EXCEPTION and not reason:
            raise Refused(
                f"Say why {each.user} was there: they have no seat and answer for no item",
                field="reason",
            )
        if there and there.attendance and there.attendance.attended == each.attended:
            continue
        changed.append(
            _keep(
                row,
                each.user,
                each.attended,
                standing,
                reason if standing is Standing.EXCEPTION else "",
                in_place_of=there.in_place_of if there else None,
                by=by,
            )
        )
    return changed


@transaction.atomic
def send_apologies(*, meeting: Meeting, today: date, by: User) -> Attendance:
    """Somebody who is expected at a meeting says that they cannot come. Saying it again changes nothing.

    Raises PermissionDenied for anybody else, and Refused once its day has passed.
    """
    row = Meeting.objects.select_for_update().select_related("team").get(pk=meeting.pk)
    there = next((each for each in attendance_sheet(row).expected if each.user == by), None)
    if there is None:
        raise PermissionDenied("You are not expected at this meeting")
    if not row.is_to_come or today > row.meets_on:
        raise Refused("The meeting is past: its chair says who was there")
    if there.attendance is not None and there.attendance.attended == Attended.APOLOGIES:
        return there.attendance
    return _keep(
        row, by, Attended.APOLOGIES, there.standing, "", in_place_of=there.in_place_of, by=by
    )


def _keep(
    meeting: Meeting,
    user: User,
    attended: Attended,
    standing: Standing,
    reason: str,
    *,
    in_place_of: User | None,
    by: User,
) -> Attendance:
    was = meeting.attendances.filter(user=user).values_list("attended", flat=True).first()
    row, _ = Attendance.objects.update_or_create(
        meeting=meeting,
        user=user,
        defaults={
            "attended": attended,
            "standing": standing,
            "reason": reason,
            "in_place_of": in_place_of if standing is Standing.DEPUTY else None,
            "recorded_by": by,
            "recorded_at": now(),
        },
    )
    audit.record(
        "recorded attendance",
        meeting,
        by=by,
        who=user.name,
        attended=attended.value,
        standing=standing.value,
        reason=reason,
        was=was,
    )
    return row


@transaction.atomic
def decide_interest(
    *, call_in: CallIn, user: User, course: Course, today: date, by: User
) -> DecidedInterest:
    """The chair says what follows for somebody with an interest in an item.

    Saying the same again changes and records nothing. Raises PermissionDenied for anybody but the
    chair, and Refused for who has no interest in it.
    """
    refuse_all_but_chair(by, call_in.meeting.team)
    Meeting.objects.select_for_update().get(pk=call_in.meeting_id)
    refuse_closed_log(call_in.meeting, today)
    found = next(
        (each for each in interests(call_in.meeting, [call_in]) if each.user == user), None
    )
    if found is None:
        raise Refused(f"{user} has no interest in this item", field="user")
    if found.decided is not None and found.decided.course == course:
        return found.decided
    was = found.decided.course if found.decided else None
    row, _ = DecidedInterest.objects.update_or_create(
        call_in=call_in,
        user=user,
        defaults={"course": course, "decided_by": by, "decided_at": now()},
    )
    audit.record(
        "decided interest",
        call_in,
        by=by,
        who=user.name,
        because=found.why,
        course=course.value,
        was=was,
    )
    return row
