"""The statement of required practice: its versions, and the rules each holds as rows."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sorp.lexicon import CountedFrom, Level, Quarter, Rag, Tier, TravelMethod

QUARTER_DAYS = Q(in_force_from__day=1, in_force_from__month__in=[1, 4, 7, 10])


class Statement(models.Model):
    """A rule book for managers. The one seeded here is that for performance management."""

    code = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    purpose = models.TextField(blank=True)

    def __str__(self):
        return self.title


class VersionQuerySet(models.QuerySet):
    def ruling(self, quarter):
        """The version by whose rules a quarter is judged, newest first."""
        return self.filter(
            state__in=[Version.State.IN_FORCE, Version.State.SUPERSEDED],
            in_force_from__lte=quarter.first_day,
        ).order_by("-in_force_from")


class Version(models.Model):
    """One saying of a statement, in force from a quarter until the next comes into force."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_FORCE = "in_force", "In force"
        SUPERSEDED = "superseded", "Superseded"

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="versions")
    number = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    in_force_from = models.DateField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_on = models.DateField(null=True, blank=True)
    approval_note = models.CharField(max_length=300, blank=True)
    travel_method = models.CharField(
        max_length=12, choices=TravelMethod.choices, default=TravelMethod.REGRESSION
    )
    exit_quarters = models.PositiveSmallIntegerField(default=1)
    relapse_within = models.PositiveSmallIntegerField(default=4)
    action_on_amber = models.BooleanField(
        default=True, help_text="Amber, like red, needs a word on management action"
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["statement", "in_force_from", "number"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="one_version_of_a_number"),
            models.UniqueConstraint(
                fields=["statement", "in_force_from"], name="one_version_from_a_quarter"
            ),
            models.UniqueConstraint(
                fields=["statement"],
                condition=Q(state="in_force"),
                name="one_version_in_force_of_a_statement",
            ),
            models.CheckConstraint(
                condition=Q(in_force_from__isnull=True) | QUARTER_DAYS,
                name="version_is_in_force_from_a_quarter_day",
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(in_force_from__isnull=False, approved_on__isnull=False),
                name="version_in_force_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(exit_quarters__gte=1) & Q(exit_quarters__lte=8),
                name="exit_takes_one_to_eight_quarters",
            ),
            models.CheckConstraint(
                condition=Q(travel_method__in=list(TravelMethod)),
                name="version_has_a_known_travel_method",
            ),
        ]

    def __str__(self):
        return f"{self.statement}, version {self.number}"

    @property
    def from_quarter(self):
        return Quarter.containing(self.in_force_from) if self.in_force_from else None


class RagDefinition(models.Model):
    """What a RAG status means, in the words of one version."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="rag_definitions")
    rag = models.CharField(max_length=5, choices=Rag.choices)
    clause = models.CharField(max_length=20)
    wording = models.TextField()

    class Meta:
        ordering = ["version", "clause"]
        constraints = [
            models.UniqueConstraint(fields=["version", "rag"], name="one_definition_of_a_status"),
            models.CheckConstraint(
                condition=Q(rag__in=list(Rag)), name="definition_is_of_a_known_status"
            ),
        ]

    def __str__(self):
        return f"{self.get_rag_display()}: {self.wording}"


class TriggerRule(models.Model):
    """A condition for escalation: so many of the last so many quarters, at a status or worse."""

    NO_RESULT = "no_result"
    STATUSES = [
        (Rag.RED.value, "Red"),
        (Rag.AMBER.value, "Amber or worse"),
        (NO_RESULT, "No result"),
    ]

    version = models.ForeignKey(Version, models.PROTECT, related_name="trigger_rules")
    position = models.PositiveSmallIntegerField()
    clause = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=STATUSES)
    at_least = models.PositiveSmallIntegerField()
    within = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=12, choices=Level.choices)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="triggers_are_tried_in_one_order"
            ),
            models.UniqueConstraint(fields=["version", "name"], name="one_trigger_of_a_name"),
            models.CheckConstraint(
                condition=Q(at_least__gte=1) & Q(within__gte=F("at_least")) & Q(within__lte=16),
                name="trigger_counts_no_more_than_it_looks_at",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["red", "amber", "no_result"]),
                name="trigger_looks_for_a_known_status",
            ),
            models.CheckConstraint(
                condition=Q(level__in=list(Level)), name="trigger_refers_to_a_known_level"
            ),
        ]

    def __str__(self):
        return self.name


class TriggerTier(models.Model):
    """One tier of indicators that a trigger looks at."""

    trigger = models.ForeignKey(TriggerRule, models.CASCADE, related_name="tiers")
    tier = models.CharField(max_length=12, choices=Tier.choices)

    class Meta:
        ordering = ["trigger", "tier"]
        constraints = [
            models.UniqueConstraint(fields=["trigger", "tier"], name="trigger_names_a_tier_once"),
            models.CheckConstraint(
                condition=Q(tier__in=list(Tier)), name="trigger_looks_at_a_known_tier"
            ),
        ]

    def __str__(self):
        return self.get_tier_display()


class CalendarRule(models.Model):
    """By when a step is due: so many working days after the quarter, or before Cabinet meets."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="calendar_rules")
    step = models.CharField(max_length=12)
    tier = models.CharField(max_length=12, choices=Tier.choices, blank=True)
    counted_from = models.CharField(max_length=12, choices=CountedFrom.choices)
    working_days = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["version", "step", "tier"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "step", "tier"], name="one_rule_for_a_step_and_tier"
            ),
            models.CheckConstraint(
                condition=Q(counted_from__in=["quarter_end", "cabinet"]),
                name="calendar_counts_from_a_known_day",
            ),
            models.CheckConstraint(
                condition=Q(working_days__lte=120), name="calendar_counts_working_days"
            ),
        ]

    def __str__(self):
        return f"{self.step}: {self.working_days} working days, {self.get_counted_from_display()}"


class ReminderRule(models.Model):
    """When somebody is written to about a step: so many working days before or after it is due."""

    class Audience(models.TextChoices):
        THOSE_DUE = "those_due", "Those whose turn it is"
        DIRECTOR = "director", "The directors above them"

    class Side(models.TextChoices):
        BEFORE = "before", "Before it is due"
        AFTER = "after", "After it was due"

    version = models.ForeignKey(Version, models.PROTECT, related_name="reminder_rules")
    step = models.CharField(max_length=12)
    audience = models.CharField(max_length=10, choices=Audience)
    side = models.CharField(max_length=6, choices=Side)
    working_days = models.PositiveSmallIntegerField()
    then_every = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="And again every so many working days until it is done"
    )

    class Meta:
        ordering = ["version", "step", "audience", "-side", "working_days"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "step", "audience", "side", "working_days"],
                name="one_reminder_of_a_step_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(audience__in=["those_due", "director"])
                & Q(side__in=["before", "after"]),
                name="reminder_goes_to_known_people_on_a_known_side",
            ),
            models.CheckConstraint(
                condition=Q(working_days__gte=1) & Q(working_days__lte=60),
                name="reminder_counts_working_days",
            ),
            models.CheckConstraint(
                condition=Q(then_every__isnull=True) | Q(then_every__gte=1, side="after"),
                name="only_what_is_overdue_is_reminded_of_again_and_again",
            ),
        ]

    def __str__(self):
        again = f", then every {self.then_every}" if self.then_every else ""
        return f"{self.step}: {self.working_days} working days {self.side}{again}"
