"""From close to dispatch: what each quarter took, and where officers note their hours."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.guards import require
from core.tables.writing import written
from core.views.entities import Done, FormPage, form_page
from dashboards.queries.dispatch import (
    COLUMNS,
    dispatch_sheet,
    quarters_of_work,
    quarters_worked_on,
)
from indicators.forms.effort import HoursForm
from indicators.rules.effort import WorkStep
from indicators.services.effort import note_hours
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import sight_of
from organisation.rules import Sight


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dispatch(request: SignedInRequest) -> HttpResponse:
    """The working days and hours of each step, quarter after quarter."""
    shown = {
        "sheet": dispatch_sheet(reader=request.user),
        "may_note": sight_of(request.user) is Sight.EVERYTHING,
    }
    return render(request, "dashboards/dispatch.html", shown)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dispatch_csv(request: SignedInRequest) -> HttpResponse:
    """The same as a file: a row for each step of each quarter. Nobody is named in it."""
    rows = (
        (
            work.quarter.key,
            step.label,
            work.ended_on[step].isoformat() if step in work.ended_on else "",
            work.days.get(step, ""),
            work.hours.get(step, ""),
        )
        for work in quarters_of_work()
        for step in WorkStep
    )
    return HttpResponse(
        written(COLUMNS, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="close-to-dispatch.csv"'},
    )


@require_http_methods(["GET", "POST"])
@require(Permission.ENTER)
def note(request: SignedInRequest) -> HttpResponse:
    """An officer's own hours, by step; no Member's. Nobody has to, and only totals are shown to others."""
    if sight_of(request.user) is not Sight.EVERYTHING:
        raise PermissionDenied
    quarters = [row.quarter for row in quarters_worked_on()]
    form = HoursForm(
        request.POST or None,
        quarters=quarters,
        initial={"quarter": quarters[0].key if quarters else ""},
    )

    def act(given: dict[str, Any]) -> Done:
        row, is_new = note_hours(**given, by=request.user)
        told = f"{row}: your hours are noted" if is_new else f"{row}: that was noted already"
        return Done(told, reverse("dispatch"))

    about = FormPage(
        form,
        "Note your hours",
        "Note them",
        reverse("dispatch"),
        act,
        lede="So that the council sees what its performance management costs, and whether it costs less."
        " Others see the hours of everybody together, never yours alone.",
        template="dashboards/note_hours.html",
        context={"has_quarters": bool(quarters)},
    )
    return form_page(request, about)
