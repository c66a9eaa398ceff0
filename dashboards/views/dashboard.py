"""Dashboards of the council's units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.charts.small import MOST
from core.clock import localdate
from core.guards import require
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed
from core.tables.spreadsheets import XLSX, as_workbook
from core.tables.writing import written
from dashboards.filters import DashboardFilter
from dashboards.queries.dashboard import (
    Dashboard,
    dashboard_rows,
    indicators_of,
    of_its_day,
    sibling_strips,
    unit_dashboard,
    year_end_forecasts,
)
from dashboards.queries.dashboard_index import index_of_dashboards
from dashboards.queries.dashboard_lines import DashboardLine
from escalation.queries.as_it_stands import AsItStands, in_unit
from indicators.models.returns import ManagersForecast
from indicators.queries.own_units import own_unit
from indicators.queries.pictures import council_picture
from indicators.queries.rows import IndicatorLine
from indicators.queries.sight import seen_by
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import tree_on, units_directed_by
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from organisation.rules import Tree

A_PAGE = 60
ORDERS = (
    # Key in the address, and words.
    ("rag", "worst first"),
    ("moved", "what got worse first"),
    ("travel", "worst travel first"),
    ("title", "title"),
    ("reference", "reference"),
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
    "closed",
    "value",
    "target",
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
    "follows",
    "year_end_rag",
    "year_end_why",
    "questions_not_answered",
)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dashboards(request: SignedInRequest) -> HttpResponse:
    """Every unit that has a dashboard, as the tree stands today, and the whole council as a picture."""
    page = index_of_dashboards(reader=request.user, today=localdate())
    return render(request, "dashboards/dashboards.html", {"index": page})


@dataclass(frozen=True, slots=True)
class AskedQuarters:
    """The quarter that an address asks for, and the earlier one that it is shown beside."""

    quarter: Quarter
    compared: Quarter
    stands: AsItStands | None  # where it is open: what its close would do with the unit's


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dashboard(request: SignedInRequest, unit: str) -> HttpResponse:
    """One unit and all below it, as the open quarter stands; else at the latest closed, or another asked for."""
    found = get_object_or_404(Unit.objects.select_related("parent", "successor"), code=unit)
    stands = in_unit(reader=request.user, unit=found)
    asked = _asked(request, stands)
    if asked is None:
        empty = {"unit": found, "stands": stands}
        return render(request, "dashboards/dashboard_empty.html", empty)
    board, narrowed, tree = _board(request, found, asked)
    seen = seen_by(request.user, ())
    page = Paginator(board.lines, A_PAGE).get_page(request.GET.get("page"))
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    choices = [row.quarter for row in closed.order_by("-quarter")]
    shown = {
        "board": board,
        "filter": narrowed,
        "page": page,
        "rows": dashboard_rows(board, list(page), seen=seen),
        "orders": list(_orders(request, board.order)),
        "choices": [stands.quarter, *choices] if stands and seen.is_everything else choices,
        "earlier": [each for each in choices if each < board.quarter],
        "forerunners": [] if found.pk in tree.branches else list(board.parts),
        "successor": found.successor if found.pk not in tree.branches else None,
        "branches": [
            (each.name, f"{reverse('dashboard', args=[each.code])}?quarter={board.quarter.key}")
            for each in (tree.branches[above] for above in list(tree.above(found.pk))[:0:-1])
        ],
        "own": own_unit(request.user, on=localdate()),
        "siblings": sibling_strips(
            unit=found,
            quarter=board.compared if board.stands else board.quarter,
            reader=request.user,
            tree=tree,
            seen=seen,
        ),
        "picture": council_picture(
            [(found.name, "", [line.indicator for line in page])], quarter=board.quarter, seen=seen
        )
        if "picture" in request.GET
        else None,
        "address": request.GET.urlencode(),
        "without_page": _address_without(request, "page", "picture"),
        "elsewhere": stands if not board.stands else None,
        "may_chase": allowed(request.user, Permission.MANAGE_FRAMEWORK),
        "may_name_acting": allowed(request.user, Permission.MANAGE_FRAMEWORK)
        or not set(tree.above(found.pk)).isdisjoint(
            units_directed_by(request.user, on=localdate())
        ),
    }
    return render(request, "dashboards/dashboard.html", shown)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def dashboard_file(request: SignedInRequest, unit: str, ending: str) -> HttpResponse:
    """The same lines in the same order, as a file: every page of them, and every quarter shown."""
    found = get_object_or_404(Unit, code=unit)
    asked = _asked(request, in_unit(reader=request.user, unit=found))
    if asked is None:
        raise Http404("No quarter is closed yet")
    board, _, _ = _board(request, found, asked)
    rows = dashboard_rows(board, board.lines, seen=seen_by(request.user, ()))
    expected = year_end_forecasts((line.indicator for line in board.lines), board.quarter)
    quarters = tuple(board.quarter.back(MOST - 1).until(board.quarter))
    columns = (*COLUMNS, *(f"rag_{each.key}" for each in quarters))
    text = written(
        columns,
        (
            _as_row(board, line, row, expected.get(row.key), quarters)
            for line, row in zip(board.lines, rows, strict=True)
        ),
    )
    is_csv = ending == "csv"
    name = f"{unit}-{board.quarter.key}.{ending}"
    return HttpResponse(
        text.encode() if is_csv else as_workbook(text, title=found.name),
        content_type="text/csv; charset=utf-8" if is_csv else XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _asked(request: SignedInRequest, stands: AsItStands | None) -> AskedQuarters | None:
    """What the address asks for; else the open quarter, for whoever sees all of it; else the last closed.

    A quarter that is not closed is shown to nobody else: 404.
    """
    sees_open = seen_by(request.user, ()).is_everything
    closed = last_closed()
    try:
        quarter = Quarter.parse(asked) if (asked := request.GET.get("quarter")) else None
        compared = Quarter.parse(asked) if (asked := request.GET.get("compare")) else None
    except ValueError:
        raise Http404("Not a quarter") from None
    if quarter is None:
        quarter = stands.quarter if stands and sees_open else closed
    if quarter is None:
        return None
    if not sees_open and (closed is None or quarter > closed):
        raise Http404("Not closed yet")
    if compared is None or compared >= quarter:
        compared = quarter.previous()
    is_previewed = stands is not None and quarter == stands.quarter
    return AskedQuarters(quarter, compared, stands if is_previewed else None)


def _board(
    request: SignedInRequest, unit: Unit, asked: AskedQuarters
) -> tuple[Dashboard, DashboardFilter, Tree]:
    """The dashboard, narrowed and in order as the address asks; the filters; the tree.

    The tree is that of the quarter's last day: what was merged or moved since stands as it did then.
    """
    today, quarter = localdate(), asked.quarter
    tree = tree_on(min(quarter.last_day, today))
    of_its_day(unit, tree)
    everything = indicators_of(unit=unit, quarter=quarter, reader=request.user, tree=tree)
    narrowed = DashboardFilter(
        request.GET,
        queryset=everything,
        quarter=quarter,
        compared=asked.compared,
        is_open=asked.stands is not None,
    )
    board = unit_dashboard(
        unit=unit,
        quarter=quarter,
        compared=asked.compared,
        shown=narrowed.qs,
        tree=tree,
        order=request.GET.get("sort", ""),
        today=today,
        seen=seen_by(request.user, ()),
        stands=asked.stands,
    )
    return board, narrowed, tree


def _orders(request: SignedInRequest, order: str) -> Iterator[dict[str, object]]:
    """The orders that may be asked for, each with its address; the one that is shown, turned round."""
    for key, words in ORDERS:
        query = request.GET.copy()
        query.pop("page", None)
        query["sort"] = f"-{key}" if order == key else key
        yield {
            "words": words,
            "address": f"?{query.urlencode()}",
            "is_current": order in (key, f"-{key}"),
            "is_turned": order == f"-{key}",
        }


def _address_without(request: SignedInRequest, *names: str) -> str:
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()


def _as_row(
    board: Dashboard,
    line: DashboardLine,
    row: IndicatorLine,
    forecast: ManagersForecast | None,
    quarters: Sequence[Quarter],
) -> tuple[object, ...]:
    now, indicator = line.now, line.indicator
    rags = {each.quarter: each.rag for each in row.spark.points}
    return (
        indicator.reference,
        indicator.title,
        indicator.unit.name,
        indicator.accountable_manager.name,
        indicator.tier,
        indicator.kind,
        indicator.layer,
        board.quarter.key,
        "no" if board.quarter == board.open_quarter else "yes",
        now.value if now else None,
        now.target if now else None,
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
        row.follows,
        forecast.rag if forecast else "",
        forecast.why if forecast else "",
        now.data_confidence.unanswered if now and now.data_confidence else None,
        *(str(rag) if (rag := rags.get(each)) else "" for each in quarters),
    )
