"""The register of data quality: its list, an indicator's entries, and writing one."""

from __future__ import annotations

from dataclasses import fields

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.figures import number_sent
from core.guards import require
from core.tables.writing import written
from indicators.forms.data_quality import DataQualityForm, RegisterFilter
from indicators.models.definitions import Indicator
from indicators.queries.data_quality import (
    COLUMNS,
    RegisterLine,
    as_rows,
    entries_of,
    register,
)
from indicators.rights import data_quality_kept_by
from indicators.rules.data_quality import Risk
from indicators.services.data_quality import (
    CannotWriteEntry,
    DataQualityGiven,
    write_data_quality,
)
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.requests import SignedInRequest
from organisation.rights import allowed

LINES = 25  # on one page


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def data_quality_register(request: SignedInRequest) -> HttpResponse:
    """Every indicator, with what has not been checked for a year first."""
    form = RegisterFilter(request.GET)
    lines, everything = _lines(request, form)
    page = {
        "form": form,
        "page": Paginator(lines, LINES).get_page(request.GET.get("page")),
        "shown": len(lines),
        "unchecked": sum(each.is_unchecked for each in everything),
        "total": len(everything),
        "query": request.GET.urlencode(),
        "reads_samples": allowed(request.user, Permission.READ_SAMPLES),
    }
    return render(request, "indicators/data_quality_register.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def data_quality_csv(request: SignedInRequest) -> HttpResponse:
    """The same as a file, filtered alike."""
    lines, _ = _lines(request, RegisterFilter(request.GET))
    response = HttpResponse(
        written(COLUMNS, as_rows(lines)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="data-quality.csv"'
    return response


def _lines(
    request: SignedInRequest, form: RegisterFilter
) -> tuple[list[RegisterLine], list[RegisterLine]]:
    """The lines asked for, and all of the same units."""
    form.is_valid()
    unit, show = form.cleaned_data.get("unit"), form.cleaned_data.get("show")
    today = localdate()
    units = None if unit is None else tree_on(today).below(unit.pk)
    everything = register(user=request.user, today=today, units=units)
    wanted = {
        "unchecked": lambda line: line.is_unchecked,
        "high": lambda line: line.risk is Risk.HIGH,
        "overdue": lambda line: line.is_mend_overdue,
    }.get(show or "", lambda line: True)
    return [each for each in everything if wanted(each)], everything


def _indicator(request: SignedInRequest, address: str) -> Indicator:
    seen = Indicator.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("unit", "accountable_manager"), address=address)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def data_quality(request: SignedInRequest, address: str) -> HttpResponse:
    """What the register says of one indicator, and all that it said before."""
    indicator = _indicator(request, address)
    entries = entries_of(indicator)
    latest = entries[0] if entries else None
    page = {
        "indicator": indicator,
        "line": RegisterLine(indicator, latest, localdate()),
        "earlier": entries[1:],
        "may_write": data_quality_kept_by(request.user).holds(indicator),
    }
    return render(request, "indicators/data_quality.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.KEEP_DATA_QUALITY)
def write_entry(request: SignedInRequest, address: str) -> HttpResponse:
    """Another entry about one indicator, from what the last one says."""
    indicator = _indicator(request, address)
    if not data_quality_kept_by(request.user).holds(indicator):
        raise PermissionDenied
    entries = entries_of(indicator)
    latest = entries[0] if entries else None
    said = (
        {each.name: getattr(latest, each.name) for each in fields(DataQualityGiven)}
        if latest
        else {}
    )
    form = DataQualityForm(request.POST or None, initial=said or {"source": indicator.source})
    number = latest.number if latest else 0
    if request.method == "POST":
        if not form.is_valid():
            number = _seen(request)  # what somebody else wrote meanwhile is not seen yet
        elif _written(request, indicator, form):
            return redirect("data_quality", indicator.reference)
    page = {"form": form, "indicator": indicator, "number": number, "latest": latest}
    return render(request, "indicators/write_data_quality.html", page)


def _written(request: SignedInRequest, indicator: Indicator, form: DataQualityForm) -> bool:
    try:
        given = DataQualityGiven(
            **form.cleaned_data | {"risk": Risk(form.cleaned_data["risk"])},
        )
        _, is_new = write_data_quality(
            indicator=indicator,
            given=given,
            today=localdate(),
            by=request.user,
            seen=_seen(request),
        )
    except CannotWriteEntry as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    told = "the entry is kept" if is_new else "nothing changed"
    messages.success(request, f"{indicator.title}: {told}")
    return True


def _seen(request: SignedInRequest) -> int:
    """The number of the entry over which this one was written."""
    return number_sent(request.POST.get("seen", ""))
