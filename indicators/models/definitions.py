"""What an indicator is, and what is expected of it from which quarter."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.converters import address_of
from core.fields import Digits, QuarterField
from core.quarters import Quarter
from indicators import rights
from organisation.models.units import Unit
from organisation.rights import Visitor
from sorp.lexicon import (
    Basis,
    Frequency,
    Kind,
    Layer,
    MadeOfMonths,
    Polarity,
    RatingMethod,
    Tier,
    Topic,
)
from sorp.rules.patterns import Pattern

# SQLite keeps decimals as binary floating point, exact to 15 figures: so no more are taken.
VALUE: Digits = {"max_digits": 15, "decimal_places": 6}
PATTERN = ("basis", "frequency", "due", "lag_quarters", "made_of_months", "seasonal")
# Public codes as they are: CORP 1, C&L 02, NI 192. In addresses and names of files every other
# character than letters, figures, full stops and hyphens is written as a low line.
REFERENCE = r"[A-Za-z0-9](?:[A-Za-z0-9.\-&/ ]{0,28}[A-Za-z0-9.\-&/])?"


class AddressField(models.CharField):
    """Its reference as addresses have it, settled whenever the indicator is stored."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        address = address_of(model_instance.reference)  # type: ignore[attr-defined]
        model_instance.address = address  # type: ignore[attr-defined]
        return address


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def visible_to(self, user: Visitor) -> Self:
        """Those this person may see. The rules are in indicators/rights.py, for one and for many."""
        return self._within(rights.visible_to(user))

    def answerable_by(self, user: Visitor) -> Self:
        """Those whose result this person may submit."""
        return self._within(rights.answerable_by(user))

    def own_of(self, user: Visitor) -> Self:
        """Those this person is accountable for, or stands in for as a deputy."""
        return self._within(rights.own_of(user))

    def directed_by(self, user: Visitor) -> Self:
        """Those of the units this person directs, and of everything below them."""
        return self._within(rights.directed_by(user))

    def _within(self, reach: rights.Reach) -> Self:
        return self.none() if reach == rights.NONE else self.filter(reach.condition)

    def in_units(self, units: Iterable[int]) -> Self:
        return self.filter(unit__in=list(units))

    def in_use(self, quarter: Quarter) -> Self:
        """Those measured in a quarter: from their first to their last, where they have one."""
        return self.filter(first_quarter__lte=quarter).filter(
            Q(last_quarter__isnull=True) | Q(last_quarter__gte=quarter)
        )


