"""The register of escalations."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from core.quarters import Quarter
from core.queries import last_closed
from escalation.filters import EscalationFilter
from escalation.queries import register as register_queries
from escalation.queries.register import (
    better_than_target_of,
    missing_plans_by_indicator,
    register_lines,
    register_of,
)
from indicators.queries.own_units import beginning_with_own
from indicators.queries.rows import indicator_rows
from indicators.queries.sight import seen_by
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.requests import SignedInRequest

A_PAGE, ON_PAPER = 50, 2000


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def register(request: SignedInRequest) -> HttpResponse:
    """Every escalation, open ones unless the address asks for others. `?print` gives them all on
    one page, without what cannot be used on paper."""
    today = localdate()
    query = beginning_with_own(request.GET, request.user, on=today)
    query.setdefault("state", "open")
    if query.pop("restated", None):  # as the address once had it
        query.appendlist("only", "restated")
    found = EscalationFilter(
        query, queryset=register_of(reader=request.user), tree=tree_on(today), today=today
    )
    missing = missing_plans_by_indicator(request.user)
    found.without_plan = set(missing)
    on_paper = "print" in request.GET
    rows = found.qs
    page = Paginator(rows, ON_PAPER if on_paper else A_PAGE).get_page(request.GET.get("page"))
    indicators = list({each.indicator_id: each.indicator for each in page.object_list}.values())
    drawn = indicator_rows(
        indicators,
        quarter=last_closed() or Quarter.containing(today),
        seen=seen_by(request.user, [each.pk for each in indicators]),
    )
    return render(
        request,
        "escalation/register.html",
        {
            "filter": found,
            "unit": found.form.cleaned_data.get("unit"),
            "page": page,
            "lines": register_lines(page.object_list, missing=missing, today=today),
            "drawn": {row.key: row for row in drawn},
            "on_paper": on_paper,
            "printed_on": today,
            "late_plans": sum(each.is_late(today) for each in missing.values()),
        },
    )


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def units_referred(request: SignedInRequest) -> HttpResponse:
    """Units referred because many of their indicators do poorly at once."""
    page = Paginator(register_queries.units_referred(), A_PAGE)
    return render(
        request,
        "escalation/units_referred.html",
        {"page": page.get_page(request.GET.get("page"))},
    )


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def better_than_target(request: SignedInRequest) -> HttpResponse:
    """Indicators doing so much better than their target that somebody should look why."""
    page = Paginator(better_than_target_of(reader=request.user), A_PAGE)
    return render(
        request,
        "escalation/better_than_target.html",
        {"page": page.get_page(request.GET.get("page"))},
    )
