"""What is done about people and the posts they hold."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from organisation import audit
from organisation.models import Appointment, Post, Unit, User
from organisation.rules import PostKind


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
