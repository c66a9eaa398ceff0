"""Units merged, split and closed: what organisation does, and what follows in the apps above it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from assurance.services.seats import end_seat
from core.refusals import Refused
from dashboards.queries.restructure import own_indicators, seats_beyond
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.services import units as organisation
from organisation.services.units import NewUnit


@transaction.atomic
def close_unit_and_seats(
    *, unit: Unit, ends_on: date, successor: Unit | None, posts_go_along: bool, by: User
) -> Unit:
    """A unit closes, its directors' seats end with it, and no indicator is left without a unit.

    Raises Refused where it is still measured and no unit takes over, and as `close_unit` does.
    """
    measured = own_indicators(unit, after=ends_on)
    if successor is None and measured:
        raise Refused(
            f"{measured[0].reference} is {unit.name}’s own: say which unit takes over, or end the"
            " indicator first",
            field="successor",
        )
    organisation.close_unit(
        unit=unit, ends_on=ends_on, successor=successor, posts_go_along=posts_go_along, by=by
    )
    _end_seats(unit, ends_on, by)
    return unit


@transaction.atomic
def merge_units_and_seats(
    *,
    units: Sequence[Unit],
    into: NewUnit | Unit,
    starts_on: date,
    posts_go_along: bool,
    by: User,
) -> Unit:
    """Units are one from a day on, and the seats of those that close end the day before."""
    one = organisation.merge_units(
        units=units, into=into, starts_on=starts_on, posts_go_along=posts_go_along, by=by
    )
    for unit in units:
        if unit != one:
            _end_seats(unit, starts_on - timedelta(days=1), by)
    return one


@transaction.atomic
def split_unit_and_seats(
    *,
    unit: Unit,
    into: Sequence[NewUnit],
    heir: str,
    starts_on: date,
    posts_go_along: bool,
    by: User,
) -> list[Unit]:
    """A unit is several from a day on, and its seats end the day before."""
    made = organisation.split_unit(
        unit=unit,
        into=into,
        heir=heir,
        starts_on=starts_on,
        posts_go_along=posts_go_along,
        by=by,
    )
    _end_seats(unit, starts_on - timedelta(days=1), by)
    return made


def _end_seats(unit: Unit, ends_on: date, by: User) -> None:
    """Nobody speaks for a directorate that is no more."""
    for seat in seats_beyond(unit, ends_on):
        end_seat(seat=seat, ends_on=max(ends_on, seat.starts_on), by=by)