class Indicator(models.Model):
    """A thing measured regularly, with one accountable manager."""

    reference = models.CharField(
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(
                f"^{REFERENCE}$", "Use letters, figures, spaces inside and . - & /, up to 30"
            )
        ],
    )
    address = AddressField(max_length=30, unique=True, editable=False, blank=True)
    title = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="indicators")
    accountable_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="indicators"
    )
    tier = models.CharField(max_length=12, choices=Tier.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.KPI)
    layer = models.CharField(max_length=10, choices=Layer.choices, default=Layer.NONE)
    topic = models.CharField(
        max_length=10,
        choices=Topic.choices,
        blank=True,
        default="",
        help_text="What it tells of where that is not a service itself; assurance teams receive it besides",
    )
    measure_unit = models.CharField(max_length=40, blank=True, help_text="%, £, days, people …")
    decimals = models.PositiveSmallIntegerField(default=0)
    polarity = models.CharField(max_length=8, choices=Polarity.choices)
    method = models.CharField("rating method", max_length=16, choices=RatingMethod.choices)
    tolerance = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    frequency = models.CharField(
        max_length=12, choices=Frequency.choices, default=Frequency.QUARTERLY
    )
    basis = models.CharField("span", max_length=20, choices=Basis.choices, default=Basis.QUARTER)
    due = models.CharField(
        max_length=11, blank=True, help_text="Q2, or Q1 Q3; of every second year the first, 2024-Q3"
    )
    made_of_months = models.CharField(max_length=4, choices=MadeOfMonths.choices, blank=True)
    seasonal = models.BooleanField(default=False)
    lag_quarters = models.PositiveSmallIntegerField(default=0)
    may_be_negative = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether a result may be below nought; empty where nobody has said.",
    )
    numerator_name = models.CharField(max_length=200, blank=True)
    denominator_name = models.CharField(max_length=200, blank=True)
    codes = models.CharField(
        max_length=300, blank=True, help_text="Of national frameworks: LOF:1.2; LGBF:CORP 4"
    )
    definition = models.TextField(blank=True)
    source = models.TextField(blank=True)
    data_provider = models.CharField(
        max_length=200, blank=True, help_text="Who gives the figure: a person, a team, a partner"
    )
    contributors = models.CharField(
        max_length=500, blank=True, help_text="Who else has a part in it, one after another; with ;"
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators_checked",
        help_text="Who looks at its figures before they go up; never its accountable manager",
    )
    next_review = models.DateField(
        null=True, blank=True, help_text="When its definition is next looked at"
    )
    first_quarter = QuarterField()
    last_quarter = QuarterField(null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors"
    )
    successor_is_comparable = models.BooleanField(
        default=False, help_text="Whether its successor's figures may be compared with its own."
    )

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["reference"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="indicator_has_a_title"),
            models.CheckConstraint(condition=Q(decimals__lte=6), name="six_decimals_at_most"),
            models.CheckConstraint(
                condition=Q(method="tolerance", tolerance__gte=0)
                | (~Q(method="tolerance") & Q(tolerance__isnull=True)),
                name="the_tolerance_method_alone_has_a_tolerance",
            ),
            models.CheckConstraint(
                condition=Q(method__in=["floor", "tolerance"], polarity__in=["higher", "lower"])
                | Q(method="range", polarity="range")
                | Q(method__in=["expected_range", "none"]),
                name="rating_method_suits_the_polarity",
            ),
            models.CheckConstraint(
                condition=~Q(kind="activity") | Q(method__in=["expected_range", "none"]),
                name="activity_has_no_rag",
            ),
            models.CheckConstraint(
                condition=~Q(kind="data") | Q(method="none"), name="data_only_has_no_rag"
            ),
            models.CheckConstraint(
                condition=Q(last_quarter__isnull=True) | Q(last_quarter__gte=F("first_quarter")),
                name="indicator_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(frequency="monthly", made_of_months__in=list(MadeOfMonths))
                | (~Q(frequency="monthly") & Q(made_of_months="")),
                name="a_monthly_indicator_says_how_months_make_a_quarter",
            ),
            models.CheckConstraint(
                condition=~Q(basis="month") | Q(frequency="monthly"),
                name="a_figure_of_a_month_is_given_monthly",
            ),
            models.CheckConstraint(
                condition=~Q(frequency="two_yearly") | ~Q(due=""),
                name="a_two_yearly_indicator_says_its_first_quarter",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True)
                | (Q(last_quarter__isnull=False) & ~Q(successor=F("id"))),
                name="what_has_a_successor_has_ended_and_is_not_its_own",
            ),
            models.CheckConstraint(
                condition=Q(successor_is_comparable=False) | Q(successor__isnull=False),
                name="what_is_comparable_has_a_successor",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("accountable_manager")),
                name="no_manager_checks_their_own_indicator",
            ),
            models.CheckConstraint(
                condition=Q(topic__in=["", *Topic]), name="indicator_has_a_known_topic"
            ),
            *[
                models.CheckConstraint(
                    condition=Q(**{f"{field}__in": list(words)}),
                    name=f"indicator_has_a_known_{field}",
                )
                for field, words in {
                    "tier": Tier,
                    "kind": Kind,
                    "layer": Layer,
                    "polarity": Polarity,
                    "method": RatingMethod,
                    "frequency": Frequency,
                    "basis": Basis,
                }.items()
            ],
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def clean(self) -> None:
        """Two references that addresses and names of files could not tell apart do not stand."""
        self.address = address_of(self.reference)
        other = Indicator.objects.filter(address=self.address).exclude(reference=self.reference)
        if (one := other.exclude(pk=self.pk).first()) is not None:
            raise ValidationError(
                {
                    "reference": f"{self.reference} and {one.reference} would share the address"
                    f" {self.address}: give one of them another reference"
                }
            )

    def is_measured_in(self, quarter: Quarter) -> bool:
        """Whether a quarter lies between its first and its last, where it has one."""
        return self.first_quarter <= quarter and (
            self.last_quarter is None or quarter <= self.last_quarter
        )

    @property
    def pattern(self) -> Pattern:
        """Its reporting pattern, which answers whatever is asked about time."""
        return Pattern.dated(**{name: getattr(self, name) for name in PATTERN})


