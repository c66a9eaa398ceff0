"""Work that takes longer than a page may."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.clock import now


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=[Job.State.PENDING, Job.State.RUNNING])

    def pending(self) -> Self:
        """Not yet begun, or begun by a worker whose lease ran out, so presumed dead."""
        return self.filter(
            models.Q(state=Job.State.PENDING)
            | models.Q(state=Job.State.RUNNING, leased_until__lt=Now())
        )


class Job(models.Model):
    """A piece of work to be done: what, with which arguments, and how far it has come.

    The row is the queue. A backend (a thread of the web process, or Celery) takes what is pending,
    holds it under a lease and writes its progress here.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=80)
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=200, help_text="Two unfinished jobs never share one.")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs"
    )
    requested_at = models.DateTimeField(default=now, editable=False)
    started_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(state__in=["pending", "running"]),
                name="one_unfinished_job_of_a_key",
            ),
            models.CheckConstraint(
                condition=models.Q(total=0) | models.Q(done__lte=models.F("total")),
                name="job_has_not_done_more_than_all",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["pending", "running", "done", "failed"]),
                name="job_is_in_a_known_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_state_display()})"
