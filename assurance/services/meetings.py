"""Teams' meetings and what is tabled at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q

from assurance.models.meetings import CallIn, Meeting
from assurance.models.packs import Paper
from assurance.models.teams import Seat, Team
from assurance.rights import may_read, refuse_all_but_leads
from assurance.rules import CallInVerdict, MeetingState, Outcome
from assurance.services.exemptions import exemption_goes_along
from assurance.services.invitations import invite, keep_within
from core import audit
from core.canonical_json import digest
from core.clock import now
from core.dates import as_date, in_full
from core.pdf import refusal_of_pdf
from core.quarters import Quarter
from core.refusals import Refused
from core.services.notices import owe_notice
from core.words import as_sentence
from core.working_days import is_working_day, working_day_after, working_day_before
from organisation.models.people import User


@transaction.atomic
def plan_meeting(
    *,
    team: Team,
    meets_on: date,
    quarter: Quarter,
    begins_at: time | None = None,
    place: str = "",
    by: User | None,
) -> Meeting:
    """A team meets on a day, with a quarter's performance before it. Raises Refused where it
    meets on that day already, does not stand on it, does not work on it, or before the quarter has ended.

    It begins when the team's meetings begin, and is where they are, unless something else is said.
    """
    if by is not None:
        refuse_all_but_leads(by, team)
    _refuse_day(team, meets_on, quarter)
    meeting = Meeting.objects.create(
        team=team,
        meets_on=meets_on,
        quarter=quarter,
        begins_at=begins_at or team.meets_at,
        place=place.strip() or team.place,
    )
    audit.record("planned meeting", meeting, by=by, quarter=quarter.key)
    waiting = team.meetings.filter(state=MeetingState.CANCELLED, carried_to__isnull=True)
    for cancelled in waiting.select_for_update().order_by("meets_on"):
        _carry_agenda(cancelled, meeting)
    _carry_what_was_left(team)
    return meeting


@transaction.atomic
def plan_year(
    *, team: Team, days: Sequence[tuple[date, Quarter]], by: User
) -> tuple[list[Meeting], int]:
    """A team meets on each of these days. Returns the meetings that are new, and how many were there.

    Sent twice, it plans nothing twice. Raises Refused, naming the day, for one on which it cannot
    meet; then none is planned.
    """
    refuse_all_but_leads(by, team)
    there = set(
        team.meetings.exclude(state=MeetingState.CANCELLED).values_list("meets_on", "quarter")
    )
    new = []
    for meets_on, quarter in days:
        if (meets_on, quarter) in there:
            continue
        new.append(plan_meeting(team=team, meets_on=meets_on, quarter=quarter, by=by))
    if new:
        days_planned = [each.meets_on.isoformat() for each in new]
        audit.record("planned meetings ahead", team, by=by, days=days_planned)
    return new, len(days) - len(new)


@transaction.atomic
def move_meeting(
    *,
    meeting: Meeting,
    meets_on: date,
    begins_at: time | None = None,
    place: str = "",
    reason: str,
    by: User,
) -> Meeting:
    """A planned meeting is on another day, at another time or elsewhere, and why.

    What was called in to it goes along; those with a seat, and the managers who are to attend, are
    told. Where no time or place is given, they stay as they were. Raises Refused for a day on which
    it cannot be, one that was held, and without a reason.
    """
    refuse_all_but_leads(by, meeting.team)
    if not reason.strip():
        raise Refused("Say why it is moved", field="reason")
    row = Meeting.objects.select_for_update().select_related("team").get(pk=meeting.pk)
    if not row.is_to_come:
        stands = row.get_state_display().lower()
        raise Refused(f"This meeting has been {stands}: its day cannot change", field="meets_on")
    begins_at, place = begins_at or row.begins_at, place.strip() or row.place
    if (row.meets_on, row.begins_at, row.place) == (meets_on, begins_at, place):
        return row
    if row.meets_on != meets_on:
        _refuse_day(row.team, meets_on, row.quarter)
    was = row.when_and_where
    row.meets_on, row.begins_at, row.place = meets_on, begins_at, place
    row.times_moved += 1
    row.save(update_fields=["meets_on", "begins_at", "place", "times_moved"])
    audit.record(
        "moved meeting", row, by=by, was=was, becomes=row.when_and_where, reason=reason.strip()
    )
    keep_within(row)
    agenda = list(row.call_ins.on_agenda().with_matters())
    _tell(
        row,
        agenda,
        key=f"meeting-moved-{row.pk}-{row.times_moved}",
        subject=f"{row.team.short} meets on {in_full(meets_on)} now",
        body=f"It was to meet on {was}. It meets on {row.when_and_where}.\n\n{reason.strip()}",
    )
    return row


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, today: date, by: User) -> Meeting:
    """A planned meeting does not take place, and why. Cancelling it again changes nothing.

    What was called in to it goes to the team's next meeting, or, where none is planned, to the one
    that is planned next. Those with a seat, and the managers who were to attend, are told. Raises
    Refused for one that was held or at which something was put on record, and without a reason.
    """
    refuse_all_but_leads(by, meeting.team)
    reason = reason.strip()
    if not reason:
        raise Refused("Say why it is cancelled", field="reason")
    row = Meeting.objects.select_for_update().select_related("team").get(pk=meeting.pk)
    if row.is_cancelled:
        return row
    if row.is_held:
        raise Refused("This meeting was held: it cannot be cancelled")
    if row.call_ins.filter(
        Q(challenges__isnull=False) | Q(decisions__isnull=False) | Q(agreed_actions__isnull=False)
    ).exists():
        raise Refused("Something was put on record at this meeting: say that it was held")
    agenda = list(row.call_ins.on_agenda().with_matters())
    row.state, row.cancelled_because = MeetingState.CANCELLED, reason
    row.save(update_fields=["state", "cancelled_because"])
    to_come = row.team.meetings.exclude(state__in=(MeetingState.HELD, MeetingState.CANCELLED))
    following = to_come.filter(meets_on__gte=max(row.meets_on, today)).order_by("meets_on").first()
    if following is not None:
        _carry_agenda(row, following)
    audit.record("cancelled meeting", row, by=by, reason=reason)
    _tell_of_cancelling(row, agenda)
    return row


def _carry_agenda(cancelled: Meeting, following: Meeting) -> None:
    """What was called in to a cancelled meeting is called in to another, as the chair had decided it."""
    there = {each.matter for each in following.call_ins.with_matters()}
    for each in cancelled.call_ins.filter(verdict=CallInVerdict.CALLED_IN).with_matters():
        if each.matter in there:
            continue
        row = CallIn.objects.create(
            meeting=following,
            **{each.kind.value: each.matter},
            answerer=each.answerer,
            verdict=each.verdict,
            eligibility=each.eligibility,
            why=each.why,
            reason=each.reason,
            called_in_by_id=each.called_in_by_id,
            at=each.at,
        )
        exemption_goes_along(was=each, now=row)
        audit.record("carried to another meeting", row, by=None, was=cancelled.meets_on.isoformat())
        invite(call_in=row, by=None)
    cancelled.carried_to = following
    cancelled.save(update_fields=["carried_to"])


def _tell_of_cancelling(row: Meeting, agenda: Sequence[CallIn]) -> None:
    if row.carried_to is not None:
        then = (
            f"What was called in to it is before the meeting on {in_full(row.carried_to.meets_on)}."
        )
    else:
        then = "What was called in to it waits for the next meeting that is planned."
    _tell(
        row,
        agenda,
        key=f"meeting-cancelled-{row.pk}",
        subject=f"{row.team.short} does not meet on {in_full(row.meets_on)}",
        body=f"{row.cancelled_because}\n\n{then}" if agenda else row.cancelled_because,
    )


def _tell(row: Meeting, agenda: Sequence[CallIn], *, key: str, subject: str, body: str) -> None:
    """Those with a seat on a meeting's day, and the managers of what is on its agenda, are told."""
    seats = Seat.objects.held_on(row.meets_on).filter(team=row.team).select_related("user")
    managers = {each.answered_by for each in agenda}
    for person in {*(seat.user for seat in seats), *managers}:
        owe_notice(
            key=f"{key}-{person.pk}",
            recipient=person,
            subject=subject,
            body=body,
            address=row.get_absolute_url() if may_read(person, row.team) else "",
        )


