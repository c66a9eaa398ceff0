"""Somebody leaves: their posts, places and seats end, and what they answer for goes to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from assurance.services.seats import end_seat
from core import audit
from core.refusals import Refused
from dashboards.queries.responsibilities import responsibilities
from escalation.services.plans import hand_over_actions
from indicators.services.accountability import reassign_indicators
from organisation.models.people import User
from organisation.services.bodies import end_membership
from organisation.services.people import end_appointment
from strategy.services import hand_over_milestones


@dataclass(frozen=True, slots=True)
class Left:
    """How much went over, and how much ended."""

    indicators: int
    milestones: int
    actions: int
    ended: int


@transaction.atomic
def hand_over_and_leave(
    *, person: User, ends_on: date, heir: User | None, reason: str, today: date, by: User
) -> Left:
    """A person's posts, places and seats end on a day; from now on another answers for what was theirs.

    What goes over goes today, so that nothing is nobody's; the posts end on their day. What was agreed
    at a meeting keeps the name in which it was agreed: whoever answers for its indicator reports on it.
    Raises Refused where something cannot be nobody's and no heir is named, and as its steps do.
    """
    held = responsibilities(person, on=today)
    if held.need_an_heir and heir is None:
        raise Refused("Choose who takes over the indicators and milestones", field="heir")
    moved = milestones = actions = 0
    if heir is not None:
        if held.indicators:
            moved = len(
                reassign_indicators(
                    from_user=person,
                    to_user=heir,
                    references=[each.reference for each in held.indicators],
                    reason=reason,
                    by=by,
                )
            )
        milestones = len(hand_over_milestones(from_user=person, to_user=heir, by=by))
        actions = len(hand_over_actions(from_user=person, to_user=heir, by=by))
    ended = 0
    for appointment in held.appointments:
        if appointment.ends_on is None or appointment.ends_on > ends_on:
            end_appointment(
                appointment=appointment, ends_on=max(ends_on, appointment.starts_on), by=by
            )
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
