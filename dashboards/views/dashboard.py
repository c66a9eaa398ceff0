"""Dashboards of the council's units."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.tables.writing import written
from dashboards.filters import DashboardFilter
from dashboards.queries.dashboard import (
    Dashboard,
    HeatmapRow,
    heatmap_rows,
    indicators_of,
    of_its_day,
    quarter_to_show,
    unit_dashboard,
)
from escalation.queries.as_it_stands import in_unit
from indicators.queries.sight import seen_by
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from organisation.rules import Branch, Tree

A_PAGE = 200
MOST = 10  # names in a list beside the heatmap; the filters find the rest
HEADINGS = (
    # Key in the address, words, how it is said to be ordered.
    ("reference", "Reference"),
    ("title", "Indicator"),
    ("rag", "RAG now"),
    ("travel", "Travel"),
    ("moved", "Moved"),
)
COLUMNS = (
    "reference",
    "title",
    "unit",
    "accountable_manager",
    "tier",
    "kind",
    "layer",
    "quarter",
    "value",
    "measure_unit",
    "rag",
    "not_rated",
    "travel",
    "moved",
    "confidence",
    "late",
    "revised",
    "out_of_date",
    "definition_break",
    "escalated_to",
    "year_end_rag",
    "year_end_why",
    "questions_not_answered",
)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dashboards(request: SignedInRequest) -> HttpResponse:
    """Every unit that has a dashboard, as the tree stands today."""
    tree = tree_on(localdate())
    return render(request, "dashboards/dashboards.html", {"branches": list(_in_order(tree))})


def _in_order(tree: Tree, unit: int | None = None, depth: int = 0) -> Iterator[tuple[int, Branch]]:
    for child in sorted(tree.children(unit), key=lambda each: tree.branches[each].name):
        yield depth, tree.branches[child]
        yield from _in_order(tree, child, depth + 1)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dashboard(request: SignedInRequest, unit: str) -> HttpResponse:
    """One unit and all below it, at the latest closed quarter or another that is asked for."""
    found = get_object_or_404(Unit.objects.select_related("parent", "successor"), code=unit)
    quarter = _quarter(request)
    if quarter is None:
        stands = in_unit(reader=request.user, unit=found)
        empty = {"unit": found, "stands": stands}
        return render(request, "dashboards/dashboard_empty.html", empty)
    board, narrowed, tree = _board(request, found, quarter)
    page = Paginator(board.lines, A_PAGE).get_page(request.GET.get("page"))
    rows = heatmap_rows(list(page), board.quarters, seen=seen_by(request.user, ()))
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    shown = {
        "board": board,
        "filter": narrowed,
        "page": page,
        "rows": rows,
        "has_forecasts": any(row.forecast for row in rows),
        "headings": {each["key"]: each for each in _headings(request, board.order)},
        "choices": [row.quarter for row in closed.order_by("-quarter")],
        "forerunners": [] if found.pk in tree.branches else list(board.parts),
        "successor": found.successor if found.pk not in tree.branches else None,
        "branches": [
            (each.name, f"{reverse('dashboard', args=[each.code])}?quarter={quarter.key}")
            for each in (tree.branches[above] for above in list(tree.above(found.pk))[:0:-1])
        ],
        "address": request.GET.urlencode(),
        "stands": in_unit(reader=request.user, unit=found),
        "most": f":{MOST}",
        "may_chase": allowed(request.user, Permission.MANAGE_FRAMEWORK),
    }
    return render(request, "dashboards/dashboard.html", shown)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dashboard_csv(request: SignedInRequest, unit: str) -> HttpResponse:
    """The same lines in the same order, as a file: every page of them, and every quarter shown."""
    found = get_object_or_404(Unit, code=unit)
    quarter = _quarter(request)
    if quarter is None:
        raise Http404("No quarter is closed yet")
    board, _, _ = _board(request, found, quarter)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{unit}-{quarter.key}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    columns = (*COLUMNS, *(f"rag_{each.key}" for each in board.quarters))
    rows = heatmap_rows(board.lines, board.quarters, seen=seen_by(request.user, ()))
    response.write(written(columns, (_as_row(each, quarter) for each in rows)))
    return response


def _quarter(request: SignedInRequest) -> Quarter | None:
    try:
        return quarter_to_show(request.GET.get("quarter"))
    except ValueError:
        raise Http404("Not a quarter") from None


def _board(
    request: SignedInRequest, unit: Unit, quarter: Quarter
) -> tuple[Dashboard, DashboardFilter, Tree]:
    """The dashboard, narrowed and in order as the address asks; the filters; the tree.

    The tree is that of the quarter's last day: what was merged or moved since stands as it did then.
    """
    today = localdate()
    tree = tree_on(min(quarter.last_day, today))
    of_its_day(unit, tree)
    everything = indicators_of(unit=unit, quarter=quarter, reader=request.user, tree=tree)
    narrowed = DashboardFilter(request.GET, queryset=everything, quarter=quarter)
    board = unit_dashboard(
        unit=unit,
        quarter=quarter,
        shown=narrowed.qs,
        tree=tree,
        order=request.GET.get("sort", ""),
        today=today,
        seen=seen_by(request.user, ()),
    )
    return board, narrowed, tree


def _headings(request: SignedInRequest, order: str) -> Iterator[dict[str, str]]:
    """The columns that may be sorted by, each with the address that does, or turns it round."""
    for key, words in HEADINGS:
        query = request.GET.copy()
        query.pop("page", None)
        query["sort"] = f"-{key}" if order == key else key
        state = {key: "ascending", f"-{key}": "descending"}.get(order, "none")
        yield {"key": key, "words": words, "address": f"?{query.urlencode()}", "state": state}


def _as_row(row: HeatmapRow, quarter: Quarter) -> tuple[object, ...]:
    line, now, forecast = row.line, row.line.now, row.forecast
    indicator = line.indicator
    return (
        indicator.reference,
        indicator.title,
        indicator.unit.name,
        indicator.accountable_manager.name,
        indicator.tier,
        indicator.kind,
        indicator.layer,
        quarter.key,
        now.value if now else None,
        indicator.measure_unit,
        now.rag if now else "",
        now.not_rated if now else "",
        now.travel if now else "",
        line.movement,
        now.confidence if now else "",
        now.late if now else None,
        now.revised if now else None,
        now.stale if now else None,
        now.definition_break if now else None,
        " ".join(line.levels),
        forecast.rag if forecast else "",
        forecast.why if forecast else "",
        now.data_confidence.unanswered if now and now.data_confidence else None,
        *(each.standing.rag if each.standing else "" for each in row.cells),
    )
