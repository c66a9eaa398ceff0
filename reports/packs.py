"""Drawing the pack of a PAT or DAT meeting, with the report's own machinery."""

from __future__ import annotations

from django.conf import settings
from django.utils.timezone import localtime

from assurance.models.packs import Pack
from assurance.services.packs import attach_rendering
from core import own_words
from organisation.queries import council_name
from reports.contents.edition import DEMONSTRATION
from reports.pdf import render_pdf
from reports.rendering.assets import pictures
from reports.rendering.pack import ShownPack, pack_page


def pack_files(pack: Pack) -> tuple[str, bytes]:
    """A frozen pack as a page and as an accessible PDF. The same pack gives the same bytes."""
    shown = ShownPack(
        document=pack.document,
        council=council_name(),
        notice=DEMONSTRATION if settings.DEMONSTRATION else "",
        frozen_on=localtime(pack.frozen_at).date(),
    )
    own_words.speak_as_council()
    pdf = render_pdf(pack_page(shown, for_print=True), held=pictures(), identifier=pack.sha256[:32])
    return pack_page(shown), pdf


def render_pack(*, pack: Pack) -> Pack:
    """The pack is drawn, and what was drawn is kept with it. Drawing it again changes nothing."""
    if pack.drawn_at is not None:
        return pack
    html, pdf = pack_files(pack)
    return attach_rendering(pack=pack, html=html, pdf=pdf)
