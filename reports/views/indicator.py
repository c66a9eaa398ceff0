"""The whole story of an indicator, for those who sign in."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from indicators.models import Indicator
from indicators.queries import open_quarters
from indicators.queries.signing import record_of
from indicators.rights import planned_by
from organisation.clock import localdate
from organisation.rights import Permission, allowed, require
from reports.charts import trend_chart, trend_sentence
from reports.queries.editions import published_edition
from reports.queries.stories import story
from reports.queries.then_and_now import then_and_now
from reports.queries.who_may import who_can_see
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
        "differences": then_and_now(indicator=found),
        "may_unlock": allowed(request.user, Permission.MANAGE_FRAMEWORK),
        "open_quarters": open_quarters(),
        "readers": who_can_see(indicator=found, on=localdate()),
        "published": _published_in(found.reference),
        "may_plan": planned_by(request.user).holds(found),
    }
    if told.trend:
        # The chart escapes whatever text it carries (reports/charts/svg.py).
        page["chart"] = mark_safe(trend_chart(told.trend))  # noqa: S308
        page["sentence"] = trend_sentence(told.trend)
    return render(request, "reports/indicator.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def indicator_chart(request, reference):
    """Its chart alone, as a picture for pages of apps that may not draw."""
    found = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("unit", "accountable_manager"),
        reference=reference,
    )
    told = story(indicator=found)
    if not told.trend:
        raise Http404("No result to show yet")
    return HttpResponse(trend_chart(told.trend), content_type="image/svg+xml; charset=utf-8")


def _published_in(reference):
    """The quarter of the latest published report, where it tells of this indicator."""
    edition = published_edition()
    if edition is None or reference not in report_of(edition).blocks:
        return None
    return edition.quarter
