"""What is done about people, posts, units and committees."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from organisation import audit
from organisation.models import Appointment, Committee, Placement, Post, Unit, User
from organisation.rules import PostKind, UnitTier


@transaction.atomic
def found_unit(
    *, code: str, name: str, tier: UnitTier, parent: Unit | None, starts_on: date, by: User | None
) -> Unit:
    """A unit that did not exist before stands in its place from its first day.

    Raises ValueError where the parent does not stand above it.
    """
    _refuse_wrong_parent(name, tier, parent)
    unit = Unit.objects.create(code=code, tier=tier, name=name, parent=parent)
    Placement.objects.create(unit=unit, name=name, parent=parent, starts_on=starts_on)
    audit.record("founded unit", unit, by=by, code=code, parent=parent.code if parent else None)
    return unit


@transaction.atomic
def place_unit(
    *, unit: Unit, name: str, parent: Unit | None, starts_on: date, by: User | None
) -> Placement:
    """From a day on, a unit is called and stands otherwise. What it was stays on record.

    Raises ValueError where the day is not after the present placement began, or the parent does
    not stand above it. A unit whose name and parent stay as they are keeps its placement.
    """
    _refuse_wrong_parent(name, UnitTier(unit.tier), parent)
    present = unit.placements.select_for_update().get(ends_on__isnull=True)
    if (present.name, present.parent) == (name, parent):
        return present
    if starts_on <= present.starts_on:
        raise ValueError(
            f"{unit.code} has stood as {present.name!r} since {present.starts_on:%-d %B %Y}: give a"
            " later day for the change"
        )
    present.ends_on = starts_on - timedelta(days=1)
    present.save(update_fields=["ends_on"])
    placement = Placement.objects.create(unit=unit, name=name, parent=parent, starts_on=starts_on)
    was, unit.name, unit.parent = unit.name, name, parent
    unit.save(update_fields=["name", "parent"])
    audit.record("placed unit", unit, by=by, name=name, was=was, starts_on=starts_on.isoformat())
    return placement


def _refuse_wrong_parent(name: str, tier: UnitTier, parent: Unit | None) -> None:
    if tier is UnitTier.COUNCIL:
        if parent is not None:
            raise ValueError(f"{name} is the council: leave its parent empty")
        return
    if parent is None:
        raise ValueError(f"{name} is a {tier}: name the unit it is part of")
    if UnitTier(parent.tier).depth >= tier.depth:
        raise ValueError(
            f"{name} is a {tier} and cannot be part of {parent.name}, a {parent.tier}:"
            " name a unit that stands higher"
        )


@transaction.atomic
def register_person(*, email: str, name: str, by: User | None) -> User:
    """A person may be appointed to posts. They choose their own password by e-mail."""
    person = User.objects.create_user(email, name)
    audit.record("registered person", person, by=by)
    return person


@transaction.atomic
def rename_person(*, person: User, name: str, by: User | None) -> User:
    """A person goes by another name. What the record says they did keeps the name of its day."""
    was, person.name = person.name, name
    person.save(update_fields=["name"])
    audit.record("renamed person", person, by=by, was=was)
    return person


@transaction.atomic
def appoint(
    *,
    person: User,
    kind: PostKind,
    unit: Unit,
    starts_on: date,
    ends_on: date | None = None,
    title: str = "",
    by: User | None,
) -> Appointment:
    """A person holds a post between two days, both included, the last one open if not given.

    Raises ValueError where they hold the same post for some of those days already, or where the
    last day is before the first.
    """
    if ends_on is not None and ends_on < starts_on:
        raise ValueError(f"{person.name} cannot leave on {ends_on}, before {starts_on}")
    title = title or f"{kind.label}, {unit.name}"
    post, _ = Post.objects.get_or_create(kind=kind, unit=unit, title=title)
    held = post.appointments.select_for_update().filter(user=person)
    overlapping = held.exclude(ends_on__lt=starts_on)
    if ends_on is not None:
        overlapping = overlapping.exclude(starts_on__gt=ends_on)
    if overlapping.exists():
        raise ValueError(
            f"{person.name} already holds the post “{title}” for some of these days: end that first"
        )
    appointment = Appointment.objects.create(
        post=post, user=person, starts_on=starts_on, ends_on=ends_on
    )
    audit.record(
        "appointed",
        appointment,
        by=by,
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat() if ends_on else None,
    )
    return appointment


@transaction.atomic
def end_appointment(*, appointment: Appointment, ends_on: date, by: User | None) -> Appointment:
    """Somebody's last day in a post is set. Raises ValueError before their first."""
    if ends_on < appointment.starts_on:
        raise ValueError(f"The last day cannot be before the first, {appointment.starts_on}")
    was, appointment.ends_on = appointment.ends_on, ends_on
    appointment.save(update_fields=["ends_on"])
    audit.record(
        "ended appointment",
        appointment,
        by=by,
        ends_on=ends_on.isoformat(),
        was=was.isoformat() if was else None,
    )
    return appointment


@transaction.atomic
def establish_committee(
    *, code: str, name: str, kind: str, starts_on: date, by: User | None
) -> Committee:
    """A body of Members exists from a day on."""
    committee = Committee.objects.create(code=code, name=name, kind=kind, starts_on=starts_on)
    audit.record("established committee", committee, by=by)
    return committee
