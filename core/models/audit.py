"""Who did what to what, and when."""

from django.conf import settings
from django.db import models

from core.clock import now


class AuditEvent(models.Model):
    """One act, recorded with it. Never changed, never deleted: the database refuses both.

    It holds no foreign key to its subject, so that the record outlives what it speaks of, and
    the actor's name as it was.
    """

    at = models.DateTimeField(default=now, editable=False, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(max_length=200)
    act = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=80)
    subject_key = models.CharField(max_length=80)
    subject_name = models.CharField(max_length=300)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_kind", "subject_key"])]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.act} {self.subject_name}"
