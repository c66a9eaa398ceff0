"""What Members want: aims, themes and priorities, and the three ways each is judged."""

from __future__ import annotations

from datetime import date
from typing import Generic, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.clock import day_of
from indicators.models.definitions import Indicator
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from strategy.rules.plan import (
    Judgement,
    MeasureKind,
    MilestoneStatus,
    financial_year,
    milestone_status,
)
from strategy.rules.projects import ProjectKind

SomePart = TypeVar("SomePart", bound="PlanPart")
OPEN = Q(ends_on__isnull=True)


class PlanPartQuerySet(models.QuerySet[SomePart], Generic[SomePart]):
    def standing_on(self, day: date) -> Self:
        return self.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=day)).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )


class PlanPart(models.Model):
    """Anything of which the plan is made. It stands from its first day to its last, both included.

    Without a first day it has stood since the plan began; without a last one it goes on. What has
    ended stays on record, and in whatever tells of a day on which it stood.
    """

    starts_on = models.DateField("first day", null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def first_day(self) -> date | None:
        """The day from which it stands; what was found or judged, since it was. None: since the plan began."""
        return self.starts_on

    def stands_on(self, day: date) -> bool:
        return (self.first_day is None or self.first_day <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


def ends_after_it_starts(what: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(starts_on__isnull=True) | OPEN | Q(ends_on__gte=F("starts_on")),
        name=f"{what}_ends_after_it_starts",
    )


class Aim(PlanPart):
    """One of the few things the council's plan is for."""

    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            ends_after_it_starts("aim"),
            models.UniqueConstraint(
                fields=["position"], condition=OPEN, name="aims_stand_in_order"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="aim_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Theme(PlanPart):
    """A part of the plan. It may serve several aims."""

    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    aims = models.ManyToManyField(Aim, related_name="themes")

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            ends_after_it_starts("theme"),
            models.UniqueConstraint(
                fields=["position"], condition=OPEN, name="themes_stand_in_order"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="theme_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Priority(PlanPart):
    """A strategic priority set by Members. It may belong to several themes."""

    slug = models.SlugField(max_length=80, unique=True)
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    sponsor = models.CharField(max_length=200, blank=True, help_text="Who speaks for it, by office")
    themes = models.ManyToManyField(Theme, related_name="priorities")

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "priorities"
        constraints = [
            ends_after_it_starts("priority"),
            models.CheckConstraint(condition=~Q(name=""), name="priority_has_a_name"),
            models.CheckConstraint(condition=Q(number__gte=1), name="priorities_count_from_one"),
            models.UniqueConstraint(
                fields=["number"], condition=OPEN, name="priorities_stand_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("priority", args=[self.slug])


class SuccessFactor(PlanPart):
    """What success looks like: “By 2014/15 we will have delivered…”."""

    priority = models.ForeignKey(Priority, models.PROTECT, related_name="success_factors")
    position = models.PositiveSmallIntegerField()
    by_year = models.PositiveSmallIntegerField(
        help_text="The calendar year in which that financial year begins"
    )
    wording = models.TextField()

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "position"]
        constraints = [
            ends_after_it_starts("success_factor"),
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
        return financial_year(self.by_year)


class Programme(PlanPart):
    """A programme of change, an enabler or capital works: what DAT watches beside priorities."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    sponsor = models.CharField(max_length=200, blank=True)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            ends_after_it_starts("programme"),
            models.CheckConstraint(condition=~Q(name=""), name="programme_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programme", args=[self.slug])


class ProjectQuerySet(PlanPartQuerySet["Project"]):
    def answerable_by(self, user: User) -> Self:
        """Those this person may report on: what they lead, or all for the centre."""
        if allowed(user, Permission.MANAGE_FRAMEWORK):
            return self
        if not allowed(user, Permission.VIEW_PERFORMANCE):
            return self.none()
        return self.filter(lead=user)


class Project(PlanPart):
    """One piece of a programme, with milestones of its own: what its initiation document says of it.

    Its baseline finish moves only by an approved re-baselining once anything was reported of it.
    How it stands is in its latest report (strategy/models/projects.py).
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="projects")
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=12, choices=ProjectKind.choices, blank=True)
    objective = models.TextField(blank=True)
    scope = models.TextField(blank=True)
    benefits = models.TextField(blank=True)
    sponsor = models.CharField(max_length=200, blank=True, help_text="By office")
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects_led",
    )
    baseline_start = models.DateField(null=True, blank=True)
    baseline_finish = models.DateField(null=True, blank=True)
    budget = models.PositiveBigIntegerField(null=True, blank=True, help_text="Whole pounds")

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "name"]
        constraints = [
            ends_after_it_starts("project"),
            models.CheckConstraint(condition=~Q(name=""), name="project_has_a_name"),
            models.CheckConstraint(
                condition=Q(baseline_start__isnull=True)
                | Q(baseline_finish__isnull=True)
                | Q(baseline_finish__gte=F("baseline_start")),
                name="project_baseline_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.slug])


class MilestoneQuerySet(PlanPartQuerySet["Milestone"]):
    def answerable_by(self, user: User) -> Self:
        """Those this person may update: their own, or all for the centre."""
        if allowed(user, Permission.MANAGE_FRAMEWORK):
            return self
        if not allowed(user, Permission.VIEW_PERFORMANCE):
            return self.none()
        return self.filter(accountable_manager=user)

    def not_done_by(self, day: date) -> Self:
        """Those that were still to be done on a day: neither done by then, nor ended before."""
        return self.standing_on(day).filter(Q(done_on__isnull=True) | Q(done_on__gt=day))


class Milestone(PlanPart):
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
            ends_after_it_starts("milestone"),
            models.CheckConstraint(condition=~Q(title=""), name="milestone_has_a_title"),
            models.CheckConstraint(
                condition=Q(priority__isnull=False, project__isnull=True)
                | Q(priority__isnull=True, project__isnull=False),
                name="milestone_is_of_a_priority_or_of_a_project",
            ),
            models.UniqueConstraint(
                fields=["priority", "title", "due_on"],
                condition=OPEN,
                name="one_milestone_of_a_title_and_day",
            ),
            models.UniqueConstraint(
                fields=["project", "title", "due_on"],
                condition=OPEN,
                name="one_milestone_of_a_project_of_a_title_and_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        whose = self.project or self.priority
        return whose.get_absolute_url() if whose else reverse("strategy")

    def status_on(self, day: date) -> MilestoneStatus:
        return milestone_status(
            due_on=self.due_on, forecast_on=self.forecast_on, done_on=self.done_on, today=day
        )

    def due_known_on(self, day: date) -> date:
        """The day by which it was promised, as it was by the end of a day: before it was re-baselined, if it was."""
        later = [each for each in self.rebaselinings.all() if day_of(each.said_at) > day]
        first = min(later, key=lambda each: each.number, default=None)
        return first.was if first else self.due_on

    def known_on(self, day: date) -> MilestoneUpdate | None:
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


class Measure(PlanPart):
    """One way a priority is judged: an indicator, qualitative evidence, a formal evaluation."""

    priority = models.ForeignKey(Priority, models.PROTECT, related_name="measures")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=MeasureKind.choices)
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="measures"
    )
    wording = models.CharField(max_length=300, blank=True)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "position"]
        constraints = [
            ends_after_it_starts("measure"),
            models.UniqueConstraint(
                fields=["priority", "position"], name="measures_stand_in_order"
            ),
            models.UniqueConstraint(
                fields=["priority", "indicator"],
                condition=OPEN & Q(indicator__isnull=False),
                name="an_indicator_measures_a_priority_once",
            ),
            models.UniqueConstraint(
                fields=["priority", "kind", "wording"],
                condition=OPEN & Q(indicator__isnull=True),
                name="other_evidence_measures_a_priority_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="indicator", indicator__isnull=False)
                | (Q(kind__in=["evidence", "evaluation"], indicator__isnull=True) & ~Q(wording="")),
                name="measure_is_an_indicator_or_says_what_it_is",
            ),
        ]

    def __str__(self) -> str:
        return self.wording or str(self.indicator)


class Evidence(PlanPart):
    """Something found out about a priority that is no figure: a survey, an inspection, feedback.

    It is told of from the day on which it was gathered, until a last day where it no longer holds.
    """

    priority = models.ForeignKey(Priority, models.PROTECT, related_name="evidence")
    gathered_on = models.DateField()
    title = models.CharField(max_length=200)
    finding = models.TextField()
    source = models.CharField(max_length=300, blank=True)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["-gathered_on", "-id"]
        verbose_name = "piece of evidence"
        verbose_name_plural = "pieces of evidence"
        constraints = [
            models.CheckConstraint(
                condition=OPEN | Q(ends_on__gte=F("gathered_on")),
                name="evidence_ends_after_it_was_gathered",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(finding=""), name="evidence_says_what_was_found"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def first_day(self) -> date:
        return self.gathered_on


class Evaluation(PlanPart):
    """A formal judgement of what was delivered and with what effect, late in the plan's term.

    It is told of from the day on which it was given, until a last day where another replaces it.
    """

    priority = models.ForeignKey(Priority, models.PROTECT, related_name="evaluations")
    judged_on = models.DateField()
    judgement = models.CharField(max_length=20, choices=Judgement.choices)
    finding = models.TextField()
    judged_by = models.CharField(max_length=200)

    objects = PlanPartQuerySet.as_manager()

    class Meta:
        ordering = ["-judged_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=OPEN | Q(ends_on__gte=F("judged_on")),
                name="evaluation_ends_after_it_was_given",
            ),
            models.UniqueConstraint(
                fields=["priority", "judged_on"], condition=OPEN, name="one_evaluation_a_day"
            ),
            models.CheckConstraint(
                condition=Q(judgement__in=list(Judgement)), name="evaluation_has_a_known_judgement"
            ),
            models.CheckConstraint(
                condition=~Q(finding="") & ~Q(judged_by=""), name="evaluation_says_what_and_who"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.priority}: {self.get_judgement_display()}"

    @property
    def first_day(self) -> date:
        return self.judged_on
