"""What is done about people and the posts they hold."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date

from django.db import transaction

from core import audit
from core.dates import as_date
from core.refusals import Refused
from organisation.models.people import Appointment, Post, User
from organisation.models.units import Unit
from organisation.queries import last_day_of, officers_who_can_sign_in
from organisation.rules import PostKind, UnitTier
from organisation.services.officers import leaving_an_officer
from organisation.services.units import BEFORE_ANY_FIGURE, found_unit


@transaction.atomic
def register_person(*, email: str, name: str, by: User | None) -> User:
    """A person may be appointed to posts. They choose their own password by e-mail.

    Raises Refused for an address that is somebody's already.
    """
    _refuse_taken(email)
    person = User.objects.create_user(email, name)
    audit.record("registered person", person, by=by)
    return person


@transaction.atomic
def rename_person(*, person: User, name: str, by: User | None) -> User:
    """A person goes by another name. Records of what they did keep the name they had then."""
    was, person.name = person.name, name
    person.save(update_fields=["name"])
    audit.record("renamed person", person, by=by, was=was)
    return person


@transaction.atomic
def change_address(*, person: User, email: str, by: User | None) -> User:
    """A person signs in, and is written to, by another address. Raises Refused for one that is taken."""
    email = email.strip().lower()
    if email == person.email:
        return person
    _refuse_taken(email)
    was, person.email = person.email, email
    person.save(update_fields=["email"])
    audit.record("changed address", person, by=by, was=was, email=email)
    return person


def _refuse_taken(email: str) -> None:
    holder = User.objects.filter(email__iexact=email.strip()).first()
    if holder is not None:
        raise Refused(f"{holder.email} is {holder.name}’s: a person has one address", field="email")


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

    Raises Refused where they hold the same post for some of those days already, where the last day is
    before the first, and where the unit closes before the last day.
    """
    if ends_on is not None and ends_on < starts_on:
        raise Refused(
            f"{person.name} cannot leave on {ends_on}, before {starts_on}", field="ends_on"
        )
    closes_on = last_day_of(unit)
    if closes_on is not None and (ends_on or date.max) > closes_on:
        raise Refused(
            f"{unit.name} closes on {as_date(closes_on)}: end the post by then", field="ends_on"
        )
    title = title or f"{kind.label}, {unit.name}"
    post, _ = Post.objects.get_or_create(kind=kind, unit=unit, title=title)
    held = post.appointments.select_for_update().filter(user=person)
    overlapping = held.exclude(ends_on__lt=starts_on)
    if ends_on is not None:
        overlapping = overlapping.exclude(starts_on__gt=ends_on)
    if overlapping.exists():
        raise Refused(
            f"{person.name} already holds the post “{title}” for some of these days: end that first",
            field="starts_on",
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
def appoint_first_officer(
    *, email: str, name: str, council: str, council_code: str, today: date, by: User | None
) -> Appointment:
    """Somebody may begin: a performance officer of the council, which is founded where there is none.

    For an empty database, and for one whose officers have all left or never came in; the same
    person again keeps what they hold, and that they were let in again is on record. Raises ValueError where a performance officer can sign in,
    who can do all that this would; and where the address is a leaver's, or another name's.
    """
    for officer in officers_who_can_sign_in(on=today):
        raise ValueError(
            f"{officer.name} is performance officer and can sign in: no first one is needed. Where"
            " that is nobody's any more, end it in people.csv (import_people) and try again"
        )
    if not name.strip():
        raise ValueError("Write the person's name after the e-mail address")
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        person = register_person(email=email, name=name, by=by)
    elif not person.is_active:
        raise ValueError(f"{person.email} belongs to {person.name}, who has left: name another")
    elif person.name != name.strip():
        raise ValueError(f"{person.email} belongs to {person.name}: write that name")
    unit = Unit.objects.filter(tier=UnitTier.COUNCIL).order_by("pk").first()
    if unit is None:
        unit = found_unit(
            code=council_code,
            name=council,
            tier=UnitTier.COUNCIL,
            parent=None,
            starts_on=BEFORE_ANY_FIGURE,
            by=by,
        )
    held = Appointment.objects.held_on(today).filter(
        user=person, post__kind=PostKind.PERFORMANCE_OFFICER, post__unit=unit
    )
    appointment = held.select_related("post__unit", "user").first() or appoint(
        person=person, kind=PostKind.PERFORMANCE_OFFICER, unit=unit, starts_on=today, by=by
    )
    audit.record("let in first performance officer", person, by=by, unit=unit.code)
    return appointment


@transaction.atomic
def end_appointment(
    *, appointment: Appointment, ends_on: date | None, by: User | None
) -> Appointment:
    """Somebody's last day in a post is set, or, without a day, they hold it on.

    Raises Refused before their first day, where they hold the same post again by then, where its unit
    closes before, and where no performance officer who can sign in would be left.
    """
    post, was = appointment.post, appointment.ends_on
    if ends_on is not None and ends_on < appointment.starts_on:
        raise Refused(
            f"The last day cannot be before the first, {appointment.starts_on}", field="ends_on"
        )
    again = post.appointments.filter(user=appointment.user, starts_on__gt=appointment.starts_on)
    next_one = again.order_by("starts_on").first()
    if next_one is not None and (ends_on is None or ends_on >= next_one.starts_on):
        raise Refused(
            f"{appointment.user.name} holds it again from {as_date(next_one.starts_on)}: give a day"
            " before that",
            field="ends_on",
        )
    closes_on = last_day_of(post.unit)
    if ends_on is None and closes_on is not None:
        raise Refused(
            f"{post.unit.name} closes on {as_date(closes_on)}: end the post by then",
            field="ends_on",
        )
    with leaving_an_officer(after=ends_on) if ends_on else nullcontext():
        appointment.ends_on = ends_on
        appointment.save(update_fields=["ends_on"])
    audit.record(
        "ended appointment" if ends_on else "let appointment go on",
        appointment,
        by=by,
        ends_on=ends_on.isoformat() if ends_on else None,
        was=was.isoformat() if was else None,
    )
    return appointment
