"""risks.csv: the corporate and directorate registers of risks, and how each was last assessed."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator

from core.clock import localdate
from core.tables.cells import Day, pattern, prose, whole_number
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow, optional_column
from indicators.importing.definitions import Reference, indicators_named
from indicators.models.definitions import REFERENCE
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
from strategy.models.risks import Risk
from strategy.rules.risks import LARGEST_SCORE, MOST
from strategy.services.risks import assess_risk, register_risk

ASSESSED = ("assessed_on", "likelihood", "impact")
FromOneToFive = Annotated[int, PlainValidator(whole_number(1, MOST))]
ONE_REFERENCE = pattern(REFERENCE, "name indicators by their references, with ; between")


def _references(text: str) -> tuple[str, ...]:
    return tuple(ONE_REFERENCE(each.strip()) for each in text.split(";") if each.strip())


class RiskRow(TableRow):
    """A risk, and how it was last assessed. Without a unit it is on the corporate register."""

    reference: Reference
    title: Line
    unit: Code | None = optional_column()
    owner: Email
    appetite: Annotated[int, PlainValidator(whole_number(1, LARGEST_SCORE))] | None = (
        optional_column()
    )
    assessed_on: Day | None = optional_column(called="assessed")
    likelihood: FromOneToFive | None = optional_column()
    impact: FromOneToFive | None = optional_column()
    note: Annotated[str, PlainValidator(prose(500))] = optional_column("")
    mitigation: Prose = optional_column("")
    project: Slug | None = optional_column()
    indicators: Annotated[tuple[str, ...], PlainValidator(_references)] = optional_column(())
    description: Prose = optional_column("")
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


def import_risks(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every risk of the file is on its register, and assessed as it says. Raises RefusedFileError.

    An assessment is given whole, all of assessed, likelihood and impact, or not at all.
    """
    work = Import(content, RiskRow, file=file)
    rows = work.once_each("reference", to_blame="reference")
    standing = {
        each.reference: each for each in Risk.objects.prefetch_related("indicators", "assessments")
    }
    units = {each.code: each for each in Unit.objects.filter(code__in=work.named("unit") - {None})}
    people = {each.email: each for each in User.objects.filter(email__in=work.named("owner"))}
    projects = by_slug(Project)
    indicators = indicators_named({each for named in work.named("indicators") for each in named})
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(rows):
            found: dict[str, Any] = {
                "unit": one_of(work, row, "unit", row.unit, units, "a unit"),
                "owner": one_of(work, row, "owner", row.owner, people, "a person by an address"),
                "project": one_of(work, row, "project", row.project, projects, "a project"),
            }
            shown = [
                one_of(work, row, "indicators", each, indicators, "an indicator")
                for each in row.indicators
            ]
            missing = [name for name in ASSESSED if getattr(row, name) is None]
            if missing and len(missing) < len(ASSESSED):
                work.refuse(row, missing[0], "give all of assessed, likelihood and impact, or none")
                continue
            if None in shown or any(found[name] is None and getattr(row, name) for name in found):
                continue
            given = {
                **given_in(
                    row,
                    *("reference", "title", "description", "appetite", "mitigation", "starts_on"),
                ),
                **found,
                "indicators": shown,
            }
            settle(
                work,
                row,
                standing.get(row.reference),
                given,
                register_risk,
                by,
                and_then=_assess,
            )
    return work.outcome()


def _assess(row: TableRow, part: PlanPart, by: User | None) -> bool:
    """A risk is assessed as its row says. Returns whether it was otherwise."""
    assert isinstance(row, RiskRow)
    assert isinstance(part, Risk)
    if row.assessed_on is None or row.likelihood is None or row.impact is None:
        return False
    before = part.assessments.order_by("number").last()
    assess_risk(
        risk=part,
        assessed_on=row.assessed_on,
        likelihood=row.likelihood,
        impact=row.impact,
        note=row.note if "note" in row.filled or before is None else before.note,
        today=localdate(),
        by=by,
    )
    return part.assessments.order_by("number").last() != before
