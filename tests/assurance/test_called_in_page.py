"""A called-in indicator's page: challenge, decisions and agreed actions."""

from datetime import date

import pytest
from django.urls import reverse

from assurance.models.meetings import AgreedAction, Challenge, Decision
from assurance.rules import CallInVerdict
from organisation.rules import PostKind
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    ChallengeFactory,
    DecisionFactory,
    MeetingFactory,
    SeatFactory,
)
from tests.assurance.pages import address, text_of
from tests.factories import holder

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting"),
]
DAY = date(2011, 11, 14)


def test_a_called_in_indicators_page_tells_its_story(client, chair, call_in):
    plan = ActionPlanFactory(indicator=call_in.indicator, barriers="No market")
    ActionFactory(plan=plan, description="Recruit")
    earlier = CallInFactory(
        indicator=call_in.indicator, meeting=MeetingFactory(meets_on=date(2011, 10, 10))
    )
    DecisionFactory(call_in=earlier, text="Look again")
    ChallengeFactory(call_in=call_in, text="Why so long?", answer="Frost")
    client.force_login(chair)

    page = text_of(client.get(address("called_in", "PI-7")))

    for words in (
        "Red in Q2 2011/12.",
        "Q1 2011/12",
        "No market",
        "Recruit",
        "Look again",
        "Why so long?",
        "Frost",
        "Action plan 1 is agreed",
    ):
        assert words in page


def test_challenge_decision_and_action_are_recorded_by_their_forms(client, chair, call_in):
    plan = ActionPlanFactory(indicator=call_in.indicator)
    client.force_login(chair)
    page = address("called_in", "PI-7")

    client.post(
        page,
        {
            "act": "challenge",
            "challenge-text": "Why?",
            "challenge-answer": "Frost",
            "challenge-raised_by": chair.pk,
        },
    )
    client.post(
        page,
        {
            "act": "decision",
            "decision-kind": "accept",
            "decision-text": "Agreed",
            "decision-agrees_plan": "on",
        },
    )
    client.post(
        page,
        {
            "act": "action",
            "action-what": "Hire",
            "action-owner": "HR",
            "action-is_outsider": "on",
            "action-due_on_day": "1",
            "action-due_on_month": "12",
            "action-due_on_year": "2011",
        },
    )

    assert (Challenge.objects.get().text, Challenge.objects.get().answer) == ("Why?", "Frost")
    assert Decision.objects.get().agreed_plan == plan
    assert AgreedAction.objects.get().due_on == date(2011, 12, 1)


@pytest.mark.parametrize(
    ("posted", "sentence", "kept"),
    [
        (
            {"act": "challenge", "challenge-text": " ", "challenge-answer": "Frost"},
            "Enter what was asked",
            "Frost",
        ),
        ({"act": "decision", "decision-text": "Go on"}, "Choose what came of it", "Go on"),
        (
            {"act": "decision", "decision-kind": "return_on", "decision-text": "Go on"},
            "Enter a day after the meeting",
            "Go on",
        ),
        (
            {"act": "challenge", "challenge-text": "Why?", "challenge-raised_by": "999999"},
            "Select who asked from the list",
            "Why?",
        ),
        (
            {"act": "decision", "decision-kind": "no_action", "decision-text": " "},
            "Enter what was decided",
            "Decisions",
        ),
        (
            {
                "act": "action",
                "action-what": "Hire",
                "action-owner": "",
                "action-due_on_day": "1",
                "action-due_on_month": "12",
                "action-due_on_year": "2011",
            },
            "Enter who will do it",
            'value="Hire"',
        ),
        (
            {
                "act": "action",
                "action-what": "Hire",
                "action-owner": "HR",
                "action-is_outsider": "on",
                "action-due_on_day": "1",
                "action-due_on_month": "11",
                "action-due_on_year": "2011",
            },
            "day of the meeting or a later day",
            'value="Hire"',
        ),
    ],
)
def test_the_forms_say_what_to_do_and_keep_what_was_typed(
    client, chair, call_in, posted, sentence, kept
):
    client.force_login(chair)

    response = client.post(address("called_in", "PI-7"), posted)

    page = text_of(response)
    assert response.status_code == 200
    assert "There is a problem" in page
    assert sentence in page
    assert kept in page
    assert page.count("govuk-error-message") == 1
    for model in (Challenge, Decision, AgreedAction):
        assert not model.objects.exists()


def test_an_act_nobody_knows_is_not_found(client, chair, call_in):
    client.force_login(chair)

    assert client.post(address("called_in", "PI-7"), {"act": "shout"}).status_code == 404


def test_what_was_declined_has_no_page_at_the_meeting(client, chair, call_in):
    call_in.verdict, call_in.reason = CallInVerdict.DECLINED, "Explained"
    call_in.save()
    client.force_login(chair)

    assert client.get(address("called_in", "PI-7")).status_code == 404


def test_an_agreed_action_is_reported_on_by_its_manager(client, call_in):
    action = AgreedActionFactory(call_in=call_in)
    page = reverse("report_on_action", args=[action.pk])
    client.force_login(call_in.indicator.accountable_manager)
    day = {"done_on_day": "15", "done_on_month": "11", "done_on_year": "2011"}

    refused = text_of(client.post(page, {"progress": "Hired", **day}))
    assert "in the future" in refused
    assert "Hired" in refused

    unshown = text_of(client.post(page, {"progress": "Hired", **day, "done_on_day": "14"}))
    assert "Say what shows that it is done" in unshown
    client.post(page, {"progress": "Hired", "evidence": "Seen", **day, "done_on_day": "14"})
    action.refresh_from_db()
    assert action.done_on == DAY

    client.force_login(holder(PostKind.ACCOUNTABLE_MANAGER))
    assert client.get(page).status_code == 404


def test_who_may_record_on_the_called_in_page(client, chair, call_in):
    page = address("called_in", "PI-7")
    people = {
        "a NED": SeatFactory(kind="ned").user,
        "the Cabinet Member": holder(PostKind.CABINET_MEMBER_PERFORMANCE),
    }
    seen = {}
    for who, person in people.items():
        client.force_login(person)
        seen[who] = {
            act: client.post(page, {"act": act}).status_code
            for act in ("challenge", "decision", "action")
        }

    assert seen == {
        "a NED": {"challenge": 200, "decision": 403, "action": 403},
        "the Cabinet Member": {"challenge": 403, "decision": 403, "action": 403},
    }
