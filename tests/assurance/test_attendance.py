"""Who was at a meeting, whether it was quorate, and whose interest in an item the chair looked at."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from assurance.models.attendance import Attendance, DecidedInterest
from assurance.queries.attendance import attendance_sheet, interests
from assurance.rules import Attended, Course, SeatKind, Standing
from assurance.services.attendance import (
    Said,
    decide_interest,
    record_attendance,
    send_apologies,
)
from core.models.audit import AuditEvent
from core.refusals import Refused
from organisation.rules import PostKind, UnitTier
from tests.assurance.factories import CallInFactory, MeetingFactory, SeatFactory, chair_of
from tests.assurance.pages import address, text_of
from tests.factories import CouncilFactory, IndicatorFactory, UnitFactory, UserFactory, holder

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_databases,
    pytest.mark.usefixtures("sorp_in_force"),
]
DAY = date(2011, 11, 14)
BEFORE = date(2011, 11, 1)
THERE, APOLOGIES = Attended.THERE, Attended.APOLOGIES


@pytest.fixture
def director(meeting):
    """Directs a directorate and sits on PAT for it."""
    unit = UnitFactory(name="Environment", tier=UnitTier.DIRECTORATE, parent=CouncilFactory())
    person = holder(PostKind.DIRECTOR, unit=unit)
    SeatFactory(team=meeting.team, user=person, kind=SeatKind.DIRECTOR, unit=unit)
    return person


@pytest.fixture
def in_the_directorate(meeting, director):
    """An item of a division of that directorate, called in."""
    over = meeting.team.seats.get(user=director).unit
    division = UnitFactory(name="Highways", tier=UnitTier.DIVISION, parent=over)
    manager = holder(PostKind.ACCOUNTABLE_MANAGER, unit=division)
    indicator = IndicatorFactory(reference="HW-1", unit=division, accountable_manager=manager)
    return CallInFactory(meeting=meeting, indicator=indicator)


def test_seats_and_those_called_in_are_expected_and_others_attend_by_exception(
    meeting, chair, director, call_in
):
    stranger = UserFactory(name="Ada Member")
    record_attendance(
        meeting=meeting,
        said=[
            Said(chair, THERE),
            Said(director, APOLOGIES),
            Said(call_in.indicator.accountable_manager, THERE),
            Said(stranger, THERE, "To hear the budget item"),
        ],
        today=DAY,
        by=chair,
    )

    sheet = attendance_sheet(meeting)

    assert {each.user: each.standing for each in sheet.there} == {
        chair: Standing.SEAT,
        call_in.indicator.accountable_manager: Standing.ANSWERS,
        stranger: Standing.EXCEPTION,
    }
    assert [each.user for each in sheet.apologies] == [director]
    assert [each.as_what for each in sheet.there if each.user == stranger] == [
        "By exception: To hear the budget item"
    ]


def test_the_same_again_records_nothing_and_another_word_is_on_record(meeting, chair):
    for attended in (THERE, THERE, APOLOGIES):
        record_attendance(meeting=meeting, said=[Said(chair, attended)], today=DAY, by=chair)

    events = AuditEvent.objects.filter(act="recorded attendance").order_by("pk")
    assert [(each.detail["was"], each.detail["attended"]) for each in events] == [
        (None, "there"),
        ("there", "apologies"),
    ]
    assert Attendance.objects.get().attended == APOLOGIES


@pytest.mark.parametrize(
    ("quorum", "officers", "sentence"),
    [
        (None, 0, ""),
        (
            2,
            0,
            "Quorate: 2 of those who count towards the quorum were there, and its terms ask for 2.",
        ),
        (
            3,
            0,
            "Not quorate: 2 of those who count towards the quorum were there, and its terms ask for 3.",
        ),
        # An officer in support has a seat and no voice.
        (
            3,
            2,
            "Not quorate: 2 of those who count towards the quorum were there, and its terms ask for 3.",
        ),
    ],
)
def test_whether_a_meeting_was_quorate_is_said(
    meeting, chair, director, quorum, officers, sentence
):
    meeting.team.quorum = quorum
    meeting.team.save()
    people = [chair, director, *(SeatFactory(team=meeting.team).user for _ in range(officers))]
    assert attendance_sheet(meeting).quorum_in_words == "", "nobody has said who was there"

    said = [Said(each, THERE) for each in people]
    record_attendance(meeting=meeting, said=said, today=DAY, by=chair)

    assert attendance_sheet(meeting).quorum_in_words == sentence


def test_apologies_come_from_who_is_expected_before_the_day_has_passed(meeting, chair, call_in):
    manager = call_in.indicator.accountable_manager

    rows = [send_apologies(meeting=meeting, today=BEFORE, by=manager) for _ in range(2)]

    assert rows[0] == rows[1]
    assert (rows[0].attended, rows[0].standing) == (APOLOGIES, Standing.ANSWERS)
    assert AuditEvent.objects.filter(act="recorded attendance").count() == 1
    with pytest.raises(PermissionDenied):
        send_apologies(meeting=meeting, today=BEFORE, by=UserFactory())
    with pytest.raises(Refused, match="past"):
        send_apologies(meeting=meeting, today=date(2011, 11, 15), by=chair)


def test_what_makes_no_sense_is_refused_in_words_and_by_the_database(meeting, chair):
    someone = UserFactory()
    for said, today, sentence in (
        (Said(chair, THERE), BEFORE, "from the day of the meeting on"),
        (Said(someone, THERE), DAY, "Say why"),
    ):
        with pytest.raises(Refused, match=sentence):
            record_attendance(meeting=meeting, said=[said], today=today, by=chair)
    with pytest.raises(PermissionDenied):
        record_attendance(meeting=meeting, said=[], today=DAY, by=someone)
    common = {"recorded_by": chair, "recorded_at": "2011-11-14T09:00Z", "meeting": meeting}
    for nonsense in (
        {"user": chair, "attended": "maybe", "standing": "seat"},
        {"user": chair, "attended": "there", "standing": "exception"},
        {"user": chair, "attended": "there", "standing": "deputy"},
        {"user": chair, "attended": "there", "standing": "deputy", "in_place_of": chair},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attendance.objects.create(**common, **nonsense)


# Interests


def test_who_directs_or_works_in_a_service_is_interested_and_others_are_not(
    meeting, chair, director, in_the_directorate
):
    division = in_the_directorate.indicator.unit
    team = UnitFactory(name="Potholes", tier=UnitTier.TEAM, parent=division)
    elsewhere = UnitFactory(name="Libraries", tier=UnitTier.DIVISION, parent=division.parent)
    inside = holder(PostKind.STAFF, unit=team)
    outside = holder(PostKind.STAFF, unit=elsewhere)
    for person in (inside, outside):
        SeatFactory(team=meeting.team, user=person, kind=SeatKind.NED)

    assert {each.user: each.why for each in interests(meeting)} == {
        director: "directs Environment",
        inside: "works in Potholes",
    }


def test_the_chair_decides_what_follows_and_nobody_else(
    meeting, chair, director, in_the_directorate
):
    said = {"call_in": in_the_directorate, "user": director}

    for course in (Course.LEAVES, Course.LEAVES, Course.SILENT):
        decide_interest(**said, course=course, today=DAY, by=chair)

    (interest,) = interests(meeting)
    assert interest.in_words == (
        f"{director} directs Environment: stays, and takes no part in the decision."
    )
    events = AuditEvent.objects.filter(act="decided interest").order_by("pk")
    assert [(each.detail["was"], each.detail["course"]) for each in events] == [
        (None, "leaves"),
        ("leaves", "silent"),
    ]
    with pytest.raises(PermissionDenied):
        decide_interest(**said, course=Course.LEAVES, today=DAY, by=director)
    with pytest.raises(Refused, match="has no interest"):
        decide_interest(
            call_in=in_the_directorate, user=chair, course=Course.LEAVES, today=DAY, by=chair
        )
    assert DecidedInterest.objects.count() == 1


# Its page


@pytest.mark.usefixtures("on_the_day_of_the_meeting")
def test_a_chair_says_who_was_there_and_what_follows_on_one_page(
    client, meeting, chair, director, in_the_directorate
):
    member = UserFactory(name="Ada Member")
    client.force_login(chair)
    shown = text_of(client.get(address("attendance")))
    assert "directs Environment" in shown

    interest = f"interest-{in_the_directorate.pk}-{director.pk}-course"
    typed = {
        f"person-{chair.pk}-attended": "there",
        f"person-{director.pk}-attended": "apologies",
        "also-user": member.pk,
        interest: "leaves",
    }
    without = text_of(client.post(address("attendance"), typed))
    assert "Say why Ada Member was there" in without
    assert '<option value="apologies" selected>' in without
    assert not Attendance.objects.exists()

    done = client.post(
        address("attendance"), typed | {"also-reason": "For the budget"}, follow=True
    )

    page = " ".join(text_of(done).split())
    assert "Who was there is recorded" in page
    assert f"There: {chair} (Chair); Ada Member (By exception: For the budget)." in page
    assert f"Apologies: {director}." in page
    assert DecidedInterest.objects.get().course == Course.LEAVES


def test_who_is_expected_sends_apologies_from_the_meetings_page(client, meeting, chair, director):
    client.force_login(director)
    with time_machine.travel("2011-11-01T09:00:00+00:00", tick=False):
        assert "Send your apologies" in text_of(client.get(address("meeting")))
        done = client.post(address("send_apologies"), follow=True)
        client.force_login(chair)
        page = text_of(client.get(address("meeting")))

    assert "Your apologies for PAT, 14 November 2011 are recorded" in text_of(done)
    assert f"Apologies: {director}." in page


@pytest.mark.usefixtures("on_the_day_of_the_meeting")
@pytest.mark.parametrize("number", [1, 20])
def test_attendance_asks_the_same_of_the_database_for_one_item_and_for_twenty(
    client, meeting, chair, number, django_assert_max_num_queries
):
    for _ in range(number):
        CallInFactory(meeting=meeting, indicator=IndicatorFactory())
    client.force_login(chair)

    with django_assert_max_num_queries(24):
        client.get(address("attendance"))


def test_a_meeting_that_was_never_planned_has_no_such_page(client, chair):
    MeetingFactory()
    client.force_login(chair)
    assert client.get(reverse("attendance", args=["pat", "2011-11-15"])).status_code == 404
    assert chair_of(MeetingFactory().team) == chair
