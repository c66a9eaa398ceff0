"""Who leaves after a day to come, and who takes over then."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now


class DepartureQuerySet(models.QuerySet["Departure"]):
    def to_come(self) -> Self:
        """Those whose day has not passed, and those that could not be made after it."""
        return self.filter(made_at__isnull=True, dropped_at__isnull=True)

    def owed(self, today: date) -> Self:
        return self.to_come().filter(last_day__lt=today)


class Departure(models.Model):
    """Somebody leaves, and on the day after another takes over whatever is in their name by then.

    Until then it waits. What could not be made on its day says why, and is tried again.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="departures")
    heir = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    last_day = models.DateField()
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now, editable=False, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True, default="")

    objects = DepartureQuerySet.as_manager()

    class Meta:
        ordering = ["last_day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(made_at__isnull=True, dropped_at__isnull=True),
                name="a_person_leaves_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_departure_says_why"),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True) | Q(dropped_at__isnull=True),
                name="a_departure_is_made_or_dropped",
            ),
            models.CheckConstraint(
                condition=Q(heir__isnull=True) | ~Q(heir=F("person")),
                name="nobody_takes_over_from_themselves",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} leaves"
