"""What is done about units: founded, renamed, moved, merged, split and closed, each from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from core import audit
from core.clock import localdate
from core.dates import as_date
from core.refusals import Refused
from organisation.models.people import Appointment, Post, User
from organisation.models.units import Placement, Unit
from organisation.queries import appointments_beyond, last_day_of, parts_beyond
from organisation.rules import DIRECTING, PostKind, UnitTier
from organisation.services.officers import leaving_an_officer

# The day counties of this shape began (Local Government Act 1972): no figure is for a day before.
BEFORE_ANY_FIGURE = date(1974, 4, 1)


@transaction.atomic
def found_unit(
    *, code: str, name: str, tier: UnitTier, parent: Unit | None, starts_on: date, by: User | None
) -> Unit:
    """A unit that did not exist before stands in its place from its first day.

    Raises ValueError where the parent does not stand above it, or not on that day, and Refused where
    the code is a unit's, however it is written.
    """
    _refuse_wrong_parent(name, tier, parent)
    _refuse_closed_parent(name, parent, starts_on)
    unit = Unit.objects.create(code=_unused(code), tier=tier, name=name, parent=parent)
    Placement.objects.create(unit=unit, name=name, parent=parent, starts_on=starts_on)
    audit.record("founded unit", unit, by=by, code=code, parent=parent.code if parent else None)
    return unit


@transaction.atomic
def place_unit(
    *, unit: Unit, name: str, parent: Unit | None, starts_on: date, by: User | None
) -> Placement:
    """From a day on, a unit is called and stands otherwise. What it was stays on record.

    A day to come is waited for: until then the unit is what it is (`bring_units_up_to_date`). Raises
    ValueError where the day is not after the present placement began, where the unit has closed, or
    where the parent does not stand above it on that day. A unit whose name and parent stay as they
    are keeps its placement.
    """
    _refuse_wrong_parent(name, UnitTier(unit.tier), parent)
    present = unit.placements.select_for_update().filter(ends_on__isnull=True).first()
    if present is None:
        raise Refused(
            f"{unit.name} closes on {as_date(last_day_of(unit))}: set it up again as a new unit instead"
        )
    if (present.name, present.parent) == (name, parent):
        return present
    if starts_on <= present.starts_on:
        raise Refused(
            f"{unit.code} has stood as {present.name!r} since {as_date(present.starts_on)}: give a"
            " later day for the change",
            field="starts_on",
        )
    _refuse_closed_parent(name, parent, starts_on)
    present.ends_on = starts_on - timedelta(days=1)
    present.save(update_fields=["ends_on"])
    placement = Placement.objects.create(unit=unit, name=name, parent=parent, starts_on=starts_on)
    if starts_on <= localdate():
        _take_up(unit, placement)
    audit.record(
        "placed unit",
        unit,
        by=by,
        name=name,
        was=present.name,
        part_of=parent.code if parent else None,
        was_part_of=present.parent.code if present.parent else None,
        starts_on=starts_on.isoformat(),
    )
    return placement


@transaction.atomic
def take_back(*, unit: Unit, reason: str, by: User | None) -> Unit:
    """What was settled last for a unit, and is still to come, is not done: it closes not, or stays as it is.

    What went along with a close (its parts, its posts) stays as settled. Raises Refused where nothing is
    to come, and where what it is part of now closes.
    """
    today = localdate()
    rows = list(unit.placements.select_for_update().order_by("-starts_on")[:2])
    latest = rows[0]
    closes_on, successor = latest.ends_on, unit.successor
    if closes_on is not None and closes_on >= today:
        _refuse_closed_parent(unit.name, latest.parent, closes_on)
        latest.ends_on, unit.successor = None, None
        latest.save(update_fields=["ends_on"])
        unit.save(update_fields=["successor"])
        what = {"closes_on": closes_on.isoformat(), "successor": successor and successor.code}
    elif closes_on is None and latest.starts_on > today and len(rows) > 1:
        before = rows[1]
        _refuse_closed_parent(before.name, before.parent, latest.starts_on)
        what = {"name": latest.name, "starts_on": latest.starts_on.isoformat()}
        latest.delete()
        before.ends_on = None
        before.save(update_fields=["ends_on"])
    else:
        raise Refused(f"No change is planned for {unit.name}")
    audit.record("took back change of unit", unit, by=by, reason=reason.strip(), **what)
    return unit


def _take_up(unit: Unit, placement: Placement) -> None:
    unit.name, unit.parent = placement.name, placement.parent
    unit.save(update_fields=["name", "parent"])


@transaction.atomic
def bring_units_up_to_date(*, today: date) -> list[Unit]:
    """Every unit is called, and stands, as was settled for today. Returns those that were otherwise."""
    changed = []
    for placement in Placement.objects.on(today).select_related("unit", "parent"):
        unit = placement.unit
        if (unit.name, unit.parent_id) != (placement.name, placement.parent_id):
            was = unit.name
            _take_up(unit, placement)
            audit.record("brought unit up to date", unit, by=None, name=unit.name, was=was)
            changed.append(unit)
    return changed


def _refuse_wrong_parent(name: str, tier: UnitTier, parent: Unit | None) -> None:
    if tier is UnitTier.COUNCIL:
        if parent is not None:
            raise ValueError(f"{name} is the council: leave its parent empty")
        return
    if parent is None:
        raise ValueError(f"{name} is a {tier}: name the unit it is part of")
    if UnitTier(parent.tier).depth >= tier.depth:
        raise ValueError(
            f"{name} is a {tier} and cannot be part of {parent.name}, a {parent.tier}: name a "
            f"unit that is higher"
        )


def _refuse_closed_parent(name: str, parent: Unit | None, starts_on: date) -> None:
    """A part belongs to what stands: begun by that day (where one was given), and not to close."""
    if parent is None:
        return
    spans = list(parent.placements.all())
    first = min((each.starts_on for each in spans), default=starts_on)
    if first > starts_on > BEFORE_ANY_FIGURE:
        raise Refused(
            f"{parent.name} exists only from {as_date(first)}: give that day or a later one for {name}",
            field="starts_on",
        )
    if spans and (last := max(spans, key=lambda each: each.starts_on).ends_on):
        raise Refused(
            f"{parent.name} closes on {as_date(last)}: name a unit that stays open for {name}",
            field="parent",
        )


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that is to be founded: its code, its name, and which parts come to it."""

    code: str
    name: str
    parts: Sequence[Unit] = ()


