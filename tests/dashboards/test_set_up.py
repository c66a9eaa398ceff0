"""The list of what is set up: each step with its state, what is missing and why it matters."""

import pytest
import time_machine

from core.clock import now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from dashboards.queries.set_up import StepState, set_up
from organisation.models.bodies import Committee
from organisation.models.council import AssuranceTeams
from organisation.rules import PostKind
from organisation.services.council import describe_council
from organisation.services.people import appoint_first_officer
from sorp.services.seeding import seed_default_statement
from tests.factories import CouncilFactory, IndicatorFactory, TargetFactory, UnitFactory, holder

pytestmark = pytest.mark.django_db
TODAY = Quarter(2011, 1).last_day


@pytest.fixture(autouse=True)
def in_june():
    with time_machine.travel("2011-06-30 10:00 +0100", tick=False):
        yield


def states():
    return {step.key: step.state for step in set_up(today=TODAY).steps}


def missing(key):
    return list(next(step for step in set_up(today=TODAY).steps if step.key == key).missing)


def test_on_an_empty_council_nothing_has_begun_and_every_step_says_why_it_matters(client):
    held = appoint_first_officer(
        email="ada@council.example",
        name="Ada",
        council="Wealdshire",
        council_code="W",
        today=TODAY,
        by=None,
    )
    client.force_login(held.user)

    page = client.get("/set-up/")

    assert set(states().values()) == {StepState.NOT_BEGUN}
    assert all(step.why and step.missing for step in set_up(today=TODAY).steps)
    assert page.content.decode().count("Not started") == len(states())


def test_each_step_is_as_far_as_the_facts_are():
    describe_council(name="W", colour="", words={}, teams=AssuranceTeams.NONE, by=None)
    roads = UnitFactory(code="ROADS", name="Roads")
    holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    seed_default_statement(from_quarter=Quarter(2010, 1), approved_on=TODAY, by=None)
    Committee.objects.create(code="C", name="Cabinet", kind="cabinet", starts_on=TODAY)
    IndicatorFactory(reference="R-1", unit=roads)
    ReportingQuarter.objects.create(quarter=Quarter(2010, 4), begun_at=now())

    found = states()

    assert {key for key, state in found.items() if state is StepState.DONE} == {
        *("council", "units", "teams", "sorp", "indicators", "calendar"),
    }
    assert found["people"] is found["bodies"] is StepState.BEGUN
    assert "Roads has no director" in missing("people")
    assert missing("bodies") == ["There is no scrutiny committee (POSC)"]
    assert missing("targets")[0] == "1 of 1 has no target for Q1 2011/12"
    TargetFactory(indicator__reference="R-2")
    assert states()["targets"] is StepState.BEGUN


def begin(quarter, *, closed=False):
    state = ReportingQuarter.State.CLOSED if closed else ReportingQuarter.State.OPEN
    ReportingQuarter.objects.create(
        quarter=quarter, begun_at=now(), state=state, closed_at=now() if closed else None
    )


Q3, Q4 = Quarter(2010, 3), Quarter(2010, 4)


@pytest.mark.parametrize(
    ("quarters", "stands", "lacks"),
    [
        ({}, "No quarter has been begun", "No quarter has begun, so nobody is asked for results"),
        ({Q4: False}, "Q4 2010/11 is open", None),
        (
            {Q4: True},
            "Q4 2010/11 is closed, Q1 2011/12 can be begun once it has ended, on Thursday 30 "
            "June 2011",
            None,
        ),
        ({Q3: True, Q4: False}, "Q3 2010/11 is closed, Q4 2010/11 is open", None),
        (
            {Q3: True},
            "Q3 2010/11 is closed",
            "Q4 2010/11 has ended but has not been begun, so nobody is asked for its results",
        ),
    ],
)
def test_the_calendar_says_which_quarter_is_closed_and_whether_the_next_is_begun(
    quarters, stands, lacks
):
    for quarter, closed in quarters.items():
        begin(quarter, closed=closed)

    step = next(each for each in set_up(today=TODAY).steps if each.key == "calendar")

    assert step.stands == stands
    assert list(step.missing) == ([lacks] if lacks else [])


def test_a_long_list_of_what_is_missing_is_cut_and_counted():
    for number in range(6):
        UnitFactory(name=f"Unit {number}")

    assert missing("people")[3] == "… and 3 more"


def test_the_page_asks_as_much_of_the_database_for_twenty_as_for_one(
    client, django_assert_max_num_queries
):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory()))
    IndicatorFactory(unit=UnitFactory())
    with django_assert_max_num_queries(60) as one:
        client.get("/set-up/")
    for _ in range(19):
        IndicatorFactory(unit=UnitFactory())
    with django_assert_max_num_queries(len(one)):
        client.get("/set-up/")


def test_only_the_performance_team_finds_it_in_the_menu(client):
    client.force_login(holder(PostKind.DIRECTOR))
    assert "/set-up/" not in client.get("/home/").content.decode()
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory()))
    assert 'href="/set-up/"' in client.get("/home/").content.decode()
