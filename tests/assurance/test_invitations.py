"""Accountable managers are asked to a meeting at once, bring a paper, send a deputy only by consent, and are reminded."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from assurance import tasks
from assurance.models.invitations import Invitation, ManagersPaper
from assurance.queries.attendance import attendance_sheet
from assurance.rules import DeputyState, Standing
from assurance.services import call_ins
from assurance.services.invitations import (
    BRING,
    ask_for_deputy,
    ask_to_bring,
    decide_deputy,
    invite,
    remind_of_papers,
    write_managers_paper,
)
from assurance.services.meetings import cancel_meeting, move_meeting
from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.refusals import Refused
from organisation.rules import PostKind
from tests.assurance.factories import ActionPlanFactory, MeetingFactory, SeatFactory
from tests.assurance.pages import address, text_of
from tests.factories import IndicatorFactory, UserFactory, holder

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_databases,
    pytest.mark.usefixtures("sorp_in_force"),
]
TODAY = date(2011, 10, 31)


@pytest.fixture(autouse=True)
def _two_weeks_before():
    with time_machine.travel("2011-10-31T09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def invited(meeting, red, chair):
    return call_ins.call_in(meeting=meeting, matter=red, by=chair).invitation


@pytest.fixture
def manager(red):
    return red.accountable_manager


def told(person):
    return list(Notice.objects.filter(recipient=person).order_by("pk"))


def test_calling_in_tells_the_manager_at_once_why_when_and_what_to_bring(invited, manager, meeting):
    (notice,) = told(manager)

    assert notice.subject == "PAT calls in PI-7: Monday 14 November 2011"
    assert "Red in Q2 2011/12; it was amber in Q1 2011/12." in notice.body
    assert f"Bring by Monday 7 November 2011: {BRING}" in notice.body
    assert notice.address == invited.get_absolute_url()
    assert notice.kind == Notice.Kind.TO_DECIDE


def test_a_second_press_tells_nobody_twice(meeting, red, chair, manager, invited):
    call_ins.call_in(meeting=meeting, matter=red, by=chair)

    assert len(told(manager)) == 1


def test_what_is_withdrawn_needs_nobody_and_called_in_again_is_asked_for_again(
    meeting, red, chair, manager, invited
):
    call_ins.withdraw(meeting=meeting, matter=red, reason="It is being audited", by=chair)
    call_ins.call_in(meeting=meeting, matter=red, by=chair)

    assert [each.subject for each in told(manager)] == [
        "PAT calls in PI-7: Monday 14 November 2011",
        "PI-7 is no longer called in by PAT",
        "PAT calls in PI-7: Monday 14 November 2011",
    ]
    assert Invitation.objects.get().times_sent == 2


@pytest.mark.parametrize(
    ("today", "day"),
    [
        ("2011-10-31", date(2011, 11, 7)),
        ("2011-11-09", date(2011, 11, 10)),
        ("2011-11-11", date(2011, 11, 14)),
        ("2011-11-14", date(2011, 11, 14)),
    ],
)
def test_the_day_to_bring_it_by_is_never_past_nor_after_the_meeting(
    meeting, red, chair, today, day
):
    with time_machine.travel(f"{today}T09:00:00+00:00", tick=False):
        row = call_ins.call_in(meeting=meeting, matter=red, by=chair).invitation

    assert row.bring_by == day


def test_what_is_asked_for_can_be_changed_and_is_told(invited, chair, manager):
    said = {"bring": "The contract", "bring_by": date(2011, 11, 10), "today": TODAY}

    for _ in range(2):
        ask_to_bring(invitation=invited, by=chair, **said)

    assert "Bring by Thursday 10 November 2011: The contract" in told(manager)[-1].body
    assert len(told(manager)) == 2
    for wrong, sentence in (
        ({"bring": " "}, "Enter what"),
        ({"bring_by": date(2011, 11, 15)}, "its day, or before"),
        ({"bring_by": date(2011, 10, 28)}, "today or a later"),
    ):
        with pytest.raises(Refused, match=sentence):
            ask_to_bring(invitation=invited, by=chair, **(said | wrong))
    with pytest.raises(PermissionDenied):
        ask_to_bring(invitation=invited, by=manager, **said)


def test_an_invitation_goes_along_with_a_meeting_that_moves_or_is_cancelled(
    invited, meeting, chair, manager
):
    later = MeetingFactory(team=meeting.team, meets_on=date(2011, 12, 12))
    move_meeting(meeting=meeting, meets_on=date(2011, 11, 4), reason="Earlier", by=chair)
    invited.refresh_from_db()
    assert invited.bring_by <= date(2011, 11, 4)

    cancel_meeting(meeting=meeting, reason="Flood", today=TODAY, by=chair)

    carried = later.call_ins.get().invitation
    assert carried.bring_by == date(2011, 12, 5)
    assert told(manager)[-2].subject == "PAT calls in PI-7: Monday 12 December 2011"


# The paper


def test_each_version_of_the_managers_paper_stays(invited, manager, chair):
    call_in, plan = invited.call_in, ActionPlanFactory(indicator=invited.call_in.indicator)

    for cause in ("Two engineers left", "Two engineers left", "Three engineers left"):
        write_managers_paper(call_in=call_in, cause=cause, plan=plan, by=manager)

    assert list(call_in.managers_papers.values_list("number", "cause")) == [
        (2, "Three engineers left"),
        (1, "Two engineers left"),
    ]
    events = AuditEvent.objects.filter(act="wrote paper").order_by("pk")
    assert [each.detail["number"] for each in events] == [1, 2]
    with pytest.raises(IntegrityError), transaction.atomic():
        ManagersPaper.objects.update(cause="Another")
    with pytest.raises(IntegrityError), transaction.atomic():
        ManagersPaper.objects.all().delete()


def test_a_paper_needs_a_cause_its_own_plan_and_a_meeting_to_come(invited, manager, meeting):
    call_in, other = invited.call_in, ActionPlanFactory(indicator=IndicatorFactory())

    with pytest.raises(Refused, match="what caused it"):
        write_managers_paper(call_in=call_in, cause=" ", by=manager)
    with pytest.raises(Refused, match="a plan for this item"):
        write_managers_paper(call_in=call_in, cause="It rained", plan=other, by=manager)
    with pytest.raises(PermissionDenied):
        write_managers_paper(call_in=call_in, cause="It rained", by=holder(PostKind.STAFF))
    meeting.state = "held"
    meeting.save()
    call_in.meeting.refresh_from_db()
    with pytest.raises(Refused, match="past"):
        write_managers_paper(call_in=call_in, cause="It rained", by=manager)
    assert not ManagersPaper.objects.exists()


# A deputy


def test_a_deputy_comes_only_with_the_chairs_consent(client, invited, manager, chair, meeting):
    deputy = UserFactory(name="Dee Putty")
    page = invited.get_absolute_url()
    ask_for_deputy(invitation=invited, deputy=deputy, reason="I am on leave", by=manager)
    invited.refresh_from_db()

    assert [each.user for each in attendance_sheet(meeting).expected] == [chair, manager]
    client.force_login(deputy)
    assert client.get(page).status_code == 403
    assert f"{manager} asks that Dee Putty comes to PAT for PI-7" in told(chair)[-1].subject

    for _ in range(2):
        decide_deputy(invitation=invited, agrees=True, by=chair)

    expected = attendance_sheet(meeting).expected[-1]
    assert (expected.user, expected.standing) == (deputy, Standing.DEPUTY)
    assert expected.as_what == f"In place of {manager}, for PI-7"
    assert client.get(page).status_code == 200
    assert client.get(address("called_in", "PI-7")).status_code == 200
    assert [len(told(each)) for each in (deputy, manager)] == [1, 2]


def test_a_deputy_that_is_not_agreed_stays_away(invited, manager, chair, meeting):
    deputy = UserFactory()
    ask_for_deputy(invitation=invited, deputy=deputy, reason="Leave", by=manager)

    decide_deputy(invitation=invited, agrees=False, by=chair)

    assert attendance_sheet(meeting).expected[-1].user == manager
    assert told(manager)[-1].subject == "The chair expects you at PAT yourself"
    assert told(deputy) == []


def test_a_deputy_is_asked_for_with_a_reason_by_the_manager_and_decided_by_the_chair(
    invited, manager, chair
):
    someone = UserFactory()
    for wrong, by, refusal in (
        ({"reason": " "}, manager, Refused),
        ({"deputy": manager}, manager, Refused),
        ({}, someone, PermissionDenied),
    ):
        with pytest.raises(refusal):
            ask_for_deputy(
                **({"invitation": invited, "deputy": someone, "reason": "Leave"} | wrong), by=by
            )
    with pytest.raises(Refused, match="No deputy"):
        decide_deputy(invitation=invited, agrees=True, by=chair)
    with pytest.raises(PermissionDenied):
        decide_deputy(invitation=invited, agrees=True, by=manager)
    for nonsense in (
        {"deputy": someone},
        {"deputy_state": DeputyState.AGREED},
        {"deputy": someone, "deputy_reason": "Leave", "deputy_state": "agreed"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.update(**nonsense)


# Reminders


def test_a_paper_is_asked_for_two_working_days_before_and_once_more_when_it_is_overdue(
    invited, manager
):
    days = [date(2011, 11, each) for each in (2, 3, 4, 7, 8, 9)]

    new = [[remind_of_papers(today=day) for _ in range(2)] for day in days]

    assert new == [[0, 0], [1, 0], [0, 0], [0, 0], [1, 0], [0, 0]]
    assert [each.subject for each in told(manager)[1:]] == [
        "Your paper for PAT on PI-7 is due on Monday 7 November 2011",
        "Your paper for PAT on PI-7 was due on Monday 7 November 2011",
    ]


def test_who_brought_a_paper_or_is_no_longer_called_in_is_not_reminded(
    invited, manager, meeting, red, chair
):
    write_managers_paper(call_in=invited.call_in, cause="It rained", by=manager)
    with time_machine.travel("2011-11-08T09:00:00+00:00", tick=False):
        assert tasks.remind_of_papers() == 0
    other = IndicatorFactory(reference="PI-8")
    call_ins.call_in(meeting=meeting, matter=other, reason="Mine", by=chair)
    with time_machine.travel("2011-11-08T09:00:00+00:00", tick=False):
        assert [tasks.remind_of_papers() for _ in range(2)] == [1, 0]
    call_ins.withdraw(meeting=meeting, matter=other, reason="No", by=chair)
    with time_machine.travel("2011-11-12T09:00:00+00:00", tick=False):
        assert tasks.remind_of_papers() == 0


# Its page


def test_a_manager_reads_what_to_bring_and_puts_a_paper_before_the_meeting(
    client, invited, manager
):
    plan = ActionPlanFactory(indicator=invited.call_in.indicator)
    page = invited.get_absolute_url()
    client.force_login(manager)

    shown = text_of(client.get(page))
    assert plan.cause in shown, "the paper begins with the plan's words"
    empty = text_of(client.post(page, {"act": "paper", "paper-obstacles": "No staff"}))
    assert "Enter what caused it" in empty
    assert "No staff" in empty, "what was typed stays"

    typed = {"act": "paper", "paper-cause": "Frost", "paper-asked": "Money"}
    done = client.post(page, typed | {"paper-brings_plan": "on"}, follow=True)

    assert "Your paper is on record" in text_of(done)
    paper = ManagersPaper.objects.get()
    assert (paper.cause, paper.asked, paper.plan) == ("Frost", "Money", plan)


def test_only_who_attends_or_reads_the_papers_sees_it_and_each_does_only_their_own(
    client, invited, manager, chair
):
    page = invited.get_absolute_url()
    ned = SeatFactory(team=invited.call_in.meeting.team).user
    people = {"manager": manager, "chair": chair, "seat": ned, "staff": holder(PostKind.STAFF)}
    acts = {
        "paper": {"paper-cause": "Frost"},
        "ask": {"ask-bring": " "},
        "deputy": {"deputy-reason": ""},
        "agree": {},
    }
    told_to = {}
    for name, person in people.items():
        client.force_login(person)
        told_to[name] = [
            client.get(page).status_code,
            *(client.post(page, {"act": act, **typed}).status_code for act, typed in acts.items()),
        ]

    assert told_to == {
        "manager": [200, 302, 403, 200, 403],
        "chair": [200, 302, 200, 403, 200],
        "seat": [200, 403, 403, 403, 403],
        "staff": [403, 403, 403, 403, 403],
    }


def test_an_invitation_of_before_stands_and_inviting_needs_who_leads(meeting, red, call_in):
    """What was called in before invitations were sent has none until it is called in again."""
    with pytest.raises(PermissionDenied):
        invite(call_in=call_in, by=UserFactory())
    assert not Invitation.objects.exists()


def test_cancelling_and_what_goes_along_are_on_record(invited, meeting, chair):
    MeetingFactory(team=meeting.team, meets_on=date(2011, 12, 12))

    cancel_meeting(meeting=meeting, reason="Flood", today=TODAY, by=chair)

    told_of = {each.act: each for each in AuditEvent.objects.order_by("pk")}
    assert told_of["cancelled meeting"].detail["reason"] == "Flood"
    assert told_of["carried to another meeting"].detail["was"] == "2011-11-14"