@transaction.atomic
def close_unit(
    *,
    unit: Unit,
    ends_on: date,
    successor: Unit | None,
    posts_go_along: bool = False,
    by: User | None,
) -> Unit:
    """A unit stands for the last time on a day; its successor takes over the day after.

    What is part of it becomes part of its successor. Its posts end with it; where they go along, those
    who hold them hold the same posts of the successor from the day after, but for directors: the
    successor has its own. Indicators keep their unit, and are found under the successor from then on
    (`Tree`). Raises Refused where something is part of it and no successor is named, where the
    successor does not stand on the day after, or cannot hold its parts, for the council, and where no
    performance officer who can sign in would be left.
    """
    placement = unit.placements.select_for_update().filter(ends_on__isnull=True).first()
    if unit.tier == UnitTier.COUNCIL:
        raise Refused("The council itself does not close")
    if placement is None:
        raise Refused(f"{unit.name} closes on {as_date(last_day_of(unit))} already")
    if ends_on < placement.starts_on:
        raise Refused(
            f"{unit.name} has been as it is from {as_date(placement.starts_on)}: its last day cannot"
            " be before that",
            field="ends_on",
        )
    after = ends_on + timedelta(days=1)
    _refuse_wrong_successor(unit, successor, after)
    for part in parts_beyond(unit, ends_on):
        if successor is None:
            raise Refused(
                f"{part.name} is part of {unit.name}: say which unit takes over, or move it first",
                field="successor",
            )
        present = part.placements.get(ends_on__isnull=True)
        place_unit(unit=part, name=present.name, parent=successor, starts_on=after, by=by)
    with leaving_an_officer(after=ends_on):
        for appointment in appointments_beyond(unit, ends_on):
            _close_appointment(appointment, ends_on, successor if posts_go_along else None, by)
    placement.ends_on = ends_on
    placement.save(update_fields=["ends_on"])
    unit.successor = successor
    unit.save(update_fields=["successor"])
    audit.record(
        "closed unit",
        unit,
        by=by,
        ends_on=ends_on.isoformat(),
        successor=successor.code if successor else None,
    )
    return unit


def _refuse_wrong_successor(unit: Unit, successor: Unit | None, after: date) -> None:
    if successor is None:
        return
    if successor == unit:
        raise Refused(f"{unit.name} cannot take over from itself", field="successor")
    if UnitTier(successor.tier).depth > UnitTier(unit.tier).depth:
        raise Refused(
            f"{successor.name} is a {successor.tier} and cannot take over from a {unit.tier}: "
            f"name a"
            " unit as high",
            field="successor",
        )
    _refuse_closed_parent(f"what is {unit.name}’s", successor, after)


