"""Where a newcomer enters last quarter's results again. Nothing is kept: no draft, no result, no record."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from core.guards import require
from core.queries import last_closed
from indicators.forms.results import ResultForm, posted_draft
from indicators.queries.practice import practicable, practice_sheet, practised_first
from organisation.permissions import Permission
from organisation.requests import SignedInRequest

A_PAGE = 50


@require_safe
@require(Permission.SUBMIT_RESULT)
def practise(request: SignedInRequest) -> HttpResponse:
    """What there is to practise on: last quarter's results of whoever asks."""
    page = Paginator(practised_first(request.user), A_PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "quarter": last_closed()}
    return render(request, "indicators/practise.html", shown)


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def practise_result(request: SignedInRequest, address: str) -> HttpResponse:
    """The form of a result, empty; once sent, what would have come of it beside what did."""
    quarter = last_closed()
    if quarter is None:
        raise Http404("No quarter is closed yet")
    rows = practicable(request.user)
    indicator = get_object_or_404(
        rows.select_related("unit", "accountable_manager"), address=address
    )
    practice = practice_sheet(indicator=indicator, quarter=quarter, user=request.user)
    sheet = practice.entry_sheet
    form = ResultForm(request.POST or None, sheet=sheet)
    shown = {"practice": practice, "sheet": sheet, "indicator": indicator, "quarter": quarter}
    if form.is_bound:
        form.is_valid()
        entry, typed = form.entry, posted_draft(form.data, sheet)
        is_tried = entry.figures_are_sound and (entry.has_figures or bool(entry.not_available))
        shown |= {
            "entry": entry if is_tried or entry.made else None,
            "compared": practice.compared(entry),
            "question_fields": sheet.question_fields(entry, typed),
        }
    following = (
        practised_first(request.user)
        .filter(reference__gt=indicator.reference)
        .order_by("reference")
    )
    return render(
        request,
        "indicators/practise_result.html",
        shown | {"form": form, "following": following.first()},
    )
