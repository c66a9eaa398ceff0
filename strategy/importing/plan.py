"""The plan from files: aims, themes, priorities, what they promise and how they are judged; programmes, projects, milestones.

Each file is all rows or none, through the same services as the pages. What a file leaves out stays.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainValidator

from core.clock import localdate
from core.tables.cells import Day, choice, line, prose
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow, optional_column
from indicators.importing.definitions import Reference
from indicators.models.definitions import Indicator
from organisation.importing.people import Email
from organisation.models.people import User
from strategy.importing.parts import (
    FinancialYear,
    Line,
    Place,
    Prose,
    Slug,
    Slugs,
    alike,
    by_slug,
    given_in,
    in_turn,
    named,
    one,
    same,
    settle,
)
from strategy.models.plan import (
    Aim,
    Evaluation,
    Evidence,
    Measure,
    Milestone,
    PlanPart,
    Priority,
    Programme,
    Project,
    SuccessFactor,
    Theme,
)
from strategy.rules.plan import Judgement, MeasureKind
from strategy.services.plan import (
    evaluate,
    give_evidence,
    measure_by,
    promise_success,
    set_milestone,
    start_programme,
    state_aim,
    state_priority,
    state_theme,
    update_milestone,
)


class AimRow(TableRow):
    """An aim of the plan."""

    slug: Slug = Field(alias="code")
    name: Line
    position: Place | None = optional_column(called="place")
    description: Prose = optional_column("")
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


class ThemeRow(TableRow):
    """A theme, and the aims it serves."""

    slug: Slug = Field(alias="code")
    name: Line
    aims: Slugs = optional_column(())
    position: Place | None = optional_column(called="place")
    description: Prose = optional_column("")
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


class PriorityRow(TableRow):
    """A strategic priority, and the themes it belongs to."""

    slug: Slug = Field(alias="code")
    number: Place | None = optional_column()
    name: Line
    themes: Slugs = optional_column(())
    sponsor: Line = optional_column("")
    description: Prose = optional_column("")
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


class SuccessFactorRow(TableRow):
    """What will have been delivered for a priority by the end of a financial year."""

    priority: Slug
    by_year: FinancialYear = Field(alias="by")
    wording: Annotated[str, PlainValidator(prose(5_000))]
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


class MeasureRow(TableRow):
    """One way in which a priority is judged."""

    priority: Slug
    kind: Annotated[MeasureKind, PlainValidator(choice(MeasureKind))]
    indicator: Reference | None = None
    wording: Annotated[str, PlainValidator(line(300))] = ""
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


class MilestoneRow(TableRow):
    """A dated thing to be done for a priority or by a project, and how far it has come."""

    title: Annotated[str, PlainValidator(line(300))]
    priority: Slug | None = None
    project: Slug | None = None
    due_on: Day = Field(alias="due")
    accountable_manager: Email = Field(alias="manager")
    forecast_on: Day | None = optional_column(called="forecast")
    done_on: Day | None = optional_column(called="done")
    progress: Annotated[str, PlainValidator(prose(500))] = optional_column("")
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


class ProgrammeRow(TableRow):
    """A programme of change, an enabler or capital works."""

    slug: Slug = Field(alias="code")
    name: Line
    sponsor: Line = optional_column("")
    description: Prose = optional_column("")
    starts_on: Day | None = optional_column(called="from")
    ends_on: Day | None = optional_column(called="to")


class EvidenceRow(TableRow):
    """Something found out about a priority that is no figure."""

    priority: Slug
    gathered_on: Day = Field(alias="gathered")
    title: Line
    finding: Annotated[str, PlainValidator(prose(20_000))]
    source: Annotated[str, PlainValidator(line(300))] = optional_column("")
    ends_on: Day | None = optional_column(called="to")


class EvaluationRow(TableRow):
    """A formal judgement of what was delivered for a priority."""

    priority: Slug
    judged_on: Day = Field(alias="judged")
    judgement: Annotated[Judgement, PlainValidator(choice(Judgement))]
    finding: Annotated[str, PlainValidator(prose(20_000))]
    judged_by: Line = Field(alias="by")
    ends_on: Day | None = optional_column(called="to")


def import_aims(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every aim of the file is as it says. Raises RefusedFileError, as do all of these."""
    work = Import(content, AimRow, file=file)
    standing = by_slug(Aim)
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(work.once_each("slug", to_blame="slug"), standing):
            given = given_in(row, "slug", "name", "position", "description", "starts_on")
            settle(work, row, standing.get(row.slug), given, state_aim, by)
    return work.outcome()


