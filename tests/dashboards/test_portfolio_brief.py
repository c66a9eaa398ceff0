"""Lines to take: only what the portfolio's holder may see, in sentences made from figures."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from dashboards.queries.portfolio_brief import portfolio_brief
from indicators.models.ratings import Rating
from organisation.models.bodies import Committee, Membership
from organisation.models.people import User
from organisation.queries import portfolios_on
from organisation.rules import BodyKind, MembershipRole, PostKind, Sight, UnitTier
from tests.assurance.factories import ActionFactory, ActionPlanFactory
from tests.factories import (
    LONG_AGO,
    CouncilFactory,
    IndicatorFactory,
    OfficeSightFactory,
    RevisionFactory,
    UnitFactory,
    holder,
    rated,
)
from tests.reports.factories import EditionFactory
from tests.strategy.factories import MeasureFactory, PriorityFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
LAST = Quarter(2011, 2)
TODAY = date(2011, 12, 1)


@pytest.fixture(autouse=True)
def in_december():
    with time_machine.travel("2011-12-01 10:00 +0000", tick=False):
        yield


@pytest.fixture
def roads(db):
    ReportingQuarter.objects.create(
        quarter=LAST, state="closed", closed_at=datetime(2011, 11, 1, tzinfo=UTC)
    )
    return UnitFactory(code="ROADS", name="Roads")


def measured(unit, reference, picture, *, says="", does=""):
    """An indicator with a rating a quarter up to the last, and what was written with the last."""
    indicator = IndicatorFactory(reference=reference, title=f"Potholes {reference}", unit=unit)
    rated(indicator, picture)
    revision = RevisionFactory(
        result__indicator=indicator,
        result__quarter=LAST,
        value=70,
        commentary=says,
        management_action=does,
    )
    Rating.objects.filter(indicator=indicator, quarter=LAST).update(revision=revision)
    return indicator


def member(unit, sight, **known):
    OfficeSightFactory(office=PostKind.CABINET_MEMBER, sight=sight)
    return holder(PostKind.CABINET_MEMBER, unit=unit, **known)


def text_of(response):
    main = re.search(r"<main.*?</main>", response.content.decode(), re.S)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_a_line_says_what_is_red_what_is_done_by_when_and_who_answers(client, roads):
    """Newly red first; the sentence is the chart's, the words are quoted, the action is the next one."""
    division = UnitFactory(code="HW", tier=UnitTier.DIVISION, parent=roads, name="Highways")
    measured(division, "HW-2", "RR", says="The frost was *hard*.", does="A third gang.")
    newly = measured(roads, "RD-9", "GR")
    measured(roads, "RD-1", "GA")
    back = measured(roads, "RD-2", "RG")
    plan = ActionPlanFactory(indicator=newly, agreed_with=None, agreed_on=None)
    ActionFactory(plan=plan, description="Order the stone", due_on=date(2011, 12, 20))
    ActionFactory(plan=plan, description="Hire the roller", due_on=date(2011, 11, 20))
    ActionFactory(
        plan=plan, description="Done with", due_on=date(2011, 11, 2), done_on=date(2011, 11, 2)
    )
    MeasureFactory(priority=PriorityFactory(name="Better roads", slug="better"), indicator=newly)
    holder_ = member(roads, Sight.CLOSED)

    brief = portfolio_brief(portfolios_on(TODAY, holder=holder_)[0], today=TODAY)
    client.force_login(holder_)
    page = text_of(client.get(reverse("portfolio", args=[holder_.pk])))

    (unit,) = brief.units
    first, second = unit.lines.shown
    assert (first.reference, first.is_newly_red) == ("RD-9", True)
    assert (second.reference, second.is_newly_red) == ("HW-2", False)
    assert first.sentence == (
        "Potholes RD-9 fell from 95.0% in Q1 2011/12 to 70.0% in Q2 2011/12, with too few results to"
        " call it a trend, missing its target of 90%."
    )
    assert first.sentence in page
    assert f"The frost was hard . A third gang. {second.said_by}, with the result" in page
    assert "Hire the roller (Head of Highways) By when 20 November 2011: overdue" in page
    assert "Action plan 1, not yet agreed" in page
    assert f"Who answers {newly.accountable_manager}, Roads" in page
    assert unit.recovered == (back.title,)
    assert dict(unit.counts) == {"green": 1, "amber": 1, "red": 2, "not_rated": 0}
    assert [each.name for each in brief.priorities] == ["Better roads"]


