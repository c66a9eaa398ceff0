"""What came of a called-in indicator: what was asked, decided and agreed."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from assurance.models.meetings import AgreedAction, CallIn, Challenge, Decision
from assurance.rights import leads, refuse_all_but_leads, refuse_strangers
from assurance.rules import CallInVerdict, TeamCode
from core import audit
from core.clock import day_of
from core.dates import as_date
from core.refusals import Refused
from escalation.models.escalations import Escalation, Handling
from escalation.models.plans import ActionPlan
from escalation.rights import may_agree_plan, may_deal_with
from escalation.services.handling import deal_with
from escalation.services.plans import agree_plan, review_plan
from organisation.models.people import User
from sorp.lexicon import Level


@transaction.atomic
def challenge(
    *, call_in: CallIn, text: str, raised_by: User, answer: str = "", by: User
) -> Challenge:
    """Something was asked about a called-in indicator. Anyone with a seat, or the secretariat,
    writes it down."""
    refuse_strangers(by, call_in.meeting.team)
    _refuse_off_agenda(call_in)
    if not text.strip():
        raise Refused("Enter what was asked", field="text")
    said = {
        "call_in": call_in,
        "text": text.strip(),
        "answer": answer.strip(),
        "raised_by": raised_by,
    }
    if (again := Challenge.objects.filter(**said).first()) is not None:
        return again  # a button pressed twice
    row = Challenge.objects.create(**said)
    audit.record("challenged", call_in, by=by, text=row.text, raised_by=raised_by.name)
    return row


@transaction.atomic
def decide(
    *,
    call_in: CallIn,
    text: str,
    agreed_plan: ActionPlan | None = None,
    today: date,
    by: User,
) -> Decision:
    """Something was decided about a called-in indicator, perhaps that its plan is agreed."""
    refuse_all_but_leads(by, call_in.meeting.team)
    _refuse_off_agenda(call_in)
    _refuse_early(call_in, today)
    if not text.strip():
        raise Refused("Enter what was decided", field="text")
    if agreed_plan is not None and agreed_plan.indicator_id != call_in.indicator_id:
        raise Refused("Agree a plan for this indicator, not for another", field="agreed_plan")
    said = {"call_in": call_in, "text": text.strip(), "agreed_plan": agreed_plan}
    if (again := Decision.objects.filter(**said).first()) is not None:
        return again  # a button pressed twice
    row = Decision.objects.create(**said)
    audit.record(
        "decided",
        call_in,
        by=by,
        text=row.text,
        agreed_plan=agreed_plan.number if agreed_plan else None,
    )
    if agreed_plan is not None:
        _agree(agreed_plan, call_in, by)
    _deal_with_what_was_referred(row, today, by)
    return row


@transaction.atomic
def agree_action(
    *,
    call_in: CallIn,
    what: str,
    owner: str,
    person: User | None = None,
    due_on: date,
    today: date,
    by: User,
) -> AgreedAction:
    """Somebody will do something by a day, as agreed at the meeting: a person, whom it then reaches,
    or somebody outside the council, by name."""
    owner = person.name if person else owner
    refuse_all_but_leads(by, call_in.meeting.team)
    _refuse_off_agenda(call_in)
    _refuse_early(call_in, today)
    if not what.strip():
        raise Refused("Enter what will be done", field="what")
    if not owner.strip():
        raise Refused("Enter who will do it", field="owner")
    if due_on < call_in.meeting.meets_on:
        raise Refused("Choose the day of the meeting or a later day", field="due_on")
    said = {
        "call_in": call_in,
        "what": what.strip(),
        "owner": owner.strip(),
        "person": person,
        "due_on": due_on,
    }
    if (again := AgreedAction.objects.filter(**said).first()) is not None:
        return again  # a button pressed twice
    row = AgreedAction.objects.create(**said)
    audit.record(
        "agreed action",
        call_in,
        by=by,
        what=row.what,
        owner=row.owner,
        due_on=due_on.isoformat(),
    )
    return row


@transaction.atomic
def complete_action(
    *,
    action: AgreedAction,
    done_on: date | None,
    progress: str = "",
    today: date,
    by: User,
) -> AgreedAction:
    """An agreed action is done, or how far it has got is known.

    The chair, the secretariat, the indicator's accountable manager and whoever does it may say so. Saying the same
    again changes and records nothing. Raises Refused for a day still to come or before the meeting.
    """
    row = AgreedAction.objects.select_for_update().get(pk=action.pk)
    call_in = row.call_in
    if not may_report_on(row, by):
        raise PermissionDenied(
            "Only the chair, the performance officers, the accountable manager and whoever does it"
            " can do this"
        )
    if done_on is not None and done_on > today:
        raise Refused("The day it was done cannot be in the future", field="done_on")
    if done_on is not None and done_on < call_in.meeting.meets_on:
        raise Refused(
            "It was agreed at the meeting: enter that day or a later one", field="done_on"
        )
    said = {"done_on": done_on, "progress": progress.strip()}
    if (row.done_on, row.progress) == (said["done_on"], said["progress"]):
        return row
    was = row.done_on
    AgreedAction.objects.filter(pk=row.pk).update(**said)
    row.refresh_from_db()
    audit.record(
        "completed action" if done_on else "reported on action",
        row,
        by=by,
        done_on=done_on.isoformat() if done_on else None,
        was=was.isoformat() if was else None,
        progress=row.progress,
    )
    return row


def may_report_on(action: AgreedAction, user: User) -> bool:
    """Whether a person may say how far an agreed action has got: whoever does it may, too."""
    call_in = action.call_in
    if action.person_id == user.pk:
        return True
    return leads(user, call_in.meeting.team) or user == call_in.indicator.accountable_manager


def _agree(plan: ActionPlan, call_in: CallIn, by: User) -> None:
    """The plan is agreed on the day of the meeting, unless it was already, or was replaced; and PAT
    has judged it sufficient, where the indicator is referred there.

    Whoever wrote it for its manager and keeps the minutes too agrees nothing: the decision stands
    as the meeting's, without a name beside it.
    """
    indicator, meeting = call_in.indicator, call_in.meeting
    if not plan.is_latest or plan.written_by_id == by.pk:
        return
    day = max(meeting.meets_on, day_of(plan.written_at))
    if may_agree_plan(indicator, by):
        agree_plan(plan=plan, today=day, by=by)
    referred = Escalation.objects.open_ones().filter(indicator=indicator, level=Level.PAT)
    if (
        meeting.team.code == TeamCode.PAT
        and may_deal_with(Level.PAT, indicator, by)
        and referred.exists()
    ):
        review_plan(
            plan=plan,
            level=Level.PAT,
            sufficient=True,
            words=f"Agreed at {meeting}",
            today=day,
            by=by,
        )


def _deal_with_what_was_referred(decision: Decision, today: date, by: User) -> None:
    """What PAT decides of an indicator that is referred to it is what that level did with it."""
    meeting, indicator = decision.call_in.meeting, decision.call_in.indicator
    if meeting.team.code != TeamCode.PAT or not may_deal_with(Level.PAT, indicator, by):
        return
    plan = decision.agreed_plan
    agrees = plan is not None and plan.is_latest and plan.written_by_id != by.pk
    for row in Escalation.objects.open_ones().filter(indicator=indicator, level=Level.PAT):
        day = max(meeting.meets_on, day_of(row.recorded_at))
        if plan is not None and agrees:
            day = max(day, day_of(plan.written_at))
        deal_with(
            escalation=row,
            kind=Handling.Kind.PLAN_AGREED if agrees else Handling.Kind.NOTED,
            words=f"{decision.text} ({meeting})",
            handled_on=day,
            today=max(day, today),
            by=by,
        )


def _refuse_off_agenda(call_in: CallIn) -> None:
    if call_in.verdict != CallInVerdict.CALLED_IN:
        raise Refused(f"{call_in.indicator.reference} is not called in to this meeting")


def _refuse_early(call_in: CallIn, today: date) -> None:
    day = call_in.meeting.meets_on
    if today < day:
        raise Refused(f"The meeting is on {as_date(day)}: record its decisions from that day")
