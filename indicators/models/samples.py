"""Samples of results that an auditor draws, and what was found of each result."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField
from indicators.models.results import Revision
from indicators.rules.samples import Found, Method
from organisation.models.units import Unit
from sorp.lexicon import Tier


class AuditSample(models.Model):
    """Results drawn by a seed from all that fitted, on a day. How it was drawn never changes."""

    number = models.PositiveIntegerField(unique=True)
    purpose = models.CharField(max_length=200)
    method = models.CharField(max_length=14, choices=Method.choices)
    size = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=40)
    from_quarter = QuarterField()
    until_quarter = QuarterField()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    tier = models.CharField(max_length=12, choices=Tier.choices, blank=True)
    rag = models.CharField("RAG status", max_length=10, blank=True)
    population = models.PositiveIntegerField(help_text="How many results fitted")
    population_sha256 = models.CharField(max_length=64)
    strata = models.JSONField(help_text="Each with its name, population and how many were drawn")
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(default=now)
    conclusion = models.TextField(blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_quarter__gte=F("from_quarter")),
                name="sample_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1) & Q(population__gte=F("size")),
                name="sample_is_no_larger_than_its_population",
            ),
            models.CheckConstraint(
                condition=~Q(seed="") & ~Q(purpose=""), name="sample_has_a_seed_and_a_purpose"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, conclusion="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(conclusion="")),
                name="a_sample_that_has_ended_says_what_it_came_to",
            ),
        ]

    def __str__(self) -> str:
        return f"Sample {self.number}"

    @property
    def has_ended(self) -> bool:
        return self.ended_at is not None


class SampledResult(models.Model):
    """One result of a sample, as it was said when the sample was drawn, and what was found of it."""

    sample = models.ForeignKey(AuditSample, models.PROTECT, related_name="results")
    position = models.PositiveSmallIntegerField()
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    stratum = models.CharField(max_length=200)
    rag = models.CharField("RAG status", max_length=10, help_text="As it was rated that day")
    found = models.CharField(max_length=13, choices=Found.choices, blank=True)
    note = models.TextField(blank=True)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    found_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["sample", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["sample", "position"], name="sampled_results_stand_in_order"
            ),
            models.UniqueConstraint(
                fields=["sample", "revision"], name="a_result_is_drawn_once_a_sample"
            ),
            models.CheckConstraint(
                condition=Q(found="", note="", found_by__isnull=True, found_at__isnull=True)
                | Q(found__in=list(Found), found_by__isnull=False, found_at__isnull=False),
                name="what_was_found_says_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=Q(found__in=["", "agreed"]) | ~Q(note=""),
                name="what_is_not_agreed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample}, result {self.position}: {self.revision}"