def import_themes(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every theme of the file is as it says, and serves the aims it names."""
    work = Import(content, ThemeRow, file=file)
    standing, aims = by_slug(Theme, "aims"), by_slug(Aim)
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(work.once_each("slug", to_blame="slug"), standing):
            given = given_in(row, "slug", "name", "position", "description", "starts_on")
            given["aims"] = named(work, row, "aims", row.aims, aims)
            settle(work, row, standing.get(row.slug), given, state_theme, by)
    return work.outcome()


def import_priorities(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every priority of the file is as it says, and belongs to the themes it names."""
    work = Import(content, PriorityRow, file=file)
    standing, themes = by_slug(Priority, "themes"), by_slug(Theme)
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(work.once_each("slug", to_blame="slug"), standing):
            given = given_in(row, "slug", "name", "number", "sponsor", "description", "starts_on")
            given["themes"] = named(work, row, "themes", row.themes, themes)
            settle(work, row, standing.get(row.slug), given, state_priority, by)
    return work.outcome()


def import_success_factors(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every priority promises what the file says. The same priority, year and words are the same promise."""
    work = Import(content, SuccessFactorRow, file=file)
    key = ("priority", "by_year", "wording")
    priorities = by_slug(Priority)
    standing = alike(
        (each.priority.slug, each.by_year, each.wording, each)
        for each in SuccessFactor.objects.select_related("priority")
    )
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(work.once_each(*key, "ends_on", to_blame="wording")):
            priority = one(work, row, "priority", row.priority, priorities)
            if priority is None:
                continue
            given = {"priority": priority, **given_in(row, "by_year", "wording", "starts_on")}
            found = same(standing.get((row.priority, row.by_year, row.wording)), row.ends_on)
            settle(work, row, found, given, promise_success, by)
    return work.outcome()


def import_measures(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every priority is judged as the file says.

    The same priority and indicator, or the same priority, kind and words, are the same measure.
    """
    work = Import(content, MeasureRow, file=file)
    rows = work.once_each("priority", "kind", "indicator", "wording", "ends_on", to_blame="kind")
    priorities = by_slug(Priority)
    references = Indicator.objects.filter(reference__in=work.named("indicator") - {None})
    indicators = {each.reference: each for each in references}
    standing = alike(
        (each.priority.slug, *_judged_by(each.kind, each.indicator, each.wording), each)
        for each in Measure.objects.select_related("priority", "indicator")
    )
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(rows):
            priority = one(work, row, "priority", row.priority, priorities)
            indicator = indicators.get(row.indicator or "")
            if row.indicator is not None and indicator is None:
                advice = f"name an indicator that exists: there is no {row.indicator}"
                work.refuse(row, "indicator", advice)
                continue
            if priority is None:
                continue
            given = {
                "priority": priority,
                "indicator": indicator,
                **given_in(row, "kind", "wording", "starts_on"),
            }
            key = (row.priority, *_judged_by(row.kind, indicator, row.wording))
            found = same(standing.get(key), row.ends_on)
            settle(work, row, found, given, measure_by, by)
    return work.outcome()


def _judged_by(kind: str, indicator: Indicator | None, wording: str) -> tuple[str, str]:
    """By what a priority is judged: an indicator, whatever it is called there, or the thing in words."""
    return (str(kind), wording) if indicator is None else ("", indicator.reference)


def import_programmes(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every programme of the file is as it says."""
    work = Import(content, ProgrammeRow, file=file)
    standing = by_slug(Programme)
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(work.once_each("slug", to_blame="slug"), standing):
            given = given_in(row, "slug", "name", "sponsor", "description", "starts_on")
            settle(work, row, standing.get(row.slug), given, start_programme, by)
    return work.outcome()


def import_milestones(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every milestone of the file is set, and stands as it says.

    The same title, day and priority or project are the same milestone. A day that is otherwise is
    another milestone: what was promised is not changed.
    """
    work = Import(content, MilestoneRow, file=file)
    key = ("priority", "project", "title", "due_on")
    rows = work.once_each(*key, "ends_on", to_blame="title")
    priorities, projects = by_slug(Priority), by_slug(Project)
    people = {
        each.email: each
        for each in User.objects.filter(email__in=work.named("accountable_manager"))
    }
    standing = alike(
        (
            each.priority.slug if each.priority else None,
            each.project.slug if each.project else None,
            each.title,
            each.due_on,
            each,
        )
        for each in Milestone.objects.select_related("priority", "project", "accountable_manager")
    )
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(rows):
            priority = one(work, row, "priority", row.priority, priorities)
            project = one(work, row, "project", row.project, projects)
            manager = people.get(row.accountable_manager)
            if manager is None:
                advice = f"name a person: nobody has the address {row.accountable_manager}"
                work.refuse(row, "accountable_manager", advice)
            if manager is None or (row.priority and not priority) or (row.project and not project):
                continue
            given = {
                **given_in(row, "title", "due_on", "starts_on"),
                "priority": priority,
                "project": project,
                "accountable_manager": manager,
            }
            whose = (row.priority, row.project, row.title, row.due_on)
            found = same(standing.get(whose), row.ends_on)
            settle(work, row, found, given, set_milestone, by, and_then=_report)
    return work.outcome()


def import_evidence(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """All evidence of the file is given. The same priority, day and title are the same evidence."""
    work = Import(content, EvidenceRow, file=file)
    key = ("priority", "gathered_on", "title")
    priorities = by_slug(Priority)
    standing = alike(
        (each.priority.slug, each.gathered_on, each.title, each)
        for each in Evidence.objects.select_related("priority")
    )
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(work.once_each(*key, "ends_on", to_blame="title")):
            priority = one(work, row, "priority", row.priority, priorities)
            if priority is None:
                continue
            given = {
                **given_in(row, "gathered_on", "title", "finding", "source"),
                "priority": priority,
            }
            found = same(standing.get((row.priority, row.gathered_on, row.title)), row.ends_on)
            settle(work, row, found, given, give_evidence, by)
    return work.outcome()


def import_evaluations(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every evaluation of the file is given. The same priority and day are the same evaluation."""
    work = Import(content, EvaluationRow, file=file)
    key = ("priority", "judged_on")
    priorities = by_slug(Priority)
    standing = alike(
        (each.priority.slug, each.judged_on, each)
        for each in Evaluation.objects.select_related("priority")
    )
    with work.all_or_none(dry_run=dry_run):
        for row in in_turn(work.once_each(*key, "ends_on", to_blame="judged_on")):
            priority = one(work, row, "priority", row.priority, priorities)
            if priority is None:
                continue
            given = {
                **given_in(row, "judged_on", "judgement", "finding", "judged_by"),
                "priority": priority,
            }
            found = same(standing.get((row.priority, row.judged_on)), row.ends_on)
            settle(work, row, found, given, evaluate, by)
    return work.outcome()


def _report(row: TableRow, part: PlanPart, by: User | None) -> bool:
    """How far a milestone has come is as its row says. Returns whether it was otherwise."""
    assert isinstance(row, MilestoneRow)
    assert isinstance(part, Milestone)
    names = ("forecast_on", "done_on", "progress")
    was = {name: getattr(part, name) for name in names}
    becomes = {name: getattr(row, name) if name in row.filled else was[name] for name in names}
    if was == becomes:
        return False
    update_milestone(milestone=part, today=localdate(), by=by, **becomes)
    return True
