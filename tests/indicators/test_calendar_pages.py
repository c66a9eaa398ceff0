"""The calendar's pages and feed: what they show, to whom, and what a form keeps."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.working_days import working_day_before
from indicators.calendar_feed import token_of, user_of
from indicators.models.calendar import CalendarDay
from indicators.queries.calendar import due_on
from indicators.services.calendar import begin_quarter, renew_feed
from organisation.models.people import Appointment
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Step, Tier
from tests.factories import IndicatorFactory, UnitFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
TODAY, CABINET = date(2011, 7, 4), date(2011, 9, 19)
A_MEETING = {
    "quarter": "2011-Q1",
    "cabinet_meets_on_day": "19",
    "cabinet_meets_on_month": "9",
    "cabinet_meets_on_year": "2011",
}
A_DAY = {
    "due_on_day": "22",
    "due_on_month": "8",
    "due_on_year": "2011",
    "reason": "The chair is away",
}


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-04 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER)


def begin(officer, quarter=Q1, meeting=CABINET):
    return begin_quarter(
        quarter=quarter, cabinet_meets_on=meeting, today=quarter.next().first_day, by=officer
    )


def page_of(client, user, address):
    client.force_login(user)
    return client.get(address).content.decode()


def pat(quarter="2011-Q1"):
    return reverse("change_due_day", args=[quarter, "pat"])


def test_the_calendar_shows_each_step_its_day_and_its_slack(client, officer):
    begin(officer)

    page = page_of(client, holder(PostKind.MEMBER), reverse("calendar"))

    for words in (
        "Q1 2011/12",
        "Thursday 14 July 2011",
        "Team indicators",
        "Monday 19 September 2011",
        "15 working days after “Quarter closed”",
    ):
        assert words in page
    assert "govuk-warning-text" not in page
    assert pat() not in page  # only the performance team changes days


def test_the_calendar_warns_in_words_where_there_is_no_slack(client, officer):
    begin(officer, meeting=date(2011, 8, 15))

    page = page_of(client, officer, reverse("calendar"))

    assert "govuk-warning-text" in page
    assert "ask for a later Cabinet meeting" in page


def test_before_anything_has_begun_the_calendar_says_what_will_be_there(client, officer):
    page = page_of(client, holder(PostKind.STAFF), reverse("calendar"))

    assert "No quarter has begun" in page
    assert reverse("begin_quarter") not in page
    assert reverse("begin_quarter") in page_of(client, officer, reverse("calendar"))


def test_days_that_have_passed_are_said_to_have(client, officer):
    begin(officer)

    with time_machine.travel("2011-07-15 00:30 +0100", tick=False):  # still the 14th by UTC
        page = page_of(client, officer, reverse("calendar"))

    assert page.count("(past)") == 2  # team and division, due on the 14th


def test_an_officer_begins_a_quarter(client, officer):
    client.force_login(officer)

    answer = client.post(reverse("begin_quarter"), A_MEETING, follow=True)

    assert answer.redirect_chain == [(reverse("calendar"), 302)]
    assert "Q1 2011/12 has begun" in answer.content.decode()
    assert due_on(Q1, Step.PUBLICATION) == date(2011, 9, 9)


def test_a_quarter_whose_days_are_past_is_shown_before_it_begins_and_nobody_is_late(
    client, officer
):
    with time_machine.travel("2011-08-22 10:00 +0100", tick=False):
        client.force_login(officer)
        asked = client.post(reverse("begin_quarter"), A_MEETING)
        assert not ReportingQuarter.objects.filter(begun_at__isnull=False).exists()
        shown = asked.content.decode()
        assert "Some of its due days have passed" in shown
        assert "14 July 2011: moved" in shown
        another = A_MEETING | {"cabinet_meets_on_day": "26", "seen": asked.context["seen"]}
        assert client.post(reverse("begin_quarter"), another).context["seen"] != another["seen"]

        client.post(reverse("begin_quarter"), A_MEETING | {"seen": asked.context["seen"]})

    assert ReportingQuarter.objects.get(quarter=Q1).begun_at is not None
    days = CalendarDay.objects.filter(quarter=Q1)
    assert min(days.values_list("due_on", flat=True)) >= date(2011, 8, 22)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"cabinet_meets_on_day": ""}, "Enter the day on which Cabinet meets as a real day"),
        ({"cabinet_meets_on_day": "31"}, "Enter the day on which Cabinet meets as a real day"),
        ({"cabinet_meets_on_month": "nine"}, "Enter the day on which Cabinet meets as a real"),
        ({"cabinet_meets_on_year": "99999"}, "Enter the day on which Cabinet meets as a real"),
        ({"cabinet_meets_on_day": "18"}, "Sunday 18 September 2011 is not a working day"),
        ({"cabinet_meets_on_year": "2010"}, "before Q1 2011/12 has ended"),
        ({"quarter": ""}, "Select the quarter to begin"),
        ({"quarter": "2011-Q2"}, "Select a quarter from the list"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused_in_words_and_nothing_typed_is_lost(
    client, officer, typed, told
):
    client.force_login(officer)

    answer = client.post(reverse("begin_quarter"), A_MEETING | typed)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert told in page
    assert "Error: " in page
    kept = A_MEETING | typed
    for part in ("day", "month", "year"):
        if value := kept[f"cabinet_meets_on_{part}"]:
            assert f'value="{value}"' in page
    assert not ReportingQuarter.objects.filter(begun_at__isnull=False).exists()


def test_indicators_without_owner_stop_it_and_are_named_with_links(client, officer):
    orphan = IndicatorFactory(accountable_manager=UserFactory(name="Gone Away"))
    client.force_login(officer)

    answer = client.post(reverse("begin_quarter"), A_MEETING)

    page = answer.content.decode()
    assert "cannot begin: nobody in post answers for " + orphan.reference in page
    for link in (
        reverse("indicator", args=[orphan.reference]),
        f"{reverse('move_indicators')}?from={orphan.accountable_manager_id}",
        reverse("suspend_indicator", args=[orphan.reference]),
    ):
        assert link in page
    assert not CalendarDay.objects.exists()


def test_when_no_quarter_waits_the_page_says_so(client, officer):
    begin(officer)

    assert "No quarter is waiting" in page_of(client, officer, reverse("begin_quarter"))


def test_an_officer_changes_a_day_with_a_reason(client, officer):
    begin(officer)
    client.force_login(officer)

    answer = client.post(pat(), A_DAY, follow=True)

    assert "PAT meets, Q1 2011/12: the day is changed" in answer.content.decode()
    assert due_on(Q1, Step.PAT) == date(2011, 8, 22)


def test_a_day_for_one_tier_is_changed_alone(client, officer):
    begin(officer)
    client.force_login(officer)

    client.post(
        reverse("change_due_day", args=["2011-Q1", "entry", "team"]),
        A_DAY | {"due_on_day": "15", "due_on_month": "7"},
    )

    assert due_on(Q1, Step.ENTRY, Tier.TEAM) == date(2011, 7, 15)
    assert due_on(Q1, Step.ENTRY, Tier.DIVISION) == date(2011, 7, 14)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"reason": " "}, "Say why the day is changed"),
        ({"due_on_day": "20"}, "Saturday 20 August 2011 is not a working day"),
        ({"due_on_day": "29"}, "Monday 29 August 2011 is not a working day"),  # a bank holiday
        ({"due_on_month": "13"}, "as a real day, month and year"),
        ({"due_on_day": "29", "due_on_month": "2"}, "as a real day"),  # not a leap year
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words_and_nothing_typed_is_lost(
    client, officer, typed, told
):
    begin(officer)
    client.force_login(officer)

    page = client.post(pat(), A_DAY | typed).content.decode()

    assert told in page
    assert f'value="{(A_DAY | typed)["due_on_month"]}"' in page
    assert due_on(Q1, Step.PAT) == date(2011, 8, 19)


@pytest.mark.parametrize(
    ("quarter", "step", "status"),
    [
        ("2011-Q1", "pat", 200),
        ("2011-Q1", "entry", 404),  # entry is due tier by tier
        ("2011-Q1", "luncheon", 404),
        ("2011-Q2", "pat", 404),
        ("2011-Q9", "pat", 404),
    ],
)
def test_an_address_that_names_no_step_leads_nowhere(client, officer, quarter, step, status):
    begin(officer)
    client.force_login(officer)

    answer = client.get(f"/calendar/{quarter}/{step}/")

    assert answer.status_code == status


def test_who_sees_the_calendar_and_who_changes_it(client, officer):
    begin(officer)
    people = {
        "nobody": None,
        "without a post": UserFactory(),
        "a Member": holder(PostKind.MEMBER),
        "staff": holder(PostKind.STAFF),
        "a manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "a director": holder(PostKind.DIRECTOR),
        "a performance officer": officer,
    }
    seen = {}
    for name, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        seen[name] = tuple(
            client.get(address).status_code
            for address in (reverse("calendar"), reverse("begin_quarter"), pat())
        )

    assert seen == {
        "nobody": (302, 302, 302),
        "without a post": (403, 403, 403),
        "a Member": (200, 403, 403),
        "staff": (200, 403, 403),
        "a manager": (200, 403, 403),
        "a director": (200, 403, 403),
        "a performance officer": (200, 200, 200),
    }


@pytest.mark.parametrize("count", [1, 20])
def test_the_calendar_asks_the_same_of_the_database_for_one_quarter_and_for_twenty(
    client, officer, django_assert_max_num_queries, count
):
    quarter = Q1
    for _ in range(count):
        begin(officer, quarter, working_day_before(quarter.next().last_day, 5))
        quarter = quarter.next()
    client.force_login(officer)

    with django_assert_max_num_queries(10):
        client.get(reverse("calendar"))


# The feed


def feed(client, user):
    client.logout()  # a calendar does not sign in
    return client.get(reverse("calendar_feed", args=[token_of(user)]))


def events(answer):
    return {
        str(event["summary"]): event["dtstart"].dt
        for event in Calendar.from_ical(answer.content).walk("VEVENT")
    }


def test_the_feed_shows_an_officer_every_step_as_a_whole_day(client, officer):
    begin(officer)

    answer = feed(client, officer)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer["Cache-Control"]
    found = events(answer)
    assert len(found) == 11
    assert found["Cabinet meets (Q1 2011/12)"] == CABINET
    assert found["Results submitted, team (Q1 2011/12)"] == date(2011, 7, 14)
    assert all(type(day) is date for day in found.values())  # so no clock change moves them


def test_the_feed_shows_a_person_their_own_steps_only(client, officer):
    division = UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory())
    manager = IndicatorFactory(tier=Tier.DIVISION, unit=division).accountable_manager
    begin(officer)
    people = {
        "its manager": manager,
        "a manager of nothing": holder(PostKind.ACCOUNTABLE_MANAGER),
        "its deputy": holder(PostKind.DEPUTY, unit=division.parent),
        "its director": holder(PostKind.DIRECTOR, unit=division),
        "the directorate's": holder(PostKind.DIRECTOR, unit=division.parent),
        "a Cabinet Member": holder(PostKind.CABINET_MEMBER),
        "staff": holder(PostKind.STAFF),
    }

    found = {name: " ".join(events(feed(client, who))) for name, who in people.items()}

    entry = "Results submitted, division (Q1 2011/12)"
    assert found == {
        "its manager": entry,
        "a manager of nothing": "",
        "its deputy": entry,
        "its director": "Division signs off (Q1 2011/12)",
        "the directorate's": "Directorate signs off (Q1 2011/12)",
        "a Cabinet Member": "Cabinet Member briefed (Q1 2011/12) Report published (Q1 2011/12)"
        " Cabinet meets (Q1 2011/12)",
        "staff": "",
    }


def test_a_changed_day_keeps_its_event_so_that_calendars_move_it(client, officer):
    begin(officer)

    def uids():
        return {
            str(event["uid"])
            for event in Calendar.from_ical(feed(client, officer).content).walk("VEVENT")
        }

    before = uids()
    client.force_login(officer)
    client.post(pat(), A_DAY)

    assert uids() == before
    assert len(before) == 11
    assert events(feed(client, officer))["PAT meets (Q1 2011/12)"] == date(2011, 8, 22)


def leave(user):
    Appointment.objects.filter(user=user).update(ends_on=date(2011, 7, 3))


def deactivate(user):
    user.is_active = False
    user.save()


@pytest.mark.parametrize(
    "ending", [lambda user: renew_feed(by=user), leave, deactivate], ids=["new", "left", "inactive"]
)
def test_an_address_stops_working(client, officer, ending):
    token = token_of(officer)
    address = reverse("calendar_feed", args=[token])
    assert client.get(address).status_code == 200

    ending(officer)

    assert client.get(address).status_code == 404


def test_after_a_new_address_the_new_one_works(client, officer):
    client.force_login(officer)
    before = token_of(officer)

    answer = client.post(reverse("renew_feed"), follow=True)

    assert "The old one no longer works" in answer.content.decode()
    assert user_of(before) is None
    assert user_of(token_of(officer)) == officer


@pytest.mark.parametrize("token", ["x", "W10:abc", "WzEsMV0:", "%00", "WyJ4IiwxXQ:aaaa"])
def test_a_made_up_address_leads_nowhere(client, officer, token):
    assert client.get(reverse("calendar_feed", args=[token])).status_code == 404


def test_one_persons_token_cannot_be_bent_to_anothers(officer):
    mine, theirs = token_of(officer), token_of(UserFactory())
    body, _ = theirs.split(":")

    assert user_of(f"{body}:{mine.split(':')[1]}") is None


@pytest.mark.parametrize("count", [1, 20])
def test_the_feed_asks_the_same_of_the_database_for_one_quarter_and_for_twenty(
    client, officer, django_assert_max_num_queries, count
):
    quarter = Q1
    for _ in range(count):
        begin(officer, quarter, working_day_before(quarter.next().last_day, 5))
        quarter = quarter.next()

    address = reverse("calendar_feed", args=[token_of(officer)])

    with django_assert_max_num_queries(9):
        answer = client.get(address)

    assert len(events(answer)) == 11 * count


def test_the_sorps_page_says_by_when_each_step_is_due(client, officer):
    page = page_of(client, officer, reverse("sorp_part", args=["calendar"]))

    for words in (
        "10 working days after the quarter ends",
        "20 working days before Cabinet meets",
        "5 clear days before Cabinet meets",
    ):
        assert words in page