def _close_appointment(
    appointment: Appointment, ends_on: date, successor: Unit | None, by: User | None
) -> None:
    """It ends with its unit, or is for the same post of the successor from the day after."""
    post, was, after = appointment.post, appointment.ends_on, ends_on + timedelta(days=1)
    is_ahead = appointment.starts_on > ends_on
    if is_ahead:
        # It would begin when there is no such post any more: it never does.
        appointment.delete()
    else:
        appointment.ends_on = ends_on
        appointment.save(update_fields=["ends_on"])
    audit.record(
        "ended appointment",
        appointment if not is_ahead else post,
        by=by,
        person=appointment.user.name,
        ends_on=ends_on.isoformat(),
        was=was.isoformat() if was else None,
        reason=f"{post.unit.name} closes",
    )
    if successor is None or PostKind(post.kind) in DIRECTING:
        return
    title = post.title.replace(post.unit.name, successor.name)
    new, _ = Post.objects.get_or_create(kind=post.kind, unit=successor, title=title)
    starts_on = max(appointment.starts_on, after)
    overlapping = new.appointments.filter(user=appointment.user).exclude(ends_on__lt=starts_on)
    if not overlapping.exists():
        held = Appointment.objects.create(
            post=new, user=appointment.user, starts_on=starts_on, ends_on=was
        )
        audit.record("appointed", held, by=by, starts_on=starts_on.isoformat())


@transaction.atomic
def merge_units(
    *,
    units: Sequence[Unit],
    into: NewUnit | Unit,
    starts_on: date,
    posts_go_along: bool = False,
    by: User | None,
) -> Unit:
    """From a day on several units are one: a new one, or one of those that stand.

    Until then each stands as it did, and reports and dashboards of quarters before keep them. Raises
    Refused where there is one only, where they are of different tiers, and as `close_unit` does.
    """
    going = [each for each in units if each != into]
    if len({*units, *([into] if isinstance(into, Unit) else [])}) < 2:
        raise Refused("Choose at least two units to merge", field="units")
    if len({each.tier for each in units}) > 1:
        raise Refused("Choose units of one tier", field="units")
    first = going[0]
    if isinstance(into, NewUnit) and len({each.parent_id for each in going}) > 1:
        raise Refused("Choose units that are parts of the same unit", field="units")
    one = (
        into
        if isinstance(into, Unit)
        else found_unit(
            code=_unused(into.code),
            name=into.name,
            tier=UnitTier(first.tier),
            parent=first.placements.get(ends_on__isnull=True).parent,
            starts_on=starts_on,
            by=by,
        )
    )
    for each in going:
        close_unit(
            unit=each,
            ends_on=starts_on - timedelta(days=1),
            successor=one,
            posts_go_along=posts_go_along,
            by=by,
        )
    audit.record(
        "merged units",
        one,
        by=by,
        units=[each.code for each in units],
        starts_on=starts_on.isoformat(),
    )
    return one


@transaction.atomic
def split_unit(
    *,
    unit: Unit,
    into: Sequence[NewUnit],
    heir: str,
    starts_on: date,
    posts_go_along: bool = False,
    by: User | None,
) -> list[Unit]:
    """From a day on a unit is several, among which its parts are shared out.

    What is its own, and any part that is named for none, goes to the heir, one of the new units by its
    code. Raises Refused for fewer than two, a part named twice or not its own, and as `close_unit` does.
    """
    if len(into) < 2:
        raise Refused("Name at least two new units")
    if heir not in {each.code for each in into}:
        raise Refused("Say which of the new units takes what is the old one’s own", field="heir")
    parts = [part for each in into for part in each.parts]
    for part in parts:
        if parts.count(part) > 1:
            raise Refused(f"{part.name} is named for two of the new units: leave it to one")
    own = parts_beyond(unit, starts_on - timedelta(days=1))
    for part in parts:
        if part not in own:
            raise Refused(f"{part.name} is not part of {unit.name}")
    parent = unit.placements.get(ends_on__isnull=True).parent if unit.parent_id else None
    found = {
        each.code: found_unit(
            code=_unused(each.code),
            name=each.name,
            tier=UnitTier(unit.tier),
            parent=parent,
            starts_on=starts_on,
            by=by,
        )
        for each in into
    }
    for each in into:
        for part in each.parts:
            name = part.placements.get(ends_on__isnull=True).name
            place_unit(unit=part, name=name, parent=found[each.code], starts_on=starts_on, by=by)
    close_unit(
        unit=unit,
        ends_on=starts_on - timedelta(days=1),
        successor=found[heir],
        posts_go_along=posts_go_along,
        by=by,
    )
    audit.record(
        "split unit",
        unit,
        by=by,
        into=[each.code for each in into],
        starts_on=starts_on.isoformat(),
    )
    return list(found.values())


def _unused(code: str) -> str:
    if Unit.objects.filter(code__iexact=code).exists():
        raise Refused(f"{code} is a unit’s code already: a code is never used again", field="code")
    return code
