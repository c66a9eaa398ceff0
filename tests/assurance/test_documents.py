"""A pack is sent to each who is to have it, once; the brief, the note after and the formal report are issued by the chair."""

import io
from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from docx import Document

from assurance.models.packs import MeetingDocument, SentPack
from assurance.queries.documents import drafted
from assurance.rules import DocumentKind, MeetingState, Outcome, SeatKind
from assurance.services import outcomes
from assurance.services.documents import issue_document, write_document
from assurance.services.packs import attach_rendering, freeze_pack, send_pack
from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.refusals import Refused
from organisation.rules import PostKind
from tests.assurance.factories import (
    AgreedActionFactory,
    CallInFactory,
    DecisionFactory,
    ManagersPaperFactory,
    SeatFactory,
)
from tests.assurance.pages import address, text_of
from tests.factories import CouncilFactory, IndicatorFactory, UserFactory, holder

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting"),
]
DAY = date(2011, 11, 14)


@pytest.fixture
def member():
    return holder(PostKind.CABINET_MEMBER_PERFORMANCE, unit=CouncilFactory())


@pytest.fixture
def auditing():
    return holder(PostKind.CHAIR_GOVERNANCE_AUDIT, unit=CouncilFactory())


@pytest.fixture
def pack(meeting, chair):
    return freeze_and_draw(meeting, chair)


def freeze_and_draw(meeting, chair):
    row, _ = freeze_pack(meeting=meeting, by=chair)
    return attach_rendering(pack=row, html="<p>Drawn</p>", pdf=b"%PDF-1.7")


def told(person):
    return list(Notice.objects.filter(recipient=person).values_list("subject", flat=True))


# Packs


def test_freezing_sends_nothing_and_sending_says_so(meeting, chair, member, pack):
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.PLANNED
    assert told(member) == []

    new, had = send_pack(pack=pack, by=chair)

    meeting.refresh_from_db()
    assert meeting.state == MeetingState.PAPERS_OUT
    assert ({each.recipient for each in new}, had) == ({chair, member}, 0)
    assert told(member) == ["Papers for PAT, Monday 14 November 2011"]
    assert AuditEvent.objects.filter(act="sent pack").count() == 1


def test_sent_twice_nobody_gets_it_twice_and_who_came_later_gets_it(
    meeting, chair, member, auditing, pack
):
    send_pack(pack=pack, by=chair)
    late = SeatFactory(team=meeting.team, kind=SeatKind.NED).user

    new, had = send_pack(pack=pack, by=chair)

    assert ([each.recipient for each in new], had) == ([late], 3)
    assert SentPack.objects.count() == 4
    assert Notice.objects.count() == 4


def test_what_is_not_drawn_or_not_the_latest_is_not_sent(meeting, chair, pack):
    CallInFactory(meeting=meeting)
    newer, _ = freeze_pack(meeting=meeting, by=chair)

    with pytest.raises(Refused, match="still being drawn"):
        send_pack(pack=newer, by=chair)
    with pytest.raises(Refused, match="Pack 1 is not the latest"):
        send_pack(pack=pack, by=chair)
    with pytest.raises(PermissionDenied):
        send_pack(pack=pack, by=UserFactory())
    assert not SentPack.objects.exists()


def test_calling_in_after_a_pack_went_out_says_so(client, meeting, chair, red, pack):
    client.force_login(chair)
    asked = {"item": "PI-7", "PI-7-verdict": "called_in", "PI-7-reason": ""}

    before = client.post(address("call_in_board"), asked, follow=True)
    send_pack(pack=freeze_and_draw(meeting, chair), by=chair)
    asked |= {"PI-7-verdict": "withdrawn", "PI-7-reason": "It is being audited"}
    after = client.post(address("call_in_board"), asked, follow=True)

    assert "went out before this" not in text_of(before)
    assert "Pack 2 went out before this: freeze the next, and send it" in text_of(after)


def test_who_opened_it_and_when_is_kept_once(client, meeting, chair, member, pack):
    client.force_login(chair)
    client.post(address("send_pack", 1))
    sent = pack.sent.get(recipient=member)
    assert "not opened yet" in text_of(client.get(address("meeting")))

    client.force_login(member)
    for _ in range(2):
        client.get(address("pack_html", 1))

    sent.refresh_from_db()
    assert sent.opened_at is not None
    assert AuditEvent.objects.filter(act="opened pack").count() == 1
    client.force_login(chair)
    page = " ".join(text_of(client.get(address("meeting"))).split())
    assert "Sent to 2 people" in page
    assert "(Cabinet Member for performance)</span>: sent 14 November 2011, opened" in page


def test_one_cabinet_member_has_the_papers_and_no_other(client, meeting, member):
    people = {
        "for performance": member,
        "another portfolio": holder(PostKind.CABINET_MEMBER, unit=CouncilFactory()),
        "the Leader": holder(PostKind.LEADER, unit=CouncilFactory()),
    }
    seen = {}
    for who, person in people.items():
        client.force_login(person)
        seen[who] = client.get(address("meeting")).status_code

    assert seen == {"for performance": 200, "another portfolio": 403, "the Leader": 403}


# Documents


def said(call_in, chair):
    ManagersPaperFactory(call_in=call_in, asked="Money for a third crew")
    outcomes.challenge(call_in=call_in, text="Why?", answer="Frost", today=DAY, by=chair)
    DecisionFactory(call_in=call_in, kind=Outcome.STRENGTHEN_PLAN, text="Show the money")
    AgreedActionFactory(call_in=call_in)


