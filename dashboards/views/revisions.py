"""The restatement register: what was revised after its quarter was closed, and what followed."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from core.quarters import Quarter
from core.tables.writing import written
from dashboards.forms import RevisionsForm
from dashboards.queries.revisions import (
    COLUMNS,
    Restatement,
    parts_revised,
    pending_restatement,
    quarters_revised,
    restatement_row,
    restatements,
)
from indicators.models.definitions import Indicator
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.requests import SignedInRequest
from organisation.rights import allowed

A_PAGE = 50


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def revisions(request: SignedInRequest) -> HttpResponse:
    """Every revision after a close: old and new, then and now."""
    form, found = _asked_for(request)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    quarter = form.cleaned_data.get("quarter")
    by_parts = parts_revised(
        reader=request.user,
        tree=tree_on(localdate()),
        quarter=Quarter.parse(quarter) if quarter else None,
        directorate=form.cleaned_data.get("directorate", ""),
    )
    shown = {"filter": form, "page": page, "parts_revised": by_parts}
    return render(request, "dashboards/revisions.html", shown)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def revisions_csv(request: SignedInRequest) -> HttpResponse:
    """The same as a file."""
    _, found = _asked_for(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="revisions.csv"'
    response.write(written(COLUMNS, map(restatement_row, found)))
    return response


def _asked_for(request: SignedInRequest) -> tuple[RevisionsForm, list[Restatement]]:
    """The form as the address fills it, and what it lets through; nonsense narrows nothing."""
    tree = tree_on(localdate())
    form = RevisionsForm(request.GET, quarters=quarters_revised(reader=request.user), tree=tree)
    form.is_valid()
    quarter = form.cleaned_data.get("quarter")
    of = Q(result__quarter=Quarter.parse(quarter)) if quarter else None
    directorate = form.cleaned_data.get("directorate", "")
    return form, restatements(reader=request.user, tree=tree, of=of, directorate=directorate)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def revision(request: SignedInRequest, quarter: Quarter, address: str) -> HttpResponse:
    """What a revision changed, what it would still change, and a button to follow it up."""
    indicator = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("unit"), address=address
    )
    of = Q(result__indicator=indicator, result__quarter=quarter)
    page = {
        "indicator": indicator,
        "quarter": quarter,
        "restatements": restatements(reader=request.user, tree=tree_on(localdate()), of=of),
        "pending_restatement": pending_restatement(indicator=indicator),
        "may_follow": allowed(request.user, Permission.MANAGE_FRAMEWORK),
    }
    return render(request, "dashboards/revision.html", page)
