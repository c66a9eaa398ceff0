"""units.csv: the council's tree, in any order of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from core.tables.cells import choice, iso_date, line, pattern
from core.tables.importing import Import, Imported, named_in
from core.tables.reading import Column, Row
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import UnitTier
from organisation.services.units import BEFORE_ANY_FIGURE, found_unit, place_unit

CODE = pattern(r"[A-Za-z0-9_-]{1,40}", "use letters, figures, hyphens and underscores, up to 40")
COLUMNS = (
    Column("code", CODE, filled=True),
    Column("name", line(200), filled=True),
    Column("tier", choice(UnitTier), filled=True),
    Column("parent", CODE),
    Column("starts_on", iso_date, optional=True),
)


def import_units(
    content: bytes,
    *,
    file: str,
    today: date,
    starts_on: date | None = None,
    by: User | None = None,
    dry_run: bool = False,
) -> Imported:
    """Every unit of the file stands as it says; units that the file leaves out stay as they are.

    A new unit stands from its row's `starts_on`, or else the `starts_on` given, or else from 1
    April 1974, before any figure. A new name or parent for a unit that stands is so from the
    row's day, or the day given, or else from today; what it was stays on record. The day of a unit
    that stays as it is counts for nothing. Raises RefusedFileError.
    """
    work = Import(content, COLUMNS, file=file)
    standing = {unit.code: unit for unit in Unit.objects.select_related("parent")}
    rows = work.once_each("code", to_blame="code")
    _refuse_circles(work)
    _refuse_wrong_parents(work, standing)
    _refuse_second_council(work, standing)
    with work.all_or_none(dry_run=dry_run):
        # A parent is always of a higher tier, so going by tier puts it before its children.
        for row in sorted(rows, key=lambda row: (row["tier"].depth, row.number)):
            if row["parent"] is None or row["parent"] in standing:
                days = (row.get("starts_on"), starts_on)
                _settle(work, row, standing, days=days, today=today, by=by)
            else:
                assert work.faults, "A unit is passed over only where its parent is at fault"
    return work.outcome()


def _settle(
    work: Import,
    row: Row,
    standing: dict[str, Unit],
    *,
    days: tuple[date | None, date | None],
    today: date,
    by: User | None,
) -> None:
    """The unit is founded, or placed anew, or left as it is; or it is said why it can't be."""
    unit, parent = standing.get(row["code"]), standing.get(row["parent"])
    given = next((day for day in days if day), None)
    try:
        if unit is None:
            standing[row["code"]] = found_unit(
                code=row["code"],
                name=row["name"],
                tier=row["tier"],
                parent=parent,
                starts_on=given or BEFORE_ANY_FIGURE,
                by=by,
            )
        elif unit.tier != row["tier"]:
            advice = f"write {unit.tier}, as {unit.code} stands now, or give a new unit a new code"
            work.refuse(row, "tier", advice)
        else:
            if changed := (unit.name, unit.parent) != (row["name"], parent):
                place_unit(
                    unit=unit, name=row["name"], parent=parent, starts_on=given or today, by=by
                )
            work.count(row["code"], existed=True, changed=changed)
            return
        work.count(row["code"], existed=False, changed=True)
    except ValueError as reason:
        is_misplaced = parent is None or UnitTier(parent.tier).depth >= row["tier"].depth
        work.refuse(row, "parent" if is_misplaced else "name", reason)


def _refuse_wrong_parents(work: Import, standing: Mapping[str, Unit]) -> None:
    """A parent is in the file or stands already, and is of a higher tier."""
    known = named_in(work.rows, "code") | set(standing)
    tiers = {code: UnitTier(unit.tier) for code, unit in standing.items()}
    tiers |= {row["code"]: row["tier"] for row in work.rows if {"code", "tier"} <= set(row.cells)}
    for row in work.rows:
        tier, above = row.get("tier"), row.get("parent")
        if above is None:
            continue
        if above not in known:
            advice = f"name a unit in this file or one that stands: there is no {above}"
            work.refuse(row, "parent", advice)
        elif tier and above in tiers and tiers[above].depth >= tier.depth:
            advice = f"name a unit that stands higher than a {tier}: {above} is a {tiers[above]}"
            work.refuse(row, "parent", advice)


def _refuse_circles(work: Import) -> None:
    """Tiers forbid circles too, one row at a time; this names the whole circle."""
    parents = {row["code"]: row.get("parent") for row in work.rows if "code" in row.cells}
    rows = {row["code"]: row for row in work.rows if "code" in row.cells}
    told: set[str] = set()
    for code in parents:
        circle = list(_circle_from(code, parents))
        if circle and not told & set(circle):
            told |= set(circle)
            chain = ", which is part of ".join([*circle[1:], circle[0]])
            work.refuse(
                rows[circle[0]], "parent", f"{circle[0]} is part of {chain}: break the circle"
            )


def _circle_from(code: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """The circle that begins and ends with this unit, if it is in one."""
    walked = [code]
    while (above := parents.get(walked[-1])) is not None:
        if above == code:
            yield from walked
            return
        if above in walked:
            return
        walked.append(above)


def _refuse_second_council(work: Import, standing: Mapping[str, Unit]) -> None:
    councils = [unit.code for unit in standing.values() if unit.tier == UnitTier.COUNCIL]
    for row in work.rows:
        if row.get("tier") is not UnitTier.COUNCIL or "code" not in row.cells:
            continue
        if councils and row["code"] not in councils:
            advice = f"make this a part of {councils[0]}: there is one council"
            work.refuse(row, "tier", advice)
        elif not councils:
            councils.append(row["code"])
