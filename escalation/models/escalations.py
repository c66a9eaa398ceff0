"""Poor performance referred up the ladder until it no longer is, and what each level did with it."""

from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField
from core.quarters import Quarter
from escalation.rules.explanations import Outcome as OutcomeInWords
from escalation.rules.ladder import Origin
from indicators.models.definitions import Indicator
from indicators.models.variations import Variation
from organisation.rights import Visitor
from sorp.lexicon import Level
from sorp.models.statement import Version


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def open_ones(self) -> Self:
        """Those neither recovered nor ended with their indicator."""
        return self.filter(recovered_in__isnull=True, ended_in__isnull=True)

    def open_at(self, quarter: Quarter) -> Self:
        """Those that stood open once this quarter was closed."""
        return self.filter(
            Q(recovered_in__isnull=True) | Q(recovered_in__gt=quarter),
            Q(ended_in__isnull=True) | Q(ended_in__gt=quarter),
            opened_in__lte=quarter,
        )

    def visible_to(self, user: Visitor) -> Self:
        return self.filter(indicator__in=Indicator.objects.visible_to(user))


class Escalation(models.Model):
    """One indicator referred to one level, from a quarter until it recovers, or is no longer measured.

    It is never deleted. Where a revised result shows that it should have opened or recovered in
    another quarter, it says so (`restated`), and the record keeps what was said first.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="escalations")
    level = models.CharField(max_length=12, choices=Level.choices)
    origin = models.CharField(max_length=6, choices=Origin.choices, default=Origin.RULE)
    trigger = models.CharField(max_length=100, help_text="Its name, as it read then")
    trigger_key = models.CharField(max_length=100, blank=True)
    all_met = models.JSONField(
        default=list, help_text="The keys of all triggers of the level that were met"
    )
    sorp_version = models.ForeignKey(Version, models.PROTECT, related_name="escalations")
    since = QuarterField()
    opened_in = QuarterField()
    recovered_in = QuarterField(null=True, blank=True)
    ended_in = QuarterField(
        null=True, blank=True, help_text="The close at which it ended, no longer measured"
    )
    recorded_in = QuarterField(help_text="The close that wrote it down")
    relapse = models.BooleanField(default=False)
    restated = models.BooleanField(default=False)
    reason = models.TextField()
    variation = models.ForeignKey(
        Variation, models.PROTECT, null=True, blank=True, related_name="escalations"
    )
    # Referred up by a person, past what the rules ask: by whom, and why.
    referred_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="referred_up"
    )
    referred_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=now, editable=False)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", "opened_in", "level"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "level"],
                condition=Q(recovered_in__isnull=True, ended_in__isnull=True),
                name="one_open_escalation_per_indicator_and_level",
            ),
            models.UniqueConstraint(
                # Revised, and revised back: one may open where another opened and recovered at once.
                fields=["indicator", "level", "opened_in"],
                condition=(Q(recovered_in__isnull=True) | Q(recovered_in__gt=F("opened_in")))
                & (Q(ended_in__isnull=True) | Q(ended_in__gt=F("opened_in"))),
                name="one_escalation_opened_in_a_quarter",
            ),
            models.CheckConstraint(
                condition=Q(since__lte=F("opened_in")),
                name="escalation_counts_from_before_it_opened",
            ),
            models.CheckConstraint(
                condition=Q(recovered_in__isnull=True) | Q(recovered_in__gte=F("opened_in")),
                name="escalation_recovers_after_it_opened",
            ),
            models.CheckConstraint(
                condition=Q(ended_in__isnull=True)
                | Q(recovered_in__isnull=True, ended_in__gte=F("opened_in")),
                name="what_ended_with_its_indicator_did_not_recover",
            ),
            models.CheckConstraint(
                condition=Q(level__in=list(Level)), name="escalation_is_to_a_known_level"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="escalation_has_a_reason"),
            models.CheckConstraint(
                condition=Q(origin="rule", referred_by__isnull=True, referred_from__isnull=True)
                & ~Q(trigger_key="")
                | Q(
                    origin="manual",
                    trigger_key="",
                    referred_by__isnull=False,
                    referred_from__isnull=False,
                ),
                name="a_referral_says_by_whom_and_from_where",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference} at {self.get_level_display()} since {self.opened_in}"

    @property
    def is_open(self) -> bool:
        return self.left_in is None

    @property
    def left_in(self) -> Quarter | None:
        """The quarter whose close ended it, either way; None while it is open."""
        return self.recovered_in or self.ended_in

    @property
    def state_in_words(self) -> str:
        """Open; Recovered in Q1 2011/12; No longer measured, since Q1 2011/12."""
        if self.recovered_in is not None:
            return f"Recovered in {self.recovered_in}"
        if self.ended_in is not None:
            return f"No longer measured: ended at the close of {self.ended_in}"
        return "Open"


class Handling(models.Model):
    """What one level did with what was referred to it. Kept, each one after the other."""

    class Kind(models.TextChoices):
        NOTED = "noted", "Noted"
        PLAN_AGREED = "plan_agreed", "Action plan agreed"
        REFERRED_UP = "referred_up", "Referred up"
        SENT_BACK = "sent_back", "Sent back"

    escalation = models.ForeignKey(Escalation, models.PROTECT, related_name="handlings")
    kind = models.CharField(max_length=12, choices=Kind)
    words = models.TextField(blank=True, help_text="Why, or what was said")
    handled_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["escalation", "handled_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["noted", "plan_agreed", "referred_up", "sent_back"]),
                name="handling_is_of_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["noted", "plan_agreed"]) | ~Q(words=""),
                name="referring_up_or_back_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.escalation}: {self.get_kind_display()}"


class Explanation(models.Model):
    """Why an indicator was, or was not, referred up at the close of a quarter.

    Kept as it was told then, with all it was worked out from, so that anybody can work it out again.
    """

    class Outcome(models.TextChoices):
        ESCALATED = "escalated", "Referred up"
        STANDS = "stands", "Still referred up"
        NOT_ESCALATED = "not_escalated", "Not referred up"
        RECOVERED = "recovered", "Recovered"
        ENDED = "ended", "No longer measured"

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="explanations")
    quarter = QuarterField()
    number = models.PositiveSmallIntegerField(default=1)
    is_latest = models.BooleanField(default=True)
    outcome = models.CharField(max_length=14, choices=Outcome)
    sentence = models.TextField()
    document = models.JSONField(encoder=DjangoJSONEncoder)
    told_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["indicator", "quarter", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "quarter", "number"], name="explanations_are_numbered"
            ),
            models.UniqueConstraint(
                fields=["indicator", "quarter"],
                condition=Q(is_latest=True),
                name="one_latest_explanation_per_quarter",
            ),
            models.CheckConstraint(condition=~Q(sentence=""), name="explanation_says_something"),
            models.CheckConstraint(
                condition=Q(
                    outcome__in=["escalated", "stands", "not_escalated", "recovered", "ended"]
                ),
                name="explanation_has_a_known_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference} in {self.quarter}: {self.sentence}"

    @property
    def outcome_in_words(self) -> str:
        """As pages say it: an indicator is referred up, whatever the record calls that."""
        return OutcomeInWords(self.outcome).label
