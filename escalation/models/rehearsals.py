"""Rehearsals: the last closed quarter closed again, on paper, by a version of the SORP."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import now
from core.fields import QuarterField
from sorp.models.statement import Version


class Rehearsal(models.Model):
    """One closed quarter as a version of the SORP would have closed it.

    It changes nothing, and is no evidence: it is kept until somebody throws it away, or for
    thirty days.
    """

    JOB = "rehearsal"  # the kind of job that does it
    KEPT = timedelta(days=30)

    version = models.ForeignKey(Version, models.CASCADE, related_name="rehearsals")
    quarter = QuarterField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    found = models.JSONField(null=True, blank=True, help_text="What it would have done")

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(found__isnull=True, finished_at__isnull=True)
                | Q(found__isnull=False, finished_at__isnull=False),
                name="finished_rehearsal_has_found_something",
            ),
            models.UniqueConstraint(
                fields=["version", "quarter"],
                condition=Q(finished_at__isnull=True),
                name="one_unfinished_rehearsal_of_a_version_and_quarter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quarter} under version {self.version.number}"

    @property
    def job_key(self) -> str:
        """By which its job is found: there is never more than one at a time."""
        return f"{self.JOB}-{self.pk}"

    @property
    def kept_until(self) -> datetime:
        """The moment after which it is thrown away."""
        return self.asked_at + self.KEPT

    @property
    def summary(self) -> list[str]:
        """What was found, in sentences; none as long as it is not finished."""
        return self.found["summary"] if self.found else []

    @property
    def draft_has_changed(self) -> bool:
        """Whether the version was edited after it was rehearsed."""
        return self.found is not None and self.found["edition"] != self.version.edition