def _refuse_day(team: Team, day: date, quarter: Quarter) -> None:
    if not team.stands_on(day):
        raise Refused(f"There is no {team.short} on that day: choose another", field="meets_on")
    if day <= quarter.last_day:
        raise Refused(f"{quarter} has not ended by then: choose a later day", field="meets_on")
    if not is_working_day(day):
        sooner, later = working_day_before(day, 0), working_day_after(day, 0)
        raise Refused(
            f"{in_full(day)} is not a working day: choose {in_full(sooner)} or {in_full(later)}",
            field="meets_on",
        )
    if team.meetings.filter(meets_on=day).exists():
        raise Refused(
            f"{team.short} meets on that day already, or was to: choose another",
            field="meets_on",
        )


@transaction.atomic
def hold_meeting(*, meeting: Meeting, today: date, by: User) -> Meeting:
    """A meeting took place, so nothing more is called in to it. Holding it again changes nothing.

    What it left for another meeting is before the team's next one, if that is planned; whoever
    answers for it is asked there. Raises Refused before its day, and while an item has no outcome.
    """
    refuse_all_but_leads(by, meeting.team)
    row = Meeting.objects.select_for_update().select_related("team").get(pk=meeting.pk)
    if row.is_held:
        return row
    if row.is_cancelled:
        raise Refused("This meeting was cancelled: it was not held")
    if today < row.meets_on:
        raise Refused(f"The meeting is on {as_date(row.meets_on)}, not before")
    open_items = row.call_ins.on_agenda().filter(decisions__isnull=True).order_by("at", "id")
    if names := [each.called for each in open_items.with_matters()]:
        raise Refused(
            f"Nothing is recorded yet of {' and '.join(names)}: say what was decided, that it was "
            "left for another meeting, or that it was not reached"
        )
    row.state = MeetingState.HELD
    row.save(update_fields=["state"])
    audit.record("held meeting", row, by=by)
    _carry_what_was_left(row.team)
    return row


