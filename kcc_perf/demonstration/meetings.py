"""PAT's and DAT's meetings: seats, call-ins, plans, challenge, decisions and agreed actions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from assurance.models.matters import Matter
from assurance.models.meetings import CallIn, Meeting
from assurance.models.teams import Team
from assurance.queries.attendance import attendance_sheet
from assurance.queries.documents import drafted
from assurance.rules import Attended, DocumentKind, Outcome, SeatKind, TeamCode
from assurance.services import call_ins, meetings, outcomes, packs, seats
from assurance.services.attendance import Said, record_attendance
from assurance.services.documents import issue_document, write_document
from assurance.services.teams import establish_team
from core import clock
from core.dates import as_date
from core.quarters import Quarter
from escalation.models.plans import Action, ActionPlan
from escalation.services.plans import ActionGiven, record_progress, write_plan
from indicators.models.definitions import Indicator
from kcc_perf.demonstration import files
from kcc_perf.demonstration.diary import Diary
from kcc_perf.demonstration.figures import officer
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import PostKind
from reports.packs import render_pack
from strategy.models.plan import Milestone, Project
from strategy.models.savings import Saving


def seat_the_teams() -> None:
    """PAT and DAT exist, and their seats are taken."""
    told = files.document("assurance.json")
    with clock.at(date(2021, 4, 1)):
        for each in told["teams"]:
            establish_team(
                code=TeamCode(each["code"]),
                chaired_by=PostKind(each["chaired_by"]),
                name=each["name"],
                by=None,
            )
        for each in told["seats"]:
            seats.seat(
                team=Team.objects.get(code=each["team"]),
                user=User.objects.get(email=each["email"]),
                kind=SeatKind(each["kind"]),
                unit=_unit(each["directorate"]),
                starts_on=date.fromisoformat(each["from"]),
                ends_on=_day(each["to"]),
                by=None,
            )


def hold_meetings_on(quarter: Quarter, today: date, diary: Diary) -> Iterator[Meeting]:
    """The meetings that had a quarter's performance before them, in order, each as it went."""
    told = files.document("assurance.json")["meetings"]
    for each in sorted(told, key=lambda each: each["meets_on"]):
        if each["quarter"] == quarter.key:
            yield _hold(each, quarter, today, diary)


def _hold(told: dict[str, Any], quarter: Quarter, today: date, diary: Diary) -> Meeting:
    day = date.fromisoformat(told["meets_on"])
    before = min(day - timedelta(days=7), today - timedelta(days=1))
    with clock.at(min(day - timedelta(days=21), today - timedelta(days=3))):
        meeting = meetings.plan_meeting(
            team=Team.objects.get(code=told["team"]), meets_on=day, quarter=quarter, by=officer()
        )
    called = [(each, _call_in(meeting, each, diary)) for each in told["call_ins"]]
    diary.catch_up(before)
    with clock.at(before):
        for title in told["papers"]:
            meetings.table_paper(
                meeting=meeting,
                title=title,
                text="The paper itself is left out of the demonstration.",
                by=officer(),
            )
        _table_greens(meeting, told["greens"])
        pack, _ = packs.freeze_pack(meeting=meeting, by=officer(), at=clock.now())
        packs.send_pack(pack=render_pack(pack=pack), by=officer())
    _brief(meeting, DocumentKind.BRIEF, told["cabinet_member"]["briefed_on"])
    if told["state"] == "held":
        with clock.at(day, hour=15):
            for each, call_in in called:
                _record(each, call_in, day)
            _attend(meeting, told["attended"], day)
            meetings.hold_meeting(meeting=meeting, today=day, by=officer())
        _brief(meeting, DocumentKind.AFTER, told["cabinet_member"]["met_again_on"])
        _brief(meeting, DocumentKind.REPORT, told["cabinet_member"]["met_again_on"])
        for each, call_in in called:
            _follow_up(each, call_in, diary)
    return meeting


def _attend(meeting: Meeting, emails: list[str], day: date) -> None:
    """Those named were there, and everybody else who was expected had sent apologies."""
    there = {_person(email) for email in emails}
    expected = {each.user for each in attendance_sheet(meeting).expected}
    said = [Said(each, Attended.THERE) for each in there & expected]
    said += [Said(each, Attended.APOLOGIES) for each in expected - there]
    record_attendance(meeting=meeting, said=said, today=day, by=officer())


def _brief(meeting: Meeting, kind: DocumentKind, day: str | None) -> None:
    """The chair issues a document as it begins, and the Cabinet Member and the chair meet over it that day."""
    if day is None:
        return
    chair = meeting.team.seats.held_on(meeting.meets_on).get(kind=SeatKind.CHAIR).user
    with clock.at(date.fromisoformat(day)):
        document = write_document(
            meeting=meeting,
            kind=kind,
            text=drafted(meeting, kind, today=clock.localdate()),
            met_on=None if kind is DocumentKind.REPORT else clock.localdate(),
            by=chair,
        )
        issue_document(document=document, by=chair)


