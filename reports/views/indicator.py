"""The whole story of an indicator, for those who sign in."""

from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from indicators.models import Indicator
from organisation.rights import Permission, allowed, require
from reports.charts import trend_chart, trend_sentence
from reports.queries.stories import story


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def indicator(request, reference):
    """How it stands, how it came there, what is being done, and what was said before."""
    found = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("unit", "accountable_manager"),
        reference=reference,
    )
    told = story(indicator=found)
    page = {
        "indicator": found,
        "story": told,
        "may_plan": allowed(request.user, Permission.MANAGE_FRAMEWORK)
        or found.accountable_manager_id == request.user.pk,
    }
    if told.trend:
        # The chart escapes whatever text it carries (reports/charts/svg.py).
        page["chart"] = mark_safe(trend_chart(told.trend))  # noqa: S308
        page["sentence"] = trend_sentence(told.trend)
    return render(request, "reports/indicator.html", page)
