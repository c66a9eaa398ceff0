"""The strategy as a page and the report show it: themes, priorities and their three statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import ManyToManyField, QuerySet

from core.clock import day_of
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from sorp.lexicon import Rag, Travel
from strategy.models.plan import (
    Aim,
    Evaluation,
    Measure,
    Milestone,
    MilestoneUpdate,
    PlanPart,
    Priority,
    Programme,
    Project,
    SomePart,
    Theme,
)
from strategy.rules.plan import (
    Judgement,
    MeasureKind,
    MilestoneStatus,
    PriorityStatements,
    RatedMeasure,
    milestone_status,
    milestone_words,
    statements,
)


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One way a priority is judged; where by an indicator, with its verdict in the quarter."""

    kind: MeasureKind
    wording: str
    reference: str = ""
    measure_unit: str = ""
    decimals: int = 0
    rag: Rag | None = None
    not_rated: str = ""
    previous_rag: Rag | None = None
    travel: Travel | None = None
    value: Decimal | None = None
    target: Decimal | None = None
    floor: Decimal | None = None
    confidence: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """One milestone as it stood on the sheet's day."""

    pk: int
    title: str
    due_on: date
    forecast_on: date | None
    done_on: date | None
    progress: str
    accountable_manager: str
    status: MilestoneStatus
    stands: str = ""  # in words, with the dates that bear it out
    updates: tuple[MilestoneUpdate, ...] = ()  # what was said of it by then, the latest first
    belongs_to: str = ""
    accountable_manager_id: int | None = None


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    gathered_on: date
    title: str
    finding: str
    source: str


@dataclass(frozen=True, slots=True)
class EvaluationLine:
    judged_on: date
    judgement: Judgement
    finding: str
    judged_by: str


@dataclass(frozen=True, slots=True)
class SuccessLine:
    by_financial_year: str
    wording: str


@dataclass(frozen=True, slots=True)
class PrioritySheet:
    """One priority with its three kinds of evidence, and what each says."""

    slug: str
    number: int
    name: str
    description: str
    sponsor: str
    themes: tuple[str, ...]
    success_factors: tuple[SuccessLine, ...]
    measures: tuple[MeasureLine, ...]
    milestones: tuple[MilestoneLine, ...]
    evidence: tuple[EvidenceLine, ...]
    evaluations: tuple[EvaluationLine, ...]
    statements: PriorityStatements
    ends_on: date | None = None
    has_ended: bool = False  # on the day on which it was asked for

    @property
    def indicators(self) -> tuple[MeasureLine, ...]:
        return tuple(each for each in self.measures if each.kind is MeasureKind.INDICATOR)

    @property
    def other_measures(self) -> tuple[MeasureLine, ...]:
        return tuple(each for each in self.measures if each.kind is not MeasureKind.INDICATOR)


@dataclass(frozen=True, slots=True)
class ThemeSheet:
    """A theme, the aims it serves and the priorities in it, by slug."""

    slug: str
    name: str
    description: str
    aims: tuple[str, ...]
    priorities: tuple[PrioritySheet, ...]


@dataclass(frozen=True, slots=True)
class AimSheet:
    slug: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class StrategySheet:
    """Everything the report's first layer needs, as known on a day for a quarter."""

    quarter: Quarter | None
    day: date
    aims: tuple[AimSheet, ...]
    themes: tuple[ThemeSheet, ...]
    priorities: tuple[PrioritySheet, ...]

    @property
    def without_theme(self) -> tuple[PrioritySheet, ...]:
        """Priorities that belong to no theme: a council may have them alone."""
        themed = {each.slug for theme in self.themes for each in theme.priorities}
        return tuple(each for each in self.priorities if each.slug not in themed)


