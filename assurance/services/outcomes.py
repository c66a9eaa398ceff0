"""What came of a called-in item: what was asked, decided and agreed."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from assurance.models.meetings import (
    AgreedAction,
    CallIn,
    Challenge,
    Decision,
    LogCorrection,
    Meeting,
)
from assurance.queries.exemptions import for_a_message
from assurance.rights import leads, refuse_all_but_leads, refuse_strangers
from assurance.rules import CallInVerdict, Judged, Outcome, TeamCode
from core import audit
from core.clock import day_of, now
from core.dates import as_date
from core.models.notices import Notice
from core.refusals import Refused
from core.services.notices import owe_notice
from escalation.models.escalations import Escalation, Handling
from escalation.models.plans import ActionPlan
from escalation.rights import may_agree_plan, may_deal_with
from escalation.services.handling import deal_with
from escalation.services.plans import agree_plan, review_plan
from indicators.models.ratings import Rating
from organisation.models.people import User
from sorp.lexicon import Level, Rag


@transaction.atomic
def challenge(
    *,
    call_in: CallIn,
    text: str,
    raised_by: User | None = None,
    answer: str = "",
    today: date,
    by: User,
) -> Challenge:
    """Something was asked about a called-in indicator: by the team, or by whoever wishes to be named.

    Anyone with a seat, or the secretariat, writes it down, until the meeting's log closes.
    """
    refuse_strangers(by, call_in.meeting.team)
    _refuse_off_agenda(call_in)
    refuse_closed_log(call_in.meeting, today)
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
    row = Challenge.objects.create(**said, **_days(call_in, today))
    audit.record(
        "challenged",
        call_in,
        by=by,
        asked_by=row.asked_by,
        **_unless_exempt(call_in, text=row.text),
    )
    return row


@transaction.atomic
def decide(
    *,
    call_in: CallIn,
    kind: Outcome,
    text: str = "",
    returns_on: date | None = None,
    agreed_plan: ActionPlan | None = None,
    seen: int | None = None,
    today: date,
    by: User,
) -> Decision:
    """Something came of a called-in item, perhaps that its plan is agreed.

    `seen` is how many decisions on it whoever writes this had read: where somebody else has written
    one meanwhile, it is refused in their words. An item that was left for another meeting, or not
    reached, needs no text. Raises Refused for what does not go together, and once the log is closed.
    """
    refuse_all_but_leads(by, call_in.meeting.team)
    _refuse_off_agenda(call_in)
    _refuse_early(call_in, today)
    refuse_closed_log(call_in.meeting, today)
    if kind in (Outcome.DEFERRED, Outcome.NOT_REACHED):
        text = text.strip() or kind.label
    if not text.strip():
        raise Refused("Enter what was decided", field="text")
    if kind is Outcome.RETURN_ON and (returns_on is None or returns_on <= call_in.meeting.meets_on):
        raise Refused("Enter a day after the meeting on which it comes back", field="returns_on")
    returns_on = returns_on if kind is Outcome.RETURN_ON else None
    if kind.is_of_good_performance:
        _refuse_what_nobody_takes_on(call_in, kind)
    if agreed_plan is not None and kind is Outcome.STRENGTHEN_PLAN:
        raise Refused(
            "A plan that must be strengthened is not agreed: untick it", field="agrees_plan"
        )
    CallIn.objects.select_for_update().get(pk=call_in.pk)  # two decisions on it wait for each other
    if agreed_plan is not None and agreed_plan.indicator_id != call_in.indicator_id:
        raise Refused("Agree a plan for this item, not for another", field="agreed_plan")
    said = {
        "call_in": call_in,
        "kind": kind,
        "returns_on": returns_on,
        "text": text.strip(),
        "agreed_plan": agreed_plan,
    }
    if (again := Decision.objects.filter(**said).first()) is not None:
        return again  # a button pressed twice
    standing = list(call_in.decisions.order_by("pk"))
    if seen is not None and len(standing) > seen:
        raise Refused(
            f"Meanwhile somebody recorded a decision on it: “{standing[-1].text}” Read it, and "
            "record yours if it still stands",
            field="text",
        )
    row = Decision.objects.create(**said, **_days(call_in, today))
    audit.record(
        "decided",
        call_in,
        by=by,
        kind=kind.value,
        **_unless_exempt(call_in, text=row.text),
        returns_on=returns_on.isoformat() if returns_on else None,
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
    refuse_closed_log(call_in.meeting, today)
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
    row = AgreedAction.objects.create(**said, **_days(call_in, today))
    audit.record(
        "agreed action",
        call_in,
        by=by,
        **_unless_exempt(call_in, what=row.what, owner=row.owner),
        due_on=due_on.isoformat(),
    )
    return row


@transaction.atomic
def complete_action(
    *,
    action: AgreedAction,
    done_on: date | None,
    progress: str = "",
    evidence: str = "",
    today: date,
    by: User,
) -> AgreedAction:
    """An agreed action is done, and what shows it; or how far it has got is known.

    Done, it waits to be judged by those who asked for it. The chair, the secretariat, whoever answers for the item and whoever does it may say so. Saying the same
    again changes and records nothing. Raises Refused for a day still to come or before the meeting,
    for done without what shows it, and once it was accepted.
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
    said = {"done_on": done_on, "progress": progress.strip(), "evidence": evidence.strip()}
    if all(getattr(row, name) == each for name, each in said.items()):
        return row
    if row.judged == Judged.ACCEPTED:
        raise Refused("It was accepted as done, and stands", field="progress")
    if done_on is not None and not evidence.strip():
        raise Refused("Say what shows that it is done", field="evidence")
    was = row.done_on
    # What was found not enough is judged anew.
    waits = {"judged": "", "judged_words": "", "judged_by": None, "judged_on": None}
    AgreedAction.objects.filter(pk=row.pk).update(**said, **(waits if done_on else {}))
    row.refresh_from_db()
    audit.record(
        "completed action" if done_on else "reported on action",
        _named_in_record(row),
        by=by,
        done_on=done_on.isoformat() if done_on else None,
        was=was.isoformat() if was else None,
        **_unless_exempt(call_in, progress=row.progress, evidence=row.evidence),
    )
    return row


