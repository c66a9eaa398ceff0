"""Partner organisations that give figures by a link of their own, and what each gave."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField
from indicators.models.definitions import Indicator
from indicators.rules.partners import GivenState


class PartnerQuerySet(models.QuerySet["Partner"]):
    def giving_on(self, day: date) -> Self:
        """Those whose link serves on a day, if they have one."""
        return self.filter(withdrawn_at=None, starts_on__lte=day, ends_on__gte=day)


class Partner(models.Model):
    """Another organisation that may give the figures of some indicators, between two days, without a post.

    Of its link a digest is kept and nothing else: whoever reads the database cannot follow it.
    """

    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=200, help_text="Whom the link is sent to")
    email = models.EmailField()
    indicators = models.ManyToManyField(Indicator, related_name="partners")
    quarter = QuarterField(null=True, blank=True, help_text="The only one, or empty for each")
    starts_on = models.DateField()
    ends_on = models.DateField()
    link_sha256 = models.CharField(max_length=64, null=True, blank=True, unique=True)
    link_made_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_because = models.CharField(max_length=500, blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(contact="") & ~Q(email=""),
                name="partner_has_a_name_and_somebody_to_write_to",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="partner_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, link_sha256=None)
                    & ~Q(withdrawn_because="")
                ),
                name="a_withdrawn_partner_has_no_link_and_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def serves_on(self, day: date) -> bool:
        """Whether it may give figures on a day."""
        return self.withdrawn_at is None and self.starts_on <= day <= self.ends_on


class GivenFigure(models.Model):
    """What a partner gave for one indicator and quarter, exactly as typed. It is no result.

    Its accountable manager accepts it into their draft, or refuses it with a reason.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="figures")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="given_by_partners")
    quarter = QuarterField()
    typed = models.JSONField()
    given_at = models.DateTimeField(default=now)
    file_name = models.CharField(max_length=200, blank=True)
    file_path = models.CharField(max_length=300, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=GivenState.choices, default=GivenState.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "quarter"],
                condition=Q(state="waiting"),
                name="one_partners_figure_waits_a_quarter",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "replaced"], decided_by__isnull=True)
                | Q(state__in=["accepted", "refused"], decided_by__isnull=False),
                name="a_partners_figure_is_decided_on_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(why=""),
                name="a_refusal_of_a_partners_figure_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.reference} {self.quarter}, from {self.partner}"

    @property
    def is_waiting(self) -> bool:
        return self.state == GivenState.WAITING