def strategy_sheet(
    *, quarter: Quarter | None, day: date, milestones_on: date | None = None
) -> StrategySheet:
    """The whole strategy as it stood on a day, with ratings of a quarter.

    Milestones may be asked for as of another day: a report tells what is known of them when it is
    made. Without a quarter (none is closed yet) every indicator is not rated.
    """
    standing = Priority.objects.standing_on(day)
    priorities = _priority_sheets(standing, quarter, day, milestones_on or day)
    by_slug = {sheet.slug: sheet for sheet in priorities}
    themes = tuple(
        ThemeSheet(
            slug=theme.slug,
            name=theme.name,
            description=theme.description,
            aims=tuple(aim.name for aim in _standing(theme.aims.all(), day)),
            priorities=tuple(
                by_slug[each.slug] for each in theme.priorities.all() if each.slug in by_slug
            ),
        )
        for theme in Theme.objects.standing_on(day).prefetch_related("aims", "priorities")
    )
    aims = tuple(
        AimSheet(each.slug, each.name, each.description) for each in Aim.objects.standing_on(day)
    )
    return StrategySheet(quarter, day, aims, themes, priorities)


def priority_sheet(*, slug: str, quarter: Quarter | None, day: date) -> PrioritySheet | None:
    """One priority's page, or None where there is no such priority.

    One that has ended is told as it stood on its last day.
    """
    rows = Priority.objects.filter(slug=slug)
    ended = rows.filter(ends_on__lt=day).values_list("ends_on", flat=True).first()
    found = _priority_sheets(rows, quarter, ended or day, ended or day)
    return replace(found[0], has_ended=ended is not None) if found else None


@dataclass(frozen=True, slots=True)
class ProjectSheet:
    """A project with its milestones, and what they say of it."""

    slug: str
    name: str
    description: str
    milestones: tuple[MilestoneLine, ...]
    sentence: str

    @property
    def label(self) -> str:
        return f"Milestones of {self.name}"


@dataclass(frozen=True, slots=True)
class ProgrammeSheet:
    """A programme of change with its projects: what DAT looks at beside priorities."""

    slug: str
    name: str
    description: str
    sponsor: str
    starts_on: date | None
    ends_on: date | None
    projects: tuple[ProjectSheet, ...]

    @property
    def sentence(self) -> str:
        stand = [each.status for project in self.projects for each in project.milestones]
        return statements(figures=(), milestones=stand, judgement=None).milestones.sentence


def programme_sheets(*, day: date) -> tuple[ProgrammeSheet, ...]:
    """The programmes that stand on a day, with their projects and milestones."""
    return _programme_sheets(Programme.objects.standing_on(day), day)


def programme_sheet(*, slug: str, day: date) -> ProgrammeSheet | None:
    """One programme's page, or None where there is no such programme; ended, as on its last day."""
    rows = Programme.objects.filter(slug=slug)
    ended = rows.filter(ends_on__lt=day).values_list("ends_on", flat=True).first()
    found = _programme_sheets(rows, ended or day)
    return found[0] if found else None


def _programme_sheets(rows: QuerySet[Programme], day: date) -> tuple[ProgrammeSheet, ...]:
    told = rows.prefetch_related(
        "projects__milestones__accountable_manager",
        "projects__milestones__priority",
        "projects__milestones__project",
        "projects__milestones__updates__said_by",
        "projects__milestones__rebaselinings",
    )
    return tuple(
        ProgrammeSheet(
            slug=each.slug,
            name=each.name,
            description=each.description,
            sponsor=each.sponsor,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            projects=tuple(_project_sheet(one, day) for one in _standing(each.projects.all(), day)),
        )
        for each in told
    )


def _project_sheet(project: Project, day: date) -> ProjectSheet:
    lines = tuple(milestone_line(each, day) for each in _standing(project.milestones.all(), day))
    told = statements(figures=(), milestones=[each.status for each in lines], judgement=None)
    return ProjectSheet(
        project.slug, project.name, project.description, lines, told.milestones.sentence
    )


