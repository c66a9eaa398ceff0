"""What is not one indicator's poor performance: a unit's many reds, and good performance to learn from."""

from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField
from indicators.models.definitions import Indicator
from organisation.models.units import Unit
from sorp.lexicon import Level
from sorp.models.statement import Version


class UnitEscalation(models.Model):
    """One unit referred to one level because many of its indicators do poorly, until fewer do."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="escalations")
    level = models.CharField(max_length=12, choices=Level.choices)
    trigger = models.CharField(max_length=100, help_text="Its name, as it read then")
    trigger_key = models.CharField(max_length=100)
    sorp_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    since = QuarterField()
    opened_in = QuarterField()
    recovered_in = QuarterField(null=True, blank=True)
    reason = models.TextField()
    counted = models.JSONField(default=list, help_text="The indicators and quarters that counted")
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["unit", "opened_in"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "level", "trigger_key"],
                condition=Q(recovered_in__isnull=True),
                name="one_open_escalation_of_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(recovered_in__isnull=True) | Q(recovered_in__gt=F("opened_in")),
                name="unit_recovers_after_it_was_referred",
            ),
            models.CheckConstraint(
                condition=Q(level__in=list(Level)), name="unit_is_referred_to_a_known_level"
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(trigger_key=""), name="a_unit_is_referred_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} at {self.get_level_display()} since {self.opened_in}"


class PositiveException(models.Model):
    """One indicator brought to a level's notice for doing well: to learn from, or to ask less of."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="positive_exceptions")
    level = models.CharField(max_length=12, choices=Level.choices)
    trigger = models.CharField(max_length=100, help_text="Its name, as it read then")
    trigger_key = models.CharField(max_length=100)
    sorp_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    since = QuarterField()
    opened_in = QuarterField()
    ended_in = QuarterField(null=True, blank=True)
    reason = models.TextField()
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["indicator", "opened_in"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "level", "trigger_key"],
                condition=Q(ended_in__isnull=True),
                name="one_open_positive_exception",
            ),
            models.CheckConstraint(
                condition=Q(ended_in__isnull=True) | Q(ended_in__gt=F("opened_in")),
                name="positive_exception_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(level__in=list(Level)) & ~Q(reason=""),
                name="positive_exception_has_a_level_and_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference}: {self.reason}"
