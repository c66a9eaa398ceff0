"""PDFs that are tabled stand behind their paper in the PDF of a pack, and the pack says how far they are tagged."""

import io
import re
from datetime import date

import pikepdf
import pytest

from assurance.services.meetings import table_paper
from assurance.services.packs import freeze_pack
from core.refusals import Refused
from reports.packs import pack_files
from tests.assurance.factories import CallInFactory, MeetingFactory, chair_of
from tests.factories import IndicatorFactory
from tests.pdfs import a_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def meeting():
    meeting = MeetingFactory(meets_on=date(2011, 11, 14))
    for reference, title in (("PI-7", "Potholes repaired"), ("PI-8", "Bridges inspected")):
        CallInFactory(meeting=meeting, indicator=IndicatorFactory(reference=reference, title=title))
    return meeting


@pytest.fixture
def chair(meeting):
    return chair_of(meeting.team)


def frozen(meeting, chair):
    pack, _ = freeze_pack(meeting=meeting, by=chair)
    return pack


def bookmarks(pdf):
    with pdf.open_outline() as outline:
        waiting, found = list(outline.root), {}
        while waiting:
            each = waiting.pop()
            waiting += each.children
            found[each.title] = pdf.pages.index(pikepdf.Page(each.destination[0]))
    return found


def drawn_on(page):
    """What is drawn of another PDF on a page; nothing on a page of the pack's own."""
    page.contents_coalesce()
    name = re.search(rb"(/Attached\d+) Do", page.Contents.read_bytes())
    return page.Resources.XObject[name[1].decode()].read_bytes().strip() if name else b""


def test_each_item_and_paper_has_a_bookmark(meeting, chair):
    table_paper(meeting=meeting, title="Budget", text="As tabled.", by=chair)

    _, pdf = pack_files(frozen(meeting, chair))

    with pikepdf.open(io.BytesIO(pdf)) as read:
        found = bookmarks(read)
    assert {"Agenda", "Potholes repaired", "Bridges inspected", "1. Budget"} <= set(found)


def test_a_tabled_pdf_stands_behind_its_paper_and_before_the_next(meeting, chair):
    content = a_pdf(pages=3)
    table_paper(meeting=meeting, title="Budget", file_name="budget.pdf", content=content, by=chair)
    table_paper(meeting=meeting, title="Audit", text="As tabled.", by=chair)
    pack = frozen(meeting, chair)

    html, pdf = pack_files(pack)

    with pikepdf.open(io.BytesIO(pdf)) as read:
        found = bookmarks(read)
        begins = next(
            page for name, page in found.items() if name.startswith("Attached to paper 1")
        )
        drawn = [drawn_on(page) for page in read.pages]
        assert found["1. Budget"] < begins
        assert found["2. Audit"] >= begins + 3
        assert [number for number, each in enumerate(drawn) if each] == [*range(begins, begins + 3)]
        assert [each for each in drawn if each] == [
            b"0 0 100 100 re f",
            b"0 0 101 100 re f",
            b"0 0 102 100 re f",
        ]
        with read.open_metadata() as said:
            assert "pdfuaid:part" not in said
    assert "3 pages, which stand behind this paper" in html
    assert "there not tagged for assistive technology" in html
    assert "is not tagged either" in html
    assert (html, pdf) == pack_files(pack)


def test_without_an_attachment_the_pack_says_that_it_is_accessible(meeting, chair):
    _, pdf = pack_files(frozen(meeting, chair))

    with pikepdf.open(io.BytesIO(pdf)) as read, read.open_metadata() as said:
        assert said["pdfuaid:part"] == "1"


def test_a_file_that_is_gone_or_another_is_not_drawn_and_the_pack_says_where_it_is(meeting, chair):
    paper = table_paper(
        meeting=meeting, title="Budget", file_name="budget.pdf", content=a_pdf(), by=chair
    )
    pack = frozen(meeting, chair)
    with open(paper.file.path, "wb") as file:
        file.write(a_pdf(pages=2))

    changed, _ = pack_files(pack)
    paper.file.storage.delete(paper.file.name)
    gone, _ = pack_files(pack)

    for html in (changed, gone):
        assert "which is on the meeting’s page" in html
        assert "stand behind this paper" not in html


def test_what_acts_is_not_tabled(meeting, chair):
    def script(pdf):
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")

    with pytest.raises(Refused, match="runs or carries something") as refusal:
        table_paper(
            meeting=meeting,
            title="Budget",
            file_name="b.pdf",
            content=a_pdf(change=script),
            by=chair,
        )

    assert refusal.value.field == "file"
