"""Poor performance referred up the ladder, until it no longer is; plans; notices owed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from indicators.models import Indicator
from indicators.models.definitions import VALUE
from indicators.models.quarters import on_a_quarter_day
from organisation.clock import localdate, now
from sorp.lexicon import Level, Quarter
from sorp.models import Version


class EscalationQuerySet(models.QuerySet):
    def open_ones(self):
        """Those not yet recovered."""
        return self.filter(recovered_in_start__isnull=True)

    def open_at(self, quarter):
        """Those that stood open once this quarter was closed."""
        return self.filter(opened_in_start__lte=quarter.first_day).filter(
            Q(recovered_in_start__isnull=True) | Q(recovered_in_start__gt=quarter.first_day)
        )

    def visible_to(self, user):
        return self.filter(indicator__in=Indicator.objects.visible_to(user))


class Escalation(models.Model):
    """One indicator referred to one level, from a quarter until it recovers.

    It is never deleted. Where a revised result shows that it should have opened or recovered in
    another quarter, it says so (`restated`), and the record keeps what was said first.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="escalations")
    level = models.CharField(max_length=12, choices=Level.choices)
    trigger = models.CharField(max_length=100)
    all_met = models.JSONField(default=list, help_text="Every trigger of the level that was met")
    sorp_version = models.ForeignKey(Version, models.PROTECT, related_name="escalations")
    since_start = models.DateField()
    opened_in_start = models.DateField()
    recovered_in_start = models.DateField(null=True, blank=True)
    recorded_in_start = models.DateField(help_text="The close that wrote it down")
    relapse = models.BooleanField(default=False)
    restated = models.BooleanField(default=False)
    reason = models.TextField()
    recorded_at = models.DateTimeField(default=now, editable=False)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "opened_in_start", "level"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "level"],
                condition=Q(recovered_in_start__isnull=True),
                name="one_open_escalation_per_indicator_and_level",
            ),
            models.UniqueConstraint(
                # Revised, and revised back: one may open where another opened and recovered at once.
                fields=["indicator", "level", "opened_in_start"],
                condition=Q(recovered_in_start__isnull=True)
                | Q(recovered_in_start__gt=F("opened_in_start")),
                name="one_escalation_opened_in_a_quarter",
            ),
            models.CheckConstraint(
                condition=Q(since_start__lte=F("opened_in_start")),
                name="escalation_counts_from_before_it_opened",
            ),
            models.CheckConstraint(
                condition=Q(recovered_in_start__isnull=True)
                | Q(recovered_in_start__gte=F("opened_in_start")),
                name="escalation_recovers_after_it_opened",
            ),
            models.CheckConstraint(
                condition=on_a_quarter_day("since_start")
                & on_a_quarter_day("opened_in_start")
                & on_a_quarter_day("recorded_in_start"),
                name="escalation_speaks_of_quarters",
            ),
            models.CheckConstraint(
                condition=Q(level__in=list(Level)), name="escalation_is_to_a_known_level"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="escalation_has_a_reason"),
        ]

    def __str__(self):
        return f"{self.indicator.reference} at {self.get_level_display()} since {self.since}"

    @property
    def since(self):
        return Quarter.containing(self.since_start)

    @property
    def opened_in(self):
        return Quarter.containing(self.opened_in_start)

    @property
    def recovered_in(self):
        return Quarter.containing(self.recovered_in_start) if self.recovered_in_start else None


class ActionPlan(models.Model):
    """What the accountable manager proposes to do. A later version supersedes, and keeps, it."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="action_plans")
    number = models.PositiveSmallIntegerField(default=1)
    is_latest = models.BooleanField(default=True)
    cause = models.TextField()
    barriers = models.TextField(blank=True)
    help_wanted = models.TextField(blank=True)
    expected_recovery_start = models.DateField(null=True, blank=True)
    expected_value = models.DecimalField(**VALUE, null=True, blank=True)
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
                condition=Q(expected_recovery_start__isnull=True)
                | on_a_quarter_day("expected_recovery_start"),
                name="plan_expects_recovery_in_a_quarter",
            ),
        ]

    def __str__(self):
        return f"Action plan {self.number} for {self.indicator}"

    @property
    def expected_recovery(self):
        start = self.expected_recovery_start
        return Quarter.containing(start) if start else None


class Action(models.Model):
    """One thing an action plan promises: who does what by when."""

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="actions")
    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=500)
    owner = models.CharField(max_length=200)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    progress = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="actions_are_numbered"),
            models.CheckConstraint(
                condition=~Q(description="") & ~Q(owner=""), name="action_says_who_does_what"
            ),
        ]

    def __str__(self):
        return self.description

    @property
    def is_overdue(self):
        return self.done_on is None and self.due_on < localdate()
