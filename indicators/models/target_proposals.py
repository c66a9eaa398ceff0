"""Targets that somebody proposed, and by whose word each came to stand."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.dates import as_date
from core.fields import QuarterField
from indicators.models.definitions import VALUE, AgreedBounds, Indicator
from indicators.rules.targets import WAITING, ProposalState
from sorp.rules.thresholds import LIMITS


class TargetProposalQuerySet(models.QuerySet["TargetProposal"]):
    def waiting(self) -> Self:
        """Those on which nobody has decided yet."""
        return self.filter(state__in=WAITING)


class TargetProposal(models.Model):
    """What somebody asks to be expected of an indicator from a quarter on.

    Once it is approved a `Target` says the same, and names who approved it: another person by their
    sign-in, or a body by its minute, which one person records and another checks.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="target_proposals")
    from_quarter = QuarterField()
    target = models.DecimalField(**VALUE, null=True, blank=True)
    floor = models.DecimalField("floor standard", **VALUE, null=True, blank=True)
    lower = models.DecimalField(**VALUE, null=True, blank=True)
    upper = models.DecimalField(**VALUE, null=True, blank=True)
    outer_lower = models.DecimalField(**VALUE, null=True, blank=True)
    outer_upper = models.DecimalField(**VALUE, null=True, blank=True)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=9, choices=ProposalState.choices, default="proposed")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=now, editable=False, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=500, blank=True, help_text="What was said to it")
    # Where a body approved it
    body = models.CharField(max_length=120, blank=True)
    met_on = models.DateField(null=True, blank=True)
    minute = models.CharField(max_length=40, blank=True, help_text="The number of its minute")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TargetProposalQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "from_quarter", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "from_quarter"],
                condition=Q(state__in=["proposed", "recorded"]),
                name="one_proposed_target_from_a_quarter",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(ProposalState)),
                name="a_proposed_target_has_a_known_state",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_proposed_target_says_why"),
            *AgreedBounds.in_order(
                "a_proposed_range_is_the_right_way_up",
                "a_proposed_outer_lower_bound_is_outside",
                "a_proposed_outer_upper_bound_is_outside",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "recorded"], decided_by=None, decided_at=None)
                | Q(
                    state__in=["approved", "refused", "withdrawn"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="a_proposed_target_is_decided_by_somebody_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved", recorded_by=None) | ~Q(decided_by=F("proposed_by")),
                name="a_target_is_not_approved_by_its_proposer",
            ),
            models.CheckConstraint(
                condition=Q(recorded_by=None)
                | ~Q(state="approved")
                | ~Q(decided_by=F("recorded_by")),
                name="a_minute_is_not_checked_by_who_recorded_it",
            ),
            models.CheckConstraint(
                condition=(
                    Q(body="", minute="", met_on=None, recorded_by=None) & ~Q(state="recorded")
                )
                | (
                    ~Q(body="") & ~Q(minute="") & Q(met_on__isnull=False, recorded_by__isnull=False)
                ),
                name="a_minute_has_its_body_its_day_and_its_number",
            ),
        ]

    def __str__(self) -> str:
        return f"Target proposed for {self.indicator.reference} from {self.from_quarter}"

    @property
    def limits(self) -> dict[str, Decimal | None]:
        """Its numbers, by their names."""
        return {name: getattr(self, name) for name in LIMITS}

    @property
    def by_minute(self) -> str:
        """The minute by which a body approved it: "Cabinet, 12 March 2027, minute 45"."""
        return f"{self.body}, {as_date(self.met_on)}, minute {self.minute}" if self.body else ""

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING
