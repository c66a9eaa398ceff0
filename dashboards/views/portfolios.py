"""Lines to take on each Member's portfolio."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from dashboards.queries.portfolio_brief import portfolio_brief, portfolios_open_to
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.ENTER)
def portfolios(request: SignedInRequest) -> HttpResponse:
    """The portfolios whose lines to take the reader may read: a Member's own, an officer's every one."""
    found = portfolios_open_to(request.user, localdate())
    return render(request, "dashboards/portfolios.html", {"portfolios": found})


@require_safe
@require(Permission.ENTER)
def portfolio(request: SignedInRequest, pk: int) -> HttpResponse:
    """One holder's lines to take, as the holder sees them."""
    today = localdate()
    for found in portfolios_open_to(request.user, today):
        if found.holder.pk == pk:
            brief = portfolio_brief(found, today=today)
            return render(request, "dashboards/portfolio.html", {"brief": brief, "today": today})
    raise Http404("No portfolio")
