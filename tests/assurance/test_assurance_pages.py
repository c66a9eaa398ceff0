"""PAT's and DAT's pages: what they show and who sees them."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from assurance.models.meetings import CallIn, Meeting
from assurance.models.packs import Pack, Paper
from assurance.rules import MeetingState
from assurance.services import packs
from assurance.services.call_ins import defer
from assurance.services.meetings import (
    cancel_meeting,
    hold_meeting,
    move_meeting,
    plan_meeting,
    table_paper,
)
from assurance.services.packs import freeze_pack
from core.models.audit import AuditEvent
from core.models.jobs import Job
from core.models.notices import Notice
from core.quarters import Quarter
from core.refusals import Refused
from indicators.models.calendar import CalendarDay
from organisation.permissions import Permission
from organisation.rules import PostKind
from sorp.lexicon import Layer
from tests.assurance.factories import (
    AgreedActionFactory,
    CallInFactory,
    ChallengeFactory,
    MeetingFactory,
    PaperFactory,
    SeatFactory,
    TeamFactory,
    chair_of,
)
from tests.assurance.pages import address, text_of
from tests.factories import IndicatorFactory, UserFactory, holder, rated
from tests.pdfs import a_pdf

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting"),
]
DAY = date(2011, 11, 14)


def test_the_teams_page_shows_seats_vacancies_meetings_and_what_is_owed(client, chair, call_in):
    overdue = AgreedActionFactory(call_in=call_in, what="Recruit", due_on=date(2011, 11, 13))
    MeetingFactory(meets_on=date(2011, 10, 10), state=MeetingState.HELD)
    MeetingFactory(meets_on=date(2011, 12, 12))
    client.force_login(chair)

    page = text_of(client.get(reverse("assurance_team", args=["pat"])))

    for words in (
        chair.name,
        "Both non-executive directors’ seats are empty",
        "14 November 2011",
        "12 December 2011",
        "10 October 2011",
        overdue.what,
        "Overdue",
        "1 item called in",
    ):
        assert words in page


def test_the_meetings_page_shows_agenda_papers_and_packs(client, meeting, chair, call_in):
    PaperFactory(meeting=meeting, title="Risks that have turned red")
    packs.freeze_pack(meeting=meeting, by=chair)
    client.force_login(chair)

    page = text_of(client.get(address("meeting")))

    for words in ("Potholes repaired", "Red in Q2 2011/12.", "Risks that have", "not drawn yet"):
        assert words in page


def test_a_meeting_is_planned_by_its_form(client, chair):
    client.force_login(chair)
    page = reverse("plan_meeting", args=["pat"])
    posted = {"meets_on_day": "12", "meets_on_month": "12", "meets_on_year": "2011"}
    posted["is_meant"] = "on"

    assert client.post(page, posted | {"quarter": "2011-Q2"}).status_code == 302
    assert Meeting.objects.get(meets_on=date(2011, 12, 12)).quarter == Quarter(2011, 2)

    again = text_of(client.post(page, posted | {"quarter": "2011-Q2"}))
    assert "meets on that day already" in again
    assert 'value="12"' in again


def test_a_second_meeting_on_a_quarter_and_a_day_other_than_the_calendars_are_asked_about(
    client, chair, meeting
):
    client.force_login(chair)
    CalendarDay.objects.create(quarter=Quarter(2011, 2), step="pat", due_on=date(2011, 11, 14))
    page = reverse("plan_meeting", args=["pat"])
    posted = {"meets_on_day": "12", "meets_on_month": "12", "meets_on_year": "2011"}
    posted["quarter"] = "2011-Q2"

    sunday = text_of(client.post(page, posted | {"meets_on_day": "11", "is_meant": "on"}))
    asked = text_of(client.post(page, posted))

    assert "Sunday 11 December 2011 is not a working day: choose Friday 9 December" in sunday
    assert "PAT meets on Q2 2011/12 already, on Monday 14 November 2011." in asked
    assert "The calendar says that PAT meets by Monday 14 November 2011." in asked
    assert Meeting.objects.count() == 1
    assert client.post(page, posted | {"is_meant": "on"}).status_code == 302
    assert Meeting.objects.count() == 2


def test_a_planned_meeting_is_moved_with_a_reason_on_record(client, chair, meeting, call_in):
    client.force_login(chair)
    assert address("move_meeting") in text_of(client.get(address("meeting")))
    moved = {"meets_on_day": "21", "meets_on_month": "11", "meets_on_year": "2011"}

    without = client.post(address("move_meeting"), moved)
    done = client.post(address("move_meeting"), moved | {"reason": "The chair is away"})

    assert "Say why it is moved" in text_of(without)
    meeting.refresh_from_db()
    assert done.url == meeting.get_absolute_url()
    assert (meeting.meets_on, list(meeting.call_ins.all())) == (date(2011, 11, 21), [call_in])
    event = AuditEvent.objects.get(act="moved meeting")
    assert (event.detail["was"], event.detail["reason"]) == (
        "Monday 14 November 2011",
        "The chair is away",
    )
    Meeting.objects.update(state=MeetingState.HELD)
    with pytest.raises(Refused, match="has been held"):
        move_meeting(meeting=meeting, meets_on=date(2011, 11, 22), reason="Again", by=chair)
    with pytest.raises(Refused, match="Say why"):
        move_meeting(meeting=meeting, meets_on=date(2011, 11, 22), reason=" ", by=chair)


def test_a_meeting_is_cancelled_with_a_reason_and_its_agenda_goes_to_the_next(
    client, chair, meeting, call_in
):
    """Before the next is planned it waits; those concerned are told; nothing more is done at it."""
    ned = SeatFactory(team=meeting.team).user
    client.force_login(chair)
    assert address("cancel_meeting") in text_of(client.get(address("meeting")))
    assert "Say why it is cancelled" in text_of(
        client.post(address("cancel_meeting"), {"reason": ""})
    )

    client.post(address("cancel_meeting"), {"reason": "Not enough of us"})

    meeting.refresh_from_db()
    manager = call_in.indicator.accountable_manager
    told = {each.recipient for each in Notice.objects.filter(key__startswith="meeting-cancelled")}
    assert told >= {ned, manager, chair}
    page = text_of(client.get(address("meeting")))
    assert "It does not take place: Not enough of us" in page
    assert "goes to the next meeting that is planned" in page
    assert list(CallIn.objects.on_agenda()) == []
    assert client.get(call_in.get_absolute_url()).status_code == 404
    for act in (
        lambda: move_meeting(meeting=meeting, meets_on=date(2011, 11, 22), reason="X", by=chair),
        lambda: hold_meeting(meeting=meeting, today=date(2011, 11, 15), by=chair),
        lambda: table_paper(meeting=meeting, title="T", text="T", by=chair),
        lambda: freeze_pack(meeting=meeting, by=chair),
        lambda: defer(meeting=meeting, matter=call_in.indicator, reason="X", by=chair),
    ):
        with pytest.raises(Refused, match="cancelled"):
            act()

    following = plan_meeting(
        team=meeting.team, meets_on=date(2011, 12, 12), quarter=meeting.quarter, by=chair
    )
    (carried,) = following.call_ins.on_agenda()
    assert (carried.indicator, carried.why) == (call_in.indicator, call_in.why)
    page = text_of(client.get(address("meeting")))
    assert "went to <a" in page
    later = plan_meeting(
        team=meeting.team, meets_on=date(2012, 1, 16), quarter=meeting.quarter, by=chair
    )
    assert not later.call_ins.exists()
    cancel_meeting(meeting=following, reason="Snow", today=date(2011, 12, 1), by=chair)
    assert [each.indicator for each in later.call_ins.all()] == [call_in.indicator]


def test_a_meeting_with_something_on_record_is_not_cancelled(chair, meeting, call_in):
    ChallengeFactory(call_in=call_in)

    with pytest.raises(Refused, match="on record"):
        cancel_meeting(meeting=meeting, reason="X", today=date(2011, 11, 1), by=chair)
    Meeting.objects.update(state=MeetingState.HELD)
    with pytest.raises(Refused, match="was held"):
        cancel_meeting(meeting=meeting, reason="X", today=date(2011, 11, 1), by=chair)


def test_a_pack_is_frozen_and_read_in_each_form(client, meeting, chair, call_in):
    client.force_login(chair)
    client.post(address("freeze_pack"))
    client.post(address("freeze_pack"))
    pack = Pack.objects.get()

    assert client.get(address("pack_html", 1)).status_code == 404
    job = Job.objects.get()  # asked for once, though the button was pressed twice
    assert (job.kind, job.arguments, job.requested_by) == ("draw_pack", {"pack": pack.pk}, chair)
    packs.attach_rendering(pack=pack, html="<p>PAT</p>", pdf=b"%PDF-1.7")

    read = {form: client.get(address(f"pack_{form}", 1)) for form in ("html", "pdf", "json")}
    assert text_of(read["html"]) == "<p>PAT</p>"
    assert "default-src 'none'" in read["html"]["Content-Security-Policy"]
    assert read["pdf"].content == b"%PDF-1.7"
    assert read["pdf"]["Content-Type"] == "application/pdf"
    assert read["json"].json() == pack.document


def test_a_paper_is_tabled_and_read(client, chair, meeting, tmp_path):
    client.force_login(chair)
    report = tmp_path / "report.pdf"
    report.write_bytes(a_pdf())
    letter = tmp_path / "letter.doc"
    letter.write_bytes(b"Dear")

    with letter.open("rb") as file:
        page = text_of(client.post(address("table_paper"), {"title": "A letter", "file": file}))
    assert "must be a PDF" in page
    assert 'value="A letter"' in page
    page = text_of(client.post(address("table_paper"), {"title": "A letter", "text": ""}))
    assert "a text or a file" in page
    assert not Paper.objects.exists()

    with report.open("rb") as file:
        client.post(address("table_paper"), {"title": "The report", "file": file})
    response = client.get(address("paper", 1))
    assert b"".join(response.streaming_content) == a_pdf()
    assert "attachment" in response["Content-Disposition"]


def test_a_meeting_is_recorded_as_held_on_its_day(client, chair, meeting):
    with time_machine.travel("2011-11-13T09:00:00+00:00", tick=False):
        client.force_login(chair)
        assert "Record that the meeting was held" not in text_of(client.get(address("meeting")))

    client.force_login(chair)
    assert "Record that the meeting was held" in text_of(client.get(address("meeting")))
    client.post(address("hold_meeting"))

    meeting.refresh_from_db()
    assert meeting.is_held


def test_who_sees_what_of_pat(client, meeting, chair, call_in):
    packs.freeze_pack(meeting=meeting, by=chair)
    dat = TeamFactory(dat=True)
    people = {
        "the chair": chair,
        "a NED": SeatFactory(kind="ned").user,
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "the Cabinet Member": holder(PostKind.CABINET_MEMBER_PERFORMANCE),
        "the Chair of Governance and Audit": holder(PostKind.CHAIR_GOVERNANCE_AUDIT),
        "DAT's chair": chair_of(dat),
        "a former NED": SeatFactory(kind="ned", ends_on=date(2011, 11, 13)).user,
        "a NED from tomorrow": SeatFactory(kind="ned", starts_on=date(2011, 11, 15)).user,
        "its manager": call_in.indicator.accountable_manager,
        "a director without a seat": holder(PostKind.DIRECTOR),
        "a Member": holder(PostKind.MEMBER),
        "without a post": UserFactory(),
        "nobody": None,
    }
    reading = {
        reverse("assurance_team", args=["pat"]),
        address("meeting"),
        address("called_in", "PI-7"),
        address("pack_json", 1),
    }
    taking_part = {address("call_in_board")}
    leading = {
        reverse("plan_meeting", args=["pat"]),
        address("table_paper"),
        address("move_meeting"),
    }

    seen = {}
    for who, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        pages = reading | taking_part | leading
        seen[who] = {page: client.get(page).status_code for page in pages}

    def answers(*may):
        allowed = set().union(*may)
        return {page: 200 if page in allowed else 403 for page in reading | taking_part | leading}

    everything = answers(reading, taking_part, leading)
    assert seen == {
        "the chair": everything,
        "a NED": answers(reading, taking_part),
        "a performance officer": everything,
        "the Cabinet Member": answers(reading),
        "the Chair of Governance and Audit": answers(reading),
        **{
            who: answers()
            for who in (
                "DAT's chair",
                "a former NED",
                "a NED from tomorrow",
                "a director without a seat",
                "a Member",
                "without a post",
            )
        },
        # Who is called in reads what is asked of them, and nothing else of the meeting.
        "its manager": answers({address("called_in", "PI-7")}),
        "nobody": dict.fromkeys(everything, 302),
    }


def test_the_way_in_leads_to_the_one_team_or_offers_both(client, chair):
    TeamFactory(dat=True)

    client.force_login(chair)
    assert client.get(reverse("assurance")).url == reverse("assurance_team", args=["pat"])
    client.force_login(holder(PostKind.CABINET_MEMBER_PERFORMANCE))
    page = text_of(client.get(reverse("assurance")))
    assert "Performance Assurance Team" in page
    assert "Delivery Assurance Team" in page


def test_who_has_no_seat_is_told_who_does_and_whose_papers_they_are(client, chair):
    client.force_login(holder(PostKind.MEMBER))

    response = client.get(reverse("assurance"))

    page = text_of(response)
    assert response.status_code == 200
    assert "You have no seat on PAT or DAT" in page
    assert chair.name in page
    assert reverse("assurance_team", args=["pat"]) not in page
    client.force_login(UserFactory())  # who holds no post is told nothing
    assert client.get(reverse("assurance")).status_code == 403


def test_every_view_of_ours_says_who_may_use_it():
    from assurance.urls import urlpatterns

    assert {pattern.callback.permission for pattern in urlpatterns} <= set(Permission)


@pytest.mark.parametrize("shown", ["call_in_board", "meeting"])
def test_a_page_takes_as_many_queries_for_20_indicators_as_for_1(
    client, chair, meeting, shown, django_assert_max_num_queries
):
    client.force_login(chair)
    counts = []
    for how_many in (1, 19):
        for _ in range(how_many):
            indicator = IndicatorFactory(layer=Layer.CORE)
            rated(indicator, "AR")
            CallInFactory(meeting=meeting, indicator=indicator)
        with django_assert_max_num_queries(40) as captured:
            assert client.get(address(shown)).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("address_of_nothing", ["2011-11-15", "2011-99-99"])
def test_a_meeting_that_is_not_is_not_found(client, chair, address_of_nothing):
    client.force_login(chair)

    assert client.get(f"/assurance/pat/{address_of_nothing}/").status_code == 404
