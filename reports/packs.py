"""Drawing the pack of a PAT or DAT meeting, with the report's own machinery."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.timezone import localtime

from assurance.models.packs import Pack, RedactedPack
from assurance.queries.documents import readers_of_papers
from assurance.queries.exemptions import pack_read_by
from assurance.rules import pack_digest
from assurance.services.packs import attach_redaction, attach_rendering
from core import own_words
from core.canonical_json import digest
from core.pdf import PdfFacts, pdf_facts, with_pages_drawn
from organisation.models.people import User
from organisation.queries import council_name
from reports.contents.edition import DEMONSTRATION
from reports.pdf import render_pdf
from reports.rendering.assets import pictures
from reports.rendering.pack import ShownPack, attached_bookmark, pack_page

# Left, bottom, right and top in points, below the line of a page that is kept free: A4 within its margins.
KEPT_FREE = (53.9, 56.7, 541.4, 740.0)


def pack_files(pack: Pack, document: dict[str, Any] | None = None) -> tuple[str, bytes]:
    """A frozen pack, or what may be read of it, as a page and as an accessible PDF.

    The same document gives the same bytes.
    """
    document = pack.document if document is None else document
    files = _attached(pack, document)
    shown = ShownPack(
        document=document,
        council=council_name(),
        notice=DEMONSTRATION if settings.DEMONSTRATION else "",
        frozen_on=localtime(pack.frozen_at).date(),
        attached={position: facts for position, (facts, _) in files.items()},
    )
    own_words.speak_as_council()
    pdf = render_pdf(
        pack_page(shown, for_print=True), held=pictures(), identifier=pack_digest(document)[:32]
    )
    if files:
        contents = {
            attached_bookmark(paper): files[paper["position"]][1]
            for paper in document["papers"]
            if paper["position"] in files
        }
        pdf = with_pages_drawn(pdf, contents, within=KEPT_FREE)
    return pack_page(shown), pdf


def _attached(pack: Pack, document: dict[str, Any]) -> dict[int, tuple[PdfFacts, bytes]]:
    """The files of a pack's papers as they were frozen, by position; without those that cannot be drawn."""
    frozen = {each["position"]: each["sha256"] for each in document["papers"] if each["file"]}
    found = {}
    for paper in pack.meeting.papers.filter(position__in=frozen):
        try:
            with paper.file.open("rb") as file:
                content = file.read()
        except OSError:
            continue  # the pack says that the file is on the meeting's page
        facts = pdf_facts(content)
        if facts is not None and digest(content) == frozen[paper.position]:
            found[paper.position] = (facts, content)
    return found


def render_pack(*, pack: Pack) -> Pack:
    """The pack is drawn, and what was drawn is kept with it. Drawing it again changes nothing."""
    if pack.drawn_at is not None:
        return pack
    html, pdf = pack_files(pack)
    for reader in (None, *(person for person, _ in readers_of_papers(pack.meeting))):
        render_redacted_pack(pack=pack, reader=reader)
    return attach_rendering(pack=pack, html=html, pdf=pdf)


def render_redacted_pack(*, pack: Pack, reader: User | None) -> RedactedPack | None:
    """The pack is drawn as somebody may read it, or as whoever reads nothing exempt. None where that is the whole."""
    document = pack_read_by(pack, reader)
    if document == pack.document:
        return None
    drawn = pack.redacted.filter(sha256=pack_digest(document)).first()
    if drawn is not None:
        return drawn
    html, pdf = pack_files(pack, document)
    return attach_redaction(pack=pack, document=document, html=html, pdf=pdf)
