"""The plan set up: aims, themes, priorities and what belongs to them; programmes, projects, milestones.

Each kind of part has the same pages, made from one description (`PartPages`): list, form to add and to
change, last day with a preview, history, spreadsheet out and in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.dates import as_date
from core.filters import SearchFilter
from core.guards import require
from core.views.entities import (
    Change,
    Done,
    Entity,
    FormPage,
    Preview,
    form_page,
    history_page,
    list_page,
    spreadsheet_paths,
)
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from strategy import exporting, filters
from strategy.forms import plan as forms
from strategy.forms.projects import DependencyForm, ProjectForm
from strategy.forms.risks import RiskForm
from strategy.forms.savings import SavingForm
from strategy.importing import plan as importing
from strategy.importing.projects import (
    DependencyRow,
    ProjectRow,
    import_dependencies,
    import_projects,
)
from strategy.importing.risks import RiskRow, import_risks
from strategy.importing.savings import SavingRow, import_savings
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
from strategy.queries.plan import ends_with, left_alone
from strategy.rules.savings import pounds
from strategy.services import plan as services
from strategy.services.projects import depend_on
from strategy.services.risks import register_risk
from strategy.services.savings import count_on_saving

GOES_ON = "No last day"


@dataclass(frozen=True, slots=True)
class PartColumn:
    """A column of the list of one kind of part, after its name."""

    heading: str
    told: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part as one line of its list: each column's heading, and what it says."""

    part: PlanPart
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PartPages:
    """One kind of part of the plan, as its pages are made."""

    entity: Entity
    rows: Callable[[], QuerySet[Any]]  # with what the list shows of each
    filter: type[SearchFilter]
    columns: Sequence[PartColumn]
    form: type[forms.PartForm]
    add: Callable[..., PlanPart]  # the service; its arguments are the form's fields
    empty: str  # what to do where there is none yet
    offers: Sequence[str] = ()  # fields that an address may fill in: ?priority=better-roads

    @property
    def one(self) -> str:
        return self.entity.one


def _entity(
    key: str, one: str, many: str, row: Any, before: str = "", imported: Any = None
) -> Entity:
    exported: Callable[[], str] = getattr(exporting, f"{key}_csv")
    imported = imported or getattr(importing, f"import_{key}")
    return Entity(
        key=key,
        one=one,
        many=many,
        permission=Permission.MANAGE_FRAMEWORK,
        row=row,
        exported=exported,
        imported=imported,
        before_bringing=before,
    )


def _names(of: str) -> Callable[[Any], str]:
    return lambda part: ", ".join(each.name for each in getattr(part, of).all())


