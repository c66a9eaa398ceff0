"""What may be asked about units and posts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from organisation.clock import now
from organisation.models import (
    Appointment,
    Job,
    Notice,
    NoticePreference,
    Placement,
    Post,
    User,
)
from organisation.rules import Branch, PostKind, Tree, UnitTier

JOBS_TOLD_FOR = timedelta(days=14)  # finished work is old news after that


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


def officers_who_can_sign_in(*, on: date) -> list[User]:
    """The performance officers of a day who have not left and have chosen a password."""
    return [
        person
        for person in holders(PostKind.PERFORMANCE_OFFICER, on=on)
        if person.is_active and person.has_usable_password()
    ]


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


def recent_jobs(user: User, *, most: int = 5) -> list[Job]:
    """The latest work this person asked for, newest first: under way, or finished of late."""
    since = now() - JOBS_TOLD_FOR
    told = Q(finished_at__isnull=True) | Q(finished_at__gte=since)
    return list(Job.objects.filter(told, requested_by=user)[:most])


def owed_a_digest(*, today: date) -> list[int]:
    """Who wants one e-mail a day, had none on this day, and is owed a notice."""
    waiting = Notice.objects.unsent().filter(
        recipient__notice_preference__how=NoticePreference.How.DAILY
    )
    waiting = waiting.exclude(recipient__notice_preference__digest_on__gte=today)
    return list(waiting.order_by("recipient").values_list("recipient_id", flat=True).distinct())
