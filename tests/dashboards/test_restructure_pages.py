"""Two directorates merged from next quarter, on pages only: earlier reports and dashboards keep their day."""

import re
from datetime import date

import pytest
import time_machine

from assurance.models.teams import Seat
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from escalation.models.plans import Action
from indicators.models.definitions import Indicator
from organisation.models.people import Appointment
from organisation.models.units import Unit
from organisation.rules import PostKind, UnitTier
from organisation.tasks import take_up_structure
from reports.contents.edition import edition_contents
from strategy.models import Milestone
from tests.assurance.factories import ActionFactory, ActionPlanFactory, SeatFactory, TeamFactory
from tests.factories import CouncilFactory, IndicatorFactory, UnitFactory, holder, rated
from tests.organisation.test_set_up_pages import confirmed, day, text
from tests.strategy.factories import MilestoneFactory

pytestmark = pytest.mark.django_db
Q3, Q4, Q1 = Quarter(2010, 3), Quarter(2010, 4), Quarter(2011, 1)


@pytest.fixture(autouse=True)
def in_february():
    with time_machine.travel("2011-02-01 10:00 +0000", tick=False):
        yield


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory(), name="Ada Smith")
    client.force_login(person)
    return person


@pytest.fixture
def council(sorp_in_force):
    """Two directorates, each with a division whose indicator is rated; one has an indicator of its own."""
    roads = UnitFactory(code="ROADS", name="Roads")
    waste = UnitFactory(code="WASTE", name="Waste")
    north = UnitFactory(code="NORTH", name="North", tier=UnitTier.DIVISION, parent=roads)
    tips = UnitFactory(code="TIPS", name="Tips", tier=UnitTier.DIVISION, parent=waste)
    for unit, reference, picture in (
        (north, "N-1", "RR"),
        (tips, "T-1", "GG"),
        (roads, "R-1", "AA"),
    ):
        rated(IndicatorFactory(reference=reference, unit=unit, layer="core"), picture, since=Q3)
    dee = holder(PostKind.DIRECTOR, unit=roads, name="Dee")
    SeatFactory(team=TeamFactory(), user=dee, kind="director", unit=roads)
    for quarter in (Q3, Q4):
        ReportingQuarter.objects.create(
            quarter=quarter, state="closed", closed_at="2011-01-20T10:00:00Z"
        )


MERGE = {
    "units": ["ROADS", "WASTE"],
    "name": "Place",
    "code": "PLACE",
    "posts_go_along": "on",
} | day("starts_on", "2011-04-01")


def counted(page):
    return re.findall(r"<strong>(\d+)</strong> indicators? here", page)


def test_a_merger_is_rehearsed_done_and_seen_while_the_past_keeps_its_day(client, officer, council):
    shown, done = confirmed(client, "/set-up/unit/ROADS/merge/", MERGE)

    assert "North: part of Place from 1 April 2011." in shown
    assert "R-1: Roads’s own until then, and found under Place from 1 April 2011." in shown
    assert "Dee: the seat on Performance Assurance Team for Roads ends on 31 March 2011." in shown
    assert "keep the structure of their day" in shown
    assert "Place takes over from 1 April 2011" in text(done)
    assert "Begins on 1 April 2011" in text(client.get("/set-up/units/"))
    assert Seat.objects.get().ends_on == date(2011, 3, 31)
    # Until the day, and of quarters before it, nothing has moved.
    assert counted(text(client.get("/dashboards/ROADS/"))) == ["2"]

    with time_machine.travel("2011-07-20 10:00 +0100", tick=False):
        client.force_login(officer)
        take_up_structure()
        for reference in ("N-1", "T-1", "R-1"):
            rated(Indicator.objects.get(reference=reference), "G", since=Q1)
        ReportingQuarter.objects.create(
            quarter=Q1, state="closed", closed_at="2011-07-19T10:00:00Z"
        )

        now = text(client.get("/dashboards/PLACE/"))
        assert counted(now) == ["3"]
        assert "North" in now
        then = text(client.get("/dashboards/ROADS/?quarter=2010-Q4"))
        assert counted(then) == ["2"]
        before = text(client.get("/dashboards/PLACE/?quarter=2010-Q4"))
        assert "this unit did not stand yet: it was" in before
        assert counted(before) == ["3"]
        gone = text(client.get("/dashboards/ROADS/"))
        assert "This unit has closed." in gone
        assert "Place" in gone

        def directorates(quarter):
            document = edition_contents(quarter=quarter, number=1, frozen_on=date(2011, 7, 20))
            return {
                each["reference"]: each["directorate"]["name"] for each in document["indicators"]
            }

        assert directorates(Q4) == {"N-1": "Roads", "T-1": "Waste", "R-1": "Roads"}
        assert set(directorates(Q1).values()) == {"Place"}


