"""units.csv: the council's tree, in any order of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import PlainValidator

from core.tables.cells import Day, choice, line, pattern
from core.tables.importing import Import, Imported
from core.tables.reading import PartialRow
from core.tables.rows import TableRow, optional_column
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.queries import last_day_of
from organisation.rules import UnitTier
from organisation.services.units import (
    BEFORE_ANY_FIGURE,
    close_unit,
    found_unit,
    place_unit,
)

CODE = pattern(r"[A-Za-z0-9_-]{1,40}", "use letters, figures, hyphens and underscores, up to 40")
Code = Annotated[str, PlainValidator(CODE)]


class UnitRow(TableRow):
    """A unit, and of what it is a part."""

    code: Code
    name: Annotated[str, PlainValidator(line(200))]
    tier: Annotated[UnitTier, PlainValidator(choice(UnitTier))]
    parent: Code | None = None
    starts_on: Day | None = optional_column()
    ends_on: Day | None = optional_column()  # its last day, where it has closed or will
    successor: Code | None = optional_column()  # which takes over then


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

    A unit may have several rows, each with its day: what it was called, and where it stood, from
    then on. A new unit stands from its row's `starts_on`, or else the `starts_on` given, or else from 1
    April 1974, before any figure. A new name or parent for a unit that stands is so from the
    row's day, or the day given, or else from today; what it was stays on record. The day of a unit
    that stays as it is counts for nothing. A unit with an `ends_on` closes then, once all else of the
    file is so. Raises RefusedFileError.
    """
    work = Import(content, UnitRow, file=file)
    standing = {unit.code: unit for unit in Unit.objects.select_related("parent")}
    rows = work.once_each("code", "starts_on", to_blame="code")
    _refuse_undated_histories(work)
    _refuse_circles(work)
    _refuse_wrong_parents(work, standing)
    _refuse_second_council(work, standing)
    with work.all_or_none(dry_run=dry_run):
        # A parent is always of a higher tier, so going by tier puts it before its children.
        in_order = sorted(
            rows, key=lambda row: (row.tier.depth, row.starts_on or date.min, row.row_number)
        )
        for row in in_order:
            if row.parent is None or row.parent in standing:
                _settle(work, row, standing, day=row.starts_on or starts_on, today=today, by=by)
            else:
                assert work.faults, "A unit is passed over only where its parent is at fault"
        for row in in_order:
            if row.ends_on is not None and row.code in standing:
                _close(work, row, standing, by=by)
    return work.outcome()


def _close(
    work: Import[UnitRow], row: UnitRow, standing: Mapping[str, Unit], *, by: User | None
) -> None:
    """The unit has its last day, unless it has it already; or it is said why it can't."""
    unit = standing[row.code]
    closes_on = last_day_of(unit)
    if row.successor is not None and row.successor not in standing:
        advice = f"name a unit in this file or one that exists: there is no {row.successor}"
        work.refuse(row, "successor", advice)
        return
    successor = standing[row.successor] if row.successor else None
    if closes_on is not None:
        if (closes_on, unit.successor) != (row.ends_on, successor):
            work.refuse(
                row, "ends_on", f"{unit.code} closes on {closes_on} already: leave that as it is"
            )
        return
    assert row.ends_on is not None
    try:
        close_unit(unit=unit, ends_on=row.ends_on, successor=successor, by=by)
    except ValueError as reason:
        at = "successor" if getattr(reason, "field", None) == "successor" else "ends_on"
        work.refuse(row, at, reason)
        return
    work.unchanged -= row.code not in (*work.new, *work.changed)
    if row.code not in (*work.new, *work.changed):
        work.changed.append(row.code)


