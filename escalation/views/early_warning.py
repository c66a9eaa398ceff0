"""Early warning: what is likely next quarter, before it is so."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from core.quarters import Quarter
from core.queries import last_closed
from escalation.forms.early_warning import WarningForm
from escalation.queries.as_it_stands import stands_by_indicator
from escalation.queries.early_warning import early_warnings, with_managers
from indicators.models.definitions import Indicator
from indicators.queries.own_units import beginning_with_own
from indicators.queries.rows import indicator_rows
from indicators.queries.sight import seen_by
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.requests import SignedInRequest

A_PAGE = 20


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def early_warning(request: SignedInRequest) -> HttpResponse:
    """Where each indicator is likely to be, soonest referral and likeliest red first."""
    form = WarningForm(beginning_with_own(request.GET, request.user, on=localdate()))
    form.is_valid()
    chosen = form.cleaned_data
    rows = Indicator.objects.visible_to(request.user)
    if unit := chosen.get("unit"):
        rows = rows.in_units(tree_on(localdate()).below(unit.pk))
    found = early_warnings(rows, chosen.get("show", ""))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_managers(list(page.object_list))
    keys = [each.indicator_id for each in page.object_list]
    quarter = last_closed()
    drawn = indicator_rows(
        [each.indicator for each in page.object_list],
        quarter=quarter or Quarter.containing(localdate()),
        seen=seen_by(request.user, keys),
    )
    shown = {
        "form": form,
        "unit": unit,
        "page": page,
        "quarter": quarter,
        "drawn": {row.key: row for row in drawn},
        "stands": stands_by_indicator(reader=request.user, indicators=keys),
    }
    return render(request, "escalation/early_warning.html", shown)
