"""Lists of who we are, narrowed by what is in their address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet

from core.clock import localdate
from core.filters import SearchFilter
from organisation.forms.units import UnitChoice
from organisation.models.bodies import Committee
from organisation.models.people import Appointment, AppointmentQuerySet, User
from organisation.models.units import Unit, UnitQuerySet
from organisation.rules import BodyKind, PostKind, UnitTier


class UnitFilterField(UnitChoice):
    """A box of a list by unit: a filter hands its own words for nothing along, which is not asked for."""

    def __init__(self, *args: Any, null_label: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)


class ByUnit(filters.ModelChoiceFilter):
    """A list narrowed by a unit; two of one name are told apart by their codes."""

    field_class = UnitFilterField


class UnitFilter(SearchFilter):
    """Units by words of their name or code, and by tier."""

    searched = ("name", "code", "parent__name")

    tier = filters.ChoiceFilter(label="Tier", choices=UnitTier.choices, empty_label="Every tier")
    state = filters.ChoiceFilter(
        label="State",
        choices=[("standing", "In use, or to begin"), ("closed", "Closed")],
        empty_label="Every state",
        method="by_state",
    )

    class Meta:
        model = Unit
        fields = ["text", "tier", "state"]

    def by_state(self, rows: UnitQuerySet, name: str, value: str) -> UnitQuerySet:
        standing = rows.not_closed(localdate())
        return standing if value == "standing" else rows.exclude(pk__in=standing.values("pk"))


class PersonFilter(SearchFilter):
    """People by words of their name, address or post, and by how they stand."""

    searched = ("name", "email")

    kind = filters.ChoiceFilter(
        label="Post", choices=PostKind.choices, empty_label="Every post", method="by_kind"
    )
    state = filters.ChoiceFilter(
        label="State",
        choices=[
            ("in", "Can sign in"),
            ("invited", "Has not chosen a password"),
            ("without", "Holds no post"),
            ("disabled", "Disabled"),
        ],
        empty_label="Every state",
        method="by_state",
    )

    class Meta:
        model = User
        fields = ["text", "kind", "state"]

    def by_kind(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        held = Appointment.objects.held_on(localdate()).filter(post__kind=value)
        return rows.filter(pk__in=held.values("user"))

    def by_state(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        waiting = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        held = Appointment.objects.held_on(localdate())
        return {
            "in": rows.filter(is_active=True).exclude(waiting),
            "invited": rows.filter(waiting, is_active=True),
            "without": rows.filter(is_active=True).exclude(pk__in=held.values("user")),
            "disabled": rows.filter(is_active=False),
        }[value]


class AppointmentFilter(SearchFilter):
    """Who holds which post: by words of the post, the unit or the person, by kind and by day."""

    searched = ("post__title", "post__unit__name", "user__name")

    kind = filters.ChoiceFilter(
        label="Post", choices=PostKind.choices, empty_label="Every post", field_name="post__kind"
    )
    state = filters.ChoiceFilter(
        label="State",
        choices=[("now", "Held today"), ("to_come", "To come"), ("past", "Ended")],
        empty_label="Every state",
        method="by_state",
    )

    class Meta:
        model = Appointment
        fields = ["text", "kind", "state"]

    def by_state(self, rows: AppointmentQuerySet, name: str, value: str) -> AppointmentQuerySet:
        today = localdate()
        return {
            "now": rows.held_on(today),
            "to_come": rows.filter(starts_on__gt=today),
            "past": rows.filter(ends_on__lt=today),
        }[value]


class CommitteeFilter(SearchFilter):
    """Bodies by words of their name, and by kind."""

    searched = ("name", "code")

    kind = filters.ChoiceFilter(label="Kind", choices=BodyKind.choices, empty_label="Every kind")

    class Meta:
        model = Committee
        fields = ["text", "kind"]
