"""Files of rows: brought, looked at, and written by the import of what they hold. All rows or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from core import audit
from core.canonical_json import digest
from core.clock import now
from core.models.people import Person
from core.models.spreadsheets import Spreadsheet
from core.refusals import Refused
from core.tables.importing import Imported
from core.tables.spreadsheets import as_csv

KEPT_FOR = timedelta(days=1)  # to be left and taken up again on the morrow
Importer = Callable[..., Imported]  # (content, *, file, by, dry_run)


@transaction.atomic
def keep_spreadsheet(*, kind: str, name: str, content: bytes, by: Person) -> Spreadsheet:
    """A file is kept for a day, for whoever brought it, as the CSV that its import reads.

    What nobody wrote in time is dropped meanwhile. Raises RefusedFileError for a file that is no
    sheet of rows, or is not safe to read.
    """
    name = name.replace("\x00", "")[:200]
    rows = as_csv(content, file=name)
    Spreadsheet.objects.expired().delete()
    moment = now()
    kept = Spreadsheet.objects.create(
        user_id=by.pk,
        kind=kind,
        name=name,
        content=rows,
        sha256=digest(content),
        brought_at=moment,
        expires_at=moment + KEPT_FOR,
    )
    audit.record("brought spreadsheet", kept, by=by, kind=kind, sha256=kept.sha256)
    return kept


@transaction.atomic
def write_spreadsheet(*, token: UUID, importer: Importer, by: Person) -> Spreadsheet:
    """Every row of the file stands as it says; or, where one cannot, none does.

    Writing it again changes nothing. Raises RefusedFileError as the import does, and Refused where
    the day for which it was kept is over; Spreadsheet.DoesNotExist for one that is not theirs.
    """
    kept = Spreadsheet.objects.select_for_update().get(token=token, user_id=by.pk)
    if kept.written_at is not None:
        return kept
    if kept.expires_at <= now():
        raise Refused("It was uploaded more than a day ago: upload the file again")
    imported = importer(bytes(kept.content), file=kept.name, by=by, dry_run=False)
    kept.written_at, kept.outcome, kept.content = now(), str(imported), b""
    kept.save(update_fields=["written_at", "outcome", "content"])
    audit.record(
        "wrote spreadsheet",
        kept,
        by=by,
        kind=kept.kind,
        sha256=kept.sha256,
        new=len(imported.new),
        changed=len(imported.changed),
        unchanged=imported.unchanged,
    )
    return kept