def _carry_what_was_left(team: Team) -> None:
    """What held meetings of a team left for another is before the first that is planned on or after its day."""
    left = (
        CallIn.objects.on_agenda()
        .filter(meeting__team=team, meeting__state=MeetingState.HELD, went_to__isnull=True)
        .filter(decisions__kind__in=[each for each in Outcome if each.comes_back])
        .select_related("meeting")
        .with_matters()
        .prefetch_related("decisions")
        .distinct()
        .order_by("meeting__meets_on", "at", "id")
    )
    to_come = list(
        team.meetings.exclude(state__in=(MeetingState.HELD, MeetingState.CANCELLED)).order_by(
            "meets_on"
        )
    )
    for each in left:
        last = max(each.decisions.all(), key=lambda decision: decision.pk)
        if not last.kind or not Outcome(last.kind).comes_back:
            continue
        day = last.returns_on or each.meeting.meets_on
        later = (
            CallIn.objects.on_agenda()
            .of(each.matter)
            .filter(
                meeting__team=team,
                meeting__meets_on__gt=each.meeting.meets_on,
            )
        )
        if later.exists():
            continue
        following = next(
            (one for one in to_come if one.meets_on >= day and one.pk != each.meeting_id), None
        )
        if following is None or following.call_ins.of(each.matter).exists():
            continue
        row = CallIn.objects.create(
            meeting=following,
            **{each.kind.value: each.matter},
            answerer=each.answerer,
            verdict=CallInVerdict.CALLED_IN,
            eligibility=each.eligibility,
            why=f"It comes back from {as_date(each.meeting.meets_on)}: {as_sentence(last.text)} "
            f"{each.why}",
            reason=each.reason,
            called_in_by_id=each.called_in_by_id,
            at=now(),
            came_from=each,
        )
        exemption_goes_along(was=each, now=row)
        audit.record("came back to a meeting", row, by=None, was=each.meeting.meets_on.isoformat())
        invite(call_in=row, by=None)


@transaction.atomic
def table_paper(
    *,
    meeting: Meeting,
    title: str,
    text: str = "",
    file_name: str = "",
    content: bytes = b"",
    by: User,
) -> Paper:
    """A meeting has a paper before it: a text, a file, or both.

    Raises Refused for neither, and for a PDF that is encrypted, acts, or cannot be read.
    """
    refuse_all_but_leads(by, meeting.team)
    if not title.strip():
        raise Refused("Give the paper a title", field="title")
    if not text.strip() and not content:
        raise Refused("Give the paper a text or a file", field="text")
    if content and (refusal := refusal_of_pdf(content)):
        raise Refused(refusal, field="file")
    # The row is locked, so that two papers tabled at once do not take one place.
    row = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if row.is_cancelled:
        raise Refused("The meeting is cancelled: table the paper at the next one")
    said = {
        "title": title.strip(),
        "text": text.strip(),
        "sha256": digest(content) if content else "",
    }
    if (again := row.papers.filter(**said).first()) is not None:
        return again  # a button pressed twice
    paper = Paper(meeting=row, position=row.papers.count() + 1, tabled_by=by, **said)
    if content:
        paper.file.save(file_name or "paper", ContentFile(content), save=False)
    paper.save()
    audit.record("tabled paper", meeting, by=by, title=paper.title, sha256=paper.sha256)
    return paper
