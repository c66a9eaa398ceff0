"""The rules a version holds as rows: triggers, the ladder, the calendar, reminders."""

from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q

from sorp.lexicon import (
    ComparedWith,
    CountedFrom,
    ForecastBy,
    Level,
    Movement,
    Rag,
    Tier,
)
from sorp.models.keys import KeyField
from sorp.models.statement import Version
from sorp.rules.conditions import kinds
from sorp.rules.conditions.aggregate import UNIT_TIERS
from sorp.rules.conditions.base import MOST_QUARTERS, Between, Shape
from sorp.rules.conditions.kinds import every_kind
from sorp.rules.conditions.status import Status

NO_RESULT, LATE = "no_result", "late"
CHECKED = {
    "trigger_looks_for_a_known_status": ("status",),
    "movement_says_what_it_is_compared_with": ("movement", "compared_with"),
    "trigger_gives_a_percentage_where_it_needs_one": ("percent", "forecast_by"),
    "only_a_forecast_trigger_says_whose": ("forecast_by",),
    "only_an_aggregate_counts_indicators_of_a_unit": ("count", "unit_tier", "at_least"),
}
NUMBERS = ("percent", "count", "at_least")


def checks_of_kinds() -> list[models.CheckConstraint]:
    """What the kinds of condition that there are say of the columns of a trigger, as constraints.

    A kind that is added is checked by these too; its migration alters them.
    """
    return [
        models.CheckConstraint(condition=columns_allowed(columns), name=name)
        for name, columns in CHECKED.items()
    ]


def columns_allowed(columns: Iterable[str]) -> Q:
    """Whether these columns hold what one kind allows them to hold together, for a row of it."""
    allowed = Q()
    for each in every_kind():
        of_kind = Q()
        for shape in each.shapes():
            of_shape = Q()
            for name in columns:
                of_shape &= _column_allowed(name, shape)
            of_kind |= of_shape
        allowed |= Q(kind=each.kind) & of_kind
    return allowed


def _column_allowed(name: str, shape: Shape) -> Q:
    allowed = shape.get(name)
    if isinstance(allowed, Between):
        bounds = {f"{name}__gte": allowed.least, f"{name}__lte": allowed.most}
        return Q(**{f"{name}__isnull": False}, **bounds)  # of nothing, a check knows nothing
    if name in NUMBERS and allowed is None:
        return Q() if name == "at_least" else Q(**{f"{name}__isnull": True})
    words = {"" if each is None else each for each in allowed.words} if allowed else {""}
    if name == "status" and "or_late" in shape:
        words |= {LATE}
    if words == {""} and name in NUMBERS:
        return Q(**{f"{name}__isnull": True})
    return Q(**{f"{name}__in": sorted(getattr(each, "value", each) for each in words)})


class TriggerRule(models.Model):
    """A condition for escalation. What its fields mean together its kind says: sorp/rules/conditions."""

    NO_RESULT, LATE = NO_RESULT, LATE
    STATUSES = [
        ("", "Whatever its status"),
        (Rag.RED.value, "Red"),
        (Rag.AMBER.value, "Amber or worse"),
        (Rag.GREEN.value, "Green"),
        (NO_RESULT, "No result"),
        (LATE, "No result, or a late one"),
    ]

    version = models.ForeignKey(Version, models.CASCADE, related_name="trigger_rules")
    key = KeyField(made_of=["name"])
    position = models.PositiveSmallIntegerField()
    clause = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=kinds.choices, default=Status.kind)
    status = models.CharField(max_length=10, choices=STATUSES, blank=True)
    at_least = models.PositiveSmallIntegerField()
    within = models.PositiveSmallIntegerField()
    movement = models.CharField(max_length=10, choices=Movement.choices, blank=True)
    compared_with = models.CharField(max_length=12, choices=ComparedWith.choices, blank=True)
    percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    forecast_by = models.CharField(max_length=8, choices=ForecastBy.choices, blank=True)
    unit_tier = models.CharField(
        max_length=12,
        choices=[(each, each.capitalize()) for each in UNIT_TIERS],
        blank=True,
    )
    count = models.PositiveSmallIntegerField(null=True, blank=True)
    level = models.CharField(max_length=12, choices=Level.choices)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="triggers_are_tried_in_one_order"
            ),
            models.UniqueConstraint(fields=["version", "name"], name="one_trigger_of_a_name"),
            models.UniqueConstraint(fields=["version", "key"], name="one_trigger_of_a_key"),
            models.CheckConstraint(condition=~Q(key=""), name="trigger_has_a_key"),
            models.CheckConstraint(
                condition=Q(at_least__gte=1)
                & Q(within__gte=F("at_least"))
                & Q(within__lte=MOST_QUARTERS),
                name="trigger_counts_no_more_than_it_looks_at",
            ),
            *checks_of_kinds(),
            models.CheckConstraint(
                condition=Q(level__in=list(Level)), name="trigger_refers_to_a_known_level"
            ),
        ]

    def __str__(self) -> str:
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

    def __str__(self) -> str:
        return self.get_tier_display()


class LevelDuty(models.Model):
    """What one level does with what is referred to it, and in how many working days."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="level_duties")
    level = models.CharField(max_length=12, choices=Level.choices)
    clause = models.CharField(max_length=20, blank=True)
    duty = models.TextField()
    within = models.PositiveSmallIntegerField(help_text="Working days after it was referred")

    class Meta:
        ordering = ["version", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "level"], name="one_duty_of_a_level"),
            models.CheckConstraint(
                condition=Q(level__in=list(Level)), name="duty_is_of_a_known_level"
            ),
            models.CheckConstraint(
                condition=Q(within__gte=1) & Q(within__lte=120), name="duty_is_due_in_working_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}: within {self.within} working days"


class CalendarRule(models.Model):
    """By when a step is due: so many working days after the quarter, or before Cabinet meets."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="calendar_rules")
    key = KeyField(made_of=["step", "tier"])
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
            models.UniqueConstraint(fields=["version", "key"], name="one_day_of_a_key"),
            models.CheckConstraint(condition=~Q(key=""), name="day_has_a_key"),
            models.CheckConstraint(
                condition=Q(counted_from__in=["quarter_end", "cabinet"]),
                name="calendar_counts_from_a_known_day",
            ),
            models.CheckConstraint(
                condition=Q(working_days__lte=120), name="calendar_counts_working_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.working_days} working days, {self.get_counted_from_display()}"


class ReminderRule(models.Model):
    """When somebody is written to about a step: so many working days before or after it is due."""

    class Audience(models.TextChoices):
        THOSE_DUE = "those_due", "Those whose turn it is"
        DIRECTOR = "director", "The directors above them"

    class Side(models.TextChoices):
        BEFORE = "before", "Before it is due"
        AFTER = "after", "After it was due"

    version = models.ForeignKey(Version, models.CASCADE, related_name="reminder_rules")
    key = KeyField(made_of=["step", "audience", "side", "working_days"])
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
            models.UniqueConstraint(fields=["version", "key"], name="one_reminder_of_a_key"),
            models.CheckConstraint(condition=~Q(key=""), name="reminder_has_a_key"),
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

    def __str__(self) -> str:
        again = f", then every {self.then_every}" if self.then_every else ""
        return f"{self.step}: {self.working_days} working days {self.side}{again}"
