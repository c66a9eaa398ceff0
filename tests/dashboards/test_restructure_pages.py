"""Two directorates merged from next quarter, on pages only: earlier reports and dashboards keep their day."""

import re
from datetime import date

import pytest
import time_machine

from assurance.models.teams import Seat
from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from dashboards.services.leaving import drop_departure
from dashboards.tasks import hand_over_due
from escalation.models.plans import Action
from indicators.models.definitions import Indicator
from organisation.models.departures import Departure
from organisation.models.people import Appointment
from organisation.models.units import Unit
from organisation.rules import PostKind, UnitTier
from organisation.tasks import take_up_structure
from reports.contents.edition import edition_contents
from strategy.models.plan import Milestone
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
    return re.findall(r'id="list">(\d+) indicators?<', page)


def test_a_merger_is_rehearsed_done_and_seen_while_the_past_keeps_its_day(client, officer, council):
    shown, done = confirmed(client, "/set-up/unit/ROADS/merge/", MERGE)

    assert "North: part of Place from 1 April 2011." in shown
    assert "R-1: Roads’s own until then, and found under Place from 1 April 2011." in shown
    assert "Dee: the seat on Performance Assurance Team for Roads ends on 31 March 2011." in shown
    assert "keep the structure they had then" in shown
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
        assert "this unit did not exist yet. It was" in before
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


def leaver_and_heir():
    """Somebody who answers for an indicator, an action and a milestone; and who can take over."""
    roads = Unit.objects.get(code="ROADS")
    leaver = holder(PostKind.ACCOUNTABLE_MANAGER, unit=roads, name="Mo Field")
    heir = holder(PostKind.ACCOUNTABLE_MANAGER, unit=roads, name="Nat Hill")
    indicator = IndicatorFactory(reference="R-2", unit=roads, accountable_manager=leaver)
    ActionFactory(plan=ActionPlanFactory(indicator=indicator), owner="Mo Field")
    MilestoneFactory(accountable_manager=leaver)
    return leaver, heir


def held_by(person):
    return (
        Indicator.objects.filter(reference="R-2", accountable_manager=person).count(),
        Milestone.objects.filter(accountable_manager=person).count(),
        Action.objects.filter(owner=person.name).count(),
    )


def test_whoever_leaves_hands_over_indicators_milestones_actions_and_seats(
    client, officer, council
):
    leaver, heir = leaver_and_heir()
    address = f"/set-up/person/{leaver.pk}/leave/"

    page = text(client.post(address, {"reason": "Retires"} | day("ends_on", "2011-02-01")))
    assert "Choose who takes over the indicators and milestones" in page

    shown, _ = confirmed(
        client, address, {"heir": heir.pk, "reason": "Retires"} | day("ends_on", "2011-02-01")
    )

    assert "R-2" in shown
    assert "Nat Hill, from today" in shown
    assert held_by(heir) == (1, 1, 1)
    assert Appointment.objects.get(user=leaver).ends_on == date(2011, 2, 1)
    assert "Handed over and left" in text(client.get(f"/set-up/person/{leaver.pk}/history/"))
    assert "R-2" in text(client.get(f"/set-up/person/{heir.pk}/"))


def test_what_a_leaver_answers_for_goes_over_on_the_day_after_the_last(client, officer, council):
    leaver, heir = leaver_and_heir()
    address = f"/set-up/person/{leaver.pk}/leave/"
    given = {"heir": heir.pk, "reason": "Retires"} | day("ends_on", "2011-02-28")

    shown, _ = confirmed(client, address, given)

    assert "Nat Hill, from 1 March 2011" in shown
    assert (held_by(leaver), held_by(heir)) == ((1, 1, 1), (0, 0, 0))
    assert Appointment.objects.get(user=leaver).ends_on == date(2011, 2, 28)
    assert "Nat Hill takes over the day after" in text(client.get(f"/set-up/person/{leaver.pk}/"))
    assert "already leaves on 28 February 2011" in text(client.post(address, given))
    with time_machine.travel("2011-02-28 23:00 +0000", tick=False):
        assert hand_over_due() == 0
    MilestoneFactory(accountable_manager=leaver, title="Come meanwhile")
    with time_machine.travel("2011-03-01 00:02 +0000", tick=False):
        assert hand_over_due() == 1
        assert hand_over_due() == 0
    assert (held_by(leaver), held_by(heir)) == ((0, 0, 0), (1, 2, 1))
    with pytest.raises(Refused, match="hand it back instead"):
        drop_departure(departure=Departure.objects.get(), reason="Stays", by=officer)


def test_a_departure_is_taken_back_until_its_day(client, officer, council):
    leaver, heir = leaver_and_heir()
    confirmed(
        client,
        f"/set-up/person/{leaver.pk}/leave/",
        {"heir": heir.pk, "reason": "Retires"} | day("ends_on", "2011-02-28"),
    )

    shown, done = confirmed(client, f"/set-up/person/{leaver.pk}/stay/", {"reason": "Stays a year"})

    assert "Leaves on 28 February 2011, and hands over to Nat Hill" in shown
    assert "Take away each one that should not end" in shown
    assert "Mo Field hands over nothing" in text(done)
    with time_machine.travel("2011-03-01 00:02 +0000", tick=False):
        assert hand_over_due() == 0
    assert held_by(leaver) == (1, 1, 1)
    assert client.get(f"/set-up/person/{leaver.pk}/stay/").status_code == 404
    departure = Departure.objects.get()
    acts = AuditEvent.objects.count()
    assert drop_departure(departure=departure, reason="Again", by=officer) == departure
    assert AuditEvent.objects.count() == acts


def test_where_nobody_can_take_over_on_the_day_it_is_said_once_and_tried_again(
    client, officer, council
):
    leaver, heir = leaver_and_heir()
    confirmed(
        client,
        f"/set-up/person/{leaver.pk}/leave/",
        {"heir": heir.pk, "reason": "Retires"} | day("ends_on", "2011-02-28"),
    )
    Appointment.objects.filter(user=heir).update(ends_on=date(2011, 2, 20))

    with time_machine.travel("2011-03-01 09:00 +0000", tick=False):
        client.force_login(officer)
        assert [hand_over_due(), hand_over_due()] == [0, 0]
        assert held_by(leaver) == (1, 1, 1)
        told = Notice.objects.filter(recipient=officer, subject__contains="could not be handed")
        assert told.count() == 1
        page = text(client.get(f"/set-up/person/{leaver.pk}/"))
        assert "It could not be handed over:" in page
        Appointment.objects.filter(user=heir).update(ends_on=None)
        assert hand_over_due() == 1
    assert held_by(heir) == (1, 1, 1)


def test_nothing_goes_over_where_one_thing_cannot(client, officer, council):
    leaver = holder(PostKind.ACCOUNTABLE_MANAGER)
    IndicatorFactory(accountable_manager=leaver)

    client.post(
        f"/set-up/person/{leaver.pk}/leave/",
        {"reason": "Retires"} | day("ends_on", "2011-02-28"),
    )

    assert Appointment.objects.get(user=leaver).ends_on is None
