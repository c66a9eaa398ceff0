"""A council's own scorecard that was uploaded, between reading it and writing it."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import now


class ScorecardUploadQuerySet(models.QuerySet["ScorecardUpload"]):
    def open_ones(self) -> Self:
        """Those that are neither written nor put away."""
        return self.filter(written_at__isnull=True, put_away_at__isnull=True)


class ScorecardUpload(models.Model):
    """One scorecard, in one file or several: the cells that were read out of it, and what was said.

    The file itself is not kept. Once the scorecard is written or put away, its cells go too; what was
    said stays, and is offered for the next file of the same shape.
    """

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    shapes = models.TextField(help_text="A digest of the headings of each of its files")
    sheets = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    answered = models.PositiveIntegerField(default=0, help_text="How often it was answered")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=now)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField(null=True, blank=True)
    put_away_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True, default="")

    objects = ScorecardUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="scorecard_is_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(written_at__isnull=True, written_by__isnull=True)
                | Q(written_at__isnull=False, written_by__isnull=False),
                name="scorecard_is_written_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(written_at__isnull=True) | Q(put_away_at__isnull=True),
                name="scorecard_is_not_written_and_put_away",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.written_at is None and self.put_away_at is None

    @property
    def files(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The sheets of each of its files, by the file's name."""
        return [(name, sheets) for name, sheets in self.sheets]
