"""A version of an action plan: read by everybody, agreed and judged by those over it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from escalation import services
from escalation.forms.plans import ReviewForm
from escalation.models import ActionPlan, Escalation
from escalation.queries.plans import plan_sheet
from escalation.queries.wanting import overdue_actions, wanted_plans
from escalation.rights import may_agree_plan, may_deal_with
from escalation.services.plans import may_write_plan
from indicators.models import Indicator
from organisation.clock import localdate
from organisation.rights import Permission, require
from sorp.lexicon import Level
from strategy.services import Refused

A_PAGE = 50


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def action_plans(request):
    """What wants a plan and has none, and what plans promised by a day that is past."""
    today = localdate()
    wanted = wanted_plans(reader=request.user)
    actions = overdue_actions(reader=request.user, today=today)
    return render(
        request,
        "escalation/action_plans.html",
        {
            "late": [each for each in wanted if each.is_late(today)],
            "asked": [each for each in wanted if not each.is_late(today)],
            "page": Paginator(actions, A_PAGE).get_page(request.GET.get("page")),
        },
    )


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def plan_version(request, reference, number):
    """One version of a plan, what it changed and what came afterwards."""
    indicator = _indicator(request, reference)
    sheet = plan_sheet(indicator=indicator, number=number)
    if sheet is None:
        raise Http404("There is no such plan")
    plan, reader = sheet.plan, request.user
    judges = plan.is_latest and plan.written_by_id != reader.pk
    return render(
        request,
        "escalation/plan_version.html",
        {
            "indicator": indicator,
            "sheet": sheet,
            "plan": plan,
            "may_write": may_write_plan(indicator, reader),
            "may_agree": judges and not plan.agreed_with and may_agree_plan(indicator, reader),
            "may_review": judges and bool(_levels(indicator, reader)),
        },
    )


@require_POST
@require(Permission.VIEW_PERFORMANCE)
def agree_plan(request, reference, number):
    """The plan is agreed by whoever presses the button."""
    plan = _plan(request, reference, number)
    try:
        services.agree_plan(plan=plan, today=localdate(), by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"Plan {plan.number} is agreed")
    return redirect("plan_version", reference, number)


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def review_plan(request, reference, number):
    """A level judges whether the plan is enough."""
    plan = _plan(request, reference, number)
    levels = _levels(plan.indicator, request.user)
    if not levels:
        raise PermissionDenied
    form = ReviewForm(request.POST or None, levels=levels)
    if form.is_valid():
        try:
            services.review_plan(
                plan=plan, today=localdate(), by=request.user, **_said(form.cleaned_data)
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, f"The review of plan {plan.number} is recorded")
            return redirect("plan_version", reference, number)
    return render(
        request,
        "escalation/review_plan.html",
        {"plan": plan, "indicator": plan.indicator, "form": form},
    )


def _said(cleaned):
    return {**cleaned, "level": Level(cleaned["level"])}


def _indicator(request, reference):
    return get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("unit", "accountable_manager"),
        reference=reference,
    )


def _plan(request, reference, number):
    return get_object_or_404(
        ActionPlan.objects.select_related("written_by", "indicator__accountable_manager"),
        indicator=_indicator(request, reference),
        number=number,
    )


def _levels(indicator, user):
    """The levels to which it is referred and for which this person speaks, lowest first."""
    rows = Escalation.objects.open_ones().filter(indicator=indicator)
    held = set(rows.values_list("level", flat=True))
    return [each for each in Level if each in held and may_deal_with(each, indicator, user)]
