"""The annual round: next year's set of indicators as it is proposed, challenged, seen and agreed."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.dates import as_date
from core.fields import QuarterField
from core.quarters import Quarter
from indicators.models.definitions import VALUE, AgreedBounds, Indicator
from indicators.rules.rounds import (
    STAGES,
    WAITING,
    LineAction,
    LineState,
    RemarkKind,
    ReviewKind,
    RoundStage,
)
from organisation.models.bodies import Committee
from organisation.models.units import Unit
from sorp.rules.thresholds import LIMITS


class AnnualRound(models.Model):
    """One financial year's set of indicators, proposed by directorates and agreed by Members."""

    year = models.PositiveSmallIntegerField(
        unique=True, help_text="In which the financial year begins"
    )
    proposals_by = models.DateField()
    challenged_by = models.DateField()
    seen_by = models.DateField()
    agreed_by = models.DateField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=now, editable=False, blank=True)

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(proposals_by__lte=F("challenged_by"))
                & Q(challenged_by__lte=F("seen_by"))
                & Q(seen_by__lte=F("agreed_by")),
                name="the_stages_of_a_round_follow_one_another",
            ),
        ]

    def __str__(self) -> str:
        return f"Annual round {self.financial_year}"

    @property
    def first_quarter(self) -> Quarter:
        return Quarter(self.year, 1)

    @property
    def financial_year(self) -> str:
        return self.first_quarter.financial_year

    @property
    def stages(self) -> list[RoundStage]:
        """Its stages in order, each with the last day of it."""
        return [RoundStage(name, getattr(self, name), words) for name, words in STAGES.items()]


class RoundLineQuerySet(models.QuerySet["RoundLine"]):
    def standing(self) -> Self:
        """Those that nobody withdrew."""
        return self.exclude(state=LineState.WITHDRAWN)

    def waiting(self) -> Self:
        """Those that were submitted, and on which nobody has decided yet."""
        return self.filter(state__in=WAITING)

    def agreed(self) -> Self:
        return self.filter(state=LineState.AGREED)


class RoundLine(models.Model):
    """What is proposed of one indicator for one year: keep it, change it, end it, or a new one.

    Its targets are rows of their own (`RoundTarget`). What a definition is to say otherwise, or a new
    indicator is to be, stands in `definition` by the names of the indicator's fields.
    """

    round = models.ForeignKey(AnnualRound, models.PROTECT, related_name="lines")
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="round_lines"
    )
    reference = models.CharField(max_length=30)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="To which a new one is to belong",
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who is to answer for a new one",
    )
    action = models.CharField(max_length=6, choices=LineAction.choices)
    state = models.CharField(max_length=9, choices=LineState.choices, default=LineState.DRAFT)
    reason = models.CharField(max_length=500, blank=True)
    definition = models.JSONField(default=dict, blank=True)
    is_break = models.BooleanField(
        default=False, help_text="Whether figures compare no more with those before"
    )
    version = models.PositiveIntegerField(default=1, help_text="Of what was typed: 1, 2 …")
    typed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    typed_at = models.DateTimeField(default=now, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    # The body's decision
    body = models.ForeignKey(Committee, models.PROTECT, null=True, blank=True, related_name="+")
    met_on = models.DateField(null=True, blank=True)
    minute = models.CharField(max_length=40, blank=True, help_text="The number of its minute")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(
        null=True, blank=True, help_text="When what was agreed was done: a changed definition waits"
    )
    problem = models.CharField(max_length=500, blank=True, default="")

    objects = RoundLineQuerySet.as_manager()

    class Meta:
        ordering = ["round", "reference"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "reference"],
                condition=~Q(state="withdrawn"),
                name="one_line_of_an_indicator_in_a_round",
            ),
            models.CheckConstraint(
                condition=Q(action__in=list(LineAction)), name="a_line_proposes_a_known_act"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(LineState)), name="a_line_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(action="new") | Q(indicator__isnull=False),
                name="what_is_not_new_is_an_indicator_that_stands",
            ),
            models.CheckConstraint(
                condition=~Q(action="new") | Q(unit__isnull=False, manager__isnull=False),
                name="a_new_indicator_says_whose_it_is_to_be",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="what_is_decided_on_was_submitted",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "submitted", "withdrawn"],
                    body=None,
                    met_on=None,
                    minute="",
                    recorded_by=None,
                )
                | (
                    Q(state__in=["recorded", "agreed"])
                    & Q(body__isnull=False, met_on__isnull=False, recorded_by__isnull=False)
                    & ~Q(minute="")
                ),
                name="what_a_body_agreed_has_its_minute",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="agreed", checked_by__isnull=False, checked_at__isnull=False)
                    & ~Q(checked_by=F("recorded_by"))
                    & ~Q(checked_by=F("typed_by"))
                    & ~Q(checked_by=F("submitted_by"))
                )
                | (~Q(state="agreed") & Q(checked_by=None, checked_at=None)),
                name="a_minute_of_a_round_is_checked_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(state="agreed"), name="only_what_is_agreed_is_done"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} in the round {self.round.financial_year}"

    @property
    def subject(self) -> Indicator:
        """The indicator that it is about; of a new one, what says whose it is to be."""
        return self.indicator or Indicator(
            reference=self.reference, unit=self.unit, accountable_manager=self.manager
        )

    @property
    def is_new(self) -> bool:
        return self.action == LineAction.NEW

    @property
    def is_draft(self) -> bool:
        return self.state == LineState.DRAFT

    @property
    def title(self) -> str:
        """As it is to be called."""
        return str(self.definition.get("title") or (self.indicator.title if self.indicator else ""))

    @property
    def by_minute(self) -> str:
        """The minute by which a body agreed it: "Cabinet, 12 March 2027, minute 45"."""
        return f"{self.body}, {as_date(self.met_on)}, minute {self.minute}" if self.body else ""


