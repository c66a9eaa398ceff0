"""Parts of a figure: by what an indicator may be broken down, and what each part came to."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from core.canonical_json import canonical, digest
from core.clock import now
from core.fields import QuarterField
from core.words import mid_sentence
from indicators.models.definitions import VALUE, AgreedBounds, Indicator
from indicators.rules.parts import PartFigure, PartsOf
from indicators.rules.targets import limits_in_words
from sorp.rules.thresholds import LIMITS

PART_KEY = r"[a-z0-9][a-z0-9\-]{0,39}"
KEY: dict[str, Any] = {
    "max_length": 40,
    "validators": [
        RegexValidator(f"^{PART_KEY}$", "Use small letters, figures and hyphens, up to 40")
    ],
}


class Dimension(models.Model):
    """By what figures may be broken down: district, age, tenure. The council says which there are."""

    key = models.CharField(unique=True, **KEY)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=1)
    each_case_once = models.BooleanField(
        default=True,
        help_text="Each case falls in exactly one part, so that the parts add up to the whole.",
    )
    withheld_below = models.PositiveSmallIntegerField(
        default=5,
        validators=[MaxValueValidator(100)],
        help_text="Counts from 1 to less than this are not shown; nought shows them all.",
    )

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="dimension_has_a_name"),
            models.UniqueConstraint(Lower("name"), name="one_dimension_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mark(self) -> str:
        """Another as soon as anything is said otherwise of it or its parts: so that two who change it
        at once are told."""
        parts = [[each.key, each.name, each.is_used] for each in self.parts.all()]
        said = [self.name, self.each_case_once, self.withheld_below, parts]
        return digest(canonical(said))[:16]


class Part(models.Model):
    """One part of a dimension. One that is no longer used keeps the figures it had."""

    dimension = models.ForeignKey(Dimension, models.PROTECT, related_name="parts")
    key = models.CharField(**KEY)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=1)
    is_used = models.BooleanField(default=True)

    class Meta:
        ordering = ["dimension", "position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["dimension", "key"], name="one_part_of_a_key"),
            models.UniqueConstraint(fields=["dimension", "name"], name="one_part_of_a_name"),
            models.CheckConstraint(condition=~Q(name=""), name="part_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.dimension}: {self.name}"


class Breakdown(models.Model):
    """An indicator may be broken down by a dimension. One no longer used keeps what was given."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="breakdowns")
    dimension = models.ForeignKey(Dimension, models.PROTECT, related_name="breakdowns")
    values_add_up = models.BooleanField(
        default=False,
        help_text="The results are counts: those of the parts add up to the whole’s.",
    )
    is_used = models.BooleanField(default=True)

    class Meta:
        ordering = ["indicator", "dimension__position", "dimension__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "dimension"], name="one_breakdown_by_a_dimension"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference} by {mid_sentence(self.dimension.name)}"

    @property
    def in_words(self) -> str:
        return mid_sentence(self.dimension.name)

    @property
    def about(self) -> PartsOf:
        """How its parts add up, and what of them is too few to show, as the rules read it."""
        return PartsOf(
            measure_unit=self.indicator.measure_unit,
            decimals=self.indicator.decimals,
            each_case_once=self.dimension.each_case_once,
            values_add_up=self.values_add_up,
            fewer_than=self.dimension.withheld_below,
        )


class PartTarget(AgreedBounds):
    """What is expected of one part of an indicator from a quarter until its next target."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="part_targets")
    part = models.ForeignKey(Part, models.PROTECT, related_name="targets")

    class Meta:
        ordering = ["indicator", "part", "from_quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "part", "from_quarter"],
                name="one_target_of_a_part_from_a_quarter",
            ),
            *AgreedBounds.in_order(
                "target_range_of_a_part_is_the_right_way_up",
                "outer_lower_bound_of_a_part_is_outside",
                "outer_upper_bound_of_a_part_is_outside",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(approved_by=""),
                name="target_of_a_part_has_a_reason_and_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"Target for {self.indicator.reference}, {self.part}, from {self.from_quarter}"

    @property
    def in_words(self) -> str:
        """What is aimed at: "target 92 %, floor standard 85 %"."""
        limits = {name: getattr(self, name) for name in LIMITS}
        return limits_in_words(limits, self.indicator.measure_unit)


class PartsRevision(models.Model):
    """All parts of one result by one dimension, as they were given. A later one supersedes it."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="parts_revisions")
    dimension = models.ForeignKey(Dimension, models.PROTECT, related_name="parts_revisions")
    quarter = QuarterField()
    number = models.PositiveSmallIntegerField()
    is_latest = models.BooleanField(default=True)
    after_close = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    given_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["indicator", "dimension", "quarter", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "dimension", "quarter", "number"],
                name="revisions_of_parts_are_numbered",
            ),
            models.UniqueConstraint(
                fields=["indicator", "dimension", "quarter"],
                condition=Q(is_latest=True),
                name="one_latest_revision_of_parts",
            ),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""), name="a_revision_of_parts_says_why"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="revisions_of_parts_count_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference} by {self.in_words}, {self.quarter}"

    @property
    def in_words(self) -> str:
        return mid_sentence(self.dimension.name)


class PartResult(models.Model):
    """What one part came to, in one revision of the parts."""

    revision = models.ForeignKey(PartsRevision, models.PROTECT, related_name="results")
    part = models.ForeignKey(Part, models.PROTECT, related_name="results")
    value = models.DecimalField(**VALUE, null=True, blank=True)
    numerator = models.DecimalField(**VALUE, null=True, blank=True)
    denominator = models.DecimalField(**VALUE, null=True, blank=True)
    not_available = models.CharField(max_length=300, blank=True)
    is_withheld = models.BooleanField(default=False)

    class Meta:
        ordering = ["revision", "part__position", "part__name"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "part"], name="each_part_is_given_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, not_available="", is_withheld=False)
                | (Q(value__isnull=True) & ~Q(not_available="") & Q(is_withheld=False))
                | Q(value__isnull=True, not_available="", is_withheld=True)
                | Q(value__isnull=True, not_available="", is_withheld=False, denominator=0),
                name="a_part_has_a_value_or_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True, denominator__isnull=True)
                | Q(numerator__isnull=False, denominator__isnull=False),
                name="counts_of_a_part_come_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision}, {self.part.name}"

    @property
    def figure(self) -> PartFigure:
        """The same as the rules read it."""
        return PartFigure(
            self.value, self.numerator, self.denominator, self.not_available, self.is_withheld
        )
