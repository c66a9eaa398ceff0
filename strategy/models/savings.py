"""Savings of the Medium Term Financial Plan: what each is to bring and when, and what was reported of it."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.clock import day_of
from indicators.models.definitions import Indicator
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.rights import allowed
from strategy.models.plan import PlanPart, PlanPartQuerySet, Project, ends_after_it_starts
from strategy.rules.savings import (
    Instalment,
    SavingPosition,
    SavingStatus,
    profile_fault,
    read_profile,
    saving_status,
    saving_words,
    written_profile,
)

POSITION = ("as_at", "delivered", "forecast", "at_risk")
NOT_REPORTED = Q(as_at=None, delivered=None, forecast=None, at_risk=None)
REPORTED = (
    Q(as_at__isnull=False, delivered__gte=0, at_risk__gte=0)
    & Q(forecast__gte=F("delivered") + F("at_risk"))
)  # fmt: skip


class SavingQuerySet(PlanPartQuerySet["Saving"]):
    def answerable_by(self, user: User) -> Self:
        """Those this person may report on: their own, or all for the centre."""
        if allowed(user, Permission.MANAGE_FRAMEWORK):
            return self
        if not allowed(user, Permission.VIEW_PERFORMANCE):
            return self.none()
        return self.filter(owner=user)


class Saving(PlanPart):
    """A saving that the Medium Term Financial Plan counts on, who owns it, and how it stands; all in whole pounds.

    `amount` is the whole saving, and `profile` comes to it, in the one form that `written_profile`
    writes. What was last reported of it is on the saving too: delivered so
    far, forecast in all, and how much of that forecast is at risk; empty until something was.
    """

    reference = models.CharField(max_length=30, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    amount = models.PositiveBigIntegerField()
    profile = models.TextField(blank=True, help_text="What of it falls into which year or quarter")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="savings")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="savings")
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="savings"
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="savings"
    )
    as_at = models.DateField(null=True, blank=True)
    delivered = models.PositiveBigIntegerField(null=True, blank=True)
    forecast = models.PositiveBigIntegerField(null=True, blank=True)
    at_risk = models.PositiveBigIntegerField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    objects = SavingQuerySet.as_manager()

    class Meta:
        ordering = ["reference"]
        constraints = [
            ends_after_it_starts("saving"),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(title=""), name="saving_has_a_reference_and_a_title"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="saving_saves_something"),
            models.CheckConstraint(
                condition=NOT_REPORTED | REPORTED, name="saving_position_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("saving", args=[self.pk])

    def clean(self) -> None:
        """The profile is one of this amount, and is kept in one form."""
        try:
            parts = read_profile(self.profile)
        except ValueError as reason:
            said = str(reason)
            raise ValidationError({"profile": said[:1].upper() + said[1:]}) from None
        if self.amount is not None and (fault := profile_fault(self.amount, parts)):
            raise ValidationError({"profile": fault})
        self.profile = written_profile(parts)

    @property
    def instalments(self) -> tuple[Instalment, ...]:
        return read_profile(self.profile)

    @property
    def position(self) -> SavingPosition | None:
        """What was last reported of it, or None where nothing was."""
        return _position(self)

    @property
    def status(self) -> SavingStatus:
        return saving_status(self.amount, self.position)

    @property
    def stands(self) -> str:
        """The same in words, with the sums that bear it out."""
        return saving_words(self.amount, self.position)

    def known_on(self, day: date) -> SavingUpdate | None:
        """What had last been reported of it by the end of a day, or None where nothing had."""
        said = [each for each in self.updates.all() if day_of(each.said_at) <= day]
        return max(said, key=lambda each: each.number, default=None)


class SavingUpdate(models.Model):
    """What was reported of a saving, by whom and when. The latest is on the saving too.

    Kept for ever: the database itself refuses to change one (migration 0005).
    """

    saving = models.ForeignKey(Saving, models.PROTECT, related_name="updates")
    number = models.PositiveSmallIntegerField()
    as_at = models.DateField()
    delivered = models.PositiveBigIntegerField()
    forecast = models.PositiveBigIntegerField()
    at_risk = models.PositiveBigIntegerField()
    note = models.CharField(max_length=500, blank=True)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["saving", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["saving", "number"], name="saving_updates_are_numbered"
            ),
            models.CheckConstraint(condition=REPORTED, name="saving_update_adds_up"),
        ]

    def __str__(self) -> str:
        return f"Update {self.number} of {self.saving}"

    @property
    def position(self) -> SavingPosition:
        position = _position(self)
        assert position is not None, "Each of its figures is given"
        return position


def _position(row: Saving | SavingUpdate) -> SavingPosition | None:
    as_at, delivered, forecast, at_risk = row.as_at, row.delivered, row.forecast, row.at_risk
    if as_at is None or delivered is None or forecast is None or at_risk is None:
        return None
    return SavingPosition(as_at, delivered, forecast, at_risk)
