"""Files that bear out a result: kept outside the web's reach, removable until it is submitted."""

from __future__ import annotations

import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from core import audit
from core.canonical_json import digest
from core.clock import now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from indicators.models.definitions import Indicator
from indicators.models.returns import Evidence
from indicators.queries.evidence import evidence_for, is_removable
from indicators.rules.evidence import MOST_FILES, TOO_MANY, TWICE, plain_name, refusal_of
from organisation.models.people import User


class RefusedFile(Refused):
    """The file cannot be kept. The message says what to do."""


@transaction.atomic
def attach_evidence(
    *, indicator: Indicator, quarter: Quarter, name: str, content: bytes, by: User
) -> Evidence:
    """The file is kept with the result, under a name of chance in a folder that is never served.

    Raises RefusedFile for a file of another kind than its name says, empty, too large, with a
    password, a virus or macros, kept already, or one too many.
    """
    name = plain_name(name)
    if refusal := refusal_of(name, content):
        raise RefusedFile(refusal)
    # Held, so that two files at once are still counted one after the other.
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    files = evidence_for(indicator, quarter)
    sha256 = digest(content)
    if any(each.sha256 == sha256 for each in files):
        raise RefusedFile(TWICE)
    if len(files) >= MOST_FILES:
        raise RefusedFile(TOO_MANY)
    path = default_storage.save(f"evidence/{secrets.token_hex(16)}", ContentFile(content))
    evidence = Evidence.objects.create(
        indicator=indicator,
        quarter=quarter,
        name=name,
        path=path,
        size=len(content),
        sha256=sha256,
        uploaded_by=by,
        uploaded_at=now(),
    )
    audit.record(
        "attached evidence", evidence, by=by, quarter=quarter.key, sha256=sha256, size=len(content)
    )
    return evidence


@transaction.atomic
def remove_evidence(*, evidence: Evidence, by: User) -> bool:
    """The file is gone, and the record says that it was there. Returns whether it was removed now.

    Raises ValueError once the result was submitted with it: it then belongs to the record.
    """
    # A close, which may make the file part of the record, waits for us, or we for it.
    list(ReportingQuarter.objects.select_for_update().filter(quarter=evidence.quarter))
    found = Evidence.objects.select_for_update().filter(pk=evidence.pk, removed_at=None).first()
    if found is None:
        return False
    if not is_removable(found):
        raise ValueError(f"{found.name} was submitted with the result, so it cannot be removed")
    found.removed_at = now()
    found.save(update_fields=["removed_at"])
    audit.record("removed evidence", found, by=by, sha256=found.sha256)
    transaction.on_commit(lambda: default_storage.delete(found.path))
    return True