def ends_with(part: PlanPart, day: date) -> list[PlanPart]:
    """What would go on after a part of the plan has ended on a day, and so ends with it.

    A milestone that was done by then stays as it is: it was done.
    """
    found: list[PlanPart] = []
    if isinstance(part, Priority):
        found += [*part.success_factors.all(), *part.measures.select_related("indicator")]
    if isinstance(part, Programme):
        for project in part.projects.all():
            found += [project, *ends_with(project, day)]
    if isinstance(part, Priority | Project):
        found += [
            each for each in part.milestones.all() if each.done_on is None or each.done_on > day
        ]
    if isinstance(part, Project):
        found += part.dependencies.all()
    return [
        each
        for each in found
        if (each.ends_on is None or each.ends_on > day)
        and (each.starts_on is None or each.starts_on <= day)
    ]


def left_alone(part: PlanPart) -> list[PlanPart]:
    """Priorities that belong to no other theme than this one, or themes that serve no other aim."""
    if isinstance(part, Theme):
        others = Theme.objects.filter(ends_on=None).exclude(pk=part.pk)
        placed = Priority.objects.filter(themes__in=others)
        return list(part.priorities.filter(ends_on=None).exclude(pk__in=placed))
    if isinstance(part, Aim):
        other_aims = Aim.objects.filter(ends_on=None).exclude(pk=part.pk)
        serving = Theme.objects.filter(aims__in=other_aims)
        return list(part.themes.filter(ends_on=None).exclude(pk__in=serving))
    return []