@transaction.atomic
def judge_action(
    *, action: AgreedAction, judged: Judged, words: str = "", today: date, by: User
) -> AgreedAction:
    """Those who asked for an action accept that it is done, or find it not enough: then it goes on.

    Whoever does it is told what is missing. Judging the same again changes nothing. Raises
    PermissionDenied for anybody but the chair and the secretariat, and Refused for what is not done
    or is judged already, and for not enough without words.
    """
    row = AgreedAction.objects.select_for_update(of=("self",)).get(pk=action.pk)
    team = row.call_in.meeting.team
    refuse_all_but_leads(by, team)
    if row.judged == judged:
        return row
    if row.done_on is None:
        raise Refused("Nobody has said that it is done", field="judged")
    if row.judged == Judged.ACCEPTED:
        raise Refused("It was accepted as done, and stands", field="judged")
    if judged is Judged.NOT_ENOUGH and not words.strip():
        raise Refused("Say what is missing", field="words")
    was = row.done_on
    row.judged, row.judged_words, row.judged_by, row.judged_on = judged, words.strip(), by, today
    if judged is Judged.NOT_ENOUGH:
        row.done_on = None
    row.save(update_fields=["judged", "judged_words", "judged_by", "judged_on", "done_on"])
    audit.record(
        "judged action",
        _named_in_record(row),
        by=by,
        judged=judged.value,
        **_unless_exempt(row.call_in, words=row.judged_words),
        done_on=was.isoformat(),
    )
    if judged is Judged.NOT_ENOUGH and row.person is not None:
        owe_notice(
            key=f"action-not-enough-{row.pk}-{now():%Y%m%d%H%M%S%f}",
            recipient=row.person,
            kind=Notice.Kind.TO_DECIDE,
            subject=f"{team.short} asks for more"
            + ("" if (withheld := for_a_message(row.call_in).withheld) else f": {row.what}"),
            body=withheld or row.judged_words,
            address=reverse("report_on_action", args=[row.pk]),
        )
    return row


