"""Between looking at a workbook and saving it: what was found is kept, and then becomes drafts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core import audit
from core.canonical_json import digest
from core.clock import now
from core.quarters import Quarter
from core.refusals import Refused
from indicators.models.definitions import Indicator
from indicators.models.workbooks import WorkbookUpload
from indicators.services.drafts import EditConflict, save_draft
from indicators.workbooks.preview import Change, Preview, Rejection, Said, Standing
from organisation.models.people import User

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
    told: dict[str, Any] = upload.found
    return Preview(
        accepted=_changes(told, "accepted"),
        changed=_changes(told, "changed"),
        unchanged=_standings(told, "unchanged"),
        left_empty=_standings(told, "left_empty"),
        rejected=tuple(Rejection(**each) for each in told.get("rejected", ())),
        absent=_standings(told, "absent"),
        columns_absent=tuple(told.get("columns_absent", ())),
        columns_not_read=tuple(told.get("columns_not_read", ())),
    )


@transaction.atomic
def commit_workbook(*, token: UUID, by: User) -> WorkbookUpload:
    """Every row that was accepted or changed is a draft; or, where one cannot be, none is.

    The same token again returns what was saved and changes nothing. Raises NotSaved where something
    was rejected, where two hours have gone by, or where somebody saved one of them meanwhile;
    NotOpen and Locked as save_draft does; WorkbookUpload.DoesNotExist for a token that is not theirs.
    """
    upload = WorkbookUpload.objects.select_for_update().get(token=token, user=by)
    if upload.committed_at is not None:
        return upload
    found = preview_kept(upload)
    _refuse_unfit(upload, found)
    indicators = Indicator.objects.answerable_by(by).in_bulk(
        [change.indicator_id for change in found.to_save]
    )
    for change in found.to_save:
        _save(change, indicators.get(change.indicator_id), upload.quarter, by)
    upload.committed_at, upload.saved, upload.found = now(), len(found.to_save), {}
    upload.save(update_fields=["committed_at", "saved", "found"])
    audit.record(
        "saved workbook",
        upload,
        by=by,
        quarter=upload.quarter.key,
        sha256=upload.sha256,
        references=[change.reference for change in found.to_save],
    )
    return upload


def _refuse_unfit(upload: WorkbookUpload, found: Preview) -> None:
    if upload.expires_at <= now():
        raise NotSaved("It was looked at more than two hours ago. Upload the workbook again")
    if found.rejected:
        raise NotSaved(
            "Some cells have to be mended first. Mend them and upload the workbook again"
        )
    if not found.to_save:
        raise NotSaved("There is nothing in it to save: it says what is saved already")


def _save(change: Change, indicator: Indicator | None, quarter: Quarter, by: User) -> None:
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


def _changes(told: dict[str, Any], kind: str) -> tuple[Change, ...]:
    return tuple(
        Change(
            **{
                **each,
                "said": tuple(Said(**said) for said in each["said"]),
                "questions": tuple(each["questions"]),
            }
        )
        for each in told.get(kind, ())
    )


def _standings(told: dict[str, Any], kind: str) -> tuple[Standing, ...]:
    return tuple(Standing(**each) for each in told.get(kind, ()))
