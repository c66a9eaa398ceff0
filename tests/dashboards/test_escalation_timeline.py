"""The story of one escalation: everything that happened to it, in order, to whoever may know."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assurance.rules import CallInVerdict
from core.quarters import Quarter
from escalation.models.escalations import Escalation, Handling
from escalation.services.handling import deal_with, refer_up
from escalation.services.plans import agree_plan, review_plan
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Level, Rag, Tier
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    ChallengeFactory,
    DecisionFactory,
    MeetingFactory,
    SeatFactory,
    TeamFactory,
)
from tests.escalation.closes import closes_on, measured, reported
from tests.factories import (
    VALUES,
    IndicatorFactory,
    OfficeSightFactory,
    UnitFactory,
    UserFactory,
    holder,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))
DEALT = closes_on(Q2) + timedelta(6)


def on(day):
    return time_machine.travel(f"{day}T09:00:00+00:00", tick=False)


@pytest.fixture
def division(sorp_in_force):
    return UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory())


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER, name="An Officer")


@pytest.fixture
def indicator(division):
    """Green, then red twice (PAT has it in Q2), with a plan that was judged and agreed."""
    found = measured(reference="PI-1", title="Potholes", unit=division, tier=Tier.CORPORATE)
    reported(found, "GRR", since=Quarter(2010, 4))
    return found


@pytest.fixture
def escalation(indicator):
    return Escalation.objects.get(indicator=indicator, level=Level.PAT)


@pytest.fixture
def dealt_with(escalation, indicator, officer):
    plan = ActionPlanFactory(
        indicator=indicator,
        written_at=datetime(2011, 11, 1, 9, tzinfo=UTC),
        expected_recovery=Q3,
        expected_value=90,
    )
    ActionFactory(plan=plan, position=1, description="Hire", done_on=date(2011, 11, 20))
    with on(DEALT):
        told = {"today": DEALT, "by": officer}
        review_plan(plan=plan, level=Level.PAT, sufficient=False, words="No costs", **told)
        agree_plan(plan=plan, **told)
        deal_with(
            escalation=escalation,
            kind=Handling.Kind.SENT_BACK,
            words="Bring the costs",
            handled_on=DEALT,
            **told,
        )
        refer_up(escalation=escalation, words="No money", handled_on=DEALT, **told)
    return plan


def story(client, row):
    answer = client.get(reverse("escalation", args=[row.pk]))
    assert answer.status_code == 200
    return answer.context["story"], " ".join(answer.content.decode().split())


def titles(told):
    return [each.title for each in told.events]


@pytest.mark.usefixtures("dealt_with")
def test_it_tells_everything_from_before_it_opened_to_its_recovery_in_order(
    client, escalation, indicator, officer
):
    with on(DEALT + timedelta(1)):
        revise_result(
            indicator=indicator,
            quarter=Q2,
            given=ResultGiven(value=VALUES[Rag.RED] + 1),
            reason="Two were counted twice",
            by=indicator.accountable_manager,
        )
    reported(indicator, "G", since=Q3)
    client.force_login(holder(PostKind.STAFF))
    escalation.refresh_from_db()

    told, page = story(client, escalation)

    in_order = [
        "Q4 2010/11: 95.0%",
        "Q1 2011/12: 70.0%",
        "Q2 2011/12: 70.0%",
        "Referred to the Performance Assurance Team for Q2 2011/12",
        f"Notice to {indicator.accountable_manager}",
        "Action plan 1 was written",
        "Sent back by the Performance Assurance Team",
        "Done: Hire",
        "Q3 2011/12: 95.0%",
        "Recovered in Q3 2011/12",
    ]
    found = titles(told)
    assert [each for each in found if each in in_order] == in_order
    assert {
        "Q2 2011/12, rated again: 71.0%",
        "Plan 1 was found not sufficient by the Performance Assurance Team",
        "Plan 1 was agreed",
        "Referred up by the Performance Assurance Team",
        "Referred to the Cabinet as well",
    } <= set(found)
    days = [each.date for each in told.events]
    assert days == sorted(days)
    for words in (
        "Revised: Two were counted twice",
        "No costs",
        "Bring the costs",
        "The trigger is “Red for two quarters” of SORP version 1.",
        "Before the plan it stood at 71.0% (red) in Q2 2011/12; it now stands at 95.0% (green)",
        "It expected 90.0% in Q3 2011/12, and 95.0% came: better than expected by 5.0%.",
        "Action plan 1 was written in Q3 2011/12.",  # in the chart's words
    ):
        assert words in page


def test_a_relapse_says_when_it_had_recovered(client, division):
    again = measured(reference="PI-2", unit=division, tier=Tier.DIVISION)
    reported(again, "RGR")
    row = Escalation.objects.get(indicator=again, level=Level.DIVISION, relapse=True)
    client.force_login(holder(PostKind.STAFF))

    told, page = story(client, row)

    assert "It is a relapse: it had recovered in Q2 2011/12." in page
    assert "A relapse" in page
    assert "Referred to the Divisional management team before" in titles(told)


@pytest.mark.usefixtures("dealt_with")
def test_what_was_referred_by_hand_says_by_whom_and_from_where(client, escalation, officer):
    above = Escalation.objects.get(level=Level.CABINET)
    client.force_login(holder(PostKind.STAFF))

    _, page = story(client, above)

    assert "An Officer, beyond what the rules require" in page
    assert f'href="/escalations/{escalation.pk}/">from the Performance Assurance Team<' in page
    assert "The trigger is" not in page


# Meetings -----------------------------------------------------------------------------------------


@pytest.fixture
def discussed(indicator, escalation):
    call_in = CallInFactory(
        indicator=indicator,
        meeting=MeetingFactory(meets_on=date(2011, 11, 14)),
        reason="Third time",
    )
    ChallengeFactory(call_in=call_in, text="Why so long?", answer="Frost")
    DecisionFactory(call_in=call_in, text="Come back in March")
    AgreedActionFactory(call_in=call_in, what="Publish the backlog", done_on=date(2011, 12, 1))
    CallInFactory(
        indicator=indicator,
        meeting=MeetingFactory(meets_on=date(2011, 12, 12)),
        verdict=CallInVerdict.DEFERRED,
        reason="Wait for the new figures",
    )
    return call_in


ALL_SAID = {"Why so long?", "Come back in March", "Publish the backlog", "Wait for the new"}


@pytest.mark.usefixtures("discussed")
def test_meetings_are_told_to_whoever_may_read_of_them(client, indicator, escalation, officer):
    OfficeSightFactory(office=PostKind.CABINET_MEMBER_PERFORMANCE)
    people = {
        "PAT’s NED": SeatFactory(kind="ned").user,
        "a performance officer": officer,
        "the Cabinet Member": holder(PostKind.CABINET_MEMBER_PERFORMANCE),
        "its manager": indicator.accountable_manager,
        "DAT’s officer": SeatFactory(team=TeamFactory(dat=True)).user,
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "staff": holder(PostKind.STAFF),
    }

    seen = {}
    for who, person in people.items():
        client.force_login(person)
        _, page = story(client, escalation)
        seen[who] = {words for words in ALL_SAID if words in page}

    own = ALL_SAID - {"Wait for the new"}
    assert seen == {
        "PAT’s NED": ALL_SAID,
        "a performance officer": ALL_SAID,
        "the Cabinet Member": ALL_SAID,
        "its manager": own,
        "DAT’s officer": set(),
        "another manager": set(),
        "staff": set(),
    }


def test_the_manager_reads_the_page_of_their_own_call_in_and_of_no_other(client, discussed):
    manager = discussed.indicator.accountable_manager
    other = CallInFactory(indicator=IndicatorFactory(), meeting=discussed.meeting)
    client.force_login(manager)

    answer = client.get(discussed.get_absolute_url())

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Come back in March" in page
    assert 'name="act"' not in page
    assert client.get(other.get_absolute_url()).status_code == 403
    assert client.get(discussed.meeting.get_absolute_url()).status_code == 403
    assert client.post(discussed.get_absolute_url(), {"act": "challenge"}).status_code == 403


# The page -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("dealt_with")
def test_only_those_who_may_are_offered_what_can_be_done(client, indicator, escalation, officer):
    offered = {}
    for who, person in {
        "manager": indicator.accountable_manager,
        "officer": officer,
        "staff": holder(PostKind.STAFF),
    }.items():
        client.force_login(person)
        _, page = story(client, escalation)
        offered[who] = ("Record what this level did" in page, "Replace the plan" in page)

    assert offered == {"manager": (False, True), "officer": (True, True), "staff": (False, False)}


@pytest.mark.usefixtures("dealt_with")
def test_on_paper_it_has_the_story_and_nothing_to_press(client, escalation, officer):
    client.force_login(officer)

    page = client.get(reverse("escalation", args=[escalation.pk]) + "?print").content.decode()

    assert "Bring the costs" in page
    assert "Printed on" in page
    assert "Record what this level did" not in page
    assert "govuk-service-navigation" not in page


def test_who_may_read_a_story(client, escalation):
    address = reverse("escalation", args=[escalation.pk])
    answers = {"nobody": client.get(address).status_code}
    for who, person in {
        "without a post": UserFactory(),
        "a Member": holder(PostKind.MEMBER),
    }.items():
        client.force_login(person)
        answers[who] = client.get(address).status_code

    assert answers == {"nobody": 302, "without a post": 403, "a Member": 403}
    client.force_login(holder(PostKind.STAFF))
    assert client.get(reverse("escalation", args=[999_999])).status_code == 404


def test_a_story_takes_as_many_queries_however_much_happened(
    client, escalation, indicator, officer
):
    def happens(times, first):
        for number in range(first, first + times):
            indicator.action_plans.update(is_latest=False)
            plan = ActionPlanFactory(
                indicator=indicator,
                number=number,
                written_at=datetime(2011, 11, 1, 9, tzinfo=UTC),
            )
            ActionFactory(plan=plan, position=1, done_on=date(2011, 11, 20))
            with on(DEALT):
                deal_with(
                    escalation=escalation,
                    kind=Handling.Kind.NOTED,
                    words=str(number),
                    handled_on=DEALT,
                    today=DEALT,
                    by=officer,
                )
            day = date(2011, 11, 1) + timedelta(number)
            call_in = CallInFactory(indicator=indicator, meeting=MeetingFactory(meets_on=day))
            ChallengeFactory(call_in=call_in)
            DecisionFactory(call_in=call_in, agreed_plan=plan)
            AgreedActionFactory(call_in=call_in)

    client.force_login(officer)
    address = reverse("escalation", args=[escalation.pk])
    happens(1, 1)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    happens(19, 2)
    with CaptureQueriesContext(connection) as many:
        client.get(address)

    assert len(many) == len(few)
