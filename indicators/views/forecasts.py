"""The register of forecasts: what was expected, what came, and whose forecasts hold."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from core.queries import last_closed
from indicators.forms.forecasts import ForecastsForm
from indicators.models.definitions import Indicator
from indicators.queries.forecasts import (
    ForecastPair,
    count_waiting,
    pairs_of,
    register_scores,
    scored_forecasts,
)
from indicators.rules.prospects import Figures
from indicators.rules.skill import ENOUGH
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.requests import SignedInRequest

A_PAGE = 25


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def forecasts(request: SignedInRequest) -> HttpResponse:
    """How good forecasts have been: ours and managers’, by directorate and over time."""
    scores = register_scores(reader=request.user, tree=tree_on(localdate()))
    shown = {
        "until": last_closed(),
        "waiting": count_waiting(reader=request.user),
        "without_result": scores.without_result,
        "council": scores.council,
        "directorates": scores.directorates,
        "quarters": scores.quarters,
        "bands": scores.bands,
        "enough": ENOUGH,
    }
    return render(request, "indicators/forecasts.html", shown)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def forecasts_one_by_one(request: SignedInRequest) -> HttpResponse:
    """Each scored forecast with what came, latest quarter first."""
    form = ForecastsForm(request.GET)
    form.is_valid()
    chosen = form.chosen(reader=request.user, tree=tree_on(localdate()))
    page = Paginator(chosen, A_PAGE).get_page(request.GET.get("page"))
    pairs = pairs_of(list(page.object_list))
    indicators = Indicator.objects.select_related("unit").in_bulk(
        {pair.system.indicator for pair in pairs}
    )
    shown = {
        "any_scored": scored_forecasts(reader=request.user).exists(),
        "form": form,
        "page": page,
        "rows": [_row(pair, indicators[pair.system.indicator]) for pair in pairs],
    }
    return render(request, "indicators/forecasts_one_by_one.html", shown)


def _row(pair: ForecastPair, indicator: Indicator) -> dict[str, Any]:
    """A line with its indicator, and how far off each forecast was in the indicator's own unit."""
    figures = Figures(indicator.decimals, indicator.measure_unit)
    off = {
        whose: figures.difference(made.score.size)
        for whose, made in (("system", pair.system), ("managers", pair.managers))
        if made is not None and made.score is not None and made.score.size is not None
    }
    return {"pair": pair, "indicator": indicator, "off": off}