def differences(part: PlanPart, given: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What a part of the plan says otherwise than is given: by field, as it is and as it would be."""
    found: dict[str, tuple[Any, Any]] = {}
    for name, becomes in given.items():
        field = part._meta.get_field(name)
        if isinstance(field, ManyToManyField):
            was: Any = sorted(_key(each) for each in getattr(part, name).all())
            becomes = sorted(_key(each) for each in becomes)
        else:
            was = getattr(part, name)
            becomes = becomes.strip() if isinstance(becomes, str) else becomes
        if was != becomes:
            found[name] = (was, becomes)
    return found


def _key(row: Any) -> str:
    """By what a row is known in files: an indicator by its reference, a part of the plan by its code."""
    return str(row.reference if isinstance(row, Indicator) else row.slug)


def _standing(parts: Iterable[SomePart], day: date) -> list[SomePart]:
    return [each for each in parts if each.stands_on(day)]


def late_milestones(*, day: date) -> tuple[MilestoneLine, ...]:
    """Milestones of priorities and of projects that are overdue or slipping on a day, for DAT to look at."""
    rows = (
        Milestone.objects.not_done_by(day)
        .select_related("priority", "project", "accountable_manager")
        .prefetch_related("updates", "rebaselinings")
    )
    lines = (milestone_line(row, day) for row in rows)
    return tuple(line for line in lines if line.status.is_late)


def _priority_sheets(
    rows: QuerySet[Priority], quarter: Quarter | None, day: date, milestones_on: date
) -> tuple[PrioritySheet, ...]:
    priorities = list(
        rows.prefetch_related(
            "themes",
            "success_factors",
            "measures__indicator",
            "milestones__accountable_manager",
            "milestones__priority",
            "milestones__updates__said_by",
            "milestones__rebaselinings",
            "evidence",
            "evaluations",
        )
    )
    wanted = {
        measure.indicator_id
        for each in priorities
        for measure in each.measures.all()
        if measure.indicator_id
    }
    ratings = _ratings(quarter, wanted)
    return tuple(_priority_sheet(each, ratings, quarter, day, milestones_on) for each in priorities)


def _ratings(quarter: Quarter | None, indicators: set[int]) -> dict[tuple[int, Quarter], Rating]:
    """The latest ratings of a quarter and of the one before."""
    if quarter is None:
        return {}
    rows = Rating.objects.latest_ones().filter(
        indicator__in=indicators,
        quarter__in=[quarter, quarter.previous()],
    )
    return {(row.indicator_id, row.quarter): row for row in rows}


def _priority_sheet(
    priority: Priority,
    ratings: dict[tuple[int, Quarter], Rating],
    quarter: Quarter | None,
    day: date,
    milestones_on: date,
) -> PrioritySheet:
    measures = tuple(
        _measure_line(each, ratings, quarter)
        for each in _standing(priority.measures.all(), day)
        if quarter is None or each.indicator is None or each.indicator.is_measured_in(quarter)
    )
    milestones = tuple(
        milestone_line(each, milestones_on)
        for each in _standing(priority.milestones.all(), milestones_on)
    )
    evaluations = tuple(
        _evaluation_line(each) for each in _standing(priority.evaluations.all(), day)
    )
    latest = evaluations[0] if evaluations else None
    return PrioritySheet(
        slug=priority.slug,
        number=priority.number,
        name=priority.name,
        description=priority.description,
        sponsor=priority.sponsor,
        themes=tuple(theme.name for theme in _standing(priority.themes.all(), day)),
        success_factors=tuple(
            SuccessLine(each.by_financial_year, each.wording)
            for each in _standing(priority.success_factors.all(), day)
        ),
        measures=measures,
        milestones=milestones,
        evidence=tuple(
            EvidenceLine(each.gathered_on, each.title, each.finding, each.source)
            for each in _standing(priority.evidence.all(), day)
        ),
        evaluations=evaluations,
        statements=statements(
            figures=[
                RatedMeasure(each.rag, each.stale)
                for each in measures
                if each.kind is MeasureKind.INDICATOR
            ],
            milestones=[each.status for each in milestones],
            judgement=latest.judgement if latest else None,
            judged_on=latest.judged_on if latest else None,
        ),
        ends_on=priority.ends_on,
    )


def _measure_line(
    measure: Measure, ratings: dict[tuple[int, Quarter], Rating], quarter: Quarter | None
) -> MeasureLine:
    indicator = measure.indicator
    if indicator is None:
        return MeasureLine(MeasureKind(measure.kind), measure.wording)
    rating = ratings.get((indicator.pk, quarter)) if quarter else None
    before = ratings.get((indicator.pk, quarter.previous())) if quarter else None
    return MeasureLine(
        kind=MeasureKind.INDICATOR,
        wording=measure.wording or indicator.title,
        reference=indicator.reference,
        measure_unit=indicator.measure_unit,
        decimals=indicator.decimals,
        rag=Rag(rating.rag) if rating and rating.rag else None,
        not_rated=rating.not_rated if rating else "no_result",
        previous_rag=Rag(before.rag) if before and before.rag else None,
        travel=Travel(rating.travel) if rating else None,
        value=rating.value if rating else None,
        target=rating.target if rating else None,
        floor=rating.floor if rating else None,
        confidence=rating.confidence if rating else "",
        stale=bool(rating and rating.stale),
    )


def milestone_line(milestone: Milestone, day: date) -> MilestoneLine:
    """A milestone as it was known on a day: what was said later, nobody knew."""
    said = milestone.known_on(day)
    due_on = milestone.due_known_on(day)
    forecast_on, done_on = (said.forecast_on, said.done_on) if said else (None, None)
    return MilestoneLine(
        pk=milestone.pk,
        title=milestone.title,
        due_on=due_on,
        forecast_on=forecast_on,
        done_on=done_on,
        progress=said.progress if said else "",
        accountable_manager=milestone.accountable_manager.name,
        status=milestone_status(due_on=due_on, forecast_on=forecast_on, done_on=done_on, today=day),
        stands=milestone_words(due_on=due_on, forecast_on=forecast_on, done_on=done_on, today=day),
        updates=tuple(
            each for each in reversed(milestone.updates.all()) if day_of(each.said_at) <= day
        ),
        belongs_to=str(milestone.priority or milestone.project),
        accountable_manager_id=milestone.accountable_manager_id,
    )


def _evaluation_line(evaluation: Evaluation) -> EvaluationLine:
    return EvaluationLine(
        evaluation.judged_on,
        Judgement(evaluation.judgement),
        evaluation.finding,
        evaluation.judged_by,
    )
