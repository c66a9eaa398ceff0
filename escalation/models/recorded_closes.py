"""What a close did, row by row, so that it can be taken back while nobody has acted on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.fields import QuarterField
from core.quarters import Quarter


class RecordedCloseQuerySet(models.QuerySet["RecordedClose"]):
    def standing(self) -> Self:
        """Those that were not taken back."""
        return self.filter(taken_back_at__isnull=True)

    def taken_back(self) -> Self:
        return self.filter(taken_back_at__isnull=False)

    def of(self, quarter: Quarter) -> Self:
        return self.filter(quarter=quarter)


class RecordedClose(models.Model):
    """One close asked for on a page: which rows it made, what others were before it, and the record then.

    Once it is taken back it says by whom and why. What it had made is in the archive (`ArchivedRow`).
    """

    quarter = QuarterField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    until = models.DateTimeField(help_text="Until when it can be taken back")
    summary = models.TextField(help_text="What it did, in words")
    made = models.JSONField(default=dict, help_text="By model: the keys of the rows that it made")
    changed = models.JSONField(
        default=list, help_text="Model, key and what was, of each row that it changed"
    )
    last_event = models.BigIntegerField(help_text="The latest entry of the audit record then")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True, help_text="Why it was taken back")

    objects = RecordedCloseQuerySet.as_manager()

    class Meta:
        ordering = ["-closed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["quarter"],
                condition=Q(taken_back_at__isnull=True),
                name="one_close_of_a_quarter_stands",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("closed_at")), name="a_recorded_close_has_its_time"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True, reason="")
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False) & ~Q(reason=""),
                name="a_close_is_taken_back_by_somebody_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Close of {self.quarter}"

    @staticmethod
    def threw_away(change: Mapping[str, Any]) -> bool:
        """Whether the close threw a row away, and what was is the whole of it, with its key."""
        return "id" in change["was"]

    @property
    def otherwise(self) -> int:
        """How many rows that stood before, and stand, the close changed."""
        return sum(not self.threw_away(each) for each in self.changed)
