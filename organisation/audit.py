"""The record. Services call it inside the transaction of the act it records."""

from typing import Any

from django.db import models

from organisation.models import AuditEvent, User


def record(act: str, subject: models.Model, *, by: User | None, **detail: Any) -> AuditEvent:
    """Write down an act. `by` is None only where the clock or a command did it."""
    return AuditEvent.objects.create(
        actor=by,
        actor_name=by.name if by else "The system",
        act=act,
        subject_kind=subject._meta.label,
        subject_key=str(subject.pk),
        subject_name=str(subject)[:300],
        detail=detail,
    )
