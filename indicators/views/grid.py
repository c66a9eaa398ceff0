"""The return as a grid: every indicator on one page, saved as it is typed, or all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import localdate
from core.figures import number_sent
from core.guards import require
from core.panels import render_panel_rows
from core.put_back import put_back
from core.quarters import Quarter
from core.queries import quarter_state
from core.views.entities import A_PAGE
from indicators.filters import GridFilter
from indicators.forms.grid import EntryGridForm, typed_rows
from indicators.models.definitions import Indicator
from indicators.queries.grid import (
    EntryRow,
    grid_rows,
    indicators_to_enter,
    sorted_by_due,
)
from indicators.queries.returns import quarter_asked_for
from indicators.services.grid import RowToSave, save_rows
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from sorp.queries.ruling import NoVersionInForce

FILTERED_FROM = 20  # rows: a shorter list is looked through faster than it is narrowed


@require_safe
@require(Permission.SUBMIT_RESULT)
def grid(request: SignedInRequest) -> HttpResponse:
    """The grid of the quarter whose results are asked for now."""
    return redirect("entry_grid", quarter_asked_for(localdate()).key)


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT, puts_back=True)
def entry_grid(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """All that this person may enter for a quarter, a row each. What is sent is saved, row by row."""
    if (refused := _refusal_page(request, quarter)) is not None:
        return refused
    every = indicators_to_enter(request.user, quarter)
    found = GridFilter(request.GET, queryset=every, quarter=quarter)
    sorted_ones = sorted_by_due(found.qs if found.form.is_valid() else every, quarter)
    page = Paginator(sorted_ones.due, A_PAGE).get_page(request.GET.get("page"))
    try:
        saved = _saved(request, quarter, list(page), checks=request.POST.get("do") == "check")
    except NoVersionInForce as reason:
        return _not_open(request, quarter, str(reason))
    if request.method == "POST" and not saved.is_wrong:
        return _onward(request, quarter, saved)
    runs_framework = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    return render(
        request,
        "indicators/grid.html",
        {
            "quarter": quarter,
            "filter": found if found.narrows or every.count() > FILTERED_FROM else None,
            "page": page,
            "not_due": sorted_ones.not_due,
            # Summed up above the page only where somebody asked whether all is right.
            "form": saved.form if request.method == "POST" else None,
            "grid": saved.form,
            "drawn": _drawn(request, quarter, saved.form),
            "for_others": runs_framework,
            "done": sum(row.progress.is_done for row in saved.rows),
        },
    )


@require_POST
@require(Permission.SUBMIT_RESULT)
def keep_grid(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """The rows that were typed in are kept, and drawn anew: the page asks for it as one types."""
    keys = {number_sent(name.partition("-")[0]) for name in request.POST if name.endswith("-marks")}
    indicators = list(indicators_to_enter(request.user, quarter).filter(pk__in=keys)[:A_PAGE])
    if _refusal_page(request, quarter) is not None:
        return JsonResponse({"message": f"{quarter} takes no results now"}, status=422)
    try:
        saved = _saved(request, quarter, indicators)
    except NoVersionInForce as reason:
        return JsonResponse({"message": str(reason)}, status=422)
    drawn = _drawn(request, quarter, saved.form)
    rows = {
        str(line.row.indicator.pk): render_to_string(
            "indicators/grid_row.html",
            {
                "line": line,
                "quarter": quarter,
                "drawn": drawn,
                "for_others": allowed(request.user, Permission.MANAGE_FRAMEWORK),
            },
        )
        for line in saved.form.lines
    }
    unsaved = [*saved.form.unsaved]
    at = f"{timezone.localtime():%H:%M}"
    message = f"Saved at {at}" if not unsaved else "Not saved: see what is asked in the row"
    return JsonResponse({"rows": rows, "unsaved": unsaved, "message": message})


@dataclass(frozen=True, slots=True)
class SavedGrid:
    """The rows as they stand after what was sent, and what of it could not be kept."""

    rows: Sequence[EntryRow]
    form: EntryGridForm
    kept: int
    checks: bool

    @property
    def is_wrong(self) -> bool:
        """Whether the page comes back: something is not saved, or, where it is checked, not right."""
        return bool(self.form.unsaved) or (self.checks and not self.form.is_valid())


def _saved(
    request: SignedInRequest,
    quarter: Quarter,
    indicators: Sequence[Indicator],
    *,
    checks: bool = False,
) -> SavedGrid:
    """What was sent of these indicators is saved, and what stands then is read."""
    rows = grid_rows(indicators, quarter, request.user)
    officer = request.user.pk if allowed(request.user, Permission.MANAGE_FRAMEWORK) else None
    if request.method != "POST":
        sent = typed_rows(put_back(request) or {}, rows)
        back = {each.row.indicator.pk: each for each in sent if each.merged.is_touched}
        if back:
            messages.info(request, "What you typed before you were signed out is below. Save it")
        form = EntryGridForm(rows=rows, unsaved=back, of_officer=officer)
        return SavedGrid(rows, form, 0, checks)
    typed = typed_rows(request.POST, rows)
    touched = [each for each in typed if each.merged.is_touched]
    settled = [each for each in touched if not each.merged.clashing]
    wanted = [
        RowToSave(
            each.row.indicator,
            each.typed,
            each.row.draft.version if each.row.draft else 0,
            each.is_given,
        )
        for each in settled
    ]
    if checks:
        wanted += _finished(rows, {each.row.indicator.pk for each in touched}, request)
    refusals = save_rows(rows=wanted, quarter=quarter, by=request.user)
    unsaved = {
        each.row.indicator.pk: each
        for each in touched
        if each.merged.clashing or each.row.indicator.pk in refusals
    }
    if wanted:
        rows = grid_rows(indicators, quarter, request.user)
    form = EntryGridForm(rows=rows, unsaved=unsaved, refusals=refusals, of_officer=officer)
    return SavedGrid(rows, form, len(wanted) - len(refusals), checks)


def _finished(
    rows: Iterable[EntryRow], touched: set[int], request: SignedInRequest
) -> list[RowToSave]:
    """Drafts that this person began and left, which say all that is asked: the check takes them too."""
    return [
        RowToSave(row.indicator, row.draft.typed, row.draft.version, is_complete=True)
        for row in rows
        if row.draft is not None
        and row.is_open
        and row.indicator.pk not in touched
        and row.draft.saved_by_id == request.user.pk
        and not row.draft.is_complete
        and row.is_given
    ]


def _drawn(request: SignedInRequest, quarter: Quarter, form: EntryGridForm) -> Mapping[int, Any]:
    """What the close would do with each row, as it is typed or as it stands."""
    entries = [
        (row.indicator, row.read(form.typed(row)), row.revision, row.draft is None)
        for row in form.rows
        if row.draft is not None or row.revision is not None
    ]
    return render_panel_rows(
        "close_of_entries", entries=entries, quarter=quarter, reader=request.user
    )


def _onward(request: SignedInRequest, quarter: Quarter, saved: SavedGrid) -> HttpResponse:
    if saved.checks:
        return redirect("check_return", quarter.key)
    rows = "1 row" if saved.kept == 1 else f"{saved.kept} rows"
    messages.success(request, f"{rows} saved" if saved.kept else "Nothing was changed")
    query = urlencode(request.GET, doseq=True)
    address = reverse("entry_grid", args=[quarter.key])
    return redirect(f"{address}?{query}" if query else address)


def _refusal_page(request: SignedInRequest, quarter: Quarter) -> HttpResponse | None:
    """The page that says why a quarter takes no results, where it takes none."""
    state = quarter_state(quarter)
    if state is not None and state.is_closed:
        return _not_open(request, quarter, "closed")
    return _not_open(request, quarter, "not ended") if quarter.last_day >= localdate() else None


def _not_open(request: SignedInRequest, quarter: Quarter, reason: str) -> HttpResponse:
    page = {"quarter": quarter, "reason": reason}
    return render(request, "indicators/grid_not_open.html", page, status=403)
