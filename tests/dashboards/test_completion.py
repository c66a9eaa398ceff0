"""The completion dashboard: how far each unit's returns have got, and who is late."""

import csv
import io
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from dashboards.queries.completion import Progress, completion_sheet
from indicators.models.calendar import CalendarDay
from indicators.models.definitions import Suspension
from indicators.models.returns import Draft
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Frequency, Tier
from tests.factories import CouncilFactory, IndicatorFactory, RevisionFactory, UnitFactory, holder

pytestmark = pytest.mark.django_db
Q3 = Quarter(2011, 3)
TODAY = date(2012, 2, 1)  # a Wednesday


@pytest.fixture(autouse=True)
def in_february():
    with time_machine.travel("2012-02-01 10:00 +0000", tick=False):
        yield


@pytest.fixture
def open_quarter():
    return ReportingQuarter.objects.create(quarter=Q3)


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    client.force_login(person)
    return person


def due(day, tier=""):
    CalendarDay.objects.create(quarter=Q3, step="entry", tier=tier, due_on=day)


def reached(progress, **fields):
    """An indicator whose result for the quarter has got so far."""
    made = IndicatorFactory(**fields)
    if progress == "in_progress":
        Draft.objects.create(indicator=made, quarter=Q3, saved_by=made.accountable_manager)
    elif progress != "not_started":
        RevisionFactory(result__indicator=made, result__quarter=Q3, result__state=progress)
    return made


def sheet():
    return completion_sheet(quarter=Q3, today=TODAY)


@pytest.mark.parametrize("progress", list(Progress))
def test_each_result_is_counted_at_the_step_it_has_reached(progress):
    reached(progress.value)

    assert {step: n for step, n in sheet().total.counts.items() if n} == {progress: 1}


def test_a_draft_of_what_was_submitted_before_does_not_take_it_back():
    made = reached("submitted")
    Draft.objects.create(indicator=made, quarter=Q3, saved_by=made.accountable_manager)

    assert sheet().owed[0].progress is Progress.SUBMITTED


def test_a_draft_for_another_quarter_is_no_start_on_this_one():
    made = IndicatorFactory()
    Draft.objects.create(indicator=made, quarter=Q3.previous(), saved_by=made.accountable_manager)

    assert sheet().owed[0].progress is Progress.NOT_STARTED


def test_directorates_hold_their_divisions_and_sum_to_the_total():
    roads = UnitFactory(name="Roads")
    lights = UnitFactory(name="Lights", tier=UnitTier.DIVISION, parent=roads)
    team = UnitFactory(name="Lamp posts", tier=UnitTier.TEAM, parent=lights)
    schools = UnitFactory(name="Schools")
    UnitFactory(name="Nothing measured here")
    reached("approved", unit=roads)
    reached("submitted", unit=lights)
    reached("not_started", unit=team)
    reached("returned", unit=schools)
    reached("in_progress", unit=CouncilFactory())

    rows = [
        (row.branch.name if row.branch else "Total", row.depth, row.total) for row in sheet().rows
    ]

    assert rows == [
        ("Roads", 0, 3),
        ("Lights", 1, 2),
        ("Schools", 0, 1),
        ("The council", 0, 1),
        ("Total", 0, 5),
    ]
    *parts, total = sheet().rows
    for step in Progress:
        assert total.counts[step] == sum(row.counts[step] for row in parts if row.depth == 0)
    assert (total.in_hand, total.per_cent) == (2, 40)


def test_a_hundred_per_cent_is_said_only_when_every_result_is_in():
    manager = holder(PostKind.ACCOUNTABLE_MANAGER)
    unit = manager.appointments.get().post.unit
    for _ in range(200):
        reached("approved", unit=unit, accountable_manager=manager)
    reached("not_started", unit=unit)

    assert sheet().total.per_cent == 99


@pytest.mark.parametrize(
    ("progress", "day", "late"),
    [
        ("not_started", date(2012, 1, 31), 1),
        ("in_progress", date(2012, 1, 27), 3),  # a Friday: the weekend is no working time
        ("returned", date(2012, 1, 25), 5),
        ("not_started", date(2012, 2, 1), 0),  # today is still in time
        ("submitted", date(2012, 1, 25), 0),
        ("approved", date(2012, 1, 25), 0),
        ("not_started", None, 0),
    ],
)
def test_late_is_what_waits_for_its_manager_past_the_day_it_was_due(progress, day, late):
    reached(progress)
    if day:
        due(day)

    found = sheet()

    assert found.owed[0].days_late == late
    assert found.total.overdue == int(late > 0)
    assert len(found.late) == int(late > 0)


