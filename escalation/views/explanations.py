"""Why an indicator was, or was not, referred up at the close of a quarter."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.guards import require
from core.quarters import Quarter
from escalation.models.escalations import Explanation
from escalation.queries.explanations import explanation_page, explanations_of
from indicators.models.definitions import Indicator
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def explanations(request: SignedInRequest, address: str) -> HttpResponse:
    """Every explanation of an indicator: one sentence a quarter."""
    indicator = _visible(request, address)
    page = {"indicator": indicator, "explanations": explanations_of(indicator)}
    return render(request, "escalation/explanations.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def explanation(request: SignedInRequest, address: str, quarter: Quarter) -> HttpResponse:
    """One quarter's: the sentence, and the figures, triggers and levels that it rests on."""
    indicator = _visible(request, address)
    found = explanation_page(indicator=indicator, quarter=quarter)
    if found is None:
        raise Http404(f"There is no explanation for {indicator.reference} in {quarter}")
    page = {"indicator": indicator, "quarter": quarter, "page": found}
    return render(request, "escalation/explanation.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def explanation_json(
    request: SignedInRequest, address: str, quarter: Quarter, number: int
) -> HttpResponse:
    """The document itself, of the latest explanation or of one that it superseded."""
    found = get_object_or_404(
        Explanation,
        indicator=_visible(request, address),
        quarter=quarter,
        number=number,
    )
    name = f"explanation-{address}-{quarter.key}-{number}.json"
    answer = JsonResponse(found.document, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _visible(request: SignedInRequest, address: str) -> Indicator:
    return get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("unit", "accountable_manager"),
        address=address,
    )
