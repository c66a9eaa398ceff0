"""Back-tests: what other rules would have done with the history there is."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import now
from organisation.permissions import Permission
from organisation.rights import Visitor, allowed
from sorp.models.statement import Version


class BacktestQuerySet(models.QuerySet["Backtest"]):
    def visible_to(self, user: Visitor) -> Self:
        """The performance team sees every one; whoever sees performance, those kept as evidence."""
        if allowed(user, Permission.MANAGE_FRAMEWORK):
            return self
        if allowed(user, Permission.VIEW_PERFORMANCE):
            return self.filter(is_evidence=True)
        return self.none()


class Backtest(models.Model):
    """One set of rules replayed over all closed quarters, with what it would have changed.

    It changes nothing itself. Kept as evidence, it stands with the draft it was made for.
    """

    JOB = "backtest"  # the kind of job that does it

    name = models.CharField(max_length=200)
    rules = models.JSONField(help_text="The rules tried, as in rules.json")
    version = models.ForeignKey(
        Version, models.PROTECT, null=True, blank=True, related_name="backtests"
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    found = models.JSONField(null=True, blank=True, help_text="What the replay gave")
    is_evidence = models.BooleanField(default=False)

    objects = BacktestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_evidence=False)
                | Q(version__isnull=False, finished_at__isnull=False),
                name="evidence_is_finished_and_belongs_to_a_version",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="backtest_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def job_key(self) -> str:
        """By which its job is found: there is never more than one at a time."""
        return f"{self.JOB}-{self.pk}"

    @property
    def finding(self) -> dict[str, Any]:
        """What was found. ValueError as long as it is not finished."""
        if self.found is None:
            raise ValueError(f"{self} is not finished")
        return self.found

    @property
    def summary(self) -> list[str]:
        """What was found, in sentences; none as long as it is not finished."""
        return self.found["summary"] if self.found else []
