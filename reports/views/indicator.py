"""The whole story of an indicator, for those who sign in."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from escalation.models import ActionPlan
from escalation.queries.warning import early_warning_of
from indicators.models import Indicator
from indicators.queries import open_quarters
from indicators.queries.forecasting import track_record_of
from indicators.queries.signing import record_of
from indicators.rights import planned_by
from indicators.views.people import quarter_in_hand
from organisation.clock import localdate
from organisation.rights import Permission, allowed, require
from reports.charts import trend_chart, trend_sentence
from reports.queries.editions import published_edition
from reports.queries.stories import story, trend_with_forecast, trend_with_plan
from reports.queries.then_and_now import then_and_now
from reports.queries.who_may import who_can_see
from reports.queries.why import why
from reports.views.freezing import report_of


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
        "record": record_of(found),
        "why": why(indicator=found, reader=request.user, quarter=quarter_in_hand()),
        "differences": then_and_now(indicator=found),
        "may_unlock": allowed(request.user, Permission.MANAGE_FRAMEWORK),
        "open_quarters": open_quarters(),
        "readers": who_can_see(indicator=found, on=localdate()),
        "published": _published_in(found.reference),
        "may_plan": planned_by(request.user).holds(found),
        "warning": early_warning_of(found),
        "track_record": track_record_of(found),
    }
    if told.trend:
        # The chart escapes whatever text it carries (reports/charts/svg.py).
        forecast = page["warning"].forecast if page["warning"] else None
        trend = trend_with_forecast(told.trend, forecast)
        page["chart"] = mark_safe(trend_chart(trend))  # noqa: S308
        page["sentence"] = trend_sentence(trend)
    return render(request, "reports/indicator.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def indicator_chart(request, reference):
    """Its chart alone, as a picture for pages of apps that may not draw. `?plan=2` marks a plan."""
    found = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("unit", "accountable_manager"),
        reference=reference,
    )
    told = story(indicator=found)
    if not told.trend:
        raise Http404("No result to show yet")
    trend = told.trend
    if request.GET.get("plan", "").isdecimal():
        plan = get_object_or_404(ActionPlan, indicator=found, number=int(request.GET["plan"][:4]))
        trend = trend_with_plan(found, told.ratings, plan) or trend
    return HttpResponse(trend_chart(trend), content_type="image/svg+xml; charset=utf-8")


def _published_in(reference):
    """The quarter of the latest published report, where it tells of this indicator."""
    edition = published_edition()
    if edition is None or reference not in report_of(edition).blocks:
        return None
    return edition.quarter
