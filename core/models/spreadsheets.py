"""Files of rows that were brought, between looking at what they change and writing it."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now


class SpreadsheetQuerySet(models.QuerySet["Spreadsheet"]):
    def expired(self) -> Self:
        """Those that nobody wrote in time."""
        return self.filter(written_at__isnull=True, expires_at__lte=now())


class Spreadsheet(models.Model):
    """One file that somebody brought for one kind of thing, as the CSV that its import reads.

    Once it is written, the rows are where they belong, and the file's content goes.
    """

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40, help_text="What it holds, by the key of its pages")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    brought_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True, default="")

    objects = SpreadsheetQuerySet.as_manager()

    class Meta:
        ordering = ["-brought_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("brought_at")), name="spreadsheet_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return self.name
