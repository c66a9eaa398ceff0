"""All that somebody who takes over a manager's post needs to know, on one sheet to print."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from dashboards.queries import handover_sheet as sheets
from dashboards.queries.acting import managers_within_reach
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def handover_sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """What one person answers for, how it stands, what is next and whom to ask."""
    person, reader, today = get_object_or_404(User, pk=pk), request.user, localdate()
    if not sheets.may_read_handover(reader, person):
        raise PermissionDenied
    page = {
        "sheet": sheets.handover_sheet(person, reader=reader, today=today),
        "today": today,
        "on_paper": "print" in request.GET,
        "may_name": person in managers_within_reach(reader),
    }
    return render(request, "dashboards/handover_sheet.html", page)
