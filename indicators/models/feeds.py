"""Whose calendar may be fetched by address, and which address is good."""

from django.conf import settings
from django.db import models

from core.clock import now


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

    def __str__(self):
        return f"Calendar feed of {self.user}"
