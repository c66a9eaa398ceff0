"""savings.csv: the savings of the Medium Term Financial Plan, and how each was last reported."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator

from core.clock import localdate
from core.tables.cells import Day, prose
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow, optional_column
from indicators.importing.definitions import Reference, indicators_named
from organisation.importing.people import Email
from organisation.importing.units import Code
from organisation.models.people import User
from organisation.models.units import Unit
from strategy.importing.parts import (
    Line,
    Prose,
    Slug,
    by_slug,
    given_in,
    in_turn,
    one_of,
    settle,
)
from strategy.models.plan import PlanPart, Project
from strategy.models.savings import Saving
from strategy.rules.savings import read_pounds, read_profile, written_profile
from strategy.services.savings import count_on_saving, report_saving

Pounds = Annotated[int, PlainValidator(read_pounds)]
POSITION = ("as_at", "delivered", "forecast", "at_risk")


def _profile(text: str) -> str:
    return written_profile(read_profile(text))


class SavingRow(TableRow):
    """A saving, and how it stands."""

    reference: Reference
    title: Line
    amount: Pounds
    profile: Annotated[str, PlainValidator(_profile)] = optional_column("")
    unit: Code
    owner: Email
    project: Slug | None = optional_column()
    indicator: Reference | None = optional_column()
    description: Prose = optional_column("")
    as_at: Day | None = optional_column()
    delivered: Pounds | None = optional_column()
    forecast: Pounds | None = optional_column()
    at_risk: Pounds | None = optional_column()
    note: Annotated[str, PlainValidator(prose(500))] = optional_column("")
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


def import_savings(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every saving of the file is counted on, and stands as it says. Raises RefusedFileError.

    How it stands is given whole, all four of as_at, delivered, forecast and at_risk, or not at all.
    """
    work = Import(content, SavingRow, file=file)
    rows = work.once_each("reference", to_blame="reference")
    standing = {each.reference: each for each in Saving.objects.all()}
    units = {each.code: each for each in Unit.objects.filter(code__in=work.named("unit"))}
    people = {each.email: each for each in User.objects.filter(email__in=work.named("owner"))}
    projects = by_slug(Project)
    indicators = indicators_named(work.named("indicator") - {None})
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(rows):
            found: dict[str, Any] = {
                "unit": one_of(work, row, "unit", row.unit, units, "a unit"),
                "owner": one_of(work, row, "owner", row.owner, people, "a person by an address"),
                "project": one_of(work, row, "project", row.project, projects, "a project"),
                "indicator": one_of(
                    work, row, "indicator", row.indicator, indicators, "an indicator"
                ),
            }
            missing = [name for name in POSITION if getattr(row, name) is None]
            if missing and len(missing) < len(POSITION):
                work.refuse(row, missing[0], f"give all of {', '.join(POSITION)}, or none")
                continue
            if any(found[name] is None and getattr(row, name) for name in found):
                continue
            given = {
                **given_in(
                    row, "reference", "title", "amount", "profile", "description", "starts_on"
                ),
                **found,
            }
            settle(
                work,
                row,
                standing.get(row.reference),
                given,
                count_on_saving,
                by,
                and_then=_report,
            )
    return work.outcome()


def _report(row: TableRow, part: PlanPart, by: User | None) -> bool:
    """A saving stands as its row says. Returns whether it was otherwise."""
    assert isinstance(row, SavingRow)
    assert isinstance(part, Saving)
    if row.as_at is None or row.delivered is None or row.forecast is None or row.at_risk is None:
        return False
    before = part.updates.count()
    report_saving(
        saving=part,
        as_at=row.as_at,
        delivered=row.delivered,
        forecast=row.forecast,
        at_risk=row.at_risk,
        note=row.note if "note" in row.filled else part.note,
        today=localdate(),
        by=by,
    )
    return part.updates.count() > before
