"""Freezing a meeting's pack, and keeping what was drawn from it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from assurance.models.meetings import Meeting
from assurance.models.packs import Pack
from assurance.queries.pack_document import pack_document
from assurance.rights import refuse_all_but_leads
from assurance.rules import MeetingState, pack_digest
from core import audit
from core.clock import localdate, now
from core.refusals import Refused
from organisation.models.people import User


@transaction.atomic
def freeze_pack(*, meeting: Meeting, by: User, at: datetime | None = None) -> tuple[Pack, bool]:
    """A meeting's papers are fixed as they are now. Returns the pack, and whether it is new.

    Where nothing changed since a pack was frozen, that pack is returned and no other made. The
    first pack of a planned meeting says that its papers are out.
    """
    refuse_all_but_leads(by, meeting.team)
    row = Meeting.objects.select_for_update().select_related("team").get(pk=meeting.pk)
    if row.is_cancelled:
        raise Refused("The meeting is cancelled: it has no papers to send out")
    if row.state == MeetingState.PLANNED:
        row.state = MeetingState.PAPERS_OUT
        row.save(update_fields=["state"])
    document = pack_document(row, known_on=localdate())
    sha256 = pack_digest(document)
    standing = row.packs.filter(sha256=sha256).first()
    if standing is not None:
        return standing, False
    latest = row.packs.order_by("-number").first()
    pack = Pack.objects.create(
        meeting=row,
        number=latest.number + 1 if latest else 1,
        document=document,
        sha256=sha256,
        frozen_at=at or now(),
        frozen_by=by,
    )
    audit.record("froze pack", pack, by=by, sha256=sha256, number=pack.number)
    return pack, True


@transaction.atomic
def attach_rendering(*, pack: Pack, html: str, pdf: bytes) -> Pack:
    """What was drawn from a pack's document is kept with it, once and for good.

    Drawing is a job's work, so nobody is named. Attaching the same again changes nothing. Raises
    Refused where something else is attached already, or where there is nothing to attach.
    """
    if not html or not pdf:
        raise Refused("A pack is drawn as HTML and as PDF, both")
    row = Pack.objects.select_for_update().get(pk=pack.pk)
    if row.drawn_at is not None:
        if (row.html, bytes(row.pdf or b"")) == (html, pdf):
            return row
        raise Refused(f"{row} was drawn already and cannot change")
    row.html, row.pdf, row.drawn_at = html, pdf, now()
    row.save(update_fields=["html", "pdf", "drawn_at"])
    audit.record("drew pack", row, by=None, sha256=row.sha256)
    return row
