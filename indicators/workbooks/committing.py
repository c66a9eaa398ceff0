"""Between looking at a workbook and saving it: what was found is kept, and then becomes drafts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from pydantic import TypeAdapter

from core import audit
from core.canonical_json import digest
from core.clock import localdate, now
from core.quarters import Quarter
from core.refusals import Refused
from indicators.models.definitions import Indicator
from indicators.models.parts import Breakdown
from indicators.models.workbooks import WorkbookUpload
from indicators.services.drafts import EditConflict, save_draft
from indicators.services.parts import ChangedMeanwhile, give_parts
from indicators.workbooks.parts import PartsChange, read_figure_of
from indicators.workbooks.preview import Preview, RowChange
from organisation.models.people import User

PREVIEW = TypeAdapter(Preview)
KEPT_FOR = timedelta(hours=2)  # longer than a session lasts, so that signing in again loses nothing


class NotSaved(Refused):
    """Nothing of a workbook was saved. Says why and what to do."""


@transaction.atomic
def keep_preview(
    *, found: Preview, content: bytes, name: str, quarter: Quarter, by: User
) -> WorkbookUpload:
    """What was found in a workbook is kept for two hours, for the person who sent it.

    The file is not. What nobody saved in time is dropped meanwhile.
    """
    WorkbookUpload.objects.expired().delete()
    moment = now()
    upload = WorkbookUpload.objects.create(
        user=by,
        quarter=quarter,
        name=name.replace("\x00", "")[:200],
        sha256=digest(content),
        found=asdict(found),
        uploaded_at=moment,
        expires_at=moment + KEPT_FOR,
    )
    audit.record(
        "uploaded workbook",
        upload,
        by=by,
        quarter=quarter.key,
        sha256=upload.sha256,
        to_save=len(found.to_save),
        rejected=len(found.rejected),
    )
    return upload


def preview_kept(upload: WorkbookUpload) -> Preview:
    """What was found in a workbook, as it was when it was looked at."""
    return PREVIEW.validate_python(upload.found)


@transaction.atomic
def commit_workbook(*, token: UUID, by: User) -> WorkbookUpload:
    """Every row that was accepted or changed is a draft, and parts stand; or, where one cannot, none does.

    The same token again returns what was saved and changes nothing. Raises NotSaved where something
    was rejected, where two hours have gone by, or where somebody saved one of them meanwhile;
    NotOpen and Locked as save_draft does; WorkbookUpload.DoesNotExist for a token that is not theirs.
    """
    upload = WorkbookUpload.objects.select_for_update().get(token=token, user=by)
    if upload.committed_at is not None:
        return upload
    found = preview_kept(upload)
    if upload.expires_at <= now():
        raise NotSaved("It was looked at more than two hours ago. Upload the workbook again")
    if found.rejected:
        raise NotSaved(
            "Some cells have to be corrected first. Correct them and upload the workbook again"
        )
    if not found.to_save and not found.parts:
        raise NotSaved("There is nothing to save: it matches what is saved already")
    indicators = Indicator.objects.answerable_by(by).in_bulk(
        {
            *(change.indicator_id for change in found.to_save),
            *(change.indicator_id for change in found.parts),
        }
    )
    for change in found.to_save:
        _save(change, indicators.get(change.indicator_id), upload.quarter, by)
    for parts in found.parts:
        _give_parts(parts, indicators.get(parts.indicator_id), upload.quarter, by)
    upload.committed_at, upload.saved, upload.found = now(), len(found.to_save), {}
    upload.save(update_fields=["committed_at", "saved", "found"])
    audit.record(
        "saved workbook",
        upload,
        by=by,
        quarter=upload.quarter.key,
        sha256=upload.sha256,
        references=[change.reference for change in found.to_save],
        parts=[f"{change.reference} by {change.by}" for change in found.parts],
    )
    return upload


def _save(change: RowChange, indicator: Indicator | None, quarter: Quarter, by: User) -> None:
    if indicator is None:
        raise NotSaved(
            f"{change.reference} is no longer yours to answer for. Upload the workbook again"
        )
    try:
        save_draft(
            indicator=indicator,
            quarter=quarter,
            typed=change.typed,
            version=change.version,
            is_complete=change.is_complete,
            by=by,
        )
    except EditConflict as reason:
        saved = reason.saved.saved_by if reason.saved else None
        who = saved.name if saved else "Somebody"
        raise NotSaved(
            f"{who} saved {change.reference} after you uploaded the workbook. Upload it again to see"
            " what it would change now"
        ) from reason


def _give_parts(
    change: PartsChange, indicator: Indicator | None, quarter: Quarter, by: User
) -> None:
    """The parts of one result are as they were looked at. Raises NotSaved, in words."""
    gone = (
        f"{change.reference} by {change.by} is no longer yours to give. Upload the workbook again"
    )
    breakdown = (
        Breakdown.objects.select_related("indicator", "dimension")
        .filter(indicator=indicator, dimension=change.dimension_id, is_used=True)
        .first()
    )
    if indicator is None or breakdown is None:
        raise NotSaved(gone)
    parts = {part.key: part for part in breakdown.dimension.parts.all()}
    if not set(change.typed) <= set(parts):
        raise NotSaved(gone)
    figures = {parts[key]: read_figure_of(typed, indicator) for key, typed in change.typed.items()}
    try:
        give_parts(
            breakdown=breakdown,
            quarter=quarter,
            figures={part: figure for part, figure in figures.items() if figure is not None},
            today=localdate(),
            by=by,
            seen=change.number,
        )
    except ChangedMeanwhile as reason:
        raise NotSaved(
            f"Somebody gave the parts of {change.reference} by {change.by} after you uploaded the"
            " workbook. Upload it again to see what it would change now"
        ) from reason
