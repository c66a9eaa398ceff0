"""Seating people on PAT and DAT."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from assurance.models.teams import Seat, Team
from assurance.queries.seats import why_unfit
from assurance.rights import is_secretariat
from assurance.rules import APART, SeatKind, overlaps
from core import audit
from core.dates import as_date
from core.refusals import Refused
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import posts_held, tree_on
from organisation.rules import UnitTier


@transaction.atomic
def seat(
    *,
    team: Team,
    user: User,
    kind: SeatKind,
    unit: Unit | None = None,
    starts_on: date,
    ends_on: date | None = None,
    by: User | None,
) -> Seat:
    """A person has a place on a team from a day on, until another if given, both included.

    The chair holds the post that chairs the team; a director holds such a post in the directorate
    they speak for; a NED is staff: neither a director nor a Member. No two chair a team, or speak
    on it for one directorate, on one day; nobody has two seats on a team; nobody but an officer in
    support sits on both teams at once. Raises Refused, in words, otherwise.
    """
    _refuse_unauthorised(by)
    # One seating at a time, so that two at once cannot each miss the other.
    list(Team.objects.select_for_update().order_by("pk"))
    _refuse_wrong_days(team, starts_on, ends_on)
    _refuse_unfit(team, user, kind, unit, starts_on)
    _refuse_clashes(team, user, kind, unit, starts_on, ends_on)
    row = Seat.objects.create(
        team=team, user=user, kind=kind, unit=unit, starts_on=starts_on, ends_on=ends_on
    )
    audit.record(
        "seated",
        row,
        by=by,
        team=team.code,
        kind=kind.value,
        directorate=unit.code if unit else None,
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat() if ends_on else None,
    )
    return row


@transaction.atomic
def change_seat(*, seat: Seat, starts_on: date, ends_on: date | None, by: User | None) -> Seat:
    """Somebody has a seat between other days, or until no day that is set.

    Who sits where does not change: that is another seat. Saying the same again changes and records
    nothing. Raises Refused as for a new seat.
    """
    _refuse_unauthorised(by)
    list(Team.objects.select_for_update().order_by("pk"))
    row = Seat.objects.select_related("team", "user", "unit").get(pk=seat.pk)
    was = row.starts_on, row.ends_on
    if was == (starts_on, ends_on):
        return row
    kind = SeatKind(row.kind)
    _refuse_wrong_days(row.team, starts_on, ends_on)
    if starts_on != row.starts_on:
        _refuse_unfit(row.team, row.user, kind, row.unit, starts_on)
    _refuse_clashes(row.team, row.user, kind, row.unit, starts_on, ends_on, besides=row)
    row.starts_on, row.ends_on = starts_on, ends_on
    row.save(update_fields=["starts_on", "ends_on"])
    audit.record(
        "changed seat",
        row,
        by=by,
        was=[day.isoformat() if day else "no day" for day in was],
        becomes=[day.isoformat() if day else "no day" for day in (starts_on, ends_on)],
    )
    return row


@transaction.atomic
def end_seat(*, seat: Seat, ends_on: date, by: User | None) -> Seat:
    """Somebody's last day in a seat is set. Raises Refused before their first."""
    _refuse_unauthorised(by)
    list(Team.objects.select_for_update().order_by("pk"))
    row = Seat.objects.select_for_update().get(pk=seat.pk)
    if ends_on < row.starts_on:
        raise Refused("The last day cannot be before the first", field="ends_on")
    was, row.ends_on = row.ends_on, ends_on
    if was is not None and ends_on > was:
        _refuse_wrong_days(row.team, row.starts_on, ends_on)
        _refuse_clashes(
            row.team, row.user, SeatKind(row.kind), row.unit, row.starts_on, ends_on, besides=row
        )
    row.save(update_fields=["ends_on"])
    audit.record(
        "ended seat",
        row,
        by=by,
        ends_on=ends_on.isoformat(),
        was=was.isoformat() if was else None,
    )
    return row


def _refuse_unauthorised(by: User | None) -> None:
    if by is not None and not is_secretariat(by):
        raise PermissionDenied("Performance officers seat people on PAT and DAT")


def _refuse_wrong_days(team: Team, starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Refused("The last day cannot be before the first", field="ends_on")
    if team.starts_on is not None and starts_on < team.starts_on:
        said = f"{team.short} exists from {as_date(team.starts_on)}: enter that day or a later one"
        raise Refused(said, field="starts_on")
    if team.ends_on is not None and (ends_on is None or ends_on > team.ends_on):
        said = f"{team.short} ends on {as_date(team.ends_on)}: enter a last day by then"
        raise Refused(said, field="ends_on")


def _refuse_unfit(
    team: Team, user: User, kind: SeatKind, unit: Unit | None, starts_on: date
) -> None:
    if (kind is SeatKind.DIRECTOR) != (unit is not None):
        raise Refused(
            "Choose a directorate for a nominated director, and for no other seat", field="unit"
        )
    if unit is not None and unit.tier != UnitTier.DIRECTORATE:
        raise Refused(f"{unit} is not a directorate: name one", field="unit")
    posts, tree = posts_held(user, on=starts_on), tree_on(starts_on)
    if why := why_unfit(team, user, kind, unit, posts, tree):
        raise Refused(why, field="user")


def _refuse_clashes(
    team: Team,
    user: User,
    kind: SeatKind,
    unit: Unit | None,
    starts_on: date,
    ends_on: date | None,
    *,
    besides: Seat | None = None,
) -> None:
    others = Seat.objects.exclude(pk=besides.pk) if besides else Seat.objects.all()
    for other in others.select_related("team", "user", "unit"):
        if not overlaps(starts_on, ends_on, other.starts_on, other.ends_on):
            continue
        if other.team_id == team.pk:
            _refuse_within_team(other, user, kind, unit)
        elif other.user_id == user.pk and kind in APART and other.kind in APART:
            raise Refused(
                f"{user} has a seat on {other.team.short} for some of these days: nobody may "
                f"sit on both PAT and DAT",
                field="user",
            )


def _refuse_within_team(other: Seat, user: User, kind: SeatKind, unit: Unit | None) -> None:
    team = other.team.short
    if other.user_id == user.pk:
        said = f"{user} has a seat on {team} for some of these days: end that first"
        raise Refused(said, field="user")
    if kind is SeatKind.CHAIR and other.kind == SeatKind.CHAIR:
        said = f"{other.user} chairs {team} for some of these days: end that first"
        raise Refused(said, field="kind")
    if unit is not None and other.unit_id == unit.pk:
        raise Refused(
            f"{other.user} is the director for {unit} on {team} for some of these days: end "
            f"that first",
            field="unit",
        )
