"""Freezing a meeting's pack, and keeping what was drawn from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from assurance.models.meetings import Meeting
from assurance.models.packs import Pack, RedactedPack, SentPack
from assurance.queries.documents import readers_of_papers
from assurance.queries.pack_document import pack_document
from assurance.rights import refuse_all_but_leads
from assurance.rules import MeetingState, pack_digest
from core import audit
from core.clock import localdate, now
from core.dates import in_full
from core.refusals import Refused
from core.services.notices import owe_notice
from organisation.models.people import User


@transaction.atomic
def freeze_pack(*, meeting: Meeting, by: User, at: datetime | None = None) -> tuple[Pack, bool]:
    """A meeting's papers are fixed as they are now. Returns the pack, and whether it is new.

    Where nothing changed since a pack was frozen, that pack is returned and no other made. Nobody
    is sent it by that.
    """
    refuse_all_but_leads(by, meeting.team)
    row = Meeting.objects.select_for_update().select_related("team").get(pk=meeting.pk)
    if row.is_cancelled:
        raise Refused("The meeting is cancelled: it has no papers to send out")
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
def send_pack(*, pack: Pack, by: User) -> tuple[list[SentPack], int]:
    """A pack goes to everybody with a seat, and to those who oversee the team, each once.

    Each gets a notice with its address. Returns those who are new, and how many had it already:
    sent twice, nobody gets it twice. A planned meeting's papers are sent out by the first. Raises
    Refused before the pack is drawn, for a cancelled meeting, and where an older pack is sent while
    a newer one is there.
    """
    meeting = pack.meeting
    refuse_all_but_leads(by, meeting.team)
    row = Meeting.objects.select_for_update().select_related("team").get(pk=meeting.pk)
    if row.is_cancelled:
        raise Refused("The meeting is cancelled: it has no papers to send out")
    if pack.drawn_at is None:
        raise Refused("The pack is still being drawn: send it once its page is there")
    if row.packs.filter(number__gt=pack.number).exists():
        raise Refused(f"Pack {pack.number} is not the latest: send the latest")
    had = set(pack.sent.values_list("recipient", flat=True))
    new = []
    for person, as_what in readers_of_papers(row):
        if person.pk in had:
            continue
        new.append(
            SentPack.objects.create(pack=pack, recipient=person, as_what=as_what, sent_at=now())
        )
        owe_notice(
            key=f"pack-{pack.pk}-{person.pk}",
            recipient=person,
            subject=f"Papers for {row.team.short}, {in_full(row.meets_on)}"
            + (f", version {pack.number}" if pack.number > 1 else ""),
            body=f"It meets on {row.when_and_where}. The papers are at the address below.",
            address=reverse("pack_html", args=[row.team.code, row.meets_on, pack.number]),
        )
    if new:
        audit.record("sent pack", pack, by=by, to=[each.recipient.name for each in new])
        if row.state == MeetingState.PLANNED:
            row.state = MeetingState.PAPERS_OUT
            row.save(update_fields=["state"])
    return new, len(had)


@transaction.atomic
def note_opening(*, pack: Pack, by: User) -> None:
    """Whoever was sent a pack has opened it; the first time is kept."""
    row = pack.sent.select_for_update(of=("self",)).filter(recipient=by, opened_at=None).first()
    if row is not None:
        row.opened_at = now()
        row.save(update_fields=["opened_at"])
        audit.record("opened pack", pack, by=by)


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


@transaction.atomic
def attach_redaction(
    *, pack: Pack, document: dict[str, Any], html: str, pdf: bytes
) -> RedactedPack:
    """What was drawn of a pack without what is exempt is kept with it, once for each thing that may be left.

    Raises Refused where there is nothing to attach, and where nothing was taken out of the document.
    """
    if not html or not pdf:
        raise Refused("A pack is drawn as HTML and as PDF, both")
    if document == pack.document:
        raise Refused("Nothing is exempt in it: it is drawn as it is")
    sha256 = pack_digest(document)
    row = Pack.objects.select_for_update().get(pk=pack.pk)
    standing = row.redacted.filter(sha256=sha256).first()
    if standing is not None:
        return standing
    drawn = RedactedPack.objects.create(pack=row, sha256=sha256, html=html, pdf=pdf, drawn_at=now())
    audit.record("drew redacted pack", row, by=None, sha256=sha256)
    return drawn
