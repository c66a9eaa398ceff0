"""The open quarter on one sheet of paper, for the chief executive and the Leader."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import localdate, now
from core.guards import require
from dashboards.queries.open_quarter import open_quarter_sheet
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.ENTER)
def open_quarter(request: SignedInRequest) -> HttpResponse:
    """The council as it stands now, as far as the reader's office sees it; never a public page."""
    sheet = open_quarter_sheet(reader=request.user, today=localdate())
    return render(request, "dashboards/open_quarter.html", {"sheet": sheet, "moment": now()})
