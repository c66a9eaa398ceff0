"""What a chair issued of a meeting, on paper."""

import io

import pikepdf
import pytest
from django.urls import reverse

from assurance.rules import DocumentKind
from assurance.services.documents import issue_document, write_document
from organisation.rules import PostKind
from reports.rendering.meeting_document import document_page, document_pdf
from tests.assurance.factories import MeetingFactory, chair_of
from tests.factories import CouncilFactory, UserFactory, holder
from tests.reports.structure import faults

pytestmark = pytest.mark.django_db
TEXT = "PAT met.\n\n# Potholes repaired (PI-7)\n\nThe plan is accepted."


@pytest.fixture
def meeting():
    return MeetingFactory()


def issued(meeting, kind=DocumentKind.REPORT, text=TEXT):
    chair = chair_of(meeting.team)
    document = write_document(meeting=meeting, kind=kind, text=text, met_on=None, by=chair)
    return issue_document(document=document, by=chair)


def test_it_says_what_was_issued_by_whom_to_whom_and_its_headings_are_bookmarks(meeting):
    document = issued(meeting)

    drawn, said = document_pdf(document), document_page(document)

    assert faults(drawn) == []
    for words in (
        "Formal report",
        "meeting of 14 November 2011",
        document.issued_by.name,
        "the Chair of Governance and Audit",
        "The plan is accepted.",
    ):
        assert words in said
    with pikepdf.open(io.BytesIO(drawn)) as pdf, pdf.open_outline() as outline:
        assert [each.title for each in outline.root] == ["Potholes repaired (PI-7)"]
    assert document_pdf(document) == drawn


def test_the_brief_is_addressed_to_the_cabinet_member_alone(meeting):
    said = document_page(issued(meeting, DocumentKind.BRIEF))

    assert "The Cabinet Member for performance" in said
    assert "Governance and Audit" not in said


def test_its_readers_take_it_from_its_page_and_nobody_else_does(meeting, client):
    there = reverse("document_in_pdf", args=["pat", meeting.meets_on, "report"])
    reader = holder(PostKind.CHAIR_GOVERNANCE_AUDIT, unit=CouncilFactory())
    client.force_login(reader)
    assert client.get(there).status_code == 404  # nothing is issued yet
    issued(meeting)

    page = client.get(reverse("meeting_document", args=["pat", meeting.meets_on, "report"]))
    drawn = client.get(there)

    assert there in page.content.decode()
    assert drawn["Content-Type"] == "application/pdf"
    assert drawn.content.startswith(b"%PDF")
    client.force_login(UserFactory())
    assert client.get(there).status_code == 403