PARTS = (
    PartPages(
        entity=_entity("aims", "aim", "aims", importing.AimRow),
        rows=lambda: Aim.objects.order_by("position"),
        filter=filters.AimFilter,
        columns=[PartColumn("Place", lambda part: str(part.position))],
        form=forms.AimForm,
        add=services.state_aim,
        empty="Add what the plan is for: a few aims, served by its themes. You can leave aims out.",
    ),
    PartPages(
        entity=_entity("themes", "theme", "themes", importing.ThemeRow, "Set up aims first."),
        rows=lambda: Theme.objects.prefetch_related("aims").order_by("position"),
        filter=filters.ThemeFilter,
        columns=[
            PartColumn("Place", lambda part: str(part.position)),
            PartColumn("Serves", _names("aims")),
        ],
        form=forms.ThemeForm,
        add=services.state_theme,
        empty="Add the plan’s themes, to which its priorities belong. You can leave themes out.",
        offers=("aims",),
    ),
    PartPages(
        entity=_entity(
            "priorities", "priority", "priorities", importing.PriorityRow, "Set up themes first."
        ),
        rows=lambda: Priority.objects.prefetch_related("themes").order_by("number"),
        filter=filters.PriorityFilter,
        columns=[
            PartColumn("Number", lambda part: str(part.number)),
            PartColumn("Themes", _names("themes")),
            PartColumn("Sponsor", lambda part: part.sponsor),
        ],
        form=forms.PriorityForm,
        add=services.state_priority,
        empty="Add the strategic priorities that Members have set: they are the first part of the report.",
        offers=("themes",),
    ),
    PartPages(
        entity=_entity(
            "success_factors",
            "success factor",
            "success factors",
            importing.SuccessFactorRow,
            "Set up priorities first.",
        ),
        rows=lambda: SuccessFactor.objects.select_related("priority").order_by(
            "priority__number", "position"
        ),
        filter=filters.SuccessFactorFilter,
        columns=[PartColumn("Priority", lambda part: part.priority.name)],
        form=forms.SuccessFactorForm,
        add=services.promise_success,
        empty="Add what will have been delivered for each priority, and by which financial year.",
        offers=("priority",),
    ),
    PartPages(
        entity=_entity(
            "measures",
            "measure",
            "measures",
            importing.MeasureRow,
            "Set up priorities and indicators first.",
        ),
        rows=lambda: Measure.objects.select_related("priority", "indicator").order_by(
            "priority__number", "position"
        ),
        filter=filters.MeasureFilter,
        columns=[
            PartColumn("Priority", lambda part: part.priority.name),
            PartColumn("Kind", lambda part: part.get_kind_display()),
            PartColumn(
                "Indicator", lambda part: part.indicator.reference if part.indicator else ""
            ),
        ],
        form=forms.MeasureForm,
        add=services.measure_by,
        empty="Add how each priority is judged: by indicators, by qualitative evidence, by evaluation.",
        offers=("priority",),
    ),
    PartPages(
        entity=_entity(
            "milestones",
            "milestone",
            "milestones",
            importing.MilestoneRow,
            "Set up priorities, projects and people first.",
        ),
        rows=lambda: Milestone.objects.select_related(
            "priority", "project__programme", "accountable_manager"
        ).order_by("due_on", "id"),
        filter=filters.MilestoneFilter,
        columns=[
            PartColumn("Of", lambda part: str(part.priority or part.project)),
            PartColumn("Due", lambda part: as_date(part.due_on)),
            PartColumn("Done", lambda part: as_date(part.done_on)),
            PartColumn("Answers for it", lambda part: part.accountable_manager.name),
        ],
        form=forms.PlannedMilestoneForm,
        add=services.set_milestone,
        empty="Add what is to be done for each priority and by each project, by which day and by whom.",
        offers=("priority", "project"),
    ),
    PartPages(
        entity=_entity("programmes", "programme", "programmes", importing.ProgrammeRow),
        rows=lambda: Programme.objects.annotate(
            going_on=Count("projects", filter=Q(projects__ends_on=None))
        ).order_by("name"),
        filter=filters.ProgrammeFilter,
        columns=[
            PartColumn("Sponsor", lambda part: part.sponsor),
            PartColumn("Projects", lambda part: str(part.going_on)),
        ],
        form=forms.ProgrammeForm,
        add=services.start_programme,
        empty="Add programmes of change, enablers and capital works, which sit beside the priorities.",
    ),
    PartPages(
        entity=_entity(
            "projects",
            "project",
            "projects",
            ProjectRow,
            "Set up programmes first.",
            import_projects,
        ),
        rows=lambda: Project.objects.select_related("programme").order_by(
            "programme__name", "name"
        ),
        filter=filters.ProjectFilter,
        columns=[
            PartColumn("Programme", lambda part: part.programme.name),
            PartColumn("Kind", lambda part: part.get_kind_display()),
            PartColumn("Baseline finish", lambda part: as_date(part.baseline_finish)),
        ],
        form=ProjectForm,
        add=services.start_project,
        empty="Add the projects of each programme, then their milestones.",
        offers=("programme",),
    ),
    PartPages(
        entity=_entity(
            "dependencies",
            "dependency",
            "dependencies",
            DependencyRow,
            "Set up projects first.",
            import_dependencies,
        ),
        rows=lambda: Dependency.objects.select_related("project", "on_project").order_by(
            "project__name", "needed_by", "id"
        ),
        filter=filters.DependencyFilter,
        columns=[
            PartColumn("Project", lambda part: part.project.name),
            PartColumn("From", lambda part: str(part.on_project or "Outside these projects")),
            PartColumn("Needed by", lambda part: as_date(part.needed_by)),
            PartColumn("Met", lambda part: as_date(part.met_on)),
        ],
        form=DependencyForm,
        add=depend_on,
        empty="Add what a project needs from another project, or from outside, and by which day.",
        offers=("project", "on_project"),
    ),
    PartPages(
        entity=_entity(
            "evidence",
            "piece of evidence",
            "pieces of evidence",
            importing.EvidenceRow,
            "Set up priorities first.",
        ),
        rows=lambda: Evidence.objects.select_related("priority").order_by("-gathered_on", "-id"),
        filter=filters.EvidenceFilter,
        columns=[
            PartColumn("Priority", lambda part: part.priority.name),
            PartColumn("Gathered", lambda part: as_date(part.gathered_on)),
            PartColumn("Source", lambda part: part.source),
        ],
        form=forms.EvidenceForm,
        add=services.give_evidence,
        empty="Add evidence about a priority that is not a figure, such as a survey or an inspection.",
        offers=("priority",),
    ),
    PartPages(
        entity=_entity(
            "evaluations",
            "evaluation",
            "evaluations",
            importing.EvaluationRow,
            "Set up priorities first.",
        ),
        rows=lambda: Evaluation.objects.select_related("priority").order_by("-judged_on", "-id"),
        filter=filters.EvaluationFilter,
        columns=[
            PartColumn("Judged", lambda part: as_date(part.judged_on)),
            PartColumn("By", lambda part: part.judged_by),
        ],
        form=forms.EvaluationForm,
        add=services.evaluate,
        empty="Add what a formal evaluation found late in the plan’s term, and who judged it.",
        offers=("priority",),
    ),
    PartPages(
        entity=_entity(
            "savings",
            "saving",
            "savings",
            SavingRow,
            "Set up units and people first.",
            import_savings,
        ),
        rows=lambda: Saving.objects.select_related("unit", "owner").order_by("reference"),
        filter=filters.SavingFilter,
        columns=[
            PartColumn("Amount", lambda part: pounds(part.amount)),
            PartColumn("Stands", lambda part: part.stands),
            PartColumn("Unit", lambda part: part.unit.name),
            PartColumn("Owner", lambda part: part.owner.name),
        ],
        form=SavingForm,
        add=count_on_saving,
        empty="Add the savings that the Medium Term Financial Plan counts on, and who owns each.",
        offers=("project", "unit"),
    ),
    PartPages(
        entity=_entity(
            "risks", "risk", "risks", RiskRow, "Set up units and people first.", import_risks
        ),
        rows=lambda: Risk.objects.select_related("unit", "owner").order_by("reference"),
        filter=filters.RiskFilter,
        columns=[
            PartColumn("Register", lambda part: part.register),
            PartColumn("Score", lambda part: part.score.words if part.score else "Not assessed"),
            PartColumn("Owner", lambda part: part.owner.name),
        ],
        form=RiskForm,
        add=register_risk,
        empty="Add the risks of the corporate register and of the directorates’, and who owns each.",
        offers=("project", "unit"),
    ),
)


