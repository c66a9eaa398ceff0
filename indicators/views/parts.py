"""Parts of figures: the grid of a return, by what an indicator is broken down, and the dimensions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.figures import number_sent
from core.guards import require
from core.quarters import Quarter
from core.views.entities import Entity, history_page, list_page
from core.words import mid_sentence
from indicators.exporting.parts import dimensions_csv
from indicators.filters import DimensionFilter
from indicators.forms.parts import BreakDownForm, DimensionForm, PartNames, PartsForm
from indicators.importing.parts import DimensionRow, import_dimensions
from indicators.models.definitions import Indicator
from indicators.models.parts import Breakdown, Dimension
from indicators.queries.entry import EntrySheet
from indicators.queries.parts import PartsSheet, dimensions_with_parts, parts_sheet, whole_of
from indicators.rules.parts import Whole
from indicators.services import parts as services
from indicators.views.entry import refusal_page, sheet_or_404
from organisation.permissions import Permission
from organisation.requests import SignedInRequest

DIMENSIONS = Entity(
    key="dimensions",
    one="dimension",
    many="parts of figures",
    permission=Permission.MANAGE_FRAMEWORK,
    row=DimensionRow,
    exported=dimensions_csv,
    imported=import_dimensions,
    counted="dimensions, each with all its parts",
)


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def enter_parts(
    request: SignedInRequest, quarter: Quarter, address: str, dimension: str
) -> HttpResponse:
    """The parts of one result by one dimension, in a grid. A closed quarter takes revisions."""
    sheet = sheet_or_404(request, quarter, address)
    if (explained := refusal_page(request, sheet)) is not None:
        return explained
    breakdown = get_object_or_404(
        Breakdown.objects.select_related("indicator", "dimension").filter(is_used=True),
        indicator=sheet.indicator,
        dimension__key=dimension,
    )
    whole = _whole(sheet)
    grid = parts_sheet(breakdown=breakdown, quarter=quarter, whole=whole)
    revises = sheet.is_closed
    typed = request.POST if request.method == "POST" else None
    form = PartsForm(typed, sheet=grid, revises=revises)
    number = grid.number
    if request.method == "POST":
        if not form.is_valid():
            number = _seen(request)  # what somebody else gave meanwhile is not seen yet
        elif _given(request, grid, form):
            return redirect("enter_parts", quarter.key, address, dimension)
    page = {
        "sheet": sheet,
        "indicator": sheet.indicator,
        "quarter": quarter,
        "dimension": breakdown.dimension,
        "by": mid_sentence(breakdown.dimension.name),
        "grid": grid,
        "form": form,
        "whole": whole,
        "revises": revises,
        "number": number,
    }
    return render(request, "indicators/enter_parts.html", page)


def _whole(sheet: EntrySheet) -> Whole | None:
    """What the parts are held beside: what was typed of the whole, else what was submitted."""
    if sheet.draft is not None:
        entry = sheet.read(sheet.draft.typed)
        if entry.has_figures and entry.figures_are_sound:
            return Whole(entry.worked_out, entry.numerator, entry.denominator)
    return whole_of(sheet.indicator, sheet.quarter)


def _given(request: SignedInRequest, grid: PartsSheet, form: PartsForm) -> bool:
    try:
        _, is_new = services.give_parts(
            breakdown=grid.breakdown,
            quarter=grid.quarter,
            figures=form.figures,
            today=localdate(),
            by=request.user,
            reason=form.cleaned_data.get("reason", ""),
            seen=_seen(request),
        )
    except ValueError as refusal:
        form.add_error(None, str(refusal))
        return False
    by = mid_sentence(grid.breakdown.dimension.name)
    told = f"kept {len(form.figures)} of {len(grid.parts)} parts" if is_new else "nothing changed"
    messages.success(request, f"{grid.breakdown.indicator.title} by {by}: {told}")
    return True


def _seen(request: SignedInRequest) -> int:
    """The number of the revision over which the grid was filled in."""
    return number_sent(request.POST.get("seen", ""))


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def break_down(request: SignedInRequest, address: str) -> HttpResponse:
    """By which dimensions an indicator may be broken down."""
    indicator = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("unit"), address=address
    )
    standing = list(indicator.breakdowns.filter(is_used=True).select_related("dimension"))
    counts = any(each.values_add_up for each in standing)
    initial: dict[str, Any] = {
        "dimensions": [each.dimension.key for each in standing],
        "values_add_up": ("yes" if counts else "no") if standing else None,
    }
    form = BreakDownForm(request.POST or None, initial=initial)
    seen = " ".join(initial["dimensions"])
    if request.method == "POST" and not form.is_valid():
        seen = request.POST.get("seen", "")  # what somebody else changed is not seen yet
    elif request.method == "POST":
        are_counts = form.cleaned_data["values_add_up"] == "yes"
        try:
            services.break_down(
                indicator=indicator,
                dimensions=dict.fromkeys(form.cleaned_data["dimensions"], are_counts),
                by=request.user,
                seen=request.POST.get("seen", "").split(),
            )
        except ValueError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{indicator.title}: its breakdowns are saved")
            return redirect("indicator", indicator.reference)
    page = {
        "form": form,
        "indicator": indicator,
        "standing": standing,
        "seen": seen,
        "has_dimensions": Dimension.objects.exists(),
    }
    return render(request, "indicators/break_down.html", page)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def dimensions(request: SignedInRequest) -> HttpResponse:
    """Every dimension by which figures may be broken down, with its parts."""
    found = DimensionFilter(request.GET, queryset=dimensions_with_parts())
    return list_page(request, DIMENSIONS, template="indicators/dimensions.html", found=found)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def dimension(request: SignedInRequest, dimension: str = "") -> HttpResponse:
    """One dimension is added or changed: its name, what is withheld, and its parts in their order."""
    row = get_object_or_404(Dimension, key=dimension) if dimension else None
    form = DimensionForm(request.POST or None, initial=_said_of(row))
    named = PartNames(
        request.POST or None,
        dimension=row,
        initial=[
            {"key": part.key, "position": place, "name": part.name, "is_used": part.is_used}
            for place, part in enumerate(row.parts.all() if row else (), start=1)
        ],
    )
    seen = row.mark if row else None
    if request.method == "POST" and not form.is_valid() & named.is_valid():
        seen = request.POST.get("seen", "")  # what somebody else changed is not seen yet
    elif request.method == "POST":
        given = form.cleaned_data
        try:
            saved, is_new = services.save_dimension(
                key=row.key if row else _free_key(given["name"]),
                name=given["name"],
                each_case_once=given["each_case_once"] == "yes",
                withheld_below=given["withheld_below"],
                parts=named.parts,
                by=request.user,
                seen=request.POST.get("seen", "") if row else None,
            )
        except ValueError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{saved}: {'kept' if is_new else 'nothing changed'}")
            return redirect(DIMENSIONS.list_name)
    page = {"form": form, "formset": named, "dimension": row, "seen": seen}
    return render(request, "indicators/dimension.html", page)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def dimension_history(request: SignedInRequest, dimension: str) -> HttpResponse:
    """What was said of a dimension and its parts, and by whom."""
    row = get_object_or_404(Dimension, key=dimension)
    back = reverse(DIMENSIONS.list_name)
    return history_page(request, title=row.name, back=back, subjects=[row])


def _said_of(row: Dimension | None) -> dict[str, object]:
    if row is None:
        return {"withheld_below": Dimension._meta.get_field("withheld_below").get_default()}
    return {
        "name": row.name,
        "each_case_once": "yes" if row.each_case_once else "no",
        "withheld_below": row.withheld_below,
    }


def _free_key(name: str) -> str:
    """The name as an address would write it, and no other dimension's."""
    wanted = slugify(name)[:36].replace("_", "-").strip("-") or "dimension"
    taken = set(Dimension.objects.values_list("key", flat=True))
    return next(
        each for n in range(1, 1000) if (each := wanted if n == 1 else f"{wanted}-{n}") not in taken
    )
