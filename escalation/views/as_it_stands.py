"""As it stands: what the close of the open quarter would do, were it closed now."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from escalation.forms.as_it_stands import OWN, StandsForm
from escalation.queries import as_it_stands as queries
from escalation.queries.close_previews import quarter_previewed
from escalation.rights import sees_open_quarter
from indicators.models.definitions import Indicator
from indicators.queries.own_units import beginning_with_own
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.requests import SignedInRequest

A_PAGE = 50


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def as_it_stands(request: SignedInRequest) -> HttpResponse:
    """What would be referred up, recover or be missed at the close; what is not closed is no Member's yet."""
    form = StandsForm(beginning_with_own(request.GET, request.user, on=localdate()))
    form.is_valid()
    quarter, rows = quarter_previewed(), Indicator.objects.visible_to(request.user)
    if form.cleaned_data.get("whose") == OWN:
        rows = rows.filter(pk__in=Indicator.objects.own_of(request.user))
    units = Unit.objects.values_list("pk", flat=True)
    if (unit := form.cleaned_data.get("unit")) and quarter is not None:
        below = tree_on(quarter.last_day).below(unit.pk)
        rows, units = rows.in_units(below), units.filter(pk__in=below)
    stands = queries.as_it_stands(reader=request.user, indicators=rows, units=list(units))
    page = Paginator(stands.moves if stands else [], A_PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "unit": unit,
        "stands": stands,
        "page": page,
        "parts": queries.lines_of_parts(stands, unit) if stands else [],
        "people": stands.by_person if stands else [],
        "quarter": quarter,
        "is_shown": sees_open_quarter(request.user),
    }
    return render(request, "escalation/as_it_stands.html", shown)
