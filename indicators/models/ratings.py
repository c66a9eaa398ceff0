"""The verdict on a quarter, stored with everything it was computed from."""

from typing import Self

from django.db import models
from django.db.models import Q

from core.fields import QuarterField
from indicators.models.definitions import VALUE, Indicator
from indicators.models.results import Revision
from indicators.models.variations import Variation
from sorp.lexicon import Confidence, NotRated, Polarity, Rag, RatingMethod, Travel, TravelMethod
from sorp.models.statement import Version
from sorp.rules.thresholds import JUDGED_BY, Thresholds


class RatingQuerySet(models.QuerySet["Rating"]):
    def latest_ones(self) -> Self:
        """What each indicator is now rated in each quarter."""
        return self.filter(is_latest=True)


class Rating(models.Model):
    """How one indicator was judged in one quarter, under that quarter's SORP.

    Nothing here is looked up again: should a target, a rule or a definition change, what was
    judged keeps its inputs and its colour. A revised result is judged anew in a new row.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="ratings")
    quarter = QuarterField()
    number = models.PositiveSmallIntegerField(default=1)
    is_latest = models.BooleanField(default=True)
    rated_at = models.DateTimeField()
    # The verdict
    rag = models.CharField("RAG status", max_length=5, choices=Rag.choices, blank=True)
    not_rated = models.CharField(max_length=12, choices=NotRated.choices, blank=True)
    travel = models.CharField("direction of travel", max_length=20, choices=Travel.choices)
    stale = models.BooleanField(default=False)
    # What it was computed from
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="ratings")
    value = models.DecimalField(**VALUE, null=True)
    target = models.DecimalField(**VALUE, null=True)
    floor = models.DecimalField("floor standard", **VALUE, null=True)
    lower = models.DecimalField(**VALUE, null=True)
    upper = models.DecimalField(**VALUE, null=True)
    outer_lower = models.DecimalField(**VALUE, null=True)
    outer_upper = models.DecimalField(**VALUE, null=True)
    method = models.CharField(max_length=16, choices=RatingMethod.choices)
    tolerance = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    polarity = models.CharField(max_length=8, choices=Polarity.choices)
    travel_method = models.CharField(max_length=12, choices=TravelMethod.choices)
    travel_quarters = models.PositiveSmallIntegerField(default=0)
    confidence = models.CharField(max_length=12, choices=Confidence.choices, blank=True)
    definition_break = models.BooleanField(default=False)
    sorp_version = models.ForeignKey(Version, models.PROTECT, related_name="ratings")
    variation = models.ForeignKey(Variation, models.PROTECT, null=True, related_name="ratings")

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "quarter", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "quarter", "number"], name="ratings_are_numbered"
            ),
            models.UniqueConstraint(
                fields=["indicator", "quarter"],
                condition=Q(is_latest=True),
                name="one_latest_rating_per_quarter",
            ),
            models.CheckConstraint(
                condition=(Q(rag__in=list(Rag)) & Q(not_rated=""))
                | (Q(rag="") & Q(not_rated__in=list(NotRated))),
                name="rated_or_not_rated_and_why",
            ),
            models.CheckConstraint(
                condition=Q(rag="") | Q(value__isnull=False), name="no_rag_without_a_value"
            ),
            models.CheckConstraint(
                condition=Q(travel__in=list(Travel)), name="rating_has_a_known_travel"
            ),
        ]
        indexes = [
            models.Index(fields=["quarter", "is_latest"], name="rating_by_quarter"),
        ]

    def __str__(self) -> str:
        verdict = self.get_rag_display() or self.get_not_rated_display()
        return f"{self.indicator.reference} {self.quarter}: {verdict}"

    @property
    def thresholds(self) -> Thresholds:
        """What the quarter was judged by, as it is kept with the rating."""
        return Thresholds(**{name: getattr(self, name) for name in JUDGED_BY})
