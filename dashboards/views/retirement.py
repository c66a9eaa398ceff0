"""Where the performance team ends an indicator, and says what replaces it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.guards import require
from core.views.entities import Change, Done, FormPage, Preview, form_page
from dashboards.queries.retirement import consequences
from indicators.forms.retirement import RetirementForm
from indicators.models.definitions import Indicator
from indicators.queries.calendar import latest_open_quarter
from indicators.services.definitions import keep_measuring, retire_indicator
from organisation.permissions import Permission
from organisation.requests import SignedInRequest

GOES_ON = "Continues"


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def retire(request: SignedInRequest, address: str) -> HttpResponse:
    """An indicator is measured until a quarter, and no longer, or goes on after all."""
    indicator = get_object_or_404(
        Indicator.objects.select_related("successor", "unit"), address=address
    )
    page = reverse("indicator", args=[indicator.reference])
    was = indicator.last_quarter

    def act(given: dict[str, Any]) -> Done:
        if given["last_quarter"] is None:
            keep_measuring(indicator=indicator, reason=given["reason"], by=request.user)
            return Done(f"{indicator.reference} continues", page)
        retire_indicator(indicator=indicator, by=request.user, **given)
        return Done(f"{indicator.reference} is measured until {given['last_quarter']}", page)

    def preview(given: dict[str, Any]) -> Preview:
        last, successor = given["last_quarter"], given["successor"]
        changes = [
            Change("Last quarter", str(was or GOES_ON), str(last or GOES_ON)),
            Change("Replaced by", str(indicator.successor or ""), str(successor or "")),
            Change(
                "Figures of both compared",
                _said(indicator.successor_is_comparable),
                _said(given["successor_is_comparable"]),
            ),
        ]
        return Preview(
            changes=[each for each in changes if each.was != each.becomes],
            follows=list(consequences(indicator, last_quarter=last)),
        )

    form = RetirementForm(
        request.POST or None,
        indicator=indicator,
        quarter=latest_open_quarter(),
        initial={
            "last_quarter": was.key if was else "",
            "successor": indicator.successor.reference if indicator.successor else "",
            "successor_is_comparable": indicator.successor_is_comparable,
        },
    )
    about = FormPage(
        form,
        "End or replace this indicator",
        "Set its last quarter",
        page,
        act,
        caption=f"{indicator.reference} {indicator.title}",
        lede="No results are asked for after its last quarter. If it is still referred up then, that ends at the next close, without recovering.",
        preview=preview,
    )
    return form_page(request, about)


def _said(yes: bool) -> str:
    return "Yes" if yes else "No"
