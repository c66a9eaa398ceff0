"""The quarters that are open for results, and those that are closed for good."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField


class ReportingQuarter(models.Model):
    """One quarter of the council's reporting: open for results, then closed."""

    class State(models.TextChoices):
        OPEN = "open", "Open for results"
        CLOSED = "closed", "Closed"

    quarter = QuarterField(unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(default=now, editable=False)
    begun_at = models.DateTimeField(
        null=True, blank=True, help_text="When its returns were asked for, with due dates"
    )
    cabinet_meets_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    undo_until = models.DateTimeField(
        null=True, blank=True, help_text="Until when its close can be taken back, if it ever could"
    )

    class Meta:
        ordering = ["quarter"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False),
                name="a_closed_quarter_says_when",
            ),
            models.CheckConstraint(
                condition=Q(undo_until__isnull=True) | Q(undo_until__gt=F("closed_at")),
                name="a_close_is_taken_back_after_it",
            ),
        ]

    def __str__(self) -> str:
        return str(self.quarter)

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    def waits_for_undo(self, moment: datetime) -> bool:
        """Whether its close could still be taken back then, so that what follows it waits."""
        return (
            self.closed_at is not None
            and self.undo_until is not None
            and self.closed_at <= moment < self.undo_until
        )
