"""The record. Services call it inside the transaction of the act it records."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from core.models.audit import AuditEvent
from core.models.people import Person


def record(act: str, subject: models.Model, *, by: Person | None, **detail: Any) -> AuditEvent:
    """Write down an act. `by` is None only where the clock or a command did it."""
    told = event(act, subject, by=by, **detail)
    told.save(force_insert=True)
    return told


def record_all(events: Iterable[AuditEvent]) -> None:
    """Write down many acts at once, in their order."""
    AuditEvent.objects.bulk_create(events, batch_size=500)


def event(act: str, subject: models.Model, *, by: Person | None, **detail: Any) -> AuditEvent:
    """What is to be written down of an act, not yet written."""
    return AuditEvent(
        actor_id=by.pk if by else None,
        actor_name=by.name if by else "The system",
        act=act,
        subject_kind=subject._meta.label,
        subject_key=str(subject.pk),
        subject_name=str(subject)[:300],
        detail=detail,
    )
