"""What a chair issued of a meeting, on paper: its brief, what came of it, and the formal report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime

from assurance.models.packs import MeetingDocument
from assurance.rules import DocumentKind
from assurance.word import Block, blocks_of
from core.canonical_json import digest
from core.own_words import said_at_the_head, speak_as_council
from organisation.queries import council_name
from reports.pdf import render_pdf
from reports.rendering.assets import in_colour, pictures, print_styles

MEMBER = "The Cabinet Member for performance"
READERS = {
    DocumentKind.BRIEF: MEMBER,
    DocumentKind.AFTER: MEMBER,
    DocumentKind.REPORT: f"{MEMBER} and the Chair of Governance and Audit",
}


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """An issued document, ready to be drawn."""

    title: str
    team: str
    meets_on: date
    council: str
    notice: str
    issued_by: str
    issued_on: date
    number: int
    met_on: date | None
    readers: str
    blocks: tuple[Block, ...]


def document_pdf(document: MeetingDocument, *, notice: str = "") -> bytes:
    """An issued document as an accessible PDF. The same document gives the same bytes."""
    identifier = digest(document.text.encode())[:32]
    return render_pdf(
        document_page(document, notice=notice), held=pictures(), identifier=identifier
    )


def document_page(document: MeetingDocument, *, notice: str = "") -> str:
    """The page that is printed."""
    assert document.issued_at is not None, "Only what was issued is drawn"
    shown = ShownDocument(
        title=DocumentKind(document.kind).label,
        team=document.meeting.team.name,
        meets_on=document.meeting.meets_on,
        council=council_name(),
        notice=notice,
        issued_by=document.issued_by.name if document.issued_by else "",
        issued_on=localtime(document.issued_at).date(),
        number=document.number,
        met_on=document.met_on,
        readers=READERS[DocumentKind(document.kind)],
        blocks=tuple(blocks_of(document.text)),
    )
    speak_as_council()
    styles = in_colour(print_styles(), said_at_the_head().get("colour", ""))
    return render_to_string(
        "reports/meeting_document.html",
        {"shown": shown, "styles": mark_safe(styles)},  # noqa: S308 - our own
    )
