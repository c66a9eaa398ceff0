"""projects.csv and dependencies.csv: the programme office’s sheet, with how each project was last reported."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainValidator

from core.clock import localdate
from core.tables.cells import Day, choice, line
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow, optional_column
from organisation.importing.people import Email
from organisation.models.people import User
from strategy.importing.parts import (
    Line,
    Prose,
    Slug,
    alike,
    by_slug,
    given_in,
    in_turn,
    one,
    one_of,
    same,
    settle,
)
from strategy.importing.savings import Pounds
from strategy.models.plan import PlanPart, Programme, Project
from strategy.models.projects import Dependency
from strategy.rules.projects import Confidence, ProjectKind
from strategy.services.plan import start_project
from strategy.services.projects import REPORTED, depend_on, report_project


class ProjectRow(TableRow):
    """One piece of a programme, as its initiation document has it, and how it stands."""

    slug: Slug = Field(alias="code")
    programme: Slug
    name: Line
    description: Prose = optional_column("")
    kind: Annotated[str, PlainValidator(choice(ProjectKind))] = optional_column("")
    objective: Prose = optional_column("")
    scope: Prose = optional_column("")
    benefits: Prose = optional_column("")
    sponsor: Line = optional_column("")
    lead: Email | None = optional_column()
    baseline_start: Day | None = optional_column()
    baseline_finish: Day | None = optional_column()
    budget: Pounds | None = optional_column()
    as_at: Day | None = optional_column()
    confidence: Annotated[Confidence, PlainValidator(choice(Confidence))] | None = optional_column()
    started_on: Day | None = optional_column(called="started")
    forecast_finish: Day | None = optional_column()
    finished_on: Day | None = optional_column(called="finished")
    spent: Pounds | None = optional_column()
    forecast_cost: Pounds | None = optional_column()
    achieved: Prose = optional_column("")
    next_steps: Prose = optional_column("")
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


def import_projects(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every project of the file is as it says, in its programme, and stands as it reports.

    A report needs as_at and confidence; without both there is none.
    """
    work = Import(content, ProjectRow, file=file)
    rows = work.once_each("slug", to_blame="slug")
    standing, programmes = by_slug(Project), by_slug(Programme)
    people = {
        each.email: each for each in User.objects.filter(email__in=work.named("lead") - {None})
    }
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(rows, standing):
            programme = one(work, row, "programme", row.programme, programmes)
            lead = one_of(work, row, "lead", row.lead, people, "a person by an address")
            if (row.as_at is None) != (row.confidence is None):
                missing = "as_at" if row.as_at is None else "confidence"
                work.refuse(row, missing, "give both as_at and confidence, or neither")
                continue
            if programme is None or (row.lead and lead is None):
                continue
            given = given_in(
                row,
                *("slug", "name", "description", "kind", "objective", "scope", "benefits"),
                *("sponsor", "baseline_start", "baseline_finish", "budget", "starts_on"),
            )
            given |= {"programme": programme, "lead": lead}
            settle(work, row, standing.get(row.slug), given, start_project, by, and_then=_report)
    return work.outcome()


def _report(row: TableRow, part: PlanPart, by: User | None) -> bool:
    """A project stands as its row says; what is left out stays. Returns whether it was otherwise."""
    assert isinstance(row, ProjectRow)
    assert isinstance(part, Project)
    if row.as_at is None or row.confidence is None:
        return False
    latest = part.reports.order_by("number").last()
    given: dict[str, Any] = {
        name: getattr(row, name) if name in row.filled or latest is None else getattr(latest, name)
        for name in REPORTED
    }
    made = report_project(project=part, today=localdate(), by=by, **given)
    return latest is None or made.pk != latest.pk


class DependencyRow(TableRow):
    """Something that a project needs from elsewhere."""

    project: Slug
    what: Annotated[str, PlainValidator(line(300))]
    on_project: Slug | None = optional_column(called="on")
    needed_by: Day | None = optional_column()
    met_on: Day | None = optional_column(called="met")
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


def import_dependencies(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every project depends on what the file says. The same project and words are the same dependency."""
    work = Import(content, DependencyRow, file=file)
    rows = work.once_each("project", "what", "ends_on", to_blame="what")
    projects = by_slug(Project)
    standing = alike(
        (each.project.slug, each.what, each)
        for each in Dependency.objects.select_related("project", "on_project")
    )
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(rows):
            project = one(work, row, "project", row.project, projects)
            on_project = one_of(work, row, "on_project", row.on_project, projects, "a project")
            if project is None or (row.on_project and on_project is None):
                continue
            given = given_in(row, "what", "needed_by", "met_on", "starts_on")
            given |= {"project": project, "on_project": on_project}
            found = same(standing.get((row.project, row.what)), row.ends_on)
            settle(work, row, found, given, depend_on, by)
    return work.outcome()
