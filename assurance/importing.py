"""teams.csv and seats.csv: PAT and DAT, and who sits on them between dates."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import Field, PlainValidator

from assurance.models.teams import MOST_IN_QUORUM, MOST_NEDS, NEDS, Seat, Team
from assurance.rules import SeatKind, TeamCode
from assurance.services.seats import change_seat, seat
from assurance.services.teams import change_team, end_team, establish_team
from core.tables.cells import Day, choice, clock_time, line, prose, whole_number
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow, optional_column
from organisation.importing.people import Email
from organisation.importing.units import Code
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import PostKind

TeamWord = Annotated[TeamCode, PlainValidator(choice(TeamCode))]


class TeamRow(TableRow):
    """PAT or DAT: what it is called, which post chairs it, and what it is for."""

    team: TeamWord
    name: Annotated[str, PlainValidator(line(200))]
    chaired_by: Annotated[PostKind, PlainValidator(choice(PostKind))]
    neds: Annotated[int, PlainValidator(whole_number(0, MOST_NEDS))] = optional_column(NEDS)
    quorum: Annotated[int, PlainValidator(whole_number(1, MOST_IN_QUORUM))] | None = (
        optional_column()
    )
    meets_at: Annotated[time, PlainValidator(clock_time)] | None = optional_column()
    place: Annotated[str, PlainValidator(line(200))] = optional_column("")
    terms: Annotated[str, PlainValidator(prose())] = optional_column("")
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


class SeatRow(TableRow):
    """A person's seat on PAT or DAT."""

    team: TeamWord
    email: Email
    kind: Annotated[SeatKind, PlainValidator(choice(SeatKind))] = Field(alias="seat")
    unit: Code | None = Field(default=None, alias="directorate")
    starts_on: Day = Field(alias="from")
    ends_on: Day | None = Field(default=None, alias="to")


def import_teams(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """PAT and DAT are as the file says; one that it leaves out stays as it is. Raises RefusedFileError."""
    work = Import(content, TeamRow, file=file)
    rows = work.once_each("team", to_blame="team")
    standing = {each.code: each for each in Team.objects.all()}
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            try:
                _settle_team(work, row, standing.get(row.team), by)
            except ValueError as reason:
                work.refuse(row, getattr(reason, "field", None) or "team", reason)
    return work.outcome()


def _settle_team(work: Import[TeamRow], row: TeamRow, team: Team | None, by: User | None) -> None:
    said = row.filled
    if team is None:
        team = establish_team(
            code=row.team,
            name=row.name,
            chaired_by=row.chaired_by,
            neds=row.neds,
            quorum=row.quorum,
            meets_at=row.meets_at,
            place=row.place,
            terms=row.terms,
            starts_on=row.starts_on,
            by=by,
        )
        if row.ends_on is not None:
            end_team(team=team, ends_on=row.ends_on, by=by)
        work.count(team.short, existed=False, changed=True)
        return
    if "starts_on" in said and row.starts_on != team.starts_on:
        stands = team.starts_on or "nothing"
        work.refuse(
            row, "starts_on", f"write {stands}, as it is here: the first day cannot be changed"
        )
        return
    terms = ("neds", "quorum", "meets_at", "place", "terms")
    kept = {each: getattr(row if each in said else team, each) for each in terms}
    was = (team.name, team.chaired_by, team.ends_on, {each: getattr(team, each) for each in terms})
    ends_on = row.ends_on if "ends_on" in said else team.ends_on
    change_team(team=team, name=row.name, chaired_by=row.chaired_by, **kept, by=by)
    end_team(team=team, ends_on=ends_on, by=by)
    is_otherwise = was != (row.name, row.chaired_by, ends_on, kept)
    work.count(team.short, existed=True, changed=is_otherwise)


def import_seats(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Everybody of the file sits where it says, between its days. Nobody is removed.

    The same team, person and first day is the same seat: its last day is set. Raises
    RefusedFileError.
    """
    work = Import(content, SeatRow, file=file)
    rows = work.once_each("team", "email", "starts_on", to_blame="email")
    teams = {each.code: each for each in Team.objects.all()}
    people = {each.email: each for each in User.objects.filter(email__in=work.named("email"))}
    units = {each.code: each for each in Unit.objects.filter(code__in=work.named("unit"))}
    held = {
        (each.team.code, each.user.email, each.starts_on): each
        for each in Seat.objects.filter(user__in=people.values()).select_related(
            "team", "user", "unit"
        )
    }
    with work.all_or_none(dry_run=dry_run):
        # Seats that stand already come first, so that one that ends makes room for the next.
        for row in sorted(
            rows,
            key=lambda each: (
                (each.team, each.email, each.starts_on) not in held,
                each.starts_on,
                each.row_number,
            ),
        ):
            team, person = teams.get(row.team), people.get(row.email)
            if team is None:
                work.refuse(row, "team", f"bring {row.team.short} first: there is none yet")
            if person is None:
                work.refuse(row, "email", f"name a person: nobody has the address {row.email}")
            if row.unit is not None and row.unit not in units:
                work.refuse(row, "unit", f"name a unit that exists: there is no {row.unit}")
                continue
            if team is None or person is None:
                continue
            unit = units[row.unit] if row.unit is not None else None
            found = held.get((row.team, row.email, row.starts_on))
            try:
                _settle_seat(work, row, found, team, person, unit, by)
            except ValueError as reason:
                field = getattr(reason, "field", None) or "email"
                work.refuse(row, "email" if field == "user" else field, reason)
    return work.outcome()


def _settle_seat(
    work: Import[SeatRow],
    row: SeatRow,
    held: Seat | None,
    team: Team,
    person: User,
    unit: Unit | None,
    by: User | None,
) -> None:
    name = f"{row.email}, {row.kind.label} on {team.short}"
    if held is None:
        seat(
            team=team,
            user=person,
            kind=row.kind,
            unit=unit,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            by=by,
        )
        work.count(name, existed=False, changed=True)
        return
    if held.kind != row.kind or ("unit" in row.filled and held.unit != unit):
        at = f" for {held.unit.code}" if held.unit else ""
        sits = f"{held.get_kind_display().lower()}{at}"
        advice = f"{person} already has a seat there as {sits}: end that, and give the new seat its own first day"
        work.refuse(row, "kind", advice)
        return
    ends_on = row.ends_on if "ends_on" in row.filled else held.ends_on
    changed = ends_on != held.ends_on
    change_seat(seat=held, starts_on=held.starts_on, ends_on=ends_on, by=by)
    work.count(name, existed=True, changed=changed)
