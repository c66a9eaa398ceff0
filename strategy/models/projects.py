"""What is said of a project: reports of its lead, approved re-baselining, and what it depends on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from strategy.models.plan import (
    Milestone,
    PlanPart,
    PlanPartQuerySet,
    Project,
    ends_after_it_starts,
)
from strategy.rules.projects import Confidence


class ProjectReport(models.Model):
    """What a project's lead reported of it as at a day. The latest is how it stands.

    Kept for ever: the database itself refuses to change one (migration 0006).
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField()
    as_at = models.DateField()
    started_on = models.DateField(null=True, blank=True)
    forecast_finish = models.DateField(null=True, blank=True)
    finished_on = models.DateField(null=True, blank=True)
    confidence = models.CharField(max_length=8, choices=Confidence.choices)
    spent = models.PositiveBigIntegerField(null=True, blank=True)
    forecast_cost = models.PositiveBigIntegerField(null=True, blank=True)
    achieved = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["project", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "number"], name="project_reports_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=list(Confidence)),
                name="project_report_has_a_known_confidence",
            ),
            models.CheckConstraint(
                condition=Q(finished_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(finished_on__gte=F("started_on")),
                name="project_finishes_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"Report {self.number} on {self.project}"


class Rebaselining(models.Model):
    """An approved new day for a project or a milestone: the old one stays, with who approved and why.

    Kept for ever: the database itself refuses to change one (migration 0006).
    """

    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="rebaselinings"
    )
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, null=True, blank=True, related_name="rebaselinings"
    )
    number = models.PositiveSmallIntegerField()
    was = models.DateField()
    becomes = models.DateField()
    reason = models.CharField(max_length=500)
    approved_by = models.CharField(max_length=200, help_text="The body or the office")
    approved_on = models.DateField()
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["project", "milestone", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "number"], name="rebaselinings_of_a_project_are_numbered"
            ),
            models.UniqueConstraint(
                fields=["milestone", "number"], name="rebaselinings_of_a_milestone_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(project__isnull=False, milestone__isnull=True)
                | Q(project__isnull=True, milestone__isnull=False),
                name="rebaselining_is_of_a_project_or_of_a_milestone",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(approved_by="") & ~Q(was=F("becomes")),
                name="rebaselining_says_why_and_who_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"Re-baselining {self.number} of {self.project or self.milestone}"


class Dependency(PlanPart):
    """Something that a project needs from elsewhere: from another project here, or from outside."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="dependencies")
    what = models.CharField(max_length=300)
    on_project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="needed_by_others"
    )
    needed_by = models.DateField(null=True, blank=True)
    met_on = models.DateField(null=True, blank=True)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["project", "needed_by", "id"]
        verbose_name_plural = "dependencies"
        constraints = [
            ends_after_it_starts("dependency"),
            models.CheckConstraint(condition=~Q(what=""), name="dependency_says_what_is_needed"),
            models.CheckConstraint(
                condition=Q(on_project__isnull=True) | ~Q(on_project=F("project")),
                name="project_does_not_depend_on_itself",
            ),
            models.UniqueConstraint(
                fields=["project", "what"],
                condition=Q(ends_on__isnull=True),
                name="one_dependency_of_a_project_of_a_wording",
            ),
        ]

    def __str__(self) -> str:
        return self.what