class Awaited(models.Model):
    """A national figure that its publisher has not issued: neither late nor silent until a day.

    Until the end of that day its quarter is *awaited*. The figure, when it comes, rates the quarter
    that it is for.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="awaited")
    quarter = QuarterField()
    publisher = models.CharField(max_length=200)
    until = models.DateField()
    said_at = models.DateTimeField(default=now, editable=False, blank=True)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["indicator", "quarter"]
        verbose_name_plural = "awaited"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "quarter"], name="a_figure_of_a_quarter_is_awaited_once"
            ),
            models.CheckConstraint(
                condition=~Q(publisher=""), name="what_is_awaited_names_its_publisher"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference} for {self.quarter}, awaited from {self.publisher}"


PARTS_IN_WORDS = {"measure_unit": "Unit", "successor": "Replaced by", "due": "Due"}


def part_in_words(name: str) -> str:
    """A part of a definition as people call it: `basis` is "Span"."""
    label = str(getattr(Indicator._meta.get_field(name), "verbose_name", name))
    return PARTS_IN_WORDS.get(name, label[:1].upper() + label[1:])


class DefinitionChange(models.Model):
    """What an indicator's definition said before and says since, who changed it, when and why.

    Each is the next version of the definition: its first is what was defined, and has no row.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="definition_changes")
    number = models.PositiveSmallIntegerField(help_text="Of the version that it made: 2, 3 …")
    changes = models.JSONField(help_text='By part: {"source": {"was": "…", "is": "…"}}')
    reason = models.CharField(max_length=500, blank=True)
    break_from = QuarterField(
        null=True,
        blank=True,
        help_text="From which quarter figures compare no more with those before",
    )
    changed_at = models.DateTimeField(default=now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["indicator", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "number"], name="versions_of_a_definition_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=2), name="the_first_version_is_what_was_defined"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference}, definition {self.number}"

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """Each part that changed, as people call it, with what it said before and says since."""
        return [
            (part_in_words(name), said["was"], said["is"])
            for name, said in sorted(self.changes.items())
        ]


class AgreedBounds(models.Model):
    """What is expected from a quarter until the next is agreed: of an indicator, or of one part of it."""

    from_quarter = QuarterField()
    target = models.DecimalField(**VALUE, null=True, blank=True)
    floor = models.DecimalField("floor standard", **VALUE, null=True, blank=True)
    lower = models.DecimalField(**VALUE, null=True, blank=True)
    upper = models.DecimalField(**VALUE, null=True, blank=True)
    outer_lower = models.DecimalField(**VALUE, null=True, blank=True)
    outer_upper = models.DecimalField(**VALUE, null=True, blank=True)
    reason = models.CharField(max_length=500)
    approved_by = models.CharField(max_length=200)
    set_at = models.DateTimeField(default=now, editable=False, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True

    @staticmethod
    def in_order(range_: str, outer_lower: str, outer_upper: str) -> list[models.CheckConstraint]:
        """That the bounds do not contradict one another, under these names."""
        return [
            models.CheckConstraint(
                condition=Q(lower__isnull=True) | Q(upper__isnull=True) | Q(lower__lte=F("upper")),
                name=range_,
            ),
            models.CheckConstraint(
                condition=Q(outer_lower__isnull=True)
                | Q(lower__isnull=True)
                | Q(outer_lower__lte=F("lower")),
                name=outer_lower,
            ),
            models.CheckConstraint(
                condition=Q(outer_upper__isnull=True)
                | Q(upper__isnull=True)
                | Q(outer_upper__gte=F("upper")),
                name=outer_upper,
            ),
        ]


class Target(AgreedBounds):
    """What is expected of an indicator from a quarter until its next target."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="targets")

    class Meta:
        ordering = ["indicator", "from_quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "from_quarter"], name="one_target_from_a_quarter"
            ),
            *AgreedBounds.in_order(
                "target_range_is_the_right_way_up",
                "outer_lower_bound_is_outside",
                "outer_upper_bound_is_outside",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(approved_by=""),
                name="target_has_a_reason_and_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"Target for {self.indicator.reference} from {self.from_quarter}"


class Suspension(models.Model):
    """Quarters in which an indicator is not measured, by agreement, and why."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="suspensions")
    from_quarter = QuarterField()
    until_quarter = QuarterField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    approved_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["indicator", "from_quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "from_quarter"], name="one_suspension_from_a_quarter"
            ),
            models.CheckConstraint(
                condition=Q(until_quarter__isnull=True) | Q(until_quarter__gte=F("from_quarter")),
                name="suspension_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(approved_by=""),
                name="suspension_has_a_reason_and_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference} suspended: {self.reason}"
