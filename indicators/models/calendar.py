"""The calendar: by when each step of a quarter is due, and people's feeds of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import now
from core.fields import QuarterField
from sorp.lexicon import Step, Tier


class CalendarDay(models.Model):
    """The day by which one step of a quarter is due, for every tier or for one."""

    quarter = QuarterField()
    step = models.CharField(max_length=12, choices=Step.choices)
    tier = models.CharField(max_length=12, choices=Tier.choices, blank=True)
    due_on = models.DateField()

    class Meta:
        ordering = ["quarter", "due_on", "step", "tier"]
        constraints = [
            models.UniqueConstraint(
                fields=["quarter", "step", "tier"], name="one_day_for_a_step_and_tier"
            ),
            models.CheckConstraint(
                condition=Q(step__in=list(Step)), name="calendar_day_is_of_a_known_step"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}, {self.quarter}: {self.due_on}"


class CalendarFeed(models.Model):
    """One person's feed of due dates. Its address is signed with the serial: a new one ends the old.

    A person who never renewed the address has no row, and serial 1.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="calendar_feed"
    )
    serial = models.PositiveIntegerField(default=1)
    renewed_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(serial__gte=1), name="feed_serial_counts_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar feed of {self.user}"
