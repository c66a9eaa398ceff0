"""The strategy as it is read, and how a milestone is coming on."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import refusals
from core.clock import localdate
from core.guards import require
from core.queries import last_closed
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from strategy.forms.plan import MilestoneForm
from strategy.models.plan import Milestone
from strategy.queries import plan as queries
from strategy.services import plan as services


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def strategy(request: SignedInRequest) -> HttpResponse:
    """Aims, themes and priorities as they stand today; programmes and projects beside them."""
    today = localdate()
    page = {
        "sheet": queries.strategy_sheet(quarter=last_closed(), day=today),
        "programmes": queries.programme_sheets(day=today),
    }
    return render(request, "strategy/strategy.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def programme(request: SignedInRequest, slug: str) -> HttpResponse:
    """One programme: its projects, and how their milestones are coming on."""
    sheet = queries.programme_sheet(slug=slug, day=localdate())
    if sheet is None:
        raise Http404("No programme has this address")
    may_update_all = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    page = {"sheet": sheet, "may_update_all": may_update_all}
    return render(request, "strategy/programme.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def priority(request: SignedInRequest, slug: str) -> HttpResponse:
    quarter = last_closed()
    sheet = queries.priority_sheet(slug=slug, quarter=quarter, day=localdate())
    if sheet is None:
        raise Http404("No priority has this address")
    may_update_all = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    return render(
        request,
        "strategy/priority.html",
        {"sheet": sheet, "quarter": quarter, "may_update_all": may_update_all},
    )


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def update_milestone(request: SignedInRequest, milestone: int) -> HttpResponse:
    row = get_object_or_404(
        Milestone.objects.answerable_by(request.user).select_related(
            "priority", "project__programme"
        ),
        pk=milestone,
    )
    stored = {name: getattr(row, name) for name in ("forecast_on", "done_on", "progress")}
    form = MilestoneForm(request.POST or None, initial=stored)
    if form.is_valid():
        try:
            services.update_milestone(
                milestone=row, today=localdate(), by=request.user, **form.cleaned_data
            )
        except refusals.Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"“{row.title}” is up to date")
            return redirect(row)
    may_rebaseline = (
        allowed(request.user, Permission.MANAGE_FRAMEWORK)
        and row.accountable_manager != request.user
        and row.done_on is None
    )
    updates = row.updates.select_related("said_by").order_by("-number")
    return render(
        request,
        "strategy/update_milestone.html",
        {
            "milestone": row,
            "form": form,
            "updates": updates,
            "may_rebaseline": may_rebaseline,
            "rebaselinings": row.rebaselinings.order_by("-number"),
        },
    )