class RoundTarget(models.Model):
    """What a line proposes to aim at from a quarter on: of what is counted from April, in that quarter."""

    line = models.ForeignKey(RoundLine, models.CASCADE, related_name="targets")
    from_quarter = QuarterField()
    target = models.DecimalField(**VALUE, null=True, blank=True)
    floor = models.DecimalField("floor standard", **VALUE, null=True, blank=True)
    lower = models.DecimalField(**VALUE, null=True, blank=True)
    upper = models.DecimalField(**VALUE, null=True, blank=True)
    outer_lower = models.DecimalField(**VALUE, null=True, blank=True)
    outer_upper = models.DecimalField(**VALUE, null=True, blank=True)

    class Meta:
        ordering = ["line", "from_quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "from_quarter"], name="a_line_has_one_target_from_a_quarter"
            ),
            *AgreedBounds.in_order(
                "the_range_of_a_line_is_the_right_way_up",
                "the_outer_lower_bound_of_a_line_is_outside",
                "the_outer_upper_bound_of_a_line_is_outside",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}, from {self.from_quarter}"

    @property
    def limits(self) -> dict[str, Decimal | None]:
        """Its numbers, by their names."""
        return {name: getattr(self, name) for name in LIMITS}


class RoundReview(models.Model):
    """A day on which an assurance team or a committee looked at a round; or why it is not waited for."""

    round = models.ForeignKey(AnnualRound, models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=9, choices=ReviewKind.choices)
    body = models.ForeignKey(Committee, models.PROTECT, null=True, blank=True, related_name="+")
    met_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True, help_text="Why it is not waited for")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=now, editable=False, blank=True)

    class Meta:
        ordering = ["round", "recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "body", "met_on"],
                condition=Q(body__isnull=False),
                name="a_committee_looks_at_a_round_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["round", "met_on"],
                condition=Q(kind="team"),
                name="a_team_looks_at_a_round_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="team", body=None) | Q(kind="committee", body__isnull=False),
                name="a_committee_that_looked_is_named",
            ),
            models.CheckConstraint(
                condition=Q(met_on__isnull=False) | ~Q(note=""),
                name="who_is_not_waited_for_is_passed_over_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.body or self.get_kind_display()}"


class RoundRemark(models.Model):
    """What was said of a line: a challenge at PAT, a committee's comment, why it was sent back."""

    line = models.ForeignKey(RoundLine, models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=9, choices=RemarkKind.choices)
    said_for = models.CharField(max_length=200, blank=True, help_text="PAT, or the committee")
    text = models.CharField(max_length=2000)
    put_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    put_at = models.DateTimeField(default=now, editable=False, blank=True)
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["line", "put_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=list(RemarkKind)), name="a_remark_is_of_a_known_kind"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="a_remark_says_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="an_answer_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.line}"

    @property
    def is_unanswered(self) -> bool:
        return self.kind == RemarkKind.CHALLENGE and not self.answer
