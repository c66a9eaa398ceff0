"""The story of one escalation."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from core.charts.trend import trend_chart
from core.clock import localdate
from core.guards import require
from dashboards.queries.escalation_timeline import escalation_timeline
from escalation.models.escalations import Escalation
from escalation.rights import may_deal_with
from indicators.rights import plannable_by
from indicators.rules.remarks import with_sentence
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from sorp.lexicon import Level


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def escalation(request: SignedInRequest, pk: int) -> HttpResponse:
    """How it came to be referred, who did what about it, and how it ended. `?print` for paper."""
    row = get_object_or_404(
        Escalation.objects.visible_to(request.user).select_related(
            "indicator__unit",
            "indicator__accountable_manager",
            "sorp_version",
            "variation",
            "referred_by",
            "referred_from",
        ),
        pk=pk,
    )
    timeline = escalation_timeline(escalation=row, reader=request.user, today=localdate())
    page = {
        "escalation": row,
        "indicator": row.indicator,
        "story": timeline,
        "on_paper": "print" in request.GET,
        "printed_on": localdate(),
        "may_deal": row.is_open and may_deal_with(Level(row.level), row.indicator, request.user),
        "may_plan": plannable_by(request.user).holds(row.indicator),
    }
    if timeline.trend:
        # The chart escapes whatever text it carries (core/charts/svg.py).
        trend = with_sentence(timeline.trend, row.indicator.pattern)
        page["chart"] = mark_safe(trend_chart(trend))  # noqa: S308
        page["sentence"] = trend.sentence
    return render(request, "dashboards/escalation.html", page)
