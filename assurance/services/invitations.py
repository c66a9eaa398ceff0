"""Asking accountable managers to a meeting, their deputies, their papers, and reminding them."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from assurance.models.invitations import Invitation, ManagersPaper
from assurance.models.meetings import CallIn, Meeting
from assurance.models.teams import Seat
from assurance.queries.attendance import attends_for, invitation_of
from assurance.queries.exemptions import for_a_message
from assurance.queries.invitations import late_or_due_papers
from assurance.rights import leads, refuse_all_but_chair, refuse_all_but_leads
from assurance.rules import DeputyState, SeatKind
from core import audit
from core.clock import localdate, now
from core.dates import as_date, in_full
from core.models.notices import Notice
from core.refusals import Refused
from core.services.notices import owe_notice
from core.working_days import working_day_after, working_day_before
from escalation.models.plans import ActionPlan
from organisation.models.people import User

BRING = (
    "What caused it, what stands in the way of putting it right, what you ask of the team, and your"
    " action plan."
)
DAYS_BEFORE = 5  # working days before a meeting by which a paper is asked for


def day_to_bring_by(meets_on: date, today: date) -> date:
    """Five working days before the meeting; where that has passed, the next working day, and never after it."""
    wanted = working_day_before(meets_on, DAYS_BEFORE)
    return min(meets_on, max(wanted, working_day_after(today, 1)))


@transaction.atomic
def invite(*, call_in: CallIn, by: User | None) -> Invitation:
    """Whoever answers for what is called in is asked to the meeting, at once: why, when, where, what to bring.

    What was called in, withdrawn and called in again is asked for again, in the same words.
    """
    if by is not None:
        refuse_all_but_leads(by, call_in.meeting.team)
    day = day_to_bring_by(call_in.meeting.meets_on, localdate())
    row = Invitation.objects.select_for_update().filter(call_in=call_in).first()
    if row is None:
        row = Invitation.objects.create(call_in=call_in, bring=BRING, bring_by=day, sent_at=now())
    else:
        row.bring_by = day
        row.times_sent += 1
        row.sent_at = now()
        row.save(update_fields=["bring_by", "times_sent", "sent_at"])
    audit.record("invited", call_in, by=by, who=call_in.answered_by.name, by_day=str(row.bring_by))
    _tell(row)
    return row


def keep_within(meeting: Meeting) -> None:
    """What was asked for by a day after a meeting that has moved is asked for in time before it."""
    day = day_to_bring_by(meeting.meets_on, localdate())
    late = Invitation.objects.filter(call_in__meeting=meeting, bring_by__gt=meeting.meets_on)
    for row in late.select_for_update(of=("self",)).select_related("call_in"):
        was, row.bring_by = row.bring_by, day
        row.save(update_fields=["bring_by"])
        audit.record("asked to bring sooner", row.call_in, by=None, was=str(was), by_day=str(day))


@transaction.atomic
def ask_to_bring(
    *, invitation: Invitation, bring: str, bring_by: date, today: date, by: User
) -> Invitation:
    """Something else is asked for, or by another day, and the manager is told anew.

    Saying the same again changes and sends nothing. Raises Refused for an empty wish, a day before
    today, or one after the meeting.
    """
    call_in = invitation.call_in
    meeting = call_in.meeting
    refuse_all_but_leads(by, meeting.team)
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not meeting.is_to_come:
        raise Refused("The meeting is past: nothing more is asked for", field="bring")
    if not bring.strip():
        raise Refused("Enter what is to be brought", field="bring")
    if bring_by > meeting.meets_on:
        raise Refused(f"Choose {as_date(meeting.meets_on)}, its day, or before", field="bring_by")
    if (row.bring, row.bring_by) == (bring.strip(), bring_by):
        return row
    if bring_by < today:
        raise Refused("Choose today or a later day", field="bring_by")
    row.bring, row.bring_by = bring.strip(), bring_by
    row.times_sent += 1
    row.sent_at = now()
    row.save(update_fields=["bring", "bring_by", "times_sent", "sent_at"])
    words = {} if for_a_message(call_in).withheld else {"bring": row.bring}
    audit.record("asked to bring", call_in, by=by, **words, by_day=str(bring_by))
    _tell(row)
    return row


def _tell(row: Invitation) -> None:
    call_in = for_a_message(row.call_in)
    meeting = call_in.meeting
    why = call_in.why
    if call_in.reason and call_in.reason != why:
        why += f" The chair: {call_in.reason}"
    owe_notice(
        key=f"invited-{row.pk}-{row.times_sent}",
        recipient=row.call_in.answered_by,
        kind=Notice.Kind.TO_DECIDE,
        subject=f"{meeting.team.short} calls in {call_in.called}: {meeting.when_and_where}",
        body=(
            f"{call_in.title}\n\n{why}\n\nIt meets on {meeting.when_and_where}, and you attend for "
            f"this item.\n\nBring by {in_full(row.bring_by)}{'.' if call_in.withheld else f': {row.bring}'}"
        ),
        address=row.get_absolute_url(),
    )


def tell_of_withdrawal(call_in: CallIn) -> None:
    """Whoever was asked to a meeting for an item is told that they need not come for it."""
    row = invitation_of(call_in)
    if row is None:
        return
    meeting, told = call_in.meeting, for_a_message(call_in)
    audit.record("told that it is off the agenda", call_in, by=None, who=call_in.answered_by.name)
    owe_notice(
        key=f"not-called-in-{call_in.pk}-{row.times_sent}",
        recipient=call_in.answered_by,
        subject=f"{told.called} is no longer called in by {meeting.team.short}",
        body=(
            f"{told.title} is off the agenda of {in_full(meeting.meets_on)}: you need "
            f"not come for it.\n\n{told.withheld or told.reason}"
        ),
    )


@transaction.atomic
def ask_for_deputy(*, invitation: Invitation, deputy: User, reason: str, by: User) -> Invitation:
    """The accountable manager asks that somebody attends in their place. The chair decides.

    Asking for the same again changes nothing. Raises PermissionDenied for anybody but the manager,
    and Refused without a reason, for themselves, or once the meeting is past.
    """
    call_in = invitation.call_in
    if call_in.answered_by != by:
        raise PermissionDenied("Only whoever answers for it asks for a deputy")
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not call_in.meeting.is_to_come:
        raise Refused("The meeting is past", field="deputy")
    if not reason.strip():
        raise Refused("Say why you cannot come", field="reason")
    if deputy == by:
        raise Refused("Name somebody else: you are expected yourself", field="deputy")
    if (row.deputy_id, row.deputy_reason) == (deputy.pk, reason.strip()):
        return row
    row.deputy, row.deputy_reason = deputy, reason.strip()
    row.deputy_state, row.deputy_decided_by = DeputyState.ASKED, None
    row.save(update_fields=["deputy", "deputy_reason", "deputy_state", "deputy_decided_by"])
    told = for_a_message(call_in)
    words = {} if told.withheld else {"reason": reason}
    audit.record("asked for deputy", call_in, by=by, deputy=deputy.name, **words)
    meeting = call_in.meeting
    chairs = Seat.objects.held_on(localdate()).filter(team=meeting.team, kind=SeatKind.CHAIR)
    for seat in chairs.select_related("user"):
        owe_notice(
            key=f"deputy-{row.pk}-{now():%Y%m%d%H%M%S%f}-{seat.user_id}",
            recipient=seat.user,
            kind=Notice.Kind.TO_DECIDE,
            subject=f"{by} asks that {deputy} comes to {meeting.team.short} for {told.called}",
            body=f"{told.withheld or row.deputy_reason}\n\nDecide whether you agree to it.",
            address=row.get_absolute_url(),
        )
    return row


@transaction.atomic
def decide_deputy(*, invitation: Invitation, agrees: bool, by: User) -> Invitation:
    """The chair agrees that a deputy attends, or does not. Both are told. Deciding the same again changes nothing.

    Raises PermissionDenied for anybody but the chair, and Refused where nobody was asked for.
    """
    call_in = invitation.call_in
    meeting = call_in.meeting
    refuse_all_but_chair(by, meeting.team)
    row = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("deputy")
        .get(pk=invitation.pk)
    )
    if row.deputy is None:
        raise Refused("No deputy was asked for")
    state = DeputyState.AGREED if agrees else DeputyState.REFUSED
    if row.deputy_state == state:
        return row
    row.deputy_state, row.deputy_decided_by = state, by
    row.save(update_fields=["deputy_state", "deputy_decided_by"])
    audit.record("decided deputy", call_in, by=by, deputy=row.deputy.name, agrees=agrees)
    told_of = for_a_message(call_in)
    said = f"{row.deputy} comes to {meeting.team.short} for {told_of.called}"
    told = [call_in.answered_by, *([row.deputy] if agrees else [])]
    for person in told:
        owe_notice(
            key=f"deputy-decided-{row.pk}-{now():%Y%m%d%H%M%S%f}-{person.pk}",
            recipient=person,
            subject=said if agrees else f"The chair expects you at {meeting.team.short} yourself",
            body=(
                f"It meets on {meeting.when_and_where}. In place of {call_in.answered_by}: "
                f"{told_of.withheld or row.deputy_reason}"
                if agrees
                else f"The chair did not agree that {row.deputy} comes in your place. It meets on "
                f"{meeting.when_and_where}."
            ),
            address=row.get_absolute_url(),
        )
    return row


@transaction.atomic
def write_managers_paper(
    *,
    call_in: CallIn,
    cause: str,
    obstacles: str = "",
    asked: str = "",
    plan: ActionPlan | None = None,
    by: User,
) -> ManagersPaper:
    """What the manager puts before a meeting on an item is on record, as its next version.

    Writing the same again makes no version. Whoever attends for it writes it, or who leads the
    meeting for them. Raises Refused without a cause, for another indicator's plan, or once the
    meeting was held.
    """
    if not (attends_for(by, call_in) or leads(by, call_in.meeting.team)):
        raise PermissionDenied("Whoever answers for it writes this paper")
    # The row is locked, so that two versions written at once do not take one number.
    row = CallIn.objects.select_for_update().get(pk=call_in.pk)
    if not call_in.meeting.is_to_come:
        raise Refused("The meeting is past: its papers stay as they were")
    if not cause.strip():
        raise Refused("Enter what caused it", field="cause")
    if plan is not None and plan.indicator_id != call_in.indicator_id:
        raise Refused("Choose a plan for this item", field="plan")
    latest = row.managers_papers.order_by("-number").first()
    said = {
        "cause": cause.strip(),
        "obstacles": obstacles.strip(),
        "asked": asked.strip(),
        "plan": plan,
    }
    if latest is not None and all(getattr(latest, name) == each for name, each in said.items()):
        return latest
    paper = ManagersPaper.objects.create(
        call_in=row,
        number=latest.number + 1 if latest else 1,
        written_by=by,
        written_at=now(),
        **said,
    )
    audit.record(
        "wrote paper",
        row,
        by=by,
        number=paper.number,
        plan=plan.number if plan else None,
    )
    return paper


@transaction.atomic
def remind_of_papers(*, today: date) -> int:
    """Whoever owes a paper is reminded two working days before its day, and told once that it is overdue.

    Returns how many notices are new. Run again on the same day, it owes nothing twice.
    """
    new = 0
    for row, is_overdue in late_or_due_papers(today):
        call_in = row.call_in
        key = f"paper-{'overdue' if is_overdue else 'due'}-{row.pk}-{row.times_sent}"
        if Notice.objects.filter(key=key).exists():
            continue
        told = for_a_message(call_in)
        when = "was due on" if is_overdue else "is due on"
        owe_notice(
            key=key,
            recipient=call_in.answered_by,
            kind=Notice.Kind.OVERDUE if is_overdue else Notice.Kind.REMINDER,
            subject=f"Your paper for {call_in.meeting.team.short} on {told.called} "
            f"{when} {in_full(row.bring_by)}",
            body=f"{call_in.meeting.team.short} meets on {call_in.meeting.when_and_where}.\n\n{told.withheld or row.bring}",
            address=row.get_absolute_url(),
        )
        audit.record("reminded of paper", call_in, by=None, overdue=is_overdue)
        new += 1
    return new
