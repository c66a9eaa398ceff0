"""The performance team's view of a quarter's returns."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed, open_quarters
from core.tables.writing import written
from dashboards.queries.completion import CompletionSheet, OwedResult, Progress, completion_sheet
from organisation.permissions import Permission
from organisation.requests import SignedInRequest

COLUMNS = (
    "reference",
    "title",
    "unit",
    "tier",
    "accountable_manager",
    "quarter",
    "progress",
    "due_on",
    "working_days_late",
)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def completions(request: SignedInRequest) -> HttpResponse:
    """The quarter now open for results; before there is one, what will appear here."""
    quarter = next(iter(open_quarters()), None) or last_closed()
    if quarter is None:
        return render(request, "dashboards/completion_empty.html")
    return redirect("completion", quarter.key)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def completion(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """How far each unit has got, and who is late."""
    sheet = _sheet(quarter)
    page = {
        "sheet": sheet,
        "steps": list(Progress),
        "choices": [row.quarter for row in ReportingQuarter.objects.order_by("-quarter")],
    }
    return render(request, "dashboards/completion.html", page)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def completion_csv(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Every result that is owed, as a file."""
    sheet = _sheet(quarter)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"completion-{sheet.quarter.key}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write(written(COLUMNS, (_as_row(each, sheet.quarter) for each in sheet.owed)))
    return response


def _sheet(quarter: Quarter) -> CompletionSheet:
    get_object_or_404(ReportingQuarter, quarter=quarter)
    return completion_sheet(quarter=quarter, today=localdate())


def _as_row(owed: OwedResult, quarter: Quarter) -> tuple[object, ...]:
    indicator = owed.indicator
    return (
        indicator.reference,
        indicator.title,
        indicator.unit.name,
        indicator.tier,
        indicator.accountable_manager.name,
        quarter.key,
        owed.progress.value,
        owed.due_on.isoformat() if owed.due_on else "",
        owed.days_late,
    )
