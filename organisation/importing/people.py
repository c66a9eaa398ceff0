"""people.csv: people, and the posts they hold between dates. One row for each holding of a post."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import Field, PlainValidator

from core.tables.cells import Day, choice, line
from core.tables.importing import Import, Imported
from core.tables.reading import PartialRow
from core.tables.rows import TableRow
from organisation.importing.units import Code
from organisation.models.people import Appointment, Post, User
from organisation.models.units import Unit
from organisation.rules import PostKind
from organisation.services.people import appoint, end_appointment, register_person, rename_person


def email_address(text: str) -> str:
    """An e-mail address in small letters, in which form it is one person's."""
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError("write an e-mail address, such as name@council.gov.uk") from None
    return text.lower()


Email = Annotated[str, PlainValidator(email_address)]
Holding = tuple[str, PostKind, str, date]  # whose, which post, of which unit, from which day on


class HoldingRow(TableRow):
    """A person, and a post that they hold between days."""

    email: Email
    name: Annotated[str, PlainValidator(line(200))]
    post: Annotated[PostKind, PlainValidator(choice(PostKind))]
    unit: Code
    starts_on: Day = Field(alias="from")
    ends_on: Day | None = Field(default=None, alias="to")

    @property
    def holding(self) -> Holding:
        return self.email, self.post, self.unit, self.starts_on


def import_people(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every person of the file is registered and holds the posts it gives, between its days.

    What is counted is holdings of posts. The same person, post, unit and first day is the same
    holding: a last day that it did not have, or had otherwise, is set. Nobody is removed. Raises
    RefusedFileError.
    """
    work = Import(content, HoldingRow, file=file)
    rows = work.once_each("email", "post", "unit", "starts_on", to_blame="email")
    _refuse_two_names(work)
    units = {unit.code: unit for unit in Unit.objects.all()}
    with work.all_or_none(dry_run=dry_run):
        people = _registered(work, rows, by=by)
        holdings = Appointment.objects.filter(user__in=people.values())
        held: dict[Holding, Appointment] = {
            (each.user.email, PostKind(each.post.kind), each.post.unit.code, each.starts_on): each
            for each in holdings.select_related("post__unit", "user")
        }
        # Holdings that end come first, so that the same post may be taken up again after.
        for row in sorted(
            rows, key=lambda row: (row.holding not in held, row.starts_on, row.row_number)
        ):
            if row.unit not in units:
                work.refuse(row, "unit", f"name a unit that stands: there is no {row.unit}")
                continue
            _settle(work, row, people[row.email], units[row.unit], held.get(row.holding), by)
    return work.outcome()


def _refuse_two_names(work: Import[HoldingRow]) -> None:
    first: dict[str, PartialRow] = {}
    for row in work.partial_rows:
        if "email" not in row.cells or "name" not in row.cells:
            continue
        earlier = first.setdefault(row.cells["email"], row)
        if (name := earlier.cells["name"]) != row.cells["name"]:
            advice = f"write {name!r} as in row {earlier.row_number}: it is the same e-mail address"
            work.refuse(row, "name", advice)


def _registered(
    work: Import[HoldingRow], rows: tuple[HoldingRow, ...], *, by: User | None
) -> dict[str, User]:
    """The people of the file, by e-mail address: new ones registered, others by their new name."""
    names = {row.email: row.name for row in rows}
    people = {user.email: user for user in User.objects.filter(email__in=names)}
    for email, name in names.items():
        person = people.get(email)
        if person is None:
            people[email] = register_person(email=email, name=name, by=by)
        elif person.name != name:
            rename_person(person=person, name=name, by=by)
            work.changed.append(f"the name of {email}")
    return people


def _settle(
    work: Import[HoldingRow],
    row: HoldingRow,
    person: User,
    unit: Unit,
    held: Appointment | None,
    by: User | None,
) -> None:
    """The person holds the post between the row's days, or it is said why they can't."""
    name = f"{row.email}, {row.post.label}, {unit.code}"
    try:
        if held is None:
            # A unit's new name does not make a second post of the one that stands.
            standing = Post.objects.filter(kind=row.post, unit=unit).order_by("pk").first()
            appoint(
                person=person,
                kind=row.post,
                unit=unit,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                title=standing.title if standing else "",
                by=by,
            )
            work.count(name, existed=False, changed=True)
        elif row.ends_on == held.ends_on:
            work.count(name, existed=True, changed=False)
        elif row.ends_on is None:
            advice = f"write {held.ends_on}, or add a row from a later day: this holding has ended"
            work.refuse(row, "ends_on", advice)
        else:
            end_appointment(appointment=held, ends_on=row.ends_on, by=by)
            work.count(name, existed=True, changed=True)
    except ValueError as reason:
        is_backwards = row.ends_on is not None and row.ends_on < row.starts_on
        work.refuse(row, "ends_on" if is_backwards else "starts_on", reason)
