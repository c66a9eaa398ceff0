"""PDFs that people bring: whether one may be kept, how many pages it has, and its pages drawn into another."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf

MOST_PAGES = 200
DEEPEST = 12  # how deep objects within one object are looked at

NOT_READ = "The PDF cannot be read: save it as a PDF again"
PASSWORD = "The PDF is encrypted: save it without a password or restrictions"  # noqa: S105 a sentence
ACTS = "The PDF runs or carries something: print it as a PDF, and bring that"
TOO_LONG = f"The PDF has more than {MOST_PAGES} pages: bring the part that the meeting needs"
EMPTY = "The PDF has no page"

# What a page that is only read has no need of: scripts, programs, forms that send, files within it.
ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/GoToE"}
CARRIES = ("/JS", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent")


def refusal_of_pdf(content: bytes) -> str:
    """Why a PDF cannot be kept, or nothing where it can: what is encrypted, acts, or cannot be read."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                return PASSWORD
            pages = len(pdf.pages)
            acts = any(_acts(each) for each in pdf.objects)
    except pikepdf.PasswordError:
        return PASSWORD
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return NOT_READ
    if acts:
        return ACTS
    if not pages:
        return EMPTY
    return TOO_LONG if pages > MOST_PAGES else ""


def _acts(value: Any, depth: int = 0) -> bool:
    if depth > DEEPEST:
        return True  # nothing honest is so deep
    if isinstance(value, pikepdf.Stream):
        value = value.stream_dict
    if isinstance(value, pikepdf.Dictionary):
        if any(key in value for key in CARRIES) or str(value.get("/S", "")) in ACTIONS:
            return True
        inner: Iterator[Any] = iter(value.as_dict().values())
    elif isinstance(value, pikepdf.Array):
        inner = iter(value)
    else:
        return False
    return any(_acts(each, depth + 1) for each in inner if not getattr(each, "is_indirect", False))


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What is said of a PDF beside its name."""

    pages: int
    is_tagged: bool


def pdf_facts(content: bytes) -> PdfFacts | None:
    """How many pages a PDF has and whether it is tagged for assistive technology. None for one that cannot be kept."""
    if refusal_of_pdf(content):
        return None
    with pikepdf.open(io.BytesIO(content)) as pdf:
        info = pdf.Root.get("/MarkInfo")
        is_marked = isinstance(info, pikepdf.Dictionary) and bool(info.get("/Marked"))
        return PdfFacts(len(pdf.pages), is_marked and "/StructTreeRoot" in pdf.Root)


def with_pages_drawn(
    pdf: bytes, attached: Mapping[str, bytes], *, within: Sequence[float]
) -> bytes:
    """A PDF in which pages that were kept free hold the pages of others. The same gives the same bytes.

    `attached` is by the bookmark of the first page kept free for it; `within` is where on the page
    (left, bottom, right, top, in points). What is drawn is not tagged, so that the whole no longer
    says that it is PDF/UA. Raises ValueError where a bookmark is missing.
    """
    with pikepdf.open(io.BytesIO(pdf)) as whole:
        place: dict[Any, int] = {
            tuple(page.objgen): number for number, page in enumerate(whole.pages)
        }
        first = {title: place[page] for title, page in _bookmarks(whole)}
        for title, content in attached.items():
            if title not in first:
                raise ValueError(f"No page is kept free for {title}")
            with pikepdf.open(io.BytesIO(content)) as brought:
                for number, page in enumerate(brought.pages, start=first[title]):
                    _draw(whole, number, page, within)
        with whole.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as said:
            del said["pdfuaid:part"]
        out = io.BytesIO()
        whole.save(out, deterministic_id=True)
    return out.getvalue()


def _draw(whole: pikepdf.Pdf, number: int, page: pikepdf.Page, within: Sequence[float]) -> None:
    """One page, made as small as there is room, on another. Its links and notes stay behind."""
    onto = whole.pages[number]
    drawn = whole.copy_foreign(page.as_form_xobject())
    # Pages may share what they hold, so that each name is one page's alone.
    own = pikepdf.Name(f"/Attached{number + 1}")
    name = onto.add_resource(drawn, pikepdf.Name.XObject, own)
    placed = onto.calc_form_xobject_placement(
        drawn,
        name,
        pikepdf.Rectangle(*within),
        invert_transformations=True,
        allow_shrink=True,
        allow_expand=False,
    )
    onto.contents_add(b"q\n", prepend=True)  # whatever the page changed ends before
    onto.contents_add(b"\nQ\n" + placed)


def _bookmarks(pdf: pikepdf.Pdf) -> Iterator[tuple[str, tuple[int, ...]]]:
    with pdf.open_outline() as outline:
        waiting = list(outline.root)
        while waiting:
            each = waiting.pop()
            waiting += each.children
            if isinstance(each.destination, pikepdf.Array):
                yield each.title, tuple(each.destination[0].objgen)
