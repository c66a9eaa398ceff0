"""Bodies that meet: committees of Members, and others that a council adds; who sits on each."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import BodyKind, MembershipRole


class CommitteeQuerySet(models.QuerySet["Committee"]):
    def existing_on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class Committee(models.Model):
    """A body that meets: Cabinet, a POSC, Scrutiny Board, CMT, or another of the council's own.

    It may look at some units only; where it names none, at all of them.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=BodyKind.choices)
    units = models.ManyToManyField(Unit, blank=True, related_name="committees")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="committee_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(BodyKind)), name="committee_is_of_a_known_kind"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="committee_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def held_on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class Membership(models.Model):
    """One person's place on a body, from its first day to its last, both included.

    A Cabinet Member has a portfolio there, which names the units it reaches.
    """

    body = models.ForeignKey(Committee, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=MembershipRole.choices)
    portfolio = models.CharField(max_length=200, blank=True, default="")
    units = models.ManyToManyField(Unit, blank=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["body", "starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(role__in=list(MembershipRole)), name="membership_has_a_known_role"
            ),
            models.UniqueConstraint(
                fields=["body", "user"],
                condition=Q(ends_on__isnull=True),
                name="one_place_of_a_person_on_a_body",
            ),
            models.UniqueConstraint(
                fields=["body"],
                condition=Q(ends_on__isnull=True, role=MembershipRole.CHAIR),
                name="one_chair_of_a_body_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display().lower()} of {self.body}"
