"""A year of meetings: on one weekday a month, around bank holidays and the reporting calendar; and in calendars."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from assurance.models.meetings import Meeting
from assurance.rules import MeetingState, Nth, proposed_year, usual_day
from assurance.services.meetings import cancel_meeting, move_meeting, plan_meeting, plan_year
from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from indicators.calendar_feed import feed_of
from indicators.models.calendar import CalendarDay
from organisation.rules import PostKind
from sorp.lexicon import Step
from tests.assurance.factories import (
    CallInFactory,
    MeetingFactory,
    SeatFactory,
    TeamFactory,
    chair_of,
)
from tests.assurance.pages import address, text_of
from tests.factories import IndicatorFactory, holder

TUESDAY = 1
Q1, Q2 = Quarter(2011, 1), Quarter(2011, 2)


# The rule


@pytest.mark.parametrize(
    ("nth", "weekday", "expected"),
    [
        (Nth.FIRST, 0, date(2011, 8, 1)),
        (Nth.SECOND, 0, date(2011, 8, 8)),
        (Nth.THIRD, TUESDAY, date(2011, 8, 16)),
        (Nth.FOURTH, 4, date(2011, 8, 26)),
        (Nth.LAST, 0, date(2011, 8, 29)),
        (Nth.LAST, 2, date(2011, 8, 31)),
    ],
)
def test_the_usual_day_of_a_month(nth, weekday, expected):
    assert usual_day(2011, 8, nth=nth, weekday=weekday) == expected


@pytest.mark.parametrize(
    ("windows", "expected", "because"),
    [
        ({}, date(2011, 8, 16), ""),
        ({Q1: (date(2011, 7, 29), date(2011, 8, 18))}, date(2011, 8, 16), ""),
        (
            {Q1: (date(2011, 7, 29), date(2011, 8, 12))},
            date(2011, 8, 12),
            "Q1 2011/12 is closed by 29 July 2011 and comes before it by 12 August 2011",
        ),
        (
            {Q1: (date(2011, 8, 18), date(2011, 8, 25))},
            date(2011, 8, 18),
            "Q1 2011/12 is closed by 18 August 2011 and comes before it by 25 August 2011",
        ),
    ],
)
def test_the_reporting_calendar_moves_a_meeting_into_its_days(windows, expected, because):
    (proposed,) = proposed_year(
        date(2011, 8, 1), nth=Nth.THIRD, weekday=TUESDAY, months=1, windows=windows
    )

    assert (proposed.meets_on, proposed.quarter, proposed.because) == (expected, Q1, because)


def test_a_bank_holiday_gives_way_to_the_next_day_that_is_worked_on():
    days = proposed_year(date(2011, 4, 1), nth=Nth.LAST, weekday=0, months=2, windows={})

    assert [each.meets_on for each in days] == [date(2011, 4, 26), date(2011, 5, 31)]
    assert days[0].because == "Monday 25 April 2011 is a bank holiday"


def test_a_year_begins_with_the_day_it_is_asked_from_and_looks_at_what_is_closed_by_then():
    days = proposed_year(date(2011, 9, 21), nth=Nth.THIRD, weekday=TUESDAY, windows={})

    assert [(each.meets_on, each.quarter) for each in days[:4]] == [
        (date(2011, 10, 18), Q1),  # Q2 ended 18 days before: its results are still coming in
        (date(2011, 11, 15), Q2),
        (date(2011, 12, 20), Q2),
        (date(2012, 1, 17), Q2),
    ]
    assert len(days) == 11


# Planning it


@pytest.fixture
def pat():
    return TeamFactory(meets_at=time(10), place="Sessions House")


def in_a_year(client, team, **given):
    shown = client.get(
        reverse("plan_year", args=[team.code]),
        {"nth": "3", "weekday": "1", "first": "2011-12-01"},
    )
    formset = shown.context["formset"]
    data = {"form-TOTAL_FORMS": len(formset), "form-INITIAL_FORMS": 0}
    for number, form in enumerate(formset):
        data |= {
            f"form-{number}-meets_on": form.initial["meets_on"].isoformat(),
            f"form-{number}-quarter": form.initial["quarter"],
        }
        if form.initial["is_wanted"]:
            data[f"form-{number}-is_wanted"] = "on"
    return shown, data | given


@pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting")
@pytest.mark.django_db
def test_a_chair_plans_twelve_meetings_and_twice_plans_none_twice(client, pat):
    client.force_login(chair_of(pat))
    shown, data = in_a_year(client, pat)

    assert "Third Tuesday of the month" in text_of(shown)
    planned = client.post(reverse("plan_year", args=["pat"]), data, follow=True)
    again = client.post(reverse("plan_year", args=["pat"]), data, follow=True)

    assert "12 meetings planned" in text_of(planned)
    assert "0 meetings planned; 12 stood already" in text_of(again)
    rows = list(Meeting.objects.order_by("meets_on"))
    assert len(rows) == 12
    assert rows[0].when_and_where == "Tuesday 20 December 2011 at 10:00, Sessions House"
    assert AuditEvent.objects.filter(act="planned meeting").count() == 12


@pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"form-0-meets_on": "2011-12-26"}, "is not a working day"),
        ({"form-0-meets_on": "31 February 2012"}, "Enter the day of the meeting like"),
        ({"form-0-quarter": "2012-Q1"}, "has not ended by then"),
        ({"form-0-meets_on": "2012-01-17", "form-0-quarter": "2011-Q1"}, "meets on that day"),
    ],
)
def test_one_day_that_cannot_be_plans_none_and_what_was_typed_stays(client, pat, given, sentence):
    client.force_login(chair_of(pat))
    _, data = in_a_year(client, pat, **given)

    answer = client.post(reverse("plan_year", args=["pat"]), data)

    page = text_of(answer)
    assert answer.status_code == 200
    assert sentence in page
    assert all(typed in page for typed in given.values() if "-" in typed or " " in typed)
    assert not Meeting.objects.exists()


@pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting")
@pytest.mark.django_db
def test_a_month_that_has_a_meeting_is_proposed_unticked(client, pat):
    MeetingFactory(team=pat, meets_on=date(2011, 12, 12))
    client.force_login(chair_of(pat))

    shown, _ = in_a_year(client, pat)

    ticked = [form.initial["is_wanted"] for form in shown.context["formset"]]
    assert ticked == [False] + [True] * 11


@pytest.mark.usefixtures("sorp_in_force")
@pytest.mark.django_db
def test_a_day_refused_among_many_plans_none(pat):
    good, bad = date(2011, 12, 20), date(2011, 12, 26)

    with pytest.raises(Refused, match="not a working day"):
        plan_year(team=pat, days=[(good, Q2), (bad, Q2)], by=chair_of(pat))

    assert not Meeting.objects.exists()


@pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting")
@pytest.mark.django_db
def test_those_concerned_are_told_that_a_meeting_is_elsewhere_and_its_papers_go_along(pat):
    chair, red = chair_of(pat), IndicatorFactory()
    ned = SeatFactory(team=pat).user
    meeting = plan_meeting(team=pat, meets_on=date(2011, 12, 13), quarter=Q2, by=chair)
    CallInFactory(meeting=meeting, indicator=red)
    moved = {"meets_on": date(2011, 12, 14), "begins_at": time(14, 30), "reason": "Budget"}

    for _ in range(2):
        move_meeting(meeting=meeting, **moved, by=chair)

    told = Notice.objects.filter(subject="PAT meets on Wednesday 14 December 2011 now")
    assert {each.recipient for each in told} == {chair, ned, red.accountable_manager}
    assert told[0].body == (
        "It was to meet on Tuesday 13 December 2011 at 10:00, Sessions House. It meets on"
        " Wednesday 14 December 2011 at 14:30, Sessions House.\n\nBudget"
    )


# In a calendar


def events(content):
    return {str(each["uid"]): each for each in Calendar.from_ical(content).walk("VEVENT")}


@pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting")
@pytest.mark.django_db
def test_a_meeting_stands_in_the_calendars_of_who_is_expected_and_follows_every_change(pat):
    chair, red, stranger = chair_of(pat), IndicatorFactory(), holder(PostKind.STAFF)
    meeting = plan_meeting(team=pat, meets_on=date(2012, 6, 13), quarter=Q2, by=chair)
    CallInFactory(meeting=meeting, indicator=red)
    SeatFactory(team=pat, user=stranger, ends_on=date(2012, 6, 12))  # not on that day

    (event,) = events(feed_of(chair)).values()
    assert event["dtstart"].dt.isoformat() == "2012-06-13T09:00:00+00:00"  # ten o'clock in summer
    assert (str(event["location"]), str(event["status"])) == ("Sessions House", "CONFIRMED")
    assert list(events(feed_of(red.accountable_manager))) == [str(event["uid"])]
    assert not events(feed_of(stranger))

    move_meeting(meeting=meeting, meets_on=date(2012, 6, 14), reason="Budget", by=chair)
    meeting.refresh_from_db()
    cancel_meeting(meeting=meeting, reason="Flood", today=date(2011, 11, 14), by=chair)

    (after,) = events(feed_of(chair)).values()
    assert after["uid"] == event["uid"]
    assert (event["sequence"], after["sequence"]) == (0, 2)
    assert str(after["status"]) == "CANCELLED"


@pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting")
@pytest.mark.django_db
def test_a_meeting_without_a_time_is_a_whole_day(client, meeting, chair):
    client.force_login(chair)

    answer = client.get(address("meeting_calendar"))

    (event,) = events(answer.content).values()
    assert answer["Content-Type"].startswith("text/calendar")
    assert event["dtstart"].dt == date(2011, 11, 14)


@pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting")
@pytest.mark.django_db
def test_who_is_called_in_may_put_the_meeting_in_a_calendar_and_strangers_may_not(
    client, meeting, call_in
):
    for person, status in (
        (call_in.indicator.accountable_manager, 200),
        (holder(PostKind.STAFF), 403),
    ):
        client.force_login(person)
        assert client.get(address("meeting_calendar")).status_code == status


# The calendar of the quarter


@pytest.mark.usefixtures("sorp_in_force")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("meets_on", "sentence"),
    [
        (None, "No meeting of PAT on this quarter is planned."),
        (date(2011, 11, 14), None),
        (date(2011, 11, 22), "PAT meets later than its day above, on 22 November 2011."),
        (date(2011, 12, 6), "PAT meets after the report is published, on 6 December 2011."),
    ],
)
def test_the_calendar_says_which_meeting_keeps_its_day(client, pat, meets_on, sentence):
    ReportingQuarter.objects.create(quarter=Q2, begun_at=datetime(2011, 10, 1, tzinfo=UTC))
    CalendarDay.objects.create(quarter=Q2, step=Step.PAT, due_on=date(2011, 11, 18))
    CalendarDay.objects.create(quarter=Q2, step=Step.PUBLICATION, due_on=date(2011, 12, 2))
    if meets_on:
        MeetingFactory(team=pat, meets_on=meets_on)
        MeetingFactory(
            team=pat,
            meets_on=date(2011, 11, 1),
            state=MeetingState.CANCELLED,
            cancelled_because="Flood",
        )
    with time_machine.travel("2011-11-01T09:00:00+00:00", tick=False):
        client.force_login(chair_of(pat))
        page = " ".join(text_of(client.get(reverse("calendar"))).split())

    said = page.replace("<strong>", "").replace("</strong>", "")
    for each in (
        "No meeting of PAT on this quarter is planned.",
        "PAT meets later than its day above, on 22 November 2011.",
        "PAT meets after the report is published, on 6 December 2011.",
    ):
        assert (each in said) == (each == sentence)
