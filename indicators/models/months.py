"""What a monthly indicator came to in each month, and every revision of it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import now
from core.fields import MonthField
from indicators.models.definitions import VALUE, Indicator
from indicators.rules.months import MonthFigure
from sorp.lexicon import Confidence


class MonthlyFigureQuerySet(models.QuerySet["MonthlyFigure"]):
    def latest_ones(self) -> Self:
        """What is now said of each month."""
        return self.filter(is_latest=True)


class MonthlyFigure(models.Model):
    """One month of an indicator as it was given once. A later one supersedes it, never changes it.

    Of the quarter there is a result as of any other, made of its months when it is submitted.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="monthly_figures")
    month = MonthField()
    number = models.PositiveSmallIntegerField()
    is_latest = models.BooleanField(default=True)
    value = models.DecimalField(**VALUE, null=True, blank=True)
    numerator = models.DecimalField(**VALUE, null=True, blank=True)
    denominator = models.DecimalField(**VALUE, null=True, blank=True)
    confidence = models.CharField(
        max_length=12, choices=Confidence.choices, default=Confidence.FINAL
    )
    not_available = models.CharField(max_length=300, blank=True)
    withheld = models.BooleanField(
        default=False, help_text="Whether there is a figure, and it is not shown."
    )
    commentary = models.TextField(blank=True)
    after_close = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    given_at = models.DateTimeField(default=now)

    objects = MonthlyFigureQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "month", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "month", "number"], name="figures_of_a_month_are_numbered"
            ),
            models.UniqueConstraint(
                fields=["indicator", "month"],
                condition=Q(is_latest=True),
                name="one_latest_figure_of_a_month",
            ),
            models.CheckConstraint(
                condition=Q(not_available="")
                | Q(value__isnull=True, numerator__isnull=True, denominator__isnull=True),
                name="a_month_not_available_has_no_figure",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False)
                | ~Q(not_available="")
                | Q(denominator__isnull=False, denominator=0),
                name="a_month_without_value_says_why",
            ),
            models.CheckConstraint(
                condition=Q(withheld=False) | ~Q(not_available=""),
                name="a_withheld_month_says_why",
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True, denominator__isnull=True)
                | Q(numerator__isnull=False, denominator__isnull=False),
                name="counts_of_a_month_come_together",
            ),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""), name="a_revision_of_a_month_says_why"
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=list(Confidence)), name="month_has_a_known_confidence"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="figures_of_a_month_count_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference}, {self.month}"

    @property
    def is_revised(self) -> bool:
        return self.number > 1

    @property
    def is_revised_after_close(self) -> bool:
        """Whether it said something else when its quarter was closed."""
        return self.is_revised and self.after_close

    @property
    def figure(self) -> MonthFigure:
        """The same as the rules read it."""
        return MonthFigure(
            month=self.month,
            value=self.value,
            numerator=self.numerator,
            denominator=self.denominator,
            confidence=Confidence(self.confidence),
            not_available=self.not_available,
            withheld=self.withheld,
            commentary=self.commentary,
        )
