"""people.csv: people, and the posts they hold between dates. One row for each holding of a post."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Annotated, Self

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import Field, PlainValidator, model_validator

from core.refusals import Refused
from core.tables.cells import Day, choice, line
from core.tables.importing import Import, Imported
from core.tables.reading import PartialRow, SomeRow
from core.tables.rows import TableRow, optional_column
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


def people_named(work: Import[SomeRow], *columns: str) -> dict[str, User]:
    """The people whose addresses the file gives in these columns, by address; a fault for each unknown."""
    named = set().union(*(work.named(column) for column in columns)) - {None, ""}
    found = {user.email: user for user in User.objects.all() if user.email in named}
    for row in work.partial_rows:
        for column in columns:
            address = row.cells.get(column)
            if address and address not in found:
                work.refuse(
                    row, column, f"import the person first: nobody has the address {address}"
                )
    return found


Holding = tuple[str, PostKind, str, date]  # whose, which post, of which unit, from which day on


class HoldingRow(TableRow):
    """A person, and a post that they hold between days; or a person who holds none."""

    email: Email
    name: Annotated[str, PlainValidator(line(200))]
    post: Annotated[PostKind, PlainValidator(choice(PostKind))] | None = None
    unit: Code | None = None
    starts_on: Day | None = Field(default=None, alias="from")
    ends_on: Day | None = Field(default=None, alias="to")
    title: Annotated[str, PlainValidator(line(200))] = optional_column("")

    @model_validator(mode="after")
    def whole_or_none(self) -> Self:
        """A post is of a unit, and held from a day on."""
        said = {name: getattr(self, name) for name in ("post", "unit", "starts_on")}
        if any(each is not None for each in (*said.values(), self.ends_on)) or self.title:
            for name, each in said.items():
                if each is None:
                    raise Refused("fill in this cell", field=name)
        return self

    @property
    def holding(self) -> Holding | None:
        if self.post is None or self.unit is None or self.starts_on is None:
            return None
        return self.email, self.post, self.unit, self.starts_on


def import_people(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every person of the file is registered and holds the posts it gives, between its days.

    Whoever holds none is registered alone. What is counted is holdings of posts. The same person, post, unit and first day is the same
    holding: a last day that it did not have, or had otherwise, is set. Nobody is removed. Raises
    RefusedFileError.
    """
    work = Import(content, HoldingRow, file=file)
    titled = ("title",) if "title" in work.columns else ()
    rows = work.once_each("email", "post", "unit", "starts_on", *titled, to_blame="email")
    _refuse_two_names(work)
    units = {unit.code: unit for unit in Unit.objects.all()}
    with work.all_or_none(dry_run=dry_run):
        people = _registered(work, rows, by=by)
        holdings = Appointment.objects.filter(user__in=people.values())
        held: dict[Holding, list[Appointment]] = defaultdict(list)
        for each in holdings.select_related("post__unit", "user"):
            post = each.post
            holding = each.user.email, PostKind(post.kind), post.unit.code, each.starts_on
            held[holding].append(each)
        holders = [(row, row.holding) for row in rows if row.holding is not None]
        # Holdings that end come first, so that the same post may be taken up again after.
        for row, holding in sorted(
            holders, key=lambda each: (each[1] not in held, each[1][3], each[0].row_number)
        ):
            if holding[2] not in units:
                work.refuse(row, "unit", f"name a unit that exists: there is no {row.unit}")
                continue
            found = (one for one in held[holding] if row.title in ("", one.post.title))
            _settle(work, row, holding, people[row.email], units[holding[2]], next(found, None), by)
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
    holding: Holding,
    person: User,
    unit: Unit,
    held: Appointment | None,
    by: User | None,
) -> None:
    """The person holds the post between the row's days, or it is said why they can't."""
    _, kind, _, starts_on = holding
    name = f"{row.email}, {kind.label}, {unit.code}"
    try:
        if held is None:
            # A unit's new name does not make a second post of the one that stands.
            standing = Post.objects.filter(kind=kind, unit=unit).order_by("pk").first()
            appoint(
                person=person,
                kind=kind,
                unit=unit,
                starts_on=starts_on,
                ends_on=row.ends_on,
                title=row.title or (standing.title if standing else ""),
                by=by,
            )
            work.count(name, existed=False, changed=True)
        elif row.ends_on == held.ends_on or "ends_on" not in row.filled:
            work.count(name, existed=True, changed=False)
        elif row.ends_on is None:
            advice = f"write {held.ends_on}, or add a row from a later day: this holding has ended"
            work.refuse(row, "ends_on", advice)
        else:
            end_appointment(appointment=held, ends_on=row.ends_on, by=by)
            work.count(name, existed=True, changed=True)
    except ValueError as reason:
        is_backwards = row.ends_on is not None and row.ends_on < starts_on
        work.refuse(row, "ends_on" if is_backwards else "starts_on", reason)
