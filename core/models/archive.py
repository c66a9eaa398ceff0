"""Rows that were taken away again, kept as they stood."""

from django.db import models

from core.models.audit import AuditEvent


class ArchivedRow(models.Model):
    """A row that was taken away, with all it held, and the act under which it was.

    Nothing counts it and nothing refers to it. A table whose rows stand for good lets go of one
    once it is here, and not before: the database itself asks.
    """

    kind = models.CharField(max_length=80, help_text="Of which model, as escalation.explanation")
    key = models.BigIntegerField()
    name = models.CharField(max_length=300)
    content = models.JSONField()
    act = models.ForeignKey(AuditEvent, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "key"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="a_row_is_archived_once"),
        ]

    def __str__(self) -> str:
        return self.name
