"""units.csv, people.csv, bodies.csv and members.csv, as the imports take them back."""

from __future__ import annotations

from typing import Any

from core.tables.writing import written_rows
from organisation.importing.bodies import BodyRow, MembershipRow
from organisation.importing.people import HoldingRow
from organisation.importing.units import UnitRow
from organisation.models.bodies import Committee, Membership
from organisation.models.people import Appointment, User
from organisation.models.units import Placement
from organisation.rules import UnitTier


def units_csv() -> str:
    """Every unit, a row for each name and place it has had, parents before what is part of them."""
    placements = sorted(
        Placement.objects.select_related("unit__successor", "parent"),
        key=lambda each: (UnitTier(each.unit.tier).depth, each.unit.code, each.starts_on),
    )
    last = {each.unit_id: each.starts_on for each in placements}  # of each unit, its latest
    rows = [
        {
            "code": each.unit.code,
            "name": each.name,
            "tier": each.unit.tier,
            "parent": each.parent.code if each.parent else None,
            "starts_on": each.starts_on,
            "ends_on": each.ends_on if last[each.unit_id] == each.starts_on else None,
            "successor": each.unit.successor.code
            if each.unit.successor and last[each.unit_id] == each.starts_on
            else None,
        }
        for each in placements
    ]
    return written_rows(UnitRow, rows)


def people_csv() -> str:
    """Everybody, a row for each holding of a post; a row with none for whoever never held any."""
    rows: list[dict[str, Any]] = []
    for each in Appointment.objects.select_related("user", "post__unit"):
        rows.append(
            {
                "email": each.user.email,
                "name": each.user.name,
                "post": each.post.kind,
                "unit": each.post.unit.code,
                "starts_on": each.starts_on,
                "ends_on": each.ends_on,
                "title": each.post.title,
            }
        )
    nothing = dict.fromkeys(("post", "unit", "starts_on", "ends_on", "title"))
    for user in User.objects.filter(appointments=None):
        rows.append({**nothing, "email": user.email, "name": user.name})
    rows.sort(
        key=lambda row: [str(row[name]) for name in ("email", "starts_on", "unit", "post", "title")]
    )
    return written_rows(HoldingRow, rows)


def bodies_csv() -> str:
    """Every body that meets."""
    rows = [
        {
            "code": each.code,
            "name": each.name,
            "kind": each.kind,
            "units": " ".join(sorted(unit.code for unit in each.units.all())),
            "starts_on": each.starts_on,
            "ends_on": each.ends_on,
        }
        for each in Committee.objects.prefetch_related("units").order_by("code")
    ]
    return written_rows(BodyRow, rows)


def memberships_csv() -> str:
    """Everybody's place on a body, a row for each."""
    places = Membership.objects.select_related("body", "user").prefetch_related("units")
    rows = [
        {
            "body": each.body.code,
            "email": each.user.email,
            "role": each.role,
            "portfolio": each.portfolio,
            "units": " ".join(sorted(unit.code for unit in each.units.all())),
            "starts_on": each.starts_on,
            "ends_on": each.ends_on,
        }
        for each in places.order_by("body__code", "starts_on", "user__email")
    ]
    return written_rows(MembershipRow, rows)
