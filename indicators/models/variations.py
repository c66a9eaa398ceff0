"""Agreed departures from the SORP, each for one indicator and for a time."""

from collections.abc import Iterator
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField
from core.figures import as_number, decimals_of
from core.quarters import Quarter
from indicators.models.definitions import VALUE, Indicator
from sorp.lexicon import RatingMethod
from sorp.models.statement import Version


class VariationQuerySet(models.QuerySet["Variation"]):
    def agreed(self) -> Self:
        """Those approved: the only ones that change anything."""
        return self.filter(state=Variation.State.AGREED)

    def ruling(self, quarter: Quarter) -> Self:
        """Those by which a quarter is judged."""
        return self.agreed().filter(from_quarter__lte=quarter, until_quarter__gte=quarter)


class Variation(models.Model):
    """What is judged otherwise for one indicator than the SORP has it: why, by whose leave, how long.

    What is left empty is as the SORP has it. Triggers that differ are rows of their own.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        AGREED = "agreed", "Agreed"
        REFUSED = "refused", "Refused"

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="variations")
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    clause = models.CharField(max_length=20, blank=True, help_text="The clause departed from")
    what = models.TextField(help_text="What is judged otherwise, in a sentence")
    reason = models.TextField()
    from_quarter = QuarterField()
    until_quarter = QuarterField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_on = models.DateField(null=True, blank=True)
    decision = models.TextField(blank=True, help_text="What the approver said")
    # What is judged otherwise
    method = models.CharField(max_length=16, choices=RatingMethod.choices, blank=True)
    tolerance = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    target = models.DecimalField(**VALUE, null=True, blank=True)
    floor = models.DecimalField("floor standard", **VALUE, null=True, blank=True)
    exit_quarters = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = VariationQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "from_quarter", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "from_quarter"],
                condition=Q(state="agreed"),
                name="one_agreed_variation_from_a_quarter",
            ),
            models.CheckConstraint(
                condition=Q(until_quarter__gte=F("from_quarter")),
                name="variation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(what="") & ~Q(reason=""), name="variation_says_what_and_why"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_on__isnull=True)
                | Q(
                    state__in=["agreed", "refused"],
                    decided_by__isnull=False,
                    decided_on__isnull=False,
                ),
                name="variation_is_agreed_by_somebody_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="variation_is_not_agreed_by_its_proposer",
            ),
            models.CheckConstraint(
                condition=Q(method="") | Q(method__in=["floor", "tolerance"]),
                name="variation_has_a_known_method",
            ),
            models.CheckConstraint(
                condition=Q(exit_quarters__isnull=True)
                | (Q(exit_quarters__gte=1) & Q(exit_quarters__lte=8)),
                name="varied_exit_takes_one_to_eight_quarters",
            ),
            models.CheckConstraint(
                condition=Q(method="tolerance", tolerance__gte=0)
                | (~Q(method="tolerance") & Q(tolerance__isnull=True)),
                name="a_varied_tolerance_belongs_to_its_method",
            ),
        ]

    def __str__(self) -> str:
        return f"Variation for {self.indicator.reference} from {self.from_quarter}"

    @property
    def varies_rating(self) -> bool:
        """Whether results are rated otherwise, and not only referred up or let go otherwise."""
        return bool(self.method) or self.target is not None or self.floor is not None

    @property
    def differences(self) -> list[str]:
        """Each thing that is judged otherwise, in a few words."""
        return [*self._rated_otherwise(), *self._referred_otherwise()]

    def _rated_otherwise(self) -> Iterator[str]:
        method = RatingMethod(self.method) if self.method else None
        if method is RatingMethod.TOLERANCE and self.tolerance is not None:
            yield f"Rated by target, and a tolerance of {as_number(self.tolerance.normalize())}% of it"
        elif method is not None:
            yield f"Rated by {method.label.lower()}"
        for name, value in (("Target", self.target), ("Floor standard", self.floor)):
            if value is not None:
                figures = decimals_of(value, 6)
                yield f"{name} {as_number(value, figures, self.indicator.measure_unit)}"

    def _referred_otherwise(self) -> Iterator[str]:
        yield from (str(each) for each in self.varied_triggers.all())
        if self.exit_quarters is not None:
            quarters = "quarter" if self.exit_quarters == 1 else "quarters running"
            yield f"Recovers when green for {self.exit_quarters} rated {quarters}"


class VariedTrigger(models.Model):
    """One trigger of the SORP that counts otherwise, or not at all, under a variation."""

    variation = models.ForeignKey(Variation, models.CASCADE, related_name="varied_triggers")
    trigger = models.CharField(max_length=100, help_text="Its name in the SORP, as it read then")
    trigger_key = models.CharField(max_length=100)
    applies = models.BooleanField(default=True)
    at_least = models.PositiveSmallIntegerField(null=True, blank=True)
    within = models.PositiveSmallIntegerField(null=True, blank=True)
    carried_by = models.ForeignKey(
        Version,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The version that dropped the trigger agreed on, and from which this one counts",
    )

    class Meta:
        ordering = ["variation", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["variation", "trigger_key"], name="variation_names_a_trigger_once"
            ),
            models.CheckConstraint(condition=~Q(trigger_key=""), name="varied_trigger_has_its_key"),
            models.CheckConstraint(
                condition=Q(applies=False, at_least__isnull=True, within__isnull=True)
                | Q(applies=True, at_least__gte=1, within__gte=F("at_least"), within__lte=16),
                name="varied_trigger_counts_no_more_than_it_looks_at",
            ),
        ]

    def __str__(self) -> str:
        since = ""
        if self.carried_by is not None and self.carried_by.from_quarter is not None:
            version = self.carried_by
            since = f", from {version.from_quarter} by version {version.number} of the SORP"
        if not self.applies:
            return f"“{self.trigger}” does not apply{since}"
        return f"“{self.trigger}”: {self.at_least} of the last {self.within}{since}"
