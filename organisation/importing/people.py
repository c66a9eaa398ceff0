"""people.csv: people, and the posts they hold between dates. One row for each holding of a post."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.tables.cells import choice, iso_date, line
from core.tables.importing import Import, Imported
from core.tables.reading import Column, Row
from organisation.importing.units import CODE
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


COLUMNS = (
    Column("email", email_address, filled=True),
    Column("name", line(200), filled=True),
    Column("post", choice(PostKind), filled=True),
    Column("unit", CODE, filled=True),
    Column("from", iso_date, filled=True),
    Column("to", iso_date),
)


def import_people(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every person of the file is registered and holds the posts it gives, between its days.

    What is counted is holdings of posts. The same person, post, unit and first day is the same
    holding: a last day that it did not have, or had otherwise, is set. Nobody is removed. Raises
    RefusedFileError.
    """
    work = Import(content, COLUMNS, file=file)
    rows = work.once_each("email", "post", "unit", "from", to_blame="email")
    _refuse_two_names(work)
    units = {unit.code: unit for unit in Unit.objects.all()}
    with work.all_or_none(dry_run=dry_run):
        people = _registered(work, rows, by=by)
        held = _held(people)
        # Holdings that end come first, so that the same post may be taken up again after.
        for row in sorted(rows, key=lambda row: (_key(row) not in held, row["from"], row.number)):
            if row["unit"] not in units:
                work.refuse(row, "unit", f"name a unit that stands: there is no {row['unit']}")
                continue
            _settle(work, row, people[row["email"]], units[row["unit"]], held.get(_key(row)), by)
    return work.outcome()


def _key(row: Row) -> tuple:
    return row["email"], row["post"], row["unit"], row["from"]


def _held(people: dict[str, User]) -> dict[tuple, Appointment]:
    holdings = Appointment.objects.filter(user__in=people.values())
    return {
        (each.user.email, each.post.kind, each.post.unit.code, each.starts_on): each
        for each in holdings.select_related("post__unit", "user")
    }


def _refuse_two_names(work: Import) -> None:
    first: dict[str, Row] = {}
    for row in work.rows:
        if "email" not in row.cells or "name" not in row.cells:
            continue
        said = first.setdefault(row["email"], row)
        if said["name"] != row["name"]:
            advice = (
                f"write {said['name']!r} as in row {said.number}: it is the same e-mail address"
            )
            work.refuse(row, "name", advice)


def _registered(work: Import, rows: tuple[Row, ...], *, by: User | None) -> dict[str, User]:
    """The people of the file, by e-mail address: new ones registered, others by their new name."""
    names = {row["email"]: row["name"] for row in rows}
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
    work: Import,
    row: Row,
    person: User,
    unit: Unit,
    held: Appointment | None,
    by: User | None,
) -> None:
    """The person holds the post between the row's days, or it is said why they can't."""
    name = f"{row['email']}, {row['post'].label}, {unit.code}"
    try:
        if held is None:
            appoint(
                person=person,
                kind=row["post"],
                unit=unit,
                starts_on=row["from"],
                ends_on=row["to"],
                title=_title(row["post"], unit),
                by=by,
            )
            work.count(name, existed=False, changed=True)
        elif row["to"] is None and held.ends_on is not None:
            advice = f"write {held.ends_on}, or add a row from a later day: this holding has ended"
            work.refuse(row, "to", advice)
        else:
            if changed := held.ends_on != row["to"]:
                end_appointment(appointment=held, ends_on=row["to"], by=by)
            work.count(name, existed=True, changed=changed)
    except ValueError as reason:
        is_backwards = row["to"] is not None and row["to"] < row["from"]
        work.refuse(row, "to" if is_backwards else "from", reason)


def _title(kind: PostKind, unit: Unit) -> str:
    """The title of the post that stands: a unit's new name does not make a second post of it."""
    standing = Post.objects.filter(kind=kind, unit=unit).order_by("pk").first()
    return standing.title if standing else ""
