"""The plan as files, as the imports take them back. The same plan gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F

from core.tables.rows import TableRow, columns_of
from core.tables.writing import written_rows
from strategy.importing.plan import (
    AimRow,
    EvaluationRow,
    EvidenceRow,
    MeasureRow,
    MilestoneRow,
    PriorityRow,
    ProgrammeRow,
    SuccessFactorRow,
    ThemeRow,
)
from strategy.importing.projects import DependencyRow, ProjectRow
from strategy.importing.risks import RiskRow
from strategy.importing.savings import SavingRow
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
from strategy.models.projects import Dependency
from strategy.models.risks import Risk
from strategy.models.savings import Saving
from strategy.rules.plan import financial_year
from strategy.services.projects import REPORTED

# What has ended comes first: it makes room for what has its place now.
ENDED_FIRST = F("ends_on").asc(nulls_last=True)


def aims_csv() -> str:
    return _written(AimRow, Aim.objects.order_by(ENDED_FIRST, "position", "slug"))


def themes_csv() -> str:
    rows = Theme.objects.prefetch_related("aims").order_by(ENDED_FIRST, "position", "slug")
    return _written(ThemeRow, rows, aims=lambda each: _slugs(each.aims.all()))


def priorities_csv() -> str:
    rows = Priority.objects.prefetch_related("themes").order_by(ENDED_FIRST, "number", "slug")
    return _written(PriorityRow, rows, themes=lambda each: _slugs(each.themes.all()))


def success_factors_csv() -> str:
    rows = SuccessFactor.objects.select_related("priority").order_by(
        ENDED_FIRST, "priority__slug", "position"
    )
    return _written(
        SuccessFactorRow,
        rows,
        priority=lambda each: each.priority.slug,
        by_year=lambda each: financial_year(each.by_year),
    )


def measures_csv() -> str:
    rows = Measure.objects.select_related("priority", "indicator").order_by(
        ENDED_FIRST, "priority__slug", "position"
    )
    return _written(
        MeasureRow,
        rows,
        priority=lambda each: each.priority.slug,
        indicator=lambda each: each.indicator.reference if each.indicator else None,
    )


def milestones_csv() -> str:
    """Every milestone, with what was said of it last."""
    rows = Milestone.objects.select_related("priority", "project", "accountable_manager").order_by(
        ENDED_FIRST, "due_on", "priority__slug", "project__slug", "title"
    )
    return _written(
        MilestoneRow,
        rows,
        priority=lambda each: each.priority.slug if each.priority else None,
        project=lambda each: each.project.slug if each.project else None,
        accountable_manager=lambda each: each.accountable_manager.email,
    )


def programmes_csv() -> str:
    return _written(ProgrammeRow, Programme.objects.order_by(ENDED_FIRST, "slug"))


def projects_csv() -> str:
    """Every project, with what was reported of it last."""
    rows = (
        Project.objects.select_related("programme", "lead")
        .prefetch_related("reports")
        .order_by(ENDED_FIRST, "slug")
    )

    def last(name: str) -> Any:
        return lambda each: next((getattr(one, name) for one in reversed(each.reports.all())), None)

    return _written(
        ProjectRow,
        rows,
        programme=lambda each: each.programme.slug,
        lead=lambda each: each.lead.email if each.lead else None,
        **{name: last(name) for name in REPORTED},
    )


def dependencies_csv() -> str:
    rows = Dependency.objects.select_related("project", "on_project").order_by(
        ENDED_FIRST, "project__slug", "what"
    )
    return _written(
        DependencyRow,
        rows,
        project=lambda each: each.project.slug,
        on_project=lambda each: each.on_project.slug if each.on_project else None,
    )


def evidence_csv() -> str:
    rows = Evidence.objects.select_related("priority").order_by(
        ENDED_FIRST, "priority__slug", "gathered_on", "title"
    )
    return _written(EvidenceRow, rows, priority=lambda each: each.priority.slug)


def evaluations_csv() -> str:
    rows = Evaluation.objects.select_related("priority").order_by(
        ENDED_FIRST, "priority__slug", "judged_on"
    )
    return _written(EvaluationRow, rows, priority=lambda each: each.priority.slug)


def savings_csv() -> str:
    """Every saving, with what was reported of it last."""
    rows = Saving.objects.select_related("unit", "owner", "project", "indicator").order_by(
        ENDED_FIRST, "reference"
    )
    return _written(
        SavingRow,
        rows,
        unit=lambda each: each.unit.code,
        owner=lambda each: each.owner.email,
        project=lambda each: each.project.slug if each.project else None,
        indicator=lambda each: each.indicator.reference if each.indicator else None,
    )


def risks_csv() -> str:
    """Every risk, as it was assessed last."""
    rows = (
        Risk.objects.select_related("unit", "owner", "project")
        .prefetch_related("indicators", "assessments")
        .order_by(ENDED_FIRST, "reference")
    )
    return _written(
        RiskRow,
        rows,
        unit=lambda each: each.unit.code if each.unit else None,
        owner=lambda each: each.owner.email,
        project=lambda each: each.project.slug if each.project else None,
        note=lambda each: next((one.note for one in reversed(each.assessments.all())), ""),
        indicators=lambda each: "; ".join(sorted(one.reference for one in each.indicators.all())),
    )


def _written(model: type[TableRow], parts: Iterable[PlanPart], **read: Any) -> str:
    """Each part by the fields of its row, but for those that are read otherwise."""
    fields = [each.field for each in columns_of(model).values()]
    return written_rows(
        model,
        (
            {
                field: read[field](part) if field in read else getattr(part, field)
                for field in fields
            }
            for part in parts
        ),
    )


def _slugs(parts: Iterable[Aim] | Iterable[Theme]) -> str:
    return " ".join(sorted(each.slug for each in parts))
