"""Somebody leaves: their posts, places and seats end, and what they answer for goes to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse

from assurance.services.seats import end_seat
from core import audit
from core.clock import now
from core.dates import as_date
from core.refusals import Refused
from core.services.notices import owe_notice
from dashboards.queries.responsibilities import Responsibilities, responsibilities
from escalation.services.plans import hand_over_actions
from indicators.services.accountability import reassign_indicators
from organisation.models.departures import Departure
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.queries import people_with
from organisation.services.bodies import end_membership
from organisation.services.people import end_appointment
from strategy.services.plan import hand_over_milestones


@dataclass(frozen=True, slots=True)
class Left:
    """How much went over by now, and how much ends."""

    indicators: int
    milestones: int
    actions: int
    ended: int


@transaction.atomic
def hand_over_and_leave(
    *, person: User, ends_on: date, heir: User | None, reason: str, today: date, by: User
) -> Left:
    """A person's posts, places and seats end on a day; from the day after another answers for what was theirs.

    Where that day is today or over, what goes over goes at once; else on the day after
    (`make_due_departures`), until when it can be taken back. What was agreed at a meeting keeps the
    name in which it was agreed: whoever answers for its indicator reports on it. Raises Refused where
    something cannot be nobody's and no heir is named, where they are to leave already, and as its
    steps do.
    """
    held = responsibilities(person, on=today)
    if held.need_an_heir and heir is None:
        raise Refused("Choose who takes over the indicators and milestones", field="heir")
    if waiting := Departure.objects.select_for_update().to_come().filter(person=person).first():
        raise Refused(
            f"{person.name} already leaves on {as_date(waiting.last_day)}: take that back first",
            field="ends_on",
        )
    moved = milestones = actions = 0
    if ends_on > today:
        Departure.objects.create(
            person=person, heir=heir, last_day=ends_on, reason=reason.strip(), asked_by=by
        )
    elif heir is not None:
        moved, milestones, actions = _go_over(held, heir, reason, by)
    ended = _end_all(held, ends_on, by)
    audit.record(
        "handed over and left",
        person,
        by=by,
        ends_on=ends_on.isoformat(),
        to=heir.name if heir else None,
        indicators=moved,
        milestones=milestones,
        actions=actions,
        reason=reason,
    )
    return Left(moved, milestones, actions, ended)


def _go_over(
    held: Responsibilities, heir: User, reason: str, by: User | None
) -> tuple[int, int, int]:
    """What is in a person's name is another's from now on; how many indicators, milestones, actions."""
    person, moved = held.person, 0
    if held.indicators:
        references = [each.reference for each in held.indicators]
        moved = len(
            reassign_indicators(
                from_user=person, to_user=heir, references=references, reason=reason, by=by
            )
        )
    milestones = hand_over_milestones(from_user=person, to_user=heir, by=by)
    actions = hand_over_actions(from_user=person, to_user=heir, by=by)
    return moved, len(milestones), len(actions)


def _end_all(held: Responsibilities, ends_on: date, by: User) -> int:
    """Posts, places and seats that go on beyond a day end on it; how many."""
    ended = 0
    for appointment in held.appointments:
        if appointment.ends_on is None or appointment.ends_on > ends_on:
            last = max(ends_on, appointment.starts_on)
            end_appointment(appointment=appointment, ends_on=last, by=by)
            ended += 1
    for membership in held.memberships:
        if membership.ends_on is None or membership.ends_on > ends_on:
            last = max(ends_on, membership.starts_on)
            end_membership(membership=membership, ends_on=last, by=by)
            ended += 1
    for seat in held.seats:
        if seat.ends_on is None or seat.ends_on > ends_on:
            end_seat(seat=seat, ends_on=max(ends_on, seat.starts_on), by=by)
            ended += 1
    return ended


def make_due_departures(*, today: date) -> int:
    """Whoever's last day has passed has handed over; returns how many did.

    Where that cannot be (whoever was to take over has left too), it says why, the performance team
    is told once, and it is tried again.
    """
    keys = Departure.objects.owed(today).values_list("pk", flat=True)
    return sum(_make_due(key, today) for key in list(keys))


@transaction.atomic
def _make_due(key: int, today: date) -> bool:
    rows = Departure.objects.owed(today).select_for_update(of=("self",))
    departure = rows.select_related("person", "heir").filter(pk=key).first()
    if departure is None:
        return False  # another round made it meanwhile
    person, heir = departure.person, departure.heir
    try:
        with transaction.atomic():
            held = responsibilities(person, on=today)
            if held.need_an_heir and heir is None:
                raise Refused("Nobody was named to take over its indicators and milestones")
            moved = _go_over(held, heir, departure.reason, None) if heir else (0, 0, 0)
            departure.made_at, departure.problem = now(), ""
            departure.save(update_fields=["made_at", "problem"])
            names = ("indicators", "milestones", "actions")
            audit.record(
                "took over",
                person,
                by=None,
                to=heir.name if heir else None,
                **dict(zip(names, moved, strict=True)),
            )
    except ValueError as refusal:
        departure.made_at, departure.problem = None, str(refusal)[:500]
        departure.save(update_fields=["problem"])
        for officer in people_with(Permission.MANAGE_FRAMEWORK, on=today):
            owe_notice(
                key=f"departure-failed:{departure.pk}:{officer.pk}",
                recipient=officer,
                subject=f"The work of {person.name} could not be handed over",
                body=f"Their last day was {as_date(departure.last_day)}. {departure.problem}",
                address=reverse("set_up_person", args=[person.pk]),
            )
        return False
    return True


@transaction.atomic
def drop_departure(*, departure: Departure, reason: str, by: User) -> Departure:
    """Nothing goes over after all. The last days of posts, places and seats stay set.

    Dropping it again changes nothing. Raises Refused once it was made.
    """
    row = Departure.objects.select_for_update(of=("self",)).get(pk=departure.pk)
    if row.made_at is not None:
        raise Refused(f"It was handed over on {as_date(row.made_at)}: hand it back instead")
    if row.dropped_at is None:
        row.dropped_at = now()
        row.save(update_fields=["dropped_at"])
        audit.record(
            "took back departure",
            row.person,
            by=by,
            last_day=row.last_day.isoformat(),
            reason=reason.strip(),
        )
    return row
