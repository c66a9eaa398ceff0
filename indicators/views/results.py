"""What indicators came to: the list of it, and its spreadsheet, by which a council's history comes in."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from core.tables.importing import Imported
from core.views.entities import Entity, list_page
from indicators.exporting.results import results_csv
from indicators.filters import ResultFilter
from indicators.importing.results import ResultRow, import_results
from indicators.models.results import Revision
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


def _import(content: bytes, *, file: str, by: User, **options: Any) -> Imported:
    """Results of quarters that nobody was asked for count as signed off by whoever brings them."""
    return import_results(
        content,
        file=file,
        today=localdate(),
        by=by,
        published=lambda reference, quarter: f"Brought as history in {file} by {by.name}",
        **options,
    )


RESULTS = Entity(
    key="results",
    one="result",
    many="results",
    permission=Permission.MANAGE_FRAMEWORK,
    row=ResultRow,
    exported=results_csv,
    imported=_import,
    before_bringing="Indicators and their targets come first. Results of quarters that nobody was"
    " asked for are history: they count as signed off by you, and the record says so. Those of a"
    " quarter that has begun wait to be signed off, as every return does.",
)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def results(request: SignedInRequest) -> HttpResponse:
    """What is said now of every result, the latest quarter first."""
    rows = (
        Revision.objects.latest_ones()
        .select_related("result__indicator__unit")
        .order_by("-result__quarter", "result__indicator__reference")
    )
    found = ResultFilter(request.GET, queryset=rows)
    return list_page(request, RESULTS, template="indicators/set_up/results.html", found=found)
