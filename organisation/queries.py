"""What may be asked about units and posts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from organisation.models.people import Appointment, Post, User
from organisation.models.units import Placement
from organisation.permissions import GRANTS, Permission
from organisation.rules import Branch, PostKind, Tree, UnitTier


def tree_on(day: date) -> Tree:
    """The council's units as they stood on a day, in one query."""
    rows = Placement.objects.on(day).values_list(
        "unit_id", "unit__code", "name", "unit__tier", "parent_id"
    )
    return Tree.of(
        Branch(unit, code, name, UnitTier(tier), parent) for unit, code, name, tier, parent in rows
    )


def holders(kind: PostKind, *, on: date, units: Iterable[int] | None = None) -> list[User]:
    """Who holds a post of this kind on a day, in these units or in any."""
    held = Appointment.objects.held_on(on).filter(post__kind=kind).select_related("user")
    if units is not None:
        held = held.filter(post__unit__in=list(units))
    return [appointment.user for appointment in held.order_by("user__name")]


def people_with(*permissions: Permission, on: date) -> list[User]:
    """Everyone to whom a post of that day grants one of these, each once, by name."""
    kinds = [kind for kind, granted in GRANTS.items() if granted & set(permissions)]
    held = Appointment.objects.held_on(on).filter(post__kind__in=kinds)
    return list(
        User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("name", "pk")
    )


def officers_who_can_sign_in(*, on: date) -> list[User]:
    """The performance officers of a day who have not left and have chosen a password."""
    return [
        person
        for person in holders(PostKind.PERFORMANCE_OFFICER, on=on)
        if person.is_active and person.has_usable_password()
    ]


def people_who_may(permission: Permission, *, on: date) -> list[User]:
    """Everybody who can sign in and holds a post that grants a permission on a day, by name."""
    kinds = [kind for kind, granted in GRANTS.items() if permission in granted]
    held = Appointment.objects.held_on(on).filter(post__kind__in=kinds)
    return list(
        User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "pk")
    )


def posts_held(user: User, *, on: date) -> list[Post]:
    """The posts a person holds on a day, with their units."""
    held = Appointment.objects.held_on(on).filter(user=user).select_related("post__unit")
    return [appointment.post for appointment in held]


def units_directed_by(user: User, *, on: date) -> list[int]:
    """The units whose director or managing director this person is on a day."""
    kinds = [
        PostKind.DIRECTOR,
        PostKind.MANAGING_DIRECTOR,
        PostKind.DEPUTY_MANAGING_DIRECTOR,
    ]
    held = Appointment.objects.held_on(on).filter(user=user, post__kind__in=kinds)
    return list(held.values_list("post__unit_id", flat=True))
