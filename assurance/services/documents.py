"""The chair's brief, what came of a meeting, and the formal report: written, issued, and in the hands of their readers."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from assurance.models.meetings import Meeting
from assurance.models.packs import MeetingDocument
from assurance.queries.documents import overseers
from assurance.queries.exemptions import marks_against
from assurance.redaction import heading_of, without_heading
from assurance.rights import refuse_all_but_chair, refuse_all_but_leads
from assurance.rules import DocumentKind
from core import audit
from core.clock import localdate, now
from core.refusals import Refused
from core.services.notices import owe_notice
from organisation.models.people import User
from organisation.rules import PostKind

READ_BY_ALL = (DocumentKind.REPORT,)


@transaction.atomic
def write_document(
    *,
    meeting: Meeting,
    kind: DocumentKind,
    text: str,
    met_on: date | None = None,
    by: User,
) -> MeetingDocument:
    """A document is as it is written now: its draft is changed, or, where the latest is issued, the next begins.

    Writing the same again changes nothing. Raises Refused without a text, for a cancelled meeting,
    for what came of a meeting that is still to come, and for a day of meeting that is still to come.
    """
    refuse_all_but_leads(by, meeting.team)
    # The row is locked, so that two drafts begun at once do not take one number.
    row = Meeting.objects.select_for_update().select_related("team").get(pk=meeting.pk)
    today = localdate()
    if row.is_cancelled:
        raise Refused("The meeting is cancelled: there is nothing to write of it")
    if not text.strip():
        raise Refused("Enter what it says", field="text")
    if kind is not DocumentKind.BRIEF and today < row.meets_on:
        raise Refused("The meeting is still to come: write this after it", field="text")
    for mark in without_heading(text, marks_against(None, meeting=row)):
        heading = heading_of(mark.title, mark.reference)
        raise Refused(
            f"Keep the heading “# {heading}”: what stands under it is exempt, and withheld by it",
            field="text",
        )
    if met_on is not None and met_on > today:
        raise Refused("Enter the day once you have met", field="met_on")
    latest = row.documents.filter(kind=kind).order_by("-number").first()
    said = {"text": text.strip(), "met_on": met_on}
    if latest is not None and all(getattr(latest, name) == each for name, each in said.items()):
        return latest
    if latest is None or latest.issued_at is not None:
        number = latest.number + 1 if latest else 1
        document = MeetingDocument.objects.create(
            meeting=row, kind=kind, number=number, written_by=by, written_at=now(), **said
        )
    else:
        document = latest
        document.text, document.met_on = text.strip(), met_on
        document.written_by, document.written_at = by, now()
        document.save(update_fields=["text", "met_on", "written_by", "written_at"])
    audit.record("wrote document", document, by=by, kind=kind.value, number=document.number)
    return document


@transaction.atomic
def issue_document(*, document: MeetingDocument, by: User) -> MeetingDocument:
    """The chair approves a document, and those who oversee the team have it. Issuing it again changes nothing.

    The brief and the note after are the Cabinet Member's; the formal report is the Chair of
    Governance and Audit's too. Raises PermissionDenied for anybody but the chair.
    """
    meeting = document.meeting
    refuse_all_but_chair(by, meeting.team)
    row = MeetingDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if row.issued_at is not None:
        return row
    row.issued_at, row.issued_by = now(), by
    row.save(update_fields=["issued_at", "issued_by"])
    told = [
        person
        for person, office in overseers(localdate())
        if row.kind in READ_BY_ALL or office != PostKind.CHAIR_GOVERNANCE_AUDIT.label
    ]
    audit.record("issued document", row, by=by, to=[each.name for each in told])
    for person in told:
        owe_notice(
            key=f"document-{row.pk}-{person.pk}",
            recipient=person,
            subject=f"{row.get_kind_display()}: {meeting}",
            body=f"{by} has issued it. It is at the address below.",
            address=row.get_absolute_url(),
        )
    return row
