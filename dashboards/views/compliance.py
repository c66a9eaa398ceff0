"""How far the SORP was kept: the latest quarters, one quarter by unit, and the same as a file."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.clock import localdate
from core.guards import require
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.tables.writing import written
from dashboards.forms import ComplianceForm
from dashboards.queries.compliance_summary import (
    ComplianceSheet,
    RequirementLine,
    compliance_overview,
    compliance_sheet,
)
from dashboards.services.compliance import measure_compliance as measure
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed

COLUMNS = (
    *("clause", "requirement", "check", "unit", "quarter", "looked_at", "kept", "not_kept"),
    *("responsible", "consequence", "sorp_version"),
)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def compliance(request: SignedInRequest) -> HttpResponse:
    """The latest closed quarter, and those before it beside it."""
    overview = compliance_overview()
    if overview is None:
        return render(request, "dashboards/compliance_empty.html")
    page = {"overview": overview, "may_measure": _may_measure(request)}
    return render(request, "dashboards/compliance.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def compliance_of_quarter(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Each requirement by unit, with what did not keep to it."""
    sheet = _sheet(request, quarter)
    page = {
        "sheet": sheet,
        "filter": ComplianceForm(
            initial={"unit": request.GET.get("unit", "")}, units=sheet.choices
        ),
        "may_measure": _may_measure(request),
    }
    return render(request, "dashboards/compliance_of_quarter.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def compliance_csv(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """The same as a file: a line for each requirement and part, one for the whole, and what is not measured."""
    sheet = _sheet(request, quarter)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"compliance-{sheet.quarter.key}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    rows = (row for line in sheet.lines for row in _as_rows(line, sheet))
    response.write(written(COLUMNS, (*rows, *_unmeasured_rows(sheet))))
    return response


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def measure_compliance(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Look again now, rather than when the clock does."""
    _refuse_unclosed(quarter)
    try:
        recorded = measure(quarter=quarter, today=localdate(), by=request.user)
        messages.success(request, recorded.sentence)
    except ValueError as reason:
        messages.error(request, str(reason))
    return redirect("compliance_of_quarter", quarter.key)


def _may_measure(request: SignedInRequest) -> bool:
    return allowed(request.user, Permission.MANAGE_FRAMEWORK)


def _refuse_unclosed(quarter: Quarter) -> None:
    closed = ReportingQuarter.State.CLOSED
    get_object_or_404(ReportingQuarter, quarter=quarter, state=closed)


def _sheet(request: SignedInRequest, quarter: Quarter) -> ComplianceSheet:
    _refuse_unclosed(quarter)
    sheet = compliance_sheet(quarter=quarter, unit=request.GET.get("unit", ""), reader=request.user)
    if sheet is None:
        raise Http404(f"No unit of that code stood in {quarter}")
    return sheet


def _unmeasured_rows(sheet: ComplianceSheet) -> Iterator[tuple[object, ...]]:
    """A line for each clause of which nothing is known, with no counts."""
    number = sheet.version.number if sheet.version else ""
    unit = sheet.unit.name if sheet.unit else "All units"
    for each in sheet.unmeasured:
        said = (each.number, each.heading, "not yet measured", unit, sheet.quarter.key)
        yield (*said, None, None, None, each.responsible, "", number)


def _as_rows(line: RequirementLine, sheet: ComplianceSheet) -> Iterator[tuple[object, ...]]:
    required = line.requirement
    whole = sheet.unit.name if sheet.unit else "All units"
    for unit, tally in (*line.cells, (whole, line.whole)):
        is_whole = unit == whole
        yield (
            required.clause,
            required.heading,
            required.check.value,
            unit,
            sheet.quarter.key,
            tally.looked_at,
            tally.kept,
            "; ".join(f"{each.reference}: {each.words}" for each in line.lapses)
            if is_whole
            else "",
            required.responsible,
            required.consequence,
            sheet.version.number if sheet.version else "",
        )
