"""What is done about units and committees."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from core import audit
from core.dates import as_date
from organisation.models.people import User
from organisation.models.units import Committee, Placement, Unit
from organisation.rules import UnitTier

# The day counties of this shape began (Local Government Act 1972): no figure is for a day before.
BEFORE_ANY_FIGURE = date(1974, 4, 1)


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
            f"{unit.code} has stood as {present.name!r} since {as_date(present.starts_on)}: give a"
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
def establish_committee(
    *, code: str, name: str, kind: str, starts_on: date, by: User | None
) -> Committee:
    """A body of Members exists from a day on."""
    committee = Committee.objects.create(code=code, name=name, kind=kind, starts_on=starts_on)
    audit.record("established committee", committee, by=by)
    return committee