def _settle(
    work: Import[UnitRow],
    row: UnitRow,
    standing: dict[str, Unit],
    *,
    day: date | None,
    today: date,
    by: User | None,
) -> None:
    """The unit is founded, or placed anew, or left as it is; or it is said why it can't be."""
    unit = standing.get(row.code)
    parent = standing.get(row.parent or "")
    if unit is not None and "parent" not in row.filled:
        parent = unit.parent
    try:
        if unit is None:
            standing[row.code] = found_unit(
                code=row.code,
                name=row.name,
                tier=row.tier,
                parent=parent,
                starts_on=day or BEFORE_ANY_FIGURE,
                by=by,
            )
            work.count(row.code, existed=False, changed=True)
        elif unit.tier != row.tier:
            advice = f"write {unit.tier}, as {unit.code} is now, or give a new unit a new code"
            work.refuse(row, "tier", advice)
        else:
            is_on_record = (
                row.starts_on is not None
                and unit.placements.filter(
                    name=row.name, parent=parent, starts_on=row.starts_on
                ).exists()
            )
            changed = not is_on_record and (unit.name, unit.parent) != (row.name, parent)
            if changed:
                place_unit(unit=unit, name=row.name, parent=parent, starts_on=day or today, by=by)
            work.count(row.code, existed=True, changed=changed)
    except ValueError as reason:
        is_misplaced = parent is None or UnitTier(parent.tier).depth >= row.tier.depth
        work.refuse(row, "parent" if is_misplaced else "name", reason)


def _refuse_undated_histories(work: Import[UnitRow]) -> None:
    """Rows of one unit each say from which day on it was so, and are of one tier."""
    first: dict[str, PartialRow] = {}
    for row in work.partial_rows:
        if "code" not in row.cells:
            continue
        earlier = first.setdefault(row.cells["code"], row)
        if earlier is row:
            continue
        days = [each.cells.get("starts_on") for each in (earlier, row)]
        if days == [None, None]:
            advice = (
                f"remove this row or row {earlier.row_number}: both give code {row.cells['code']}"
            )
            work.refuse(row, "code", advice)
        elif None in days:
            advice = f"give the day from which this is so, here and in row {earlier.row_number}"
            work.refuse(row, "starts_on", advice)
        elif row.cells.get("tier") != earlier.cells.get("tier"):
            advice = f"write the tier as in row {earlier.row_number}: a unit keeps its tier"
            work.refuse(row, "tier", advice)


def _refuse_wrong_parents(work: Import[UnitRow], standing: Mapping[str, Unit]) -> None:
    """A parent is in the file or stands already, and is of a higher tier."""
    known = work.named("code") | set(standing)
    tiers = {code: UnitTier(unit.tier) for code, unit in standing.items()}
    tiers |= {
        row.cells["code"]: row.cells["tier"]
        for row in work.partial_rows
        if {"code", "tier"} <= set(row.cells)
    }
    for row in work.partial_rows:
        tier, above = row.cells.get("tier"), row.cells.get("parent")
        if above is None:
            continue
        if above not in known:
            advice = f"name a unit in this file or one that exists: there is no {above}"
            work.refuse(row, "parent", advice)
        elif tier and above in tiers and tiers[above].depth >= tier.depth:
            advice = f"name a unit that is higher than a {tier}: {above} is a {tiers[above]}"
            work.refuse(row, "parent", advice)


def _refuse_circles(work: Import[UnitRow]) -> None:
    """Tiers forbid circles too, one row at a time; this names the whole circle."""
    rows = {row.cells["code"]: row for row in work.partial_rows if "code" in row.cells}
    parents = {code: row.cells.get("parent") for code, row in rows.items()}
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


def _refuse_second_council(work: Import[UnitRow], standing: Mapping[str, Unit]) -> None:
    councils = [unit.code for unit in standing.values() if unit.tier == UnitTier.COUNCIL]
    for row in work.partial_rows:
        if row.cells.get("tier") is not UnitTier.COUNCIL or "code" not in row.cells:
            continue
        if councils and row.cells["code"] not in councils:
            advice = f"make this a part of {councils[0]}: there is one council"
            work.refuse(row, "tier", advice)
        elif not councils:
            councils.append(row.cells["code"])
