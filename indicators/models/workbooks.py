"""What was found in a workbook that came back, between looking at it and saving it."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField


class WorkbookUploadQuerySet(models.QuerySet["WorkbookUpload"]):
    def expired(self) -> Self:
        """Those that nobody saved in time. What was found in them need not be kept."""
        return self.filter(committed_at__isnull=True, expires_at__lte=now())


class WorkbookUpload(models.Model):
    """One workbook that was read: what it would change, and whether it was saved.

    The file itself is not kept. Once its rows are saved as drafts, only their number is.
    """

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    quarter = QuarterField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    found = models.JSONField(default=dict)
    uploaded_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True, blank=True)
    saved = models.PositiveIntegerField(default=0)

    objects = WorkbookUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("uploaded_at")), name="workbook_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.quarter}"
