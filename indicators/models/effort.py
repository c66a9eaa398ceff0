"""The hours that officers say a quarter cost them, step by step."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from core.clock import now
from core.fields import QuarterField
from indicators.rules.effort import MOST_HOURS, WorkStep


class NotedHours(models.Model):
    """What one officer says that one step of one quarter took. Said again, it takes the other's place.

    Nobody has to. None of it is worked out, and none of it is public.
    """

    quarter = QuarterField()
    step = models.CharField(max_length=10, choices=WorkStep.choices)
    hours = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(MOST_HOURS)],
    )
    note = models.CharField(max_length=300, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-quarter", "step", "noted_by"]
        verbose_name_plural = "noted hours"
        constraints = [
            models.UniqueConstraint(
                fields=["quarter", "step", "noted_by"], name="hours_are_noted_once_a_step"
            ),
            models.CheckConstraint(
                condition=Q(step__in=list(WorkStep)), name="hours_are_of_a_known_step"
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=0) & Q(hours__lte=MOST_HOURS),
                name="hours_are_no_more_than_can_be_worked",
            ),
        ]

    def __str__(self) -> str:
        return f"{WorkStep(self.step).label}, {self.quarter}"
