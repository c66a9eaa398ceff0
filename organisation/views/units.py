"""The council's units: the list of them, one of them, and what may be done about it from a day on."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from core.views.entities import Entity, history_page, list_page
from organisation.exporting import units_csv
from organisation.filters import UnitFilter
from organisation.importing.units import UnitRow, import_units
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.requests import SignedInRequest

UNITS = Entity(
    key="units",
    one="unit",
    many="units",
    permission=Permission.MANAGE_FRAMEWORK,
    row=UnitRow,
    exported=units_csv,
    imported=lambda content, **options: import_units(content, today=localdate(), **options),
)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def units(request: SignedInRequest) -> HttpResponse:
    """Every unit, searched and narrowed by tier."""
    rows = Unit.objects.select_related("parent")
    found = UnitFilter(request.GET, queryset=rows)
    return list_page(request, UNITS, template="organisation/units.html", found=found)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def unit_history(request: SignedInRequest, code: str) -> HttpResponse:
    """What was done to a unit, and by whom."""
    unit = get_object_or_404(Unit, code=code)
    back = reverse("set_up_units")
    return history_page(request, title=unit.name, back=back, subjects=[unit])
