"""Where the performance team ends an indicator, and says what replaces it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.guards import require
from indicators.forms.retirement import RetirementForm
from indicators.models.definitions import Indicator
from indicators.queries.calendar import latest_open_quarter
from indicators.services.definitions import retire_indicator
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def retire(request: SignedInRequest, address: str) -> HttpResponse:
    """An indicator is measured until a quarter, and no longer; another may be measured instead."""
    indicator = get_object_or_404(Indicator.objects.select_related("successor"), address=address)
    form = RetirementForm(
        request.POST or None,
        indicator=indicator,
        quarter=latest_open_quarter(),
        initial={
            "last_quarter": indicator.last_quarter.key if indicator.last_quarter else "",
            "successor": indicator.successor.reference if indicator.successor else "",
            "successor_is_comparable": indicator.successor_is_comparable,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            retire_indicator(indicator=indicator, by=request.user, **form.cleaned_data)
        except ValueError as refusal:
            form.add_error(None, str(refusal))
        else:
            last = form.cleaned_data["last_quarter"]
            messages.success(request, f"{indicator.reference} is measured until {last}")
            return redirect("indicator", address)
    return render(request, "indicators/retire.html", {"form": form, "indicator": indicator})