def test_each_document_begins_with_the_record(meeting, call_in, chair):
    said(call_in, chair)
    manager = call_in.indicator.accountable_manager

    brief = drafted(meeting, DocumentKind.BRIEF, today=DAY)
    report = drafted(meeting, DocumentKind.REPORT, today=DAY)

    assert brief.split("\n\n") == [
        "PAT meets on Monday 14 November 2011. It looks at Q2 2011/12.",
        "# Potholes repaired (PI-7)",
        "Today: Red in Q2 2011/12, after amber in Q1 2011/12. Red in Q2 2011/12.",
        f"{manager} says: Two engineers left",
        f"{manager} asks: Money for a third crew",
    ]
    assert report.split("\n\n") == [
        "Performance Assurance Team met on Monday 14 November 2011 and looked at Q2 2011/12.",
        "# Potholes repaired (PI-7)",
        "Red in Q2 2011/12.",
        "PAT asked: Why? Answer: Frost",
        "The plan must be strengthened. Show the money",
        "Agreed: Recruit two engineers. Head of Highways, by 1 December 2011.",
    ]


def test_the_brief_is_the_members_and_the_formal_report_the_audit_chairs_too(
    meeting, chair, member, auditing
):
    for kind in DocumentKind:
        document = write_document(meeting=meeting, kind=kind, text="So it is", by=chair)
        for _ in range(2):
            issue_document(document=document, by=chair)

    assert told(member) == [
        "The chair’s brief: PAT, 14 November 2011",
        "What came of it: PAT, 14 November 2011",
        "Formal report: PAT, 14 November 2011",
    ]
    assert told(auditing) == ["Formal report: PAT, 14 November 2011"]


def test_a_draft_changes_and_what_is_issued_stands(meeting, chair):
    draft = {"meeting": meeting, "kind": DocumentKind.BRIEF, "by": chair}
    first = write_document(**draft, text="One")
    assert write_document(**draft, text="Two").pk == first.pk
    issue_document(document=first, by=chair)

    second = write_document(**draft, text="Three")

    assert [
        (each.number, each.text) for each in (second, MeetingDocument.objects.get(number=1))
    ] == [
        (2, "Three"),
        (1, "Two"),
    ]


def test_what_is_not_so_is_not_written(meeting, chair):
    draft = {"meeting": meeting, "by": chair, "kind": DocumentKind.BRIEF, "text": "x"}
    for wrong, sentence in (
        ({"text": " "}, "Enter what it says"),
        ({"met_on": date(2011, 11, 15)}, "once you have met"),
    ):
        with pytest.raises(Refused, match=sentence):
            write_document(**(draft | wrong))
    with (
        time_machine.travel("2011-11-01T09:00:00+00:00", tick=False),
        pytest.raises(Refused, match="still to come"),
    ):
        write_document(**(draft | {"kind": DocumentKind.REPORT}))
    document = write_document(**draft)
    with pytest.raises(PermissionDenied):
        issue_document(document=document, by=holder(PostKind.PERFORMANCE_OFFICER))


def test_a_chair_edits_the_draft_and_issues_it_and_the_member_reads_it(
    client, meeting, call_in, chair, member
):
    there = address("meeting_document", "brief")
    client.force_login(member)
    assert "Not issued yet" in text_of(client.get(there))
    client.force_login(chair)
    assert "Potholes repaired (PI-7)" in text_of(client.get(there))
    empty = text_of(client.post(there, {"text": " "}))
    assert "Enter what it says" in empty

    text = "First.\r\n\r\n# Potholes\r\n\r\nAsk about the frost."
    client.post(there, {"text": text})
    client.force_login(member)
    assert "Not issued yet" in text_of(client.get(there))
    client.force_login(chair)
    client.post(there, {"text": text, "issue": "yes"})

    client.force_login(member)
    page = text_of(client.get(there))
    assert '<h2 class="govuk-heading-s">Potholes</h2>' in page
    assert "Ask about the frost." in page
    word = Document(io.BytesIO(client.get(address("document_in_word", "brief")).content))
    assert [(each.style.name, each.text) for each in word.paragraphs] == [
        ("Heading 1", "The chair’s brief: PAT, 14 November 2011"),
        ("Normal", "First."),
        ("Heading 2", "Potholes"),
        ("Normal", "Ask about the frost."),
    ]
    assert client.post(there, {"text": "Mine"}).status_code == 403


def test_an_officer_writes_and_does_not_issue(client, meeting, call_in):
    there = address("meeting_document", "report")
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))

    assert "The chair issues it." in text_of(client.get(there))
    assert client.post(there, {"text": "x", "issue": "yes"}).status_code == 403
    assert client.post(there, {"text": "x"}).status_code == 302
    assert client.get(address("document_in_word", "report")).status_code == 404
    assert client.get("/assurance/pat/2011-11-14/gossip/").status_code == 404


def test_minutes_come_in_word_from_the_log(client, meeting, call_in, chair):
    said(call_in, chair)
    client.force_login(chair)

    word = Document(io.BytesIO(client.get(address("minutes_in_word")).content))

    texts = [each.text for each in word.paragraphs]
    assert texts[0] == "Minutes: PAT, 14 November 2011"
    assert "The plan must be strengthened. Show the money" in texts
    with time_machine.travel("2011-11-01T09:00:00+00:00", tick=False):
        client.force_login(chair)
        assert client.get(address("minutes_in_word")).status_code == 404


@pytest.mark.parametrize("number", [1, 20])
def test_the_meetings_page_asks_the_same_of_the_database_for_one_item_and_for_twenty(
    client, meeting, chair, number, django_assert_max_num_queries
):
    for _ in range(number):
        CallInFactory(meeting=meeting, indicator=IndicatorFactory())
    client.force_login(chair)

    with django_assert_max_num_queries(45):
        client.get(address("meeting"))
