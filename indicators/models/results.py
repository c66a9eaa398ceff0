"""What an indicator came to in a quarter: results, and every revision of them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.fields import QuarterField
from indicators.models.definitions import VALUE, Indicator
from indicators.rules.returns import ResultState
from sorp.lexicon import Confidence


class Result(models.Model):
    """One indicator in one quarter. What was said of it is in its revisions, kept for ever."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="results")
    quarter = QuarterField()
    state = models.CharField(
        max_length=18, choices=ResultState.choices, default=ResultState.SUBMITTED
    )

    class Meta:
        ordering = ["indicator", "quarter"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "quarter"], name="one_result_per_quarter"),
            models.CheckConstraint(
                condition=Q(state__in=list(ResultState)), name="result_is_in_a_known_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference} {self.quarter}"


class RevisionQuerySet(models.QuerySet["Revision"]):
    def latest_ones(self) -> Self:
        """What is now said of each result."""
        return self.filter(is_latest=True)


class Revision(models.Model):
    """A result as submitted once. A later revision supersedes it and never changes it."""

    result = models.ForeignKey(Result, models.PROTECT, related_name="revisions")
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
    definition_break = models.BooleanField(default=False)
    data_quarter = QuarterField(
        null=True, blank=True, help_text="The quarter the figures are for, where an earlier one."
    )
    commentary = models.TextField("context", blank=True)
    management_action = models.TextField(blank=True)
    late = models.BooleanField(default=False)
    after_close = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField()
    questions_asked = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Empty where it was kept before any question was asked."
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["result", "number"]
        constraints = [
            models.UniqueConstraint(fields=["result", "number"], name="revisions_are_numbered"),
            models.UniqueConstraint(
                fields=["result"], condition=Q(is_latest=True), name="one_latest_revision"
            ),
            models.CheckConstraint(
                condition=Q(not_available="") | Q(value__isnull=True),
                name="a_result_not_available_has_no_value",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False)
                | ~Q(not_available="")
                | Q(denominator__isnull=False, denominator=0),
                name="a_result_without_value_says_why",
            ),
            models.CheckConstraint(
                condition=Q(withheld=False) | ~Q(not_available=""),
                name="a_withheld_result_says_why",
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True, denominator__isnull=True)
                | Q(numerator__isnull=False, denominator__isnull=False),
                name="numerator_and_denominator_come_together",
            ),
            models.CheckConstraint(
                condition=~Q(denominator=0) | Q(value__isnull=True),
                name="a_zero_denominator_gives_no_value",
            ),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""), name="a_revision_says_why"
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=list(Confidence)),
                name="revision_has_a_known_confidence",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="revisions_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.result}, revision {self.number}"

    @property
    def is_revised(self) -> bool:
        return self.number > 1
