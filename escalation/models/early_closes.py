"""Closing a quarter before its time: asked for by one person, agreed by another."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField
from core.quarters import Quarter


class EarlyCloseQuerySet(models.QuerySet["EarlyClose"]):
    def of(self, quarter: Quarter) -> Self:
        return self.filter(quarter=quarter)

    def waiting(self) -> Self:
        """Those of which nobody else has said anything yet."""
        return self.filter(state=EarlyClose.State.ASKED)

    def standing(self) -> Self:
        """Those that still hold: asked or agreed, and the close not taken back."""
        return self.filter(state__in=[EarlyClose.State.ASKED, EarlyClose.State.AGREED])

    def agreed(self) -> Self:
        return self.filter(state=EarlyClose.State.AGREED)


class EarlyClose(models.Model):
    """That somebody wants to close a quarter before its day or with results outstanding, and why.

    Another agrees, or not. It keeps what stood in the way when it was asked.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waits for another person"
        AGREED = "agreed", "Agreed"
        REFUSED = "refused", "Not agreed"
        TAKEN_BACK = "taken_back", "Agreed, and the close was taken back"

    quarter = QuarterField()
    reason = models.TextField()
    due_on = models.DateField(null=True, blank=True, help_text="The calendar's day of closing")
    outstanding = models.JSONField(
        default=list, help_text="The references of the results that were not in"
    )
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, help_text="Why it was not agreed")

    objects = EarlyCloseQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["quarter"],
                condition=Q(state__in=["asked", "agreed"]),
                name="a_quarter_is_closed_early_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="an_early_close_says_why"),
            models.CheckConstraint(
                condition=Q(
                    state="asked", answered_by__isnull=True, answered_at__isnull=True, answer=""
                )
                | Q(
                    state__in=["agreed", "taken_back"],
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                    answer="",
                )
                | Q(state="refused", answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answer=""),
                name="an_early_close_is_answered_by_somebody",
            ),
            models.CheckConstraint(
                # Whoever asked may take it back, and nobody agrees with themselves.
                condition=Q(answered_by__isnull=True)
                | Q(state="refused")
                | ~Q(answered_by=F("asked_by")),
                name="nobody_agrees_to_their_own_early_close",
            ),
        ]

    def __str__(self) -> str:
        return f"Early close of {self.quarter}"