def test_what_the_report_counts_as_submitted_late_is_counted_here_too(
    client, officer, open_quarter
):
    due(date(2012, 1, 25))
    RevisionFactory(result__indicator=reached("not_started"), result__quarter=Q3, late=True)
    reached("approved")

    told = client.get(reverse("completion", args=["2011-Q3"])).content.decode()

    assert (sheet().total.overdue, sheet().total.came_late) == (0, 1)
    assert "2 of 2 results are in (100%). 1 was submitted late." in told
    assert "Nobody is overdue. 1 result came after the due day and" in told


def test_what_falls_due_on_a_friday_is_late_on_the_saturday():
    reached("not_started")
    due(date(2012, 1, 27))

    found = completion_sheet(quarter=Q3, today=date(2012, 1, 28))

    assert found.owed[0].days_late == 1


def test_each_tier_is_late_by_its_own_day():
    reached("not_started", tier=Tier.TEAM)
    reached("not_started", tier=Tier.CORPORATE)
    due(date(2012, 1, 20), "team")
    due(date(2012, 2, 10))

    assert {each.indicator.tier for each in sheet().owed if each.is_overdue} == {"team"}


def test_whoever_has_kept_us_waiting_longest_is_named_first():
    early, late = holder(PostKind.ACCOUNTABLE_MANAGER), holder(PostKind.ACCOUNTABLE_MANAGER)
    reached("not_started", accountable_manager=late, tier=Tier.CORPORATE)
    reached("not_started", accountable_manager=early, tier=Tier.TEAM)
    reached("in_progress", accountable_manager=early, tier=Tier.CORPORATE)
    due(date(2012, 1, 10), "team")
    due(date(2012, 1, 30), "corporate")

    assert [(each.person, len(each.owed)) for each in sheet().late] == [(early, 2), (late, 1)]


def test_what_is_suspended_or_not_due_by_its_frequency_is_not_owed():
    Suspension.objects.create(
        indicator=IndicatorFactory(),
        from_quarter=Q3,
        reason="The contract is being let anew",
        approved_by="Cabinet",
    )
    IndicatorFactory(frequency=Frequency.ANNUAL)
    IndicatorFactory(last_quarter=Quarter(2011, 2))

    assert sheet().owed == ()
    assert sheet().total.per_cent == 0


@pytest.mark.usefixtures("officer", "open_quarter")
def test_the_page_names_who_is_late_and_how_to_write_to_them(client):
    made = reached("not_started")
    due(date(2012, 1, 31))

    told = " ".join(client.get(reverse("completion", args=[Q3.key])).content.decode().split())

    assert "0 of 1 results are in (0%). 1 is overdue." in told
    assert made.accountable_manager.name in told
    assert f"mailto:{made.accountable_manager.email}" in told
    assert "31 January 2012" in told


@pytest.mark.usefixtures("officer", "open_quarter")
def test_the_file_has_every_result_that_is_owed(client):
    late, done = reached("not_started", reference="A-1"), reached("approved", reference="B-1")
    due(date(2012, 1, 31))

    response = client.get(reverse("completion_csv", args=[Q3.key]))
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))

    assert [(row["reference"], row["progress"], row["working_days_late"]) for row in rows] == [
        (late.reference, "not_started", "1"),
        (done.reference, "approved", "0"),
    ]


@pytest.mark.usefixtures("officer")
def test_the_short_address_leads_to_the_open_quarter_and_says_so_before_there_is_one(client):
    assert "No quarter is open yet" in client.get(reverse("completions")).content.decode()

    ReportingQuarter.objects.create(quarter=Q3)

    assert client.get(reverse("completions")).url == reverse("completion", args=[Q3.key])


@pytest.mark.usefixtures("officer", "open_quarter")
@pytest.mark.parametrize("key", ["2011-Q4", "2011-Q5", "now"])
def test_a_quarter_that_takes_no_results_has_no_page(client, key):
    assert client.get(f"/completion/{key}/").status_code == 404


@pytest.mark.usefixtures("officer", "open_quarter")
def test_queries_are_as_many_for_1_as_for_20(client):
    due(date(2012, 1, 31))
    asked = []
    for how_many in (1, 19):
        for _ in range(how_many):
            reached("not_started")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("completion", args=[Q3.key]))
        asked.append(len(queries))

    assert asked[0] == asked[1] <= 16