def test_a_member_who_sees_what_is_published_has_lines_from_the_report_alone(client, roads):
    """The hand-made report has HW-01 red in Highways; what is newer and closed is not on the page."""
    unit = UnitFactory(code="HW", name="Highways")
    document = EditionFactory(published=True).public_document
    told = next(each for each in document["indicators"] if each["unit"]["code"] == "HW")
    measured(unit, "HW-77", "RR", says="Nobody may read this yet.")
    person = member(unit, Sight.NOTHING)
    client.force_login(person)

    page = text_of(client.get(reverse("portfolio", args=[person.pk])))

    assert "From the report on Q4 2022/23, which is public" in page
    assert "HW-77" not in page
    assert "Nobody may read this yet." not in page
    brief = portfolio_brief(portfolios_on(TODAY, holder=person)[0], today=TODAY)
    reds = [each.reference for each in brief.units[0].lines.shown]
    assert sorted(reds) == [
        each["reference"]
        for each in document["indicators"]
        if each["unit"]["code"] == "HW"
        and each["kind"] == "kpi"
        and each["ratings"][-1]["rag"] == "red"
    ]
    assert told["accountable_manager"].keys() == {"office"}


def test_who_reads_whose_lines_to_take(client, roads):
    own = member(roads, Sight.CLOSED)
    readers = {
        "the Member": (own, 200, 1),
        "another Cabinet Member": (holder(PostKind.CABINET_MEMBER, unit=UnitFactory()), 404, 1),
        "a Member without one": (holder(PostKind.MEMBER, unit=roads), 404, 0),
        "the office": (holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory()), 200, 2),
        "a director": (holder(PostKind.DIRECTOR, unit=roads), 200, 2),
        "a manager": (holder(PostKind.ACCOUNTABLE_MANAGER, unit=roads), 404, 0),
    }

    answers = {}
    for who, (reader, _, _) in readers.items():
        client.force_login(reader)
        listed = client.get(reverse("portfolios")).content.decode()
        answers[who] = (
            client.get(reverse("portfolio", args=[own.pk])).status_code,
            len(re.findall(r'href="/portfolios/\d+/"', listed)),
        )

    assert answers == {who: (status, count) for who, (_, status, count) in readers.items()}


def test_a_place_on_a_body_says_which_units_a_portfolio_reaches(roads):
    """It takes the place of what the holder's post is of, and each holder has one page."""
    schools = UnitFactory(code="SCH", name="Schools")
    person = holder(PostKind.CABINET_MEMBER, unit=CouncilFactory())
    cabinet = Committee.objects.create(
        code="cabinet", name="Cabinet", kind=BodyKind.CABINET, starts_on=LONG_AGO
    )
    place = Membership.objects.create(
        body=cabinet,
        user=person,
        role=MembershipRole.MEMBER,
        portfolio="Roads and schools",
        starts_on=LONG_AGO,
    )
    place.units.set([schools, roads])

    (found,) = portfolios_on(TODAY, holder=person)

    assert (found.name, found.units) == ("Roads and schools", (roads, schools))
    Membership.objects.update(ends_on=date(2011, 11, 30))
    assert [each.units for each in portfolios_on(TODAY)] == [(CouncilFactory(),)]


def test_it_takes_as_many_queries_for_twenty_as_for_one(roads):
    person = member(roads, Sight.CLOSED)
    counts = []
    for more in (1, 19):
        for number in range(more):
            red = measured(roads, f"RD-{more}-{number}", "RR")
            ActionFactory(plan=ActionPlanFactory(indicator=red))
        (portfolio,) = portfolios_on(TODAY, holder=User.objects.get(pk=person.pk))
        with CaptureQueriesContext(connection) as asked:
            portfolio_brief(portfolio, today=TODAY)
        counts.append(len(asked))

    assert counts[0] == counts[1]