def _call_in(meeting: Meeting, told: dict[str, Any], diary: Diary) -> CallIn:
    matter = _matter(told)
    called_on = date.fromisoformat(told["called_in_on"])
    diary.catch_up(called_on)
    with clock.at(called_on):
        call_in = call_ins.call_in(
            meeting=meeting,
            matter=matter,
            reason=told["reason"],
            by=_person(told["called_in_by"]),
            at=clock.now(),
        )
    if told.get("action_plan") and isinstance(matter, Indicator):
        _write_plan(matter, told["action_plan"], diary)
    return call_in


def _matter(told: dict[str, Any]) -> Matter:
    if "milestone" in told:
        return Milestone.objects.get(title=told["milestone"])
    if "saving" in told:
        return Saving.objects.get(reference=told["saving"])
    if "project" in told:
        return Project.objects.get(slug=told["project"])
    return Indicator.objects.get(reference=told["reference"])


def _write_plan(indicator: Indicator, told: dict[str, Any], diary: Diary) -> None:
    """The plan is written on its day; what was done since is recorded on the day it was done."""
    author, written = _person(told["author"]), date.fromisoformat(told["submitted_on"])
    diary.catch_up(written)
    with clock.at(written):
        plan = write_plan(
            indicator=indicator,
            cause=told["cause"],
            barriers=told["barriers"],
            help_wanted=told.get("help_wanted", ""),
            expected_recovery=Quarter.parse(told["expected_recovery"]),
            actions=[
                ActionGiven(
                    description=each["what"],
                    owner="",
                    person=_person(each["owner"]),
                    due_on=date.fromisoformat(each["due_on"]),
                )
                for each in told["actions"]
            ],
            today=min(written, *(date.fromisoformat(each["due_on"]) for each in told["actions"])),
            by=author,
            at=clock.now(),
        )
    for each, action in zip(told["actions"], plan.actions.all(), strict=True):
        if (done_on := _day(each["done_on"])) is not None:
            diary.note(max(done_on, written), partial(_progress, action, done_on, author))


def _progress(action: Action, done_on: date, author: User) -> None:
    if ActionPlan.objects.filter(pk=action.plan_id, is_latest=True).exists():
        record_progress(
            action=action, progress="", done_on=done_on, today=clock.localdate(), by=author
        )


def _table_greens(meeting: Meeting, greens: list[dict[str, str]]) -> None:
    """Strong performance is looked at too: good practice to share, or gold plating."""
    if not greens:
        return
    lines = [
        f"{Indicator.objects.get(reference=each['reference']).title}: {each['finding']}"
        for each in greens
    ]
    meetings.table_paper(
        meeting=meeting,
        title="Strong performance to learn from",
        text="\n\n".join(lines),
        by=officer(),
    )


def _record(told: dict[str, Any], call_in: CallIn, day: date) -> None:
    for each in told["challenges"]:
        outcomes.challenge(
            call_in=call_in,
            text=each["question"],
            answer=each["answer"],
            raised_by=_person(each["by"]),
            today=day,
            by=officer(),
        )
    plan = None
    if call_in.indicator is not None:
        plan = ActionPlan.objects.filter(indicator=call_in.indicator, is_latest=True).first()
    for said in told["decisions"]:
        kind = Outcome(said["kind"])
        accepted = plan if kind is Outcome.ACCEPT_PLAN else None
        outcomes.decide(
            call_in=call_in,
            kind=kind,
            text=said["text"],
            agreed_plan=accepted,
            returns_on=_day(said.get("returns_on")),
            today=day,
            by=officer(),
        )
    for each in told["agreed_actions"]:
        outcomes.agree_action(
            call_in=call_in,
            what=each["what"],
            owner="",
            person=_person(each["owner"]),
            due_on=date.fromisoformat(each["due_on"]),
            today=day,
            by=officer(),
        )


def _follow_up(told: dict[str, Any], call_in: CallIn, diary: Diary) -> None:
    for each, action in zip(told["agreed_actions"], call_in.agreed_actions.all(), strict=True):
        if (done_on := _day(each["done_on"])) is not None:
            act = partial(
                outcomes.complete_action,
                action=action,
                done_on=done_on,
                evidence=f"Reported to the performance team on {as_date(done_on)}",
                today=done_on,
                by=officer(),
            )
            diary.note(done_on, act)


def _unit(code: str | None) -> Unit | None:
    return Unit.objects.get(code=code) if code else None


def _person(email: str) -> User:
    return User.objects.get(email=email)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
