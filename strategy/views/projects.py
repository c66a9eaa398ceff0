"""A project: its page, its highlight report to print, a report on it, and its re-baselining."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.dates import as_date
from core.guards import require
from core.views.entities import Change, Done, FormPage, Preview, form_page
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from strategy.filters import ProjectFilter
from strategy.forms.projects import RebaselineForm, ReportProjectForm
from strategy.models.plan import Milestone, Project
from strategy.queries.projects import ProjectPage, project_page, project_pages, timeline
from strategy.services.projects import REPORTED, rebaseline
from strategy.services.projects import report_project as report_on


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def projects(request: SignedInRequest) -> HttpResponse:
    """Every project that stands today, with what its lead says and what the rule says, on one timeline."""
    today = localdate()
    standing = Project.objects.standing_on(today)
    found = ProjectFilter(request.GET, queryset=standing)
    pages = project_pages(day=today, among=found.qs.filter(pk__in=standing.values("pk")))
    page = {
        "filter": found,
        "pages": pages,
        "timeline": timeline(pages, day=today),
        "there_are_some": bool(pages) or standing.exists(),
        "may_set_up": allowed(request.user, Permission.MANAGE_FRAMEWORK),
    }
    return render(request, "strategy/projects.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def project(request: SignedInRequest, project: str) -> HttpResponse:
    """One project: what it is for, how it stands, money, risks, what it depends on."""
    return render(request, "strategy/project.html", _context(request, project))


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def highlight(request: SignedInRequest, project: str) -> HttpResponse:
    """The same on one sheet, to print for a meeting."""
    return render(request, "strategy/highlight.html", _context(request, project))


def _context(request: SignedInRequest, slug: str) -> dict[str, Any]:
    page = project_page(slug=slug, day=localdate())
    if page is None:
        raise Http404("No project has this address")
    return {
        "page": page,
        "project": page.project,
        "timeline": timeline([page], day=page.day),
        "may_report": _may_report(request, page),
        "may_update_all": allowed(request.user, Permission.MANAGE_FRAMEWORK),
    }


def _may_report(request: SignedInRequest, page: ProjectPage) -> bool:
    mine = Project.objects.answerable_by(request.user).filter(pk=page.project.pk)
    return page.project.stands_on(localdate()) and mine.exists()


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def report_project(request: SignedInRequest, project: str) -> HttpResponse:
    row = get_object_or_404(Project.objects.answerable_by(request.user), slug=project)

    def act(given: dict[str, Any]) -> Done:
        report_on(project=row, today=localdate(), by=request.user, **given)
        return Done(f"“{row.name}” is up to date", row.get_absolute_url())

    latest = row.reports.order_by("number").last()
    stored = {name: getattr(latest, name) for name in REPORTED} if latest else {}
    form = ReportProjectForm(request.POST or None, initial={**stored, "as_at": localdate()})
    return form_page(
        request,
        FormPage(
            form,
            "Report on a project",
            "Save the report",
            row.get_absolute_url(),
            act,
            caption=row.name,
        ),
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def rebaseline_project(request: SignedInRequest, project: str) -> HttpResponse:
    return _rebaseline(request, get_object_or_404(Project, slug=project))


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def rebaseline_milestone(request: SignedInRequest, milestone: int) -> HttpResponse:
    row = get_object_or_404(
        Milestone.objects.select_related("priority", "project__programme"), pk=milestone
    )
    return _rebaseline(request, row)


def _rebaseline(request: SignedInRequest, row: Project | Milestone) -> HttpResponse:
    """What moves is shown first: the day that was, and the day that is promised from now on."""
    was = row.baseline_finish if isinstance(row, Project) else row.due_on

    def act(given: dict[str, Any]) -> Done:
        rebaseline(what=row, today=localdate(), by=request.user, **given)
        return Done(f"“{row}” is re-baselined", row.get_absolute_url())

    def preview(given: dict[str, Any]) -> Preview:
        what = "Baseline finish" if isinstance(row, Project) else "Due"
        return Preview(
            changes=[Change(what, as_date(was) or "None", as_date(given["becomes"]))],
            follows=[
                "The old day stays on record, with who approved the new one and why.",
                "What stood on an earlier day is still told by the day that was promised then.",
            ],
        )

    form = RebaselineForm(request.POST or None)
    return form_page(
        request,
        FormPage(
            form,
            "Re-baseline",
            "Re-baseline it",
            row.get_absolute_url(),
            act,
            caption=str(row),
            lede="Only a day that a body has approved goes here. Nobody re-baselines what they"
            " answer for themselves.",
            preview=preview,
        ),
    )