# The plan as a whole


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind of part: how many go on, and where they are."""

    title: str
    count: int
    list_name: str


@dataclass(frozen=True, slots=True)
class PriorityLine:
    """One priority that goes on, with how many of each thing belong to it."""

    priority: Priority
    promises: int
    measures: int
    milestones: int


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def plan(request: SignedInRequest) -> HttpResponse:
    """The plan to be entered: how much there is of each kind, and what each priority still lacks."""
    kinds = [
        KindLine(
            pages.entity.title,
            pages.rows().model._default_manager.standing_on(localdate()).count(),
            pages.entity.list_name,
        )
        for pages in PARTS
    ]
    going_on = {
        name: Count(name, filter=Q(**{f"{name}__ends_on": None}), distinct=True)
        for name in ("success_factors", "measures", "milestones")
    }
    rows = Priority.objects.filter(ends_on=None).annotate(
        promised=going_on["success_factors"],
        judged=going_on["measures"],
        dated=going_on["milestones"],
    )
    lines = [
        PriorityLine(each, each.promised, each.judged, each.dated)
        for each in rows.order_by("number")
    ]
    return render(request, "strategy/set_up/plan.html", {"kinds": kinds, "lines": lines})


# One kind of part


def part_paths(pages: PartPages) -> list[URLPattern]:
    """The addresses of one kind of part: list, add, change, last day, history, and its spreadsheet."""
    entity = pages.entity

    @require_safe
    @require(entity.permission)
    def each(request: HttpRequest) -> HttpResponse:
        return _list(request, pages)

    @require_http_methods(["GET", "POST"])
    @require(entity.permission)
    def new(request: HttpRequest) -> HttpResponse:
        return _new(request, pages)

    @require_http_methods(["GET", "POST"])
    @require(entity.permission)
    def change(request: HttpRequest, plan_part: int) -> HttpResponse:
        return _change(request, pages, _found(pages, plan_part))

    @require_http_methods(["GET", "POST"])
    @require(entity.permission)
    def end(request: HttpRequest, plan_part: int) -> HttpResponse:
        return _end(request, pages, _found(pages, plan_part))

    @require_safe
    @require(entity.permission)
    def history(request: HttpRequest, plan_part: int) -> HttpResponse:
        part = _found(pages, plan_part)
        back = reverse(entity.list_name)
        return history_page(request, title=str(part), back=back, subjects=[part])

    there, name = f"set-up/{entity.slug}/", entity.list_name
    return [
        path(there, each, name=name),
        *spreadsheet_paths(entity),
        path(f"{there}new/", new, name=f"{name}_new"),
        path(f"{there}<int:plan_part>/change/", change, name=f"{name}_change"),
        path(f"{there}<int:plan_part>/end/", end, name=f"{name}_end"),
        path(f"{there}<int:plan_part>/history/", history, name=f"{name}_history"),
    ]


def _found(pages: PartPages, pk: int) -> PlanPart:
    return cast(PlanPart, get_object_or_404(pages.rows(), pk=pk))


def _list(request: HttpRequest, pages: PartPages) -> HttpResponse:
    found = pages.filter(request.GET, queryset=pages.rows())

    def line(part: PlanPart) -> PartLine:
        return PartLine(part, [(each.heading, each.told(part)) for each in pages.columns])

    context = {"pages": pages, "names": _address_names(pages), "today": localdate()}
    template = "strategy/set_up/parts.html"
    return list_page(
        request, pages.entity, template=template, found=found, line=line, context=context
    )


def _address_names(pages: PartPages) -> dict[str, str]:
    name = pages.entity.list_name
    return {act: f"{name}_{act}" for act in ("new", "change", "end", "history")}


def _new(request: HttpRequest, pages: PartPages) -> HttpResponse:
    def act(given: dict[str, Any]) -> Done:
        made = pages.add(**given, by=cast(User, request.user))
        return Done(f"“{made}” is added", reverse(pages.entity.list_name))

    offered = {name: request.GET.get(name) for name in pages.offers if request.GET.get(name)}
    many = {name: [value] for name, value in offered.items() if name in ("aims", "themes")}
    form = pages.form(request.POST or None, initial={**offered, **many})
    return form_page(
        request,
        FormPage(form, f"Add {_a(pages.one)}", f"Add the {pages.one}", _back(pages), act),
    )


def _change(request: HttpRequest, pages: PartPages, part: PlanPart) -> HttpResponse:
    def act(given: dict[str, Any]) -> Done:
        changed = services.change_part(part=part, by=cast(User, request.user), **given)
        return Done(f"“{changed}” is changed", reverse(pages.entity.list_name))

    form = pages.form(request.POST or None, part=part, initial=_held(pages, part))
    return form_page(
        request,
        FormPage(form, "Change", "Save the change", _back(pages), act, caption=str(part)),
    )


def _held(pages: PartPages, part: PlanPart) -> dict[str, Any]:
    """What a part says now, as its form has it."""
    held: dict[str, Any] = {}
    for name in pages.form.base_fields:
        value = getattr(part, name)
        held[name] = list(value.all()) if hasattr(value, "all") else value
    if isinstance(part, SuccessFactor):
        held["by_year"] = part.by_financial_year
    return held


def _end(request: HttpRequest, pages: PartPages, part: PlanPart) -> HttpResponse:
    def act(given: dict[str, Any]) -> Done:
        day = given["ends_on"]
        services.end_part(part=part, ends_on=day, by=cast(User, request.user))
        said = f"“{part}”: last day {as_date(day)}" if day else f"“{part}” has no last day now"
        return Done(said, reverse(pages.entity.list_name))

    def preview(given: dict[str, Any]) -> Preview:
        day = given["ends_on"]
        was = as_date(part.ends_on) or GOES_ON
        change = Change("Last day", was, as_date(day) or GOES_ON)
        if day is None:
            follows = [
                "What ended with it stays ended. Take away the last day of each one that should continue."
            ]
            return Preview(changes=[change], follows=follows if part.ends_on else [])
        along = [
            f"The {each._meta.verbose_name} “{each}” ends with it." for each in ends_with(part, day)
        ]
        alone = [f"“{each}” then {_lacks(part)}: say where it belongs" for each in left_alone(part)]
        return Preview(
            changes=[change],
            follows=[
                *along,
                _told_until(part, as_date(day)),
                "What is published stays as it is.",
            ],
            warnings=alone,
        )

    form = forms.EndPartForm(request.POST or None, initial={"ends_on": part.ends_on})
    return form_page(
        request,
        FormPage(
            form, "End", "Set the last day", _back(pages), act, caption=str(part), preview=preview
        ),
    )


def _told_until(part: PlanPart, day: str) -> str:
    if isinstance(part, Programme | Project | Milestone | Saving | Risk | Dependency):
        return f"Pages, packs and reports after {day} no longer include it."
    return f"Reports for quarters that end by {day} still include it; later ones do not."


def _lacks(part: PlanPart) -> str:
    return "belongs to no theme" if isinstance(part, Theme) else "serves no aim"


def _back(pages: PartPages) -> str:
    return reverse(pages.entity.list_name)


def _a(one: str) -> str:
    return f"an {one}" if one[0] in "aeiou" else f"a {one}"