@transaction.atomic
def correct_log(
    *,
    call_in: CallIn,
    entry: Challenge | Decision | AgreedAction | None,
    text: str,
    today: date,
    by: User,
) -> LogCorrection:
    """What was wrong in a log that is closed is put right beside it, dated. The entry stays as it was.

    Writing the same twice makes one. Raises Refused while the log is open, without a text, and for
    an entry of another item.
    """
    refuse_all_but_leads(by, call_in.meeting.team)
    if today <= call_in.meeting.log_closes_on:
        raise Refused(
            f"The log is open until {as_date(call_in.meeting.log_closes_on)}: record it there"
        )
    if not text.strip():
        raise Refused("Enter what is right", field="text")
    if entry is not None and entry.call_in_id != call_in.pk:
        raise Refused("Correct an entry of this item", field="entry")
    said = {
        "call_in": call_in,
        "challenge": entry if isinstance(entry, Challenge) else None,
        "decision": entry if isinstance(entry, Decision) else None,
        "agreed_action": entry if isinstance(entry, AgreedAction) else None,
        "text": text.strip(),
    }
    if (again := LogCorrection.objects.filter(**said).first()) is not None:
        return again  # a button pressed twice
    row = LogCorrection.objects.create(**said, corrected_by=by, corrected_on=today)
    audit.record(
        "corrected log",
        call_in,
        by=by,
        **_unless_exempt(call_in, text=row.text, of=str(entry) if entry else None),
    )
    return row


def _days(call_in: CallIn, today: date) -> dict[str, date]:
    """When an entry is made, and until when the log takes any."""
    return {"recorded_on": today, "log_closes_on": call_in.meeting.log_closes_on}


def _unless_exempt(call_in: CallIn, **words: str | None) -> dict[str, str | None]:
    """What the record says in people's words: nothing of an item that is exempt."""
    return {} if for_a_message(call_in).withheld else words


def _named_in_record(action: AgreedAction) -> AgreedAction | CallIn:
    """What an act on an action is recorded of: of an exempt item the item, since an action's name is its text."""
    return action.call_in if for_a_message(action.call_in).withheld else action


def refuse_closed_log(meeting: Meeting, today: date) -> None:
    if today > meeting.log_closes_on:
        raise Refused(
            f"The log of this meeting closed on {as_date(meeting.log_closes_on)}: write a correction"
        )


def may_report_on(action: AgreedAction, user: User) -> bool:
    """Whether a person may say how far an agreed action has got: whoever does it may, too."""
    call_in = action.call_in
    if action.person_id == user.pk:
        return True
    return leads(user, call_in.meeting.team) or user == call_in.answered_by


def _agree(plan: ActionPlan, call_in: CallIn, by: User) -> None:
    """The plan is agreed on the day of the meeting, unless it was already, or was replaced; and PAT
    has judged it sufficient, where the indicator is referred there.

    Whoever wrote it for its manager and keeps the minutes too agrees nothing: the decision stands
    as the meeting's, without a name beside it.
    """
    indicator, meeting = call_in.indicator, call_in.meeting
    if indicator is None or not plan.is_latest or plan.written_by_id == by.pk:
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
    if indicator is None or meeting.team.code != TeamCode.PAT:
        return
    if not may_deal_with(Level.PAT, indicator, by):
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
            words=f"{for_a_message(decision.call_in).withheld or decision.text} ({meeting})",
            handled_on=day,
            today=max(day, today),
            by=by,
        )


def _refuse_what_nobody_takes_on(call_in: CallIn, kind: Outcome) -> None:
    """Only a green is shared or asked less of, and only once it is agreed who takes it on and by when."""
    indicator, quarter = call_in.indicator, call_in.meeting.quarter
    if indicator is not None:
        rating = Rating.objects.latest_ones().filter(indicator=indicator, quarter=quarter).first()
        if rating is None or rating.rag != Rag.GREEN:
            raise Refused(
                f"{call_in.called} is not green in {quarter}: choose another outcome", field="kind"
            )
    if not call_in.agreed_actions.exists():
        takes = "takes it over" if kind is Outcome.SHARE else "sees to it"
        raise Refused(f"Record the agreed action first: who {takes}, and by when", field="kind")


def _refuse_off_agenda(call_in: CallIn) -> None:
    if call_in.verdict != CallInVerdict.CALLED_IN:
        raise Refused(f"{call_in.called} is not called in to this meeting")


def _refuse_early(call_in: CallIn, today: date) -> None:
    day = call_in.meeting.meets_on
    if today < day:
        raise Refused(f"The meeting is on {as_date(day)}: record its decisions from that day")
