"""Indicators that go to another unit or manager from a day on."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import now
from indicators.models.definitions import Indicator
from organisation.models.units import Unit


class IndicatorMoveQuerySet(models.QuerySet["IndicatorMove"]):
    def to_come(self) -> Self:
        """Those whose day has not come, and those that could not be made on it."""
        return self.filter(made_at__isnull=True, dropped_at__isnull=True)

    def owed(self, today: date) -> Self:
        return self.to_come().filter(from_day__lte=today)


class IndicatorMove(models.Model):
    """From a day on an indicator belongs to another unit, another manager answers for it, or both.

    Until then it waits. What could not be made on its day says why, and is tried again.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="moves")
    from_day = models.DateField()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now, editable=False, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True, default="")

    objects = IndicatorMoveQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "from_day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "from_day"],
                condition=Q(made_at__isnull=True, dropped_at__isnull=True),
                name="an_indicator_moves_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False) | Q(manager__isnull=False),
                name="a_move_has_somewhere_to_go",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_move_says_why"),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True) | Q(dropped_at__isnull=True),
                name="a_move_is_made_or_dropped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference} {self.in_words}"

    @property
    def in_words(self) -> str:
        """Where it goes: "to Highways and to Ann Smith"."""
        to = [str(each) for each in (self.unit, self.manager) if each is not None]
        return "to " + " and to ".join(to)
