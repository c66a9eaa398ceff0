"""What Members want: aims, themes and priorities, and the three ways each is judged."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.clock import day_of
from indicators.models.definitions import Indicator
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from strategy.rules import Judgement, MeasureKind, MilestoneStatus, milestone_status


class Aim(models.Model):
    """One of the few things the council's plan is for."""

    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["position"], name="aims_stand_in_order"),
            models.CheckConstraint(condition=~Q(name=""), name="aim_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Theme(models.Model):
    """A part of the plan. It may serve several aims."""

    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    aims = models.ManyToManyField(Aim, related_name="themes")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["position"], name="themes_stand_in_order"),
            models.CheckConstraint(condition=~Q(name=""), name="theme_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Priority(models.Model):
    """A strategic priority set by Members. It may belong to several themes."""

    slug = models.SlugField(max_length=80, unique=True)
    number = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    sponsor = models.CharField(max_length=200, blank=True, help_text="Who speaks for it, by office")
    themes = models.ManyToManyField(Theme, related_name="priorities")

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "priorities"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="priority_has_a_name"),
            models.CheckConstraint(condition=Q(number__gte=1), name="priorities_count_from_one"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("priority", args=[self.slug])


class SuccessFactor(models.Model):
    """What success looks like: “By 2014/15 we will have delivered…”."""

    priority = models.ForeignKey(Priority, models.PROTECT, related_name="success_factors")
    position = models.PositiveSmallIntegerField()
    by_year = models.PositiveSmallIntegerField(
        help_text="The calendar year in which that financial year begins"
    )
    wording = models.TextField()

    class Meta:
        ordering = ["priority", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["priority", "position"], name="success_factors_stand_in_order"
            ),
            models.CheckConstraint(condition=~Q(wording=""), name="success_factor_is_worded"),
            models.CheckConstraint(
                condition=Q(by_year__gte=1974) & Q(by_year__lte=2200),
                name="success_factor_is_due_in_a_financial_year",
            ),
        ]

    def __str__(self) -> str:
        return f"By {self.by_financial_year} we will have delivered {self.wording}"

    @property
    def by_financial_year(self) -> str:
        return f"{self.by_year}/{(self.by_year + 1) % 100:02d}"


class Programme(models.Model):
    """A programme of change, an enabler or capital works: what DAT watches beside priorities."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    sponsor = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="programme_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """One piece of a programme, with milestones of its own."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="projects")
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["programme", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="project_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def answerable_by(self, user: User) -> Self:
        """Those this person may update: their own, or all for the centre."""
        if allowed(user, Permission.MANAGE_FRAMEWORK):
            return self
        if not allowed(user, Permission.VIEW_PERFORMANCE):
            return self.none()
        return self.filter(accountable_manager=user)

    def not_done_by(self, day: date) -> Self:
        return self.filter(Q(done_on__isnull=True) | Q(done_on__gt=day))


class Milestone(models.Model):
    """A dated thing to be done for a priority or by a project, and who answers for it."""

    priority = models.ForeignKey(
        Priority, models.PROTECT, null=True, blank=True, related_name="milestones"
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="milestones"
    )
    title = models.CharField(max_length=300)
    due_on = models.DateField()
    forecast_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    progress = models.CharField(max_length=500, blank=True)
    accountable_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="milestones"
    )

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="milestone_has_a_title"),
            models.CheckConstraint(
                condition=Q(priority__isnull=False, project__isnull=True)
                | Q(priority__isnull=True, project__isnull=False),
                name="milestone_is_of_a_priority_or_of_a_project",
            ),
            models.UniqueConstraint(
                fields=["priority", "title", "due_on"], name="one_milestone_of_a_title_and_day"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return (
            reverse("priority", args=[self.priority.slug]) if self.priority else reverse("strategy")
        )

    def status_on(self, day: date) -> MilestoneStatus:
        return milestone_status(
            due_on=self.due_on, forecast_on=self.forecast_on, done_on=self.done_on, today=day
        )

    def known_on(self, day: date) -> "MilestoneUpdate | None":
        """What had last been said of it by the end of a day, or None where nothing had."""
        said = [each for each in self.updates.all() if day_of(each.said_at) <= day]
        return max(said, key=lambda each: each.number, default=None)


class MilestoneUpdate(models.Model):
    """What was said of a milestone, by whom and when. The latest is on the milestone too.

    Kept for ever: the database itself refuses to change one (migration 0002), so that what a
    report said of a day can be found again.
    """

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="updates")
    number = models.PositiveSmallIntegerField()
    forecast_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    progress = models.CharField(max_length=500, blank=True)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["milestone", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["milestone", "number"], name="milestone_updates_are_numbered"
            ),
        ]

    def __str__(self) -> str:
        return f"Update {self.number} of {self.milestone}"


class Measure(models.Model):
    """One way a priority is judged: an indicator, qualitative evidence, a formal evaluation."""

    priority = models.ForeignKey(Priority, models.PROTECT, related_name="measures")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=MeasureKind.choices)
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="measures"
    )
    wording = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["priority", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["priority", "position"], name="measures_stand_in_order"
            ),
            models.UniqueConstraint(
                fields=["priority", "indicator"],
                condition=Q(indicator__isnull=False),
                name="an_indicator_measures_a_priority_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="indicator", indicator__isnull=False)
                | (Q(kind__in=["evidence", "evaluation"], indicator__isnull=True) & ~Q(wording="")),
                name="measure_is_an_indicator_or_says_what_it_is",
            ),
        ]

    def __str__(self) -> str:
        return self.wording or str(self.indicator)


class Evidence(models.Model):
    """Something found out about a priority that is no figure: a survey, an inspection, feedback."""

    priority = models.ForeignKey(Priority, models.PROTECT, related_name="evidence")
    gathered_on = models.DateField()
    title = models.CharField(max_length=200)
    finding = models.TextField()
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-gathered_on", "-id"]
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(finding=""), name="evidence_says_what_was_found"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Evaluation(models.Model):
    """A formal judgement of what was delivered and with what effect, late in the plan's term."""

    priority = models.ForeignKey(Priority, models.PROTECT, related_name="evaluations")
    judged_on = models.DateField()
    judgement = models.CharField(max_length=20, choices=Judgement.choices)
    finding = models.TextField()
    judged_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-judged_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["priority", "judged_on"], name="one_evaluation_a_day"),
            models.CheckConstraint(
                condition=Q(judgement__in=list(Judgement)), name="evaluation_has_a_known_judgement"
            ),
            models.CheckConstraint(
                condition=~Q(finding="") & ~Q(judged_by=""), name="evaluation_says_what_and_who"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.priority}: {self.get_judgement_display()}"
