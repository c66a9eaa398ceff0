"""Dashboards of the council's units."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from indicators.models import ReportingQuarter
from organisation.clock import localdate
from organisation.csvfiles.writing import written
from organisation.models import Unit
from organisation.queries import tree_on
from organisation.rights import Permission, require
from reports.queries.dashboards import dashboard as dashboard_of
from reports.queries.dashboards import quarter_to_show

COLUMNS = (
    "reference",
    "title",
    "unit",
    "accountable_manager",
    "quarter",
    "value",
    "rag",
    "not_rated",
    "travel",
    "escalated_to",
)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dashboards(request):
    """Every unit that has a dashboard, as the tree stands today."""
    tree = tree_on(localdate())
    return render(request, "reports/dashboards.html", {"branches": list(_in_order(tree))})


def _in_order(tree, unit=None, depth=0):
    for child in sorted(tree.children(unit), key=lambda each: tree.branches[each].name):
        yield depth, tree.branches[child]
        yield from _in_order(tree, child, depth + 1)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dashboard(request, unit):
    """One unit and all below it, at the latest closed quarter or another that is asked for."""
    board = _board(request, unit)
    if board is None:
        return render(
            request, "reports/dashboard_empty.html", {"unit": get_object_or_404(Unit, code=unit)}
        )
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    page = {
        "board": board,
        "choices": [row.quarter for row in closed.order_by("-quarter_start")],
        "trail": _trail(board.unit),
    }
    return render(request, "reports/dashboard.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dashboard_csv(request, unit):
    """The same as a file."""
    board = _board(request, unit)
    if board is None:
        raise Http404("No quarter is closed yet")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{unit}-{board.quarter.key}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write(written(COLUMNS, (_as_row(line, board.quarter) for line in board.lines)))
    return response


def _board(request, code):
    unit = get_object_or_404(Unit.objects.select_related("parent"), code=code)
    try:
        quarter = quarter_to_show(request.GET.get("quarter"))
    except ValueError:
        raise Http404("Not a quarter") from None
    if quarter is None:
        return None
    return dashboard_of(unit=unit, quarter=quarter, reader=request.user, today=localdate())


def _as_row(line, quarter):
    rating = line.now
    return (
        line.indicator.reference,
        line.indicator.title,
        line.indicator.unit.name,
        line.indicator.accountable_manager.name,
        quarter.key,
        rating.value if rating else None,
        rating.rag if rating else "",
        rating.not_rated if rating else "",
        rating.travel if rating else "",
        " ".join(line.levels),
    )


def _trail(unit):
    """The units above this one, highest first."""
    tree = tree_on(localdate())
    above = [tree.branches[each] for each in tree.above(unit.pk)][1:]
    return above[::-1]
