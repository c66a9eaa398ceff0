"""bodies.csv and members.csv: bodies that meet, and who sits on them between dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, PlainValidator

from core.tables.cells import Day, choice, line
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow, optional_column
from organisation.importing.people import Email
from organisation.importing.units import CODE, Code
from organisation.models.bodies import Committee, Membership
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import BodyKind, MembershipRole
from organisation.services.bodies import (
    change_committee,
    change_portfolio,
    end_committee,
    end_membership,
    establish_committee,
    join_body,
)


def codes(text: str) -> tuple[str, ...]:
    """Codes of units, separated by spaces or commas."""
    return tuple(CODE(each) for each in text.replace(",", " ").split())


Codes = Annotated[tuple[str, ...], PlainValidator(codes)]


class BodyRow(TableRow):
    """A body, and which units it looks at: none named means all."""

    code: Code
    name: Annotated[str, PlainValidator(line(200))]
    kind: Annotated[BodyKind, PlainValidator(choice(BodyKind))]
    units: Codes = optional_column(())
    starts_on: Day = Field(alias="from")
    ends_on: Day | None = Field(default=None, alias="to")


class MembershipRow(TableRow):
    """A person's place on a body."""

    body: Code
    email: Email
    role: Annotated[MembershipRole, PlainValidator(choice(MembershipRole))]
    portfolio: Annotated[str, PlainValidator(line(200))] = optional_column("")
    units: Codes = optional_column(())
    starts_on: Day = Field(alias="from")
    ends_on: Day | None = Field(default=None, alias="to")


def import_bodies(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every body of the file is as it says; bodies that the file leaves out stay. Raises RefusedFileError."""
    work = Import(content, BodyRow, file=file)
    rows = work.once_each("code", to_blame="code")
    standing = {each.code: each for each in Committee.objects.prefetch_related("units")}
    units = {each.code: each for each in Unit.objects.all()}
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            named = _named(work, row, units)
            body = standing.get(row.code)
            try:
                if body is None:
                    body = establish_committee(
                        code=row.code,
                        name=row.name,
                        kind=row.kind,
                        starts_on=row.starts_on,
                        units=named,
                        by=by,
                    )
                    work.count(row.code, existed=False, changed=True)
                    if row.ends_on is not None:
                        end_committee(committee=body, ends_on=row.ends_on, by=by)
                    continue
                if body.starts_on != row.starts_on:
                    advice = f"write {body.starts_on}, as it is here: the day a body began cannot be changed"
                    work.refuse(row, "starts_on", advice)
                    continue
                if "units" not in row.filled:
                    named = list(body.units.all())
                before = (body.name, body.kind, {each.code for each in body.units.all()})
                now = (row.name, row.kind, {each.code for each in named})
                if before != now:
                    change_committee(
                        committee=body, name=row.name, kind=row.kind, units=named, by=by
                    )
                ends = "ends_on" in row.filled and row.ends_on != body.ends_on
                if ends and row.ends_on is not None:
                    end_committee(committee=body, ends_on=row.ends_on, by=by)
                work.count(row.code, existed=True, changed=before != now or ends)
            except ValueError as reason:
                work.refuse(row, getattr(reason, "field", None) or "code", reason)
    return work.outcome()


def import_memberships(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Everybody of the file sits where it says, between its days. Nobody is removed. Raises RefusedFileError.

    The same body, person and first day is the same place: its last day and portfolio are set.
    """
    work = Import(content, MembershipRow, file=file)
    rows = work.once_each("body", "email", "starts_on", to_blame="email")
    bodies = {each.code: each for each in Committee.objects.all()}
    people = {each.email: each for each in User.objects.all()}
    units = {each.code: each for each in Unit.objects.all()}
    held = {
        (each.body.code, each.user.email, each.starts_on): each
        for each in Membership.objects.select_related("body", "user").prefetch_related("units")
    }
    with work.all_or_none(dry_run=dry_run):
        # Places that end come first, so that the same one may be taken by another after.
        for row in sorted(rows, key=lambda each: (each.ends_on is None, each.row_number)):
            if row.body not in bodies:
                work.refuse(row, "body", f"name a body that exists: there is no {row.body}")
                continue
            if row.email not in people:
                advice = f"name somebody who is registered: invite {row.email} first, or import people.csv"
                work.refuse(row, "email", advice)
                continue
            named = _named(work, row, units)
            place = held.get((row.body, row.email, row.starts_on))
            try:
                changed = place is None or _settle(row, place, named, by)
                if place is None:
                    join_body(
                        body=bodies[row.body],
                        person=people[row.email],
                        role=row.role,
                        portfolio=row.portfolio,
                        units=named,
                        starts_on=row.starts_on,
                        ends_on=row.ends_on,
                        by=by,
                    )
                work.count(f"{row.email}, {row.body}", existed=place is not None, changed=changed)
            except ValueError as reason:
                at = {"person": "email"}.get(getattr(reason, "field", None) or "", "")
                work.refuse(row, at or getattr(reason, "field", None) or "email", reason)
    return work.outcome()


def _settle(row: MembershipRow, place: Membership, named: list[Unit], by: User | None) -> bool:
    """A place that is held already is as the row says. Returns whether that changed anything."""
    if place.role != row.role:
        raise ValueError(
            f"{place.user.name} sits there as {place.get_role_display().lower()}: end that, and give the"
            " new part its own first day"
        )
    said = row.filled
    portfolio = row.portfolio if "portfolio" in said else place.portfolio
    if "units" not in said:
        named = list(place.units.all())
    was = (place.portfolio, {each.code for each in place.units.all()})
    changed = was != (portfolio, {each.code for each in named})
    if changed:
        change_portfolio(membership=place, portfolio=portfolio, units=named, by=by)
    if row.ends_on is not None and row.ends_on != place.ends_on:
        end_membership(membership=place, ends_on=row.ends_on, by=by)
        changed = True
    return changed


def _named(
    work: Import[BodyRow] | Import[MembershipRow],
    row: BodyRow | MembershipRow,
    units: Mapping[str, Unit],
) -> list[Unit]:
    for code in row.units:
        if code not in units:
            work.refuse(row, "units", f"name units that exist: there is no {code}")
    return [units[code] for code in row.units if code in units]
