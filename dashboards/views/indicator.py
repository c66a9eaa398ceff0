"""The whole story of an indicator, for those who sign in."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from core.charts.months import MonthLine, MonthPoint, months_chart
from core.charts.trend import trend_chart
from core.clock import localdate
from core.figures import as_number, number_sent
from core.guards import require
from core.queries import open_quarters
from dashboards.queries.indicator_story import (
    indicator_story,
    latest_explanation,
    trend_with_forecast,
    trend_with_plan,
)
from dashboards.queries.permission_matrix import who_can_see
from dashboards.queries.revisions import superseded_figures
from escalation.models.plans import ActionPlan
from escalation.queries.as_it_stands import stands_by_indicator
from escalation.queries.early_warning import early_warning_of
from indicators.models.definitions import Indicator
from indicators.queries.calendar import latest_open_quarter
from indicators.queries.data_quality import register_line_of
from indicators.queries.forecasts import track_record_of
from indicators.queries.months import MonthHistory, month_history
from indicators.queries.parts import breakdown_histories, given_before_merging
from indicators.queries.records import record_of
from indicators.queries.rounds import carried_over_now
from indicators.queries.sight import seen_by
from indicators.rights import answerable_by, plannable_by
from indicators.rules.parts import dump_breakdown
from indicators.rules.remarks import with_sentence
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from reports.queries.editions import published_edition
from reports.rendering.csvs import PART_COLUMNS, part_rows, written
from reports.rendering.parts import ShownBreakdown
from reports.views.editions_cache import report_of


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def indicator(request: SignedInRequest, address: str) -> HttpResponse:
    """How it stands, how it came there, what is being done, and what was said before."""
    found = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related(
            "unit", "accountable_manager", "successor", "checker"
        ),
        address=address,
    )
    seen = seen_by(request.user, [found.pk])
    story, edition = indicator_story(indicator=found, seen=seen), published_edition()
    warning, record, still_open = early_warning_of(found), record_of(found, seen), open_quarters()
    runs_framework = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    locked = {each.quarter for each in record.quarters if each.is_locked}
    page = {
        "indicator": found,
        "branches": [(found.unit.name, reverse("dashboard", args=[found.unit.code]))],
        "stands": stands_by_indicator(reader=request.user, indicators=[found.pk]).get(found.pk),
        "story": story,
        "record": record,
        "why": latest_explanation(
            indicator=found, reader=request.user, quarter=latest_open_quarter()
        ),
        "differences": superseded_figures(indicator=found),
        "may_unlock": runs_framework,
        "open_quarters": still_open,
        # Where the reader may say a result anew though its quarter is closed, and may add evidence.
        "revisable": {each.quarter for each in record.quarters if each.quarter not in still_open}
        if runs_framework
        else (),
        "takes_evidence": [
            each for each in still_open if each.last_day < localdate() and each not in locked
        ]
        if answerable_by(request.user).holds(found)
        else (),
        "carried_over": carried_over_now(found),
        "readers": who_can_see(indicator=found, on=localdate()),
        # The quarter of the latest published report, where it tells of this indicator.
        "published": edition.quarter
        if edition and found.reference in report_of(edition).blocks
        else None,
        "may_retire": allowed(request.user, Permission.MANAGE_FRAMEWORK),
        "replaces": found.predecessors.visible_to(request.user),
        "awaited": found.awaited.filter(until__gte=localdate()) if seen.is_everything else (),
        "may_plan": plannable_by(request.user).holds(found),
        "may_answer": bool(story.unanswered)
        and Indicator.objects.answerable_by(request.user).filter(pk=found.pk).exists(),
        "warning": warning,
        "track_record": track_record_of(found),
        "breakdowns": [
            ShownBreakdown(
                each,
                reference=found.reference,
                measure_unit=found.measure_unit,
                decimals=found.decimals,
                basis=found.basis,
                whole={rating.quarter: rating.value for rating in story.ratings},
            )
            for each in breakdown_histories([found.pk], until=seen.until(found.pk)).get(
                found.pk, ()
            )
        ],
        "before_merging": given_before_merging(found),
        "data_quality": register_line_of(found, today=localdate()),
        "may_break_down": runs_framework,
    }
    if (months := month_history(found, seen)) is not None:
        page["months"] = months
        page["quarter_words"] = str(months.figures[-1].month.quarter)
        page["months_chart"] = mark_safe(months_chart(_month_line(found, months)))  # noqa: S308
    if story.trend:
        # The chart escapes whatever text it carries (core/charts/svg.py).
        # Only where forecasts like it have been better than chance is it drawn, as its chance is told.
        has_skill = warning is not None and warning.chance_red is not None
        forecast = warning.forecast if warning and has_skill else None
        trend = with_sentence(trend_with_forecast(story.trend, forecast), found.pattern)
        page["chart"] = mark_safe(trend_chart(trend))  # noqa: S308
        page["sentence"] = trend.sentence
    return render(request, "dashboards/indicator.html", page)


def _month_line(indicator: Indicator, months: MonthHistory) -> MonthLine:
    return MonthLine(
        name=indicator.address,
        title=f"{indicator.title} by month.",
        points=tuple(
            MonthPoint(
                each.month,
                each.value,
                as_number(each.value, indicator.decimals, indicator.measure_unit)
                if each.value is not None
                else "",
            )
            for each in months.figures
        ),
        measure_unit=indicator.measure_unit,
        is_provisional=months.latest is not None,
    )


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def indicator_parts_csv(request: SignedInRequest, address: str) -> HttpResponse:
    """Its parts as it now stands, small numbers withheld as on its page."""
    found = get_object_or_404(Indicator.objects.visible_to(request.user), address=address)
    until = seen_by(request.user, [found.pk]).until(found.pk)
    histories = breakdown_histories([found.pk], until=until).get(found.pk, [])
    facts = {"reference": found.reference, "parts": [dump_breakdown(each) for each in histories]}
    response = HttpResponse(
        written(PART_COLUMNS, part_rows(facts)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{address}-parts.csv"'
    return response


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def indicator_chart(request: SignedInRequest, address: str) -> HttpResponse:
    """Its chart alone, as a picture for pages of apps that may not draw. `?plan=2` marks a plan."""
    found = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("unit", "accountable_manager"),
        address=address,
    )
    story = indicator_story(indicator=found, seen=seen_by(request.user, [found.pk]))
    if not story.trend:
        raise Http404("No result to show yet")
    trend = story.trend
    if number := number_sent(request.GET.get("plan", "")):
        plan = get_object_or_404(ActionPlan, indicator=found, number=number)
        trend = trend_with_plan(found, story.ratings, plan) or trend
    trend = with_sentence(trend, found.pattern)
    return HttpResponse(trend_chart(trend), content_type="image/svg+xml; charset=utf-8")
