"""What early warning told of an indicator, kept as it was worked out."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from core.clock import now
from core.fields import QuarterField
from escalation.rules.early_warning import QUARTERS_AHEAD
from indicators.models.definitions import Indicator
from indicators.models.forecasts import CHANCE, SystemForecast
from indicators.models.ratings import Rating
from indicators.rules.forecasting import ForecastMethod
from indicators.rules.prospects import Figures, likely, percent

if TYPE_CHECKING:
    from core.quarters import Quarter
    from indicators.models.returns import ManagersForecast

EVEN = Decimal("0.5")
FORECAST_GOES_BY = {
    ForecastMethod.SMOOTHING: "Forecast from the level of late",
    ForecastMethod.DRIFT: "Forecast along the trend",
    ForecastMethod.SEASONAL: "Forecast as in the same quarter last year",
    ForecastMethod.SO_FAR: "Forecast as last year, moved by how this year stands so far",
}


class EarlyWarning(models.Model):
    """How one indicator stands, where it is likely to be when it is next due, and what would follow.

    Worked out as a quarter is closed, and again when a result arrives of the quarter after it, which
    then takes the place of its forecast. What was told earlier is kept.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="early_warnings")
    closed = QuarterField(help_text="The last closed quarter when it was worked out")
    known_until = QuarterField(help_text="The last quarter whose result it knows")
    number = models.PositiveSmallIntegerField(default=1)
    is_latest = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=now, editable=False)
    rating = models.ForeignKey(
        Rating, models.PROTECT, null=True, related_name="+", help_text="The latest with a value"
    )
    forecast = models.ForeignKey(
        SystemForecast, models.PROTECT, null=True, related_name="early_warnings"
    )
    silence = models.CharField(
        max_length=200, blank=True, help_text="Why no forecast, or no chance of red, is shown"
    )
    gap = models.CharField(max_length=300, blank=True, help_text="How far it is from target")
    leads = models.CharField(max_length=300, blank=True, help_text="Where its course leads")
    chance_red = models.DecimalField(**CHANCE, null=True, help_text="Where it is shown")
    soonest = models.PositiveSmallIntegerField(
        null=True, help_text="Quarters to the first referral in sight"
    )
    follows = models.JSONField(default=list, help_text="What would follow, as sentences")
    inputs = models.JSONField(default=dict, help_text="The quarters to come, as it took them to be")

    # What its manager said of quarters still to come: set by `early_warnings`.
    managers: tuple[tuple[Quarter, ManagersForecast], ...] = ()

    class Meta:
        ordering = ["indicator", "closed", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "closed", "number"], name="early_warnings_are_numbered"
            ),
            models.UniqueConstraint(
                fields=["indicator", "closed"],
                condition=Q(is_latest=True),
                name="one_latest_early_warning",
            ),
            models.CheckConstraint(
                condition=Q(soonest__isnull=True) | Q(soonest__gte=1, soonest__lte=QUARTERS_AHEAD),
                name="early_warning_looks_a_year_ahead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference} as of {self.known_until}"

    @property
    def figures(self) -> Figures:
        return Figures(self.indicator.decimals, self.indicator.measure_unit)

    @property
    def likely(self) -> str:
        """The interval in words; nothing without a forecast."""
        if self.forecast is None:
            return ""
        return likely(self.forecast.lower, self.forecast.upper, self.figures)

    @property
    def chance(self) -> str:
        """The chance of red, as people read it; nothing where none is shown."""
        return percent(self.chance_red) if self.chance_red is not None else ""

    @property
    def how(self) -> str:
        """What the forecast goes by, so that it can be understood."""
        return FORECAST_GOES_BY[ForecastMethod(self.forecast.method)] if self.forecast else ""

    @property
    def is_ahead_of_the_close(self) -> bool:
        """Whether it knows a result of a quarter that was not closed."""
        return self.known_until > self.closed

    @property
    def target_and_course(self) -> str:
        """How far from target, and whether the present course leads there."""
        return "; ".join(each for each in (self.gap, self.leads) if each)

    @property
    def is_rated_ahead(self) -> bool:
        """Whether any quarter to come is taken to be rated, so that something could follow."""
        return any(each["rag"] for each in self.inputs.get("to_come", ()))