def test_a_unit_that_is_still_measured_closes_only_with_another_to_take_over(
    client, officer, council
):
    page = text(client.post("/set-up/unit/NORTH/close/", day("ends_on", "2011-03-31")))

    assert "N-1 is North’s own: say which unit takes over" in page
    _, done = confirmed(
        client, "/set-up/unit/NORTH/close/", {"successor": "TIPS"} | day("ends_on", "2011-03-31")
    )
    assert "North closes on 31 March 2011" in text(done)


def test_a_unit_is_split_on_its_page(client, officer, council):
    shown, _ = confirmed(
        client,
        "/set-up/unit/ROADS/split/",
        {
            "first_name": "Upkeep",
            "first_code": "UP",
            "second_name": "Building",
            "second_code": "BUILD",
            "second_parts": ["NORTH"],
        }
        | day("starts_on", "2011-04-01"),
    )

    assert "North: part of Building from 1 April 2011." in shown
    assert "R-1: Roads’s own until then, and found under Upkeep" in shown
    assert Unit.objects.get(code="ROADS").successor.code == "UP"


# Leaving


def test_whoever_leaves_hands_over_indicators_milestones_actions_and_seats(
    client, officer, council
):
    roads = Unit.objects.get(code="ROADS")
    leaver = holder(PostKind.ACCOUNTABLE_MANAGER, unit=roads, name="Mo Field")
    heir = holder(PostKind.ACCOUNTABLE_MANAGER, unit=roads, name="Nat Hill")
    indicator = IndicatorFactory(reference="R-2", unit=roads, accountable_manager=leaver)
    action = ActionFactory(plan=ActionPlanFactory(indicator=indicator), owner="Mo Field")
    milestone = MilestoneFactory(accountable_manager=leaver)
    address = f"/set-up/person/{leaver.pk}/leave/"

    page = text(client.post(address, {"reason": "Retires"} | day("ends_on", "2011-02-28")))
    assert "Choose who takes over the indicators and milestones" in page

    shown, _ = confirmed(
        client, address, {"heir": heir.pk, "reason": "Retires"} | day("ends_on", "2011-02-28")
    )

    assert "R-2" in shown
    indicator.refresh_from_db()
    assert indicator.accountable_manager == heir
    assert Action.objects.get(pk=action.pk).owner == "Nat Hill"
    assert Milestone.objects.get(pk=milestone.pk).accountable_manager == heir
    assert Appointment.objects.get(user=leaver).ends_on == date(2011, 2, 28)
    assert "Handed over and left" in text(client.get(f"/set-up/person/{leaver.pk}/history/"))
    assert "R-2" in text(client.get(f"/set-up/person/{heir.pk}/"))


def test_nothing_goes_over_where_one_thing_cannot(client, officer, council):
    leaver = holder(PostKind.ACCOUNTABLE_MANAGER)
    IndicatorFactory(accountable_manager=leaver)

    client.post(
        f"/set-up/person/{leaver.pk}/leave/",
        {"reason": "Retires"} | day("ends_on", "2011-02-28"),
    )

    assert Appointment.objects.get(user=leaver).ends_on is None
