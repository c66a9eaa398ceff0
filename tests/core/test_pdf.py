"""Which PDFs that people bring may be kept, and how their pages are drawn into another."""

import io

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Encryption, Name, String

from core.pdf import (
    ACTS,
    EMPTY,
    MOST_PAGES,
    NOT_READ,
    PASSWORD,
    TOO_LONG,
    PdfFacts,
    pdf_facts,
    refusal_of_pdf,
    with_pages_drawn,
)
from tests.pdfs import a_pdf


def script_on_opening(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def program_behind_a_link(pdf):
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, A=Dictionary(S=Name.Launch, F="x.exe"))
    pdf.pages[0].Annots = Array([link])


def file_within(pdf):
    pdf.attachments["x.exe"] = b"MZ"


def form_that_acts(pdf):
    pdf.Root.AcroForm = Dictionary(XFA=String("<xdp/>"), Fields=Array([]))


def tagged(pdf):
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))


def link_to_a_site(pdf):
    to = Dictionary(S=Name.URI, URI=String("https://www.gov.uk/"))
    pdf.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, A=to)])


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (a_pdf(), ""),
        (a_pdf(pages=3, change=tagged), ""),
        (a_pdf(change=link_to_a_site), ""),
        (a_pdf(encryption=Encryption(owner="x", user="secret")), PASSWORD),
        (a_pdf(encryption=Encryption(owner="x", user="")), PASSWORD),
        (a_pdf(change=script_on_opening), ACTS),
        (a_pdf(change=program_behind_a_link), ACTS),
        (a_pdf(change=file_within), ACTS),
        (a_pdf(change=form_that_acts), ACTS),
        (a_pdf(pages=0), EMPTY),
        (a_pdf(pages=MOST_PAGES + 1), TOO_LONG),
        (b"%PDF-1.7", NOT_READ),
        (b"a letter", NOT_READ),
        (b"", NOT_READ),
    ],
)
def test_what_is_encrypted_acts_or_cannot_be_read_is_refused(content, refusal):
    assert refusal_of_pdf(content) == refusal
    assert (pdf_facts(content) is None) is bool(refusal)


def test_pages_are_counted_and_tags_found():
    assert pdf_facts(a_pdf(pages=3)) == PdfFacts(3, is_tagged=False)
    assert pdf_facts(a_pdf(change=tagged)) == PdfFacts(1, is_tagged=True)


def whole(*bookmarks):
    """A PDF with a bookmark for each page, that says it is PDF/UA."""

    def change(pdf):
        with pdf.open_outline() as outline:
            for number, title in enumerate(bookmarks):
                outline.root.append(pikepdf.OutlineItem(title, number))
        with pdf.open_metadata() as said:
            said["pdfuaid:part"] = "1"

    return a_pdf(pages=len(bookmarks), change=change)


BOX = (50, 50, 500, 700)


def test_pages_are_drawn_where_room_is_kept_for_them_and_the_whole_says_no_longer_that_it_is_tagged():
    pack = whole("Agenda", "Attached", "Attached, page 2", "Papers")

    drawn = with_pages_drawn(pack, {"Attached": a_pdf(pages=2)}, within=BOX)

    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        for page in pdf.pages:
            page.contents_coalesce()
        holds = [b"/Attached" in page.Contents.read_bytes() for page in pdf.pages]
        assert holds == [False, True, True, False]
        with pdf.open_metadata() as said:
            assert "pdfuaid:part" not in said
    assert drawn == with_pages_drawn(pack, {"Attached": a_pdf(pages=2)}, within=BOX)


def test_where_no_room_is_kept_it_is_said():
    with pytest.raises(ValueError, match="No page is kept free for Elsewhere"):
        with_pages_drawn(whole("Agenda"), {"Elsewhere": a_pdf()}, within=BOX)
