"""What the system expects, quarter by quarter, and how it turned out."""

from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import Digits, QuarterField
from indicators.models.definitions import VALUE, Indicator
from indicators.rules.forecasting import ForecastMethod
from indicators.rules.skill import Unsaid

CHANCE: Digits = {"max_digits": 5, "decimal_places": 4}


class SystemForecast(models.Model):
    """What the system, at the close of one quarter, expected of the next. Never changed but scored.

    With too little to go by there is no row. Made as a quarter is closed, and as soon as its result
    arrives.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="system_forecasts")
    made_in = QuarterField(help_text="The last quarter whose result it knows")
    for_quarter = QuarterField(help_text="The quarter it speaks of")
    number = models.PositiveSmallIntegerField(default=1)
    is_latest = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=now, editable=False)
    method = models.CharField(max_length=10, choices=ForecastMethod.choices)
    quarters = models.PositiveSmallIntegerField(help_text="How many values it rests on")
    value = models.DecimalField(**VALUE)
    lower = models.DecimalField(**VALUE, help_text="Four times in five it will be this or more")
    upper = models.DecimalField(**VALUE)
    chance_red = models.DecimalField(**CHANCE, null=True)
    chance_amber = models.DecimalField(**CHANCE, null=True)
    chance_green = models.DecimalField(**CHANCE, null=True)
    unsaid = models.CharField(
        max_length=10,
        choices=Unsaid.choices,
        blank=True,
        help_text="Why no chance is shown, where one was worked out",
    )
    inputs = models.JSONField(default=dict, help_text="What it was worked out from")

    class Meta:
        ordering = ["indicator", "made_in", "for_quarter", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "made_in", "for_quarter", "number"],
                name="system_forecasts_are_numbered",
            ),
            models.UniqueConstraint(
                fields=["indicator", "made_in", "for_quarter"],
                condition=Q(is_latest=True),
                name="one_latest_system_forecast",
            ),
            models.CheckConstraint(
                condition=Q(for_quarter__gt=F("made_in")),
                name="system_forecasts_what_is_to_come",
            ),
            models.CheckConstraint(
                condition=Q(lower__lte=F("value")) & Q(value__lte=F("upper")),
                name="forecast_lies_within_its_interval",
            ),
            models.CheckConstraint(
                condition=Q(method__in=list(ForecastMethod)), name="forecast_has_a_known_method"
            ),
            models.CheckConstraint(
                condition=Q(unsaid__in=["", *Unsaid]), name="forecast_is_silent_for_a_known_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference}: {self.value} expected in {self.for_quarter}"
