"""Action plans: what an accountable manager will do, and whether that was judged enough."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import localdate, now
from core.fields import QuarterField
from indicators.models.definitions import VALUE, Indicator
from organisation.models.people import User
from organisation.queries import named
from sorp.lexicon import Level


class ActionPlan(models.Model):
    """What the accountable manager proposes to do. A later version supersedes, and keeps, it."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="action_plans")
    number = models.PositiveSmallIntegerField(default=1)
    is_latest = models.BooleanField(default=True)
    cause = models.TextField()
    barriers = models.TextField(blank=True)
    help_wanted = models.TextField(blank=True)
    expected_recovery = QuarterField(null=True, blank=True)
    expected_value = models.DecimalField(**VALUE, null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    change = models.CharField(
        max_length=500, blank=True, help_text="What differs from the plan before"
    )
    agreed_with = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_on = models.DateField(null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["indicator", "number"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "number"], name="plans_are_numbered"),
            models.UniqueConstraint(
                fields=["indicator"], condition=Q(is_latest=True), name="one_latest_plan"
            ),
            models.CheckConstraint(condition=~Q(cause=""), name="plan_names_the_cause"),
            models.CheckConstraint(
                condition=Q(agreed_with__isnull=True, agreed_on__isnull=True)
                | Q(agreed_with__isnull=False, agreed_on__isnull=False),
                name="plan_is_agreed_by_somebody_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(agreed_with__isnull=True) | ~Q(agreed_with=F("written_by")),
                name="plan_is_not_agreed_by_its_writer",
            ),
        ]

    def __str__(self) -> str:
        return f"Action plan {self.number} for {self.indicator}"


class PlanDraft(models.Model):
    """What somebody has typed of a plan and not yet saved, exactly as typed, and the step they had come to.

    Everybody has one of their own: nobody writes over another's.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="plan_drafts")
    typed = models.JSONField(default=dict)
    step = models.CharField(max_length=20)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["indicator", "-saved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "saved_by"], name="one_draft_of_a_plan_for_each_writer"
            ),
        ]

    def __str__(self) -> str:
        return f"Draft of a plan for {self.indicator.reference}, by {self.saved_by}"


class ActionQuerySet(models.QuerySet["Action"]):
    def standing(self) -> Self:
        """Those of plans in place, done or not."""
        return self.filter(plan__is_latest=True)

    def of(self, person: User) -> Self:
        """Those that a person does, and those that give their name to nobody in particular."""
        return self.filter(named(person))


class Action(models.Model):
    """One thing an action plan promises: who does what by when.

    Who does it is a person of the council, whom it reaches by whatever name they go; of somebody
    outside it there is a name alone.
    """

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="actions")
    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=500)
    owner = models.CharField(max_length=200, help_text="As it was written")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    progress = models.CharField(max_length=500, blank=True)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="actions_are_numbered"),
            models.CheckConstraint(
                condition=~Q(description="") & ~Q(owner=""), name="action_says_who_does_what"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(due_on__gte=F("starts_on")),
                name="action_is_due_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def is_overdue(self) -> bool:
        return self.done_on is None and self.due_on < localdate()


class PlanReview(models.Model):
    """Whether one version of a plan was judged sufficient, by whom, when and why."""

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="reviews")
    level = models.CharField(max_length=12, choices=Level.choices)
    sufficient = models.BooleanField()
    words = models.TextField(blank=True)
    reviewed_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["plan", "reviewed_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=list(Level)), name="review_is_by_a_known_level"
            ),
            models.CheckConstraint(
                condition=Q(sufficient=True) | ~Q(words=""),
                name="an_insufficient_plan_is_told_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {'sufficient' if self.sufficient else 'not sufficient'}"
