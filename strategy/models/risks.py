"""Corporate and directorate registers of risks, with every assessment that was made of each."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.clock import day_of
from indicators.models.definitions import Indicator
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.rights import allowed
from strategy.models.plan import PlanPart, PlanPartQuerySet, Project, ends_after_it_starts
from strategy.rules.risks import LARGEST_SCORE, MOST, RED_FROM, RiskLevel, Score


class RiskQuerySet(PlanPartQuerySet["Risk"]):
    def answerable_by(self, user: User) -> Self:
        """Those this person may assess: their own, or all for the centre."""
        if allowed(user, Permission.MANAGE_FRAMEWORK):
            return self
        if not allowed(user, Permission.VIEW_PERFORMANCE):
            return self.none()
        return self.filter(owner=user)

    def by_score(self) -> Self:
        """The highest score first; what nobody has assessed, last."""
        return self.alias(product=F("likelihood") * F("impact")).order_by(
            F("product").desc(nulls_last=True), "reference"
        )

    def red(self) -> Self:
        return self.alias(product=F("likelihood") * F("impact")).filter(product__gte=RED_FROM)

    def over_appetite(self) -> Self:
        """Those that score more than the council said it would accept."""
        return self.alias(product=F("likelihood") * F("impact")).filter(product__gt=F("appetite"))


class Risk(PlanPart):
    """A risk of a register: the corporate one, or where a unit is named, that unit's.

    What it was last assessed at is on the risk too, empty until somebody has assessed it.
    """

    reference = models.CharField(max_length=30, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(
        blank=True, help_text="What may happen, why, and with what effect"
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="risks",
        help_text="Whose register it is in; none: the corporate register",
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="risks")
    appetite = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="The highest score that is accepted; empty where none is set",
    )
    mitigation = models.TextField(blank=True)
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="risks"
    )
    indicators = models.ManyToManyField(Indicator, blank=True, related_name="risks")
    assessed_on = models.DateField(null=True, blank=True)
    likelihood = models.PositiveSmallIntegerField(null=True, blank=True)
    impact = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = RiskQuerySet.as_manager()

    class Meta:
        ordering = ["reference"]
        constraints = [
            ends_after_it_starts("risk"),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(title=""), name="risk_has_a_reference_and_a_title"
            ),
            models.CheckConstraint(
                condition=Q(appetite__isnull=True)
                | Q(appetite__gte=1, appetite__lte=LARGEST_SCORE),
                name="risk_appetite_is_a_score",
            ),
            models.CheckConstraint(
                condition=Q(assessed_on=None, likelihood=None, impact=None)
                | Q(
                    assessed_on__isnull=False,
                    likelihood__gte=1,
                    likelihood__lte=MOST,
                    impact__gte=1,
                    impact__lte=MOST,
                ),
                name="risk_is_assessed_whole_or_not_at_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("risk", args=[self.pk])

    @property
    def register(self) -> str:
        return f"{self.unit.name} register" if self.unit else "Corporate register"

    @property
    def score(self) -> Score | None:
        """What it was last assessed at, or None where nobody has assessed it."""
        if self.likelihood is None or self.impact is None:
            return None
        return Score(self.likelihood, self.impact)

    @property
    def level(self) -> RiskLevel | None:
        return self.score.level if self.score else None

    @property
    def is_over_appetite(self) -> bool:
        return bool(self.score and self.appetite is not None and self.score.value > self.appetite)

    def known_on(self, day: date) -> RiskAssessment | None:
        """How it had last been assessed by the end of a day, or None where it had not."""
        said = [each for each in self.assessments.all() if day_of(each.said_at) <= day]
        return max(said, key=lambda each: each.number, default=None)


class RiskAssessment(models.Model):
    """How a risk was assessed, for which day, by whom and when. The latest is on the risk too.

    Kept for ever: the database itself refuses to change one (migration 0005).
    """

    risk = models.ForeignKey(Risk, models.PROTECT, related_name="assessments")
    number = models.PositiveSmallIntegerField()
    assessed_on = models.DateField()
    likelihood = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=500, blank=True)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["risk", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["risk", "number"], name="risk_assessments_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(
                    likelihood__gte=1, likelihood__lte=MOST, impact__gte=1, impact__lte=MOST
                ),
                name="risk_assessment_is_from_one_to_five",
            ),
        ]

    def __str__(self) -> str:
        return f"Assessment {self.number} of {self.risk}"

    @property
    def score(self) -> Score:
        return Score(self.likelihood, self.impact)
