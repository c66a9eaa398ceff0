"""A director names an acting manager; what went over goes back; and the sheet for whoever takes over."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from core.refusals import Refused
from dashboards.queries.acting import acting_within_reach
from dashboards.queries.home_page import home_page
from dashboards.services.acting import WentOver, hand_back, name_acting_manager
from escalation.services.plans import may_write_plan
from indicators.models.returns import Draft
from organisation.models.people import Appointment
from organisation.rules import PostKind
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    MeetingFactory,
)
from tests.factories import IndicatorFactory, UnitFactory, UserFactory, holder
from tests.strategy.factories import MilestoneFactory

pytestmark = pytest.mark.django_db
TODAY = date(2011, 11, 1)


@pytest.fixture(autouse=True)
def _on_the_first_of_november():
    with time_machine.travel("2011-11-01T09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def unit():
    return UnitFactory(name="Highways")


@pytest.fixture
def director(unit):
    return holder(PostKind.DIRECTOR, unit=unit, name="Dina Director")


@pytest.fixture
def manager(unit):
    return holder(PostKind.ACCOUNTABLE_MANAGER, unit=unit, name="Mo Field")


@pytest.fixture
def stand_in(unit):
    return holder(PostKind.STAFF, unit=unit, name="Grace Ifould")


@pytest.fixture
def indicator(unit, manager):
    return IndicatorFactory(reference="HW-01", unit=unit, accountable_manager=manager)


@pytest.fixture
def name(manager, stand_in, director):
    def name(**otherwise):
        given = {"manager": manager, "acting": stand_in, "by": director} | otherwise
        return name_acting_manager(**given, today=TODAY)

    return name


def test_everything_of_a_managers_is_the_acting_managers_from_today_and_goes_back(
    client, unit, manager, stand_in, director, indicator, name
):
    own = IndicatorFactory(reference="HW-02", unit=unit, accountable_manager=stand_in)
    theirs = ActionFactory(plan=ActionPlanFactory(indicator=own), person=stand_in)
    plan = ActionPlanFactory(indicator=indicator)
    action = ActionFactory(plan=plan, person=manager, owner=manager.name)
    milestone = MilestoneFactory(accountable_manager=manager)
    Draft.objects.create(
        indicator=indicator, quarter=Quarter(2011, 2), typed={"value": "9"}, saved_by=manager
    )
    CallInFactory(indicator=indicator, meeting=MeetingFactory(meets_on=date(2011, 11, 20)))

    client.force_login(director)
    assert reverse("acting_manager") in client.get(reverse("home")).content.decode()
    page = client.get(f"{reverse('acting_manager')}?for={manager.pk}").content.decode()
    assert f'<option value="{manager.pk}" selected>' in page
    answer = client.post(
        reverse("acting_manager"), {"manager": manager.pk, "acting": stand_in.pk}, follow=True
    )

    assert answer.redirect_chain[0][0] == reverse("handover_sheet", args=[stand_in.pk])
    assert "1 indicator, 1 milestone and 1 action went over" in answer.content.decode()
    indicator.refresh_from_db()
    action.refresh_from_db()
    milestone.refresh_from_db()
    assert indicator.accountable_manager == stand_in
    assert (action.person, milestone.accountable_manager) == (stand_in, stand_in)
    assert may_write_plan(indicator, stand_in)
    assert not may_write_plan(indicator, manager)
    told = " ".join(each.sentence for each in home_page(reader=stand_in, today=TODAY).next_steps)
    assert "PAT has called in “Indicator HW-01”: you attend its meeting" in told
    assert Appointment.objects.held_on(TODAY).filter(
        user=stand_in, post__kind=PostKind.ACCOUNTABLE_MANAGER, post__unit=unit
    )
    assert {each.recipient for each in Notice.objects.all()} == {manager, stand_in}
    acting = acting_within_reach(director)
    assert [(each.manager, each.acting, each.since) for each in acting] == [
        (manager, stand_in, TODAY)
    ]

    for _ in range(2):
        client.post(reverse("acting_manager"), {"hand_back": acting[0].key})

    for row in (indicator, action, milestone, own, theirs):
        row.refresh_from_db()
    assert (indicator.accountable_manager, own.accountable_manager) == (manager, stand_in)
    assert (action.person, theirs.person) == (manager, stand_in)
    assert milestone.accountable_manager == manager
    assert acting_within_reach(director) == []
    acts = AuditEvent.objects.filter(act__endswith="acting manager").order_by("id")
    assert [(each.act, each.actor) for each in acts] == [
        ("named acting manager", director),
        ("ended acting manager", director),
    ]


def test_who_may_name_an_acting_manager_and_hand_back(unit, manager, stand_in, indicator, name):
    elsewhere = holder(PostKind.DIRECTOR)
    people = {
        "the director": holder(PostKind.DIRECTOR, unit=unit),
        "the director of another unit": elsewhere,
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "the manager": manager,
        "who would act": stand_in,
        "an auditor": holder(PostKind.AUDITOR),
    }
    may = {}
    for who, person in people.items():
        try:
            name(by=person)
            hand_back(manager=manager, acting=stand_in, today=TODAY, by=person)
            may[who] = True
        except PermissionDenied:
            may[who] = False
    assert {who for who, answer in may.items() if answer} == {
        "the director",
        "a performance officer",
    }
    name(by=people["the director"])
    with pytest.raises(PermissionDenied):
        hand_back(manager=manager, acting=stand_in, today=TODAY, by=elsewhere)


def test_only_what_lies_in_the_units_of_whoever_names_goes_over(manager, indicator, name):
    other = IndicatorFactory(reference="LB-01", accountable_manager=manager)

    assert name() == WentOver(1, 0, 0)

    other.refresh_from_db()
    assert other.accountable_manager == manager


def test_who_cannot_act_is_refused_in_words_and_nothing_goes_over(manager, indicator, name):
    gone = holder(PostKind.STAFF, name="Gone Away", is_active=False)
    for acting, told in (
        (manager, "cannot act for themselves"),
        (gone, "Gone Away has left"),
        (UserFactory(name="No Post"), "No Post holds no post"),
    ):
        with pytest.raises(Refused, match=told) as refusal:
            name(acting=acting)
        assert refusal.value.field == "acting"
    indicator.refresh_from_db()
    assert indicator.accountable_manager == manager


def test_nothing_goes_back_to_somebody_who_holds_no_managers_post_any_more(
    manager, stand_in, director, indicator, name
):
    name()
    manager.appointments.update(ends_on=date(2011, 10, 1))

    with pytest.raises(Refused, match="does not hold an accountable manager’s post"):
        hand_back(manager=manager, acting=stand_in, today=TODAY, by=director)

    indicator.refresh_from_db()
    assert indicator.accountable_manager == stand_in


def test_a_director_whose_units_have_no_indicator_yet_is_told_so(client, director, manager):
    client.force_login(director)
    assert "Nobody answers for an indicator here yet" in (
        client.get(reverse("acting_manager")).content.decode()
    )
    client.force_login(manager)
    assert client.get(reverse("acting_manager")).status_code == 403


# The sheet --------------------------------------------------------------------------------------


def sheet_of(client, person, reader):
    client.force_login(reader)
    return client.get(reverse("handover_sheet", args=[person.pk]))


def test_the_sheet_says_what_is_answered_for_what_is_next_and_whom_to_ask(
    client, unit, manager, director, indicator
):
    holder(PostKind.DEPUTY, unit=unit, name="Del Deputy")
    holder(PostKind.PERFORMANCE_OFFICER, name="Olive Officer")
    plan = ActionPlanFactory(indicator=indicator)
    ActionFactory(plan=plan, person=manager, description="Recruit two", due_on=date(2011, 12, 1))
    MilestoneFactory(accountable_manager=manager, title="Depot opens")
    CallInFactory(indicator=indicator, meeting=MeetingFactory(meets_on=date(2011, 11, 20)))

    AgreedActionFactory(
        call_in__indicator=indicator, what="Ask the board", owner="Cy Chair", due_on=TODAY
    )

    page = sheet_of(client, manager, manager).content.decode()

    for said in (
        "Ask the board",
        "in the name of Cy Chair",
        "HW-01",
        "Plan 1",
        "Recruit two",
        "Depot opens",
        "20 November 2011",
        "HW-01 is called in",
        "Dina Director",
        "Del Deputy",
        "Olive Officer",
    ):
        assert said in page, said
    assert "Name somebody to act" not in page
    assert "Name somebody to act" in sheet_of(client, manager, director).content.decode()


def test_who_may_read_the_sheet(client, manager, director, indicator):
    answers = {
        "themselves": sheet_of(client, manager, manager),
        "the director": sheet_of(client, manager, director),
        "a performance officer": sheet_of(client, manager, holder(PostKind.PERFORMANCE_OFFICER)),
        "another manager": sheet_of(client, manager, holder(PostKind.ACCOUNTABLE_MANAGER)),
        "another director": sheet_of(client, manager, holder(PostKind.DIRECTOR)),
    }
    assert {who: answer.status_code for who, answer in answers.items()} == {
        "themselves": 200,
        "the director": 200,
        "a performance officer": 200,
        "another manager": 403,
        "another director": 403,
    }


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_sheet_asks_as_much_for_twenty_indicators_as_for_one(
    client, unit, manager, how_many, django_assert_max_num_queries
):
    for number in range(how_many):
        each = IndicatorFactory(reference=f"HW-{number:02}", unit=unit, accountable_manager=manager)
        ActionFactory(plan=ActionPlanFactory(indicator=each), person=manager)
        MilestoneFactory(accountable_manager=manager)
    client.force_login(manager)

    with django_assert_max_num_queries(40):
        client.get(reverse("handover_sheet", args=[manager.pk]))
