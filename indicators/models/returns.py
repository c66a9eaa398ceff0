"""A quarter's return on its way: drafts, submission, sign-off, exceptions, forecasts, evidence."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField
from indicators.models.definitions import VALUE, Indicator
from indicators.models.results import Result, Revision
from indicators.rules.returns import LONGEST_WHY, Horizon, Likelihood, Stage, Verdict
from sorp.lexicon import Rag


class Draft(models.Model):
    """What a manager has typed for one indicator and not yet submitted, exactly as typed.

    Anything may stand here: it is checked when the return is, and refused by nobody before.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="drafts")
    quarter = QuarterField()
    typed = models.JSONField(default=dict)
    is_complete = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=now)
    offered_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was offered as late, its quarter being closed"
    )

    class Meta:
        ordering = ["indicator", "quarter"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "quarter"], name="one_draft_per_quarter"),
        ]

    def __str__(self) -> str:
        return f"Draft for {self.indicator.reference}, {self.quarter}"


class Submission(models.Model):
    """One press of the button: the results a person submitted together. Its token is used once."""

    token = models.UUIDField(unique=True, default=uuid.uuid4)
    quarter = QuarterField()
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="submissions"
    )
    submitted_at = models.DateTimeField(default=now)
    results = models.PositiveIntegerField()

    class Meta:
        ordering = ["-submitted_at"]

    def __str__(self) -> str:
        return f"{self.results} results for {self.quarter} by {self.submitted_by}"


class SignOff(models.Model):
    """What a division or directorate decided on one revision: approved, or returned."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="sign_offs")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    comment = models.TextField(blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="sign_offs"
    )
    signed_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["revision", "signed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "stage"],
                condition=Q(verdict="approved"),
                name="one_approval_a_stage",
            ),
            models.CheckConstraint(
                condition=Q(verdict="approved") | ~Q(comment=""), name="a_return_says_why"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=list(Stage)) & Q(verdict__in=list(Verdict)),
                name="sign_off_is_of_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.signed_by}: {self.revision}"


class Unlock(models.Model):
    """A named exception: one person may change one approved result until a moment."""

    result = models.ForeignKey(Result, models.PROTECT, related_name="unlocks")
    granted_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["-granted_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="unlock_says_why"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("granted_at")), name="unlock_expires_later"
            ),
            models.CheckConstraint(
                condition=~Q(granted_to=F("granted_by")), name="nobody_unlocks_for_themselves"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result} unlocked for {self.granted_to}"


class Attestation(models.Model):
    """A manager's word, once a quarter: I am accountable for these."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="attestations")
    quarter = QuarterField()
    references = models.JSONField(default=list)
    made_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-quarter", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "quarter"], name="one_attestation_a_quarter"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.quarter}"


class ManagersForecast(models.Model):
    """Where a manager expects an indicator to be, as said with a quarter's result.

    Of the year's end a colour, and why. Forecasts from before that was asked hold a value instead,
    for the next quarter or the year's end, and how sure the manager was of it.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="managers_forecasts")
    made_in = QuarterField(help_text="The quarter with whose result it was given")
    horizon = models.CharField(max_length=12, choices=Horizon.choices)
    number = models.PositiveSmallIntegerField(default=1)
    is_latest = models.BooleanField(default=True)
    rag = models.CharField("RAG status", max_length=5, choices=Rag.choices, blank=True)
    why = models.CharField(max_length=LONGEST_WHY, blank=True)
    value = models.DecimalField(**VALUE, null=True)
    likelihood = models.CharField(max_length=14, choices=Likelihood.choices, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["indicator", "made_in", "horizon", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "made_in", "horizon"],
                condition=Q(is_latest=True),
                name="one_latest_forecast_a_horizon",
            ),
            models.CheckConstraint(
                condition=Q(
                    horizon__in=list(Horizon),
                    rag="",
                    why="",
                    value__isnull=False,
                    likelihood__in=list(Likelihood),
                )
                | (
                    Q(horizon=Horizon.YEAR_END, rag__in=list(Rag))
                    & ~Q(why="")
                    & Q(value__isnull=True, likelihood="")
                ),
                name="forecast_is_of_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        said = Rag(self.rag).label if self.rag else self.value
        return f"{self.indicator.reference}, {self.get_horizon_display()}: {said}"


class Evidence(models.Model):
    """A file that bears out one result. Kept outside the web's reach, downloaded, never shown."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="evidence")
    quarter = QuarterField()
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["indicator", "quarter", "uploaded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "quarter", "sha256"],
                condition=Q(removed_at__isnull=True),
                name="the_same_file_is_kept_once",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & Q(size__gt=0), name="evidence_is_a_file"
            ),
        ]

    def __str__(self) -> str:
        return self.name
