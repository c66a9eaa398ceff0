"""An accountable manager's action plan."""

from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import localdate
from core.guards import require
from core.refusals import Refused
from escalation.forms.plans import (
    ActionFormSet,
    Actions,
    PlanForm,
    ProgressForm,
    ReviewForm,
    SeenPlan,
)
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan
from escalation.queries.plans import missing_plans, overdue_actions, plan_sheet
from escalation.rights import may_agree_plan, may_deal_with
from escalation.services import plans
from escalation.services.plans import ActionGiven, may_write_plan, record_progress
from escalation.services.plans import write_plan as write
from indicators.models.definitions import Indicator
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from sorp.lexicon import Level


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def write_plan(request: SignedInRequest, address: str) -> HttpResponse:
    indicator = _indicator_to_plan(request, address)
    latest = (
        ActionPlan.objects.filter(indicator=indicator, is_latest=True)
        .select_related("written_by")
        .prefetch_related("actions")
        .first()
    )
    today, typed = localdate(), request.POST or None
    form = PlanForm(typed, today=today, replaces=latest, initial=_as_held(latest, today))
    # What was typed stands by itself: beside a plan that came between it would seem unchanged.
    held = _actions_held(latest, today) if typed is None else None
    formset = ActionFormSet(typed, prefix="actions", initial=held)
    if typed is not None and _is_written(request, indicator, form, formset, today):
        messages.success(request, f"The action plan for “{indicator.title}” is written")
        return redirect("write_plan", indicator.reference)
    return render(
        request,
        "escalation/write_plan.html",
        {
            "indicator": indicator,
            "latest": latest,
            "escalations": Escalation.objects.open_ones().filter(indicator=indicator),
            "form": form,
            "formset": formset,
        },
    )


def _indicator_to_plan(request: SignedInRequest, address: str) -> Indicator:
    indicator = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("accountable_manager"),
        address=address,
    )
    if not may_write_plan(indicator, request.user):
        raise PermissionDenied
    return indicator


def _as_held(plan: ActionPlan | None, today: date) -> dict[str, Any]:
    if plan is None:
        return {}
    recovery = plan.expected_recovery
    return {
        "cause": plan.cause,
        "barriers": plan.barriers,
        "help_wanted": plan.help_wanted,
        "expected_recovery": recovery.key if recovery and recovery.last_day >= today else "",
        "expected_value": None
        if plan.expected_value is None
        else f"{plan.expected_value.normalize():f}",
        "starts_on": plan.starts_on,
    }


def _actions_held(plan: ActionPlan | None, today: date) -> list[dict[str, Any]]:
    """What the latest plan still promises, to be promised again or changed."""
    if plan is None:
        return []
    return [
        {
            "description": action.description,
            "owner": action.owner,
            "starts_on": action.starts_on,
            "due_on": action.due_on if action.due_on >= today else None,
        }
        for action in plan.actions.all()
        if action.done_on is None
    ]


def _is_written(
    request: SignedInRequest, indicator: Indicator, form: PlanForm, formset: Actions, today: date
) -> bool:
    """Whether the plan was written. If not, the forms say what to do and keep what was typed."""
    if not all([form.is_valid(), formset.is_valid()]):
        return False
    try:
        write(
            indicator=indicator,
            actions=[ActionGiven(**each) for each in formset.given],
            today=today,
            by=request.user,
            **form.cleaned_data,
        )
    except Refused as refusal:
        named = refusal.field if refusal.field in form.fields else None
        form.add_error(None if named == "seen" else named, str(refusal))
        if named == "seen":
            _now_seen(form, indicator)
        return False
    return True


def _now_seen(form: PlanForm, indicator: Indicator) -> None:
    """The plan that came between stands on the page now, so the next press replaces it knowingly."""
    latest = ActionPlan.objects.get(indicator=indicator, is_latest=True)
    typed = cast(QueryDict, form.data).copy()
    typed[form.add_prefix("seen")] = str(latest.number)
    form.data = typed


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def report_progress(request: SignedInRequest, address: str, position: int) -> HttpResponse:
    """How far an action of the plan in place has got, as somebody who has it before them says."""
    indicator = _indicator_to_plan(request, address)
    latest = get_object_or_404(ActionPlan, indicator=indicator, is_latest=True)
    meant = _action_meant(request, indicator, position)
    action = latest.actions.filter(position=position).first() or meant
    if action is None:
        raise Http404("There is no such action")
    held = {"progress": action.progress, "done_on": action.done_on, "seen": latest.number}
    form = ProgressForm(request.POST or None, held=held)
    if form.is_valid() and _is_reported(request, form, meant, action, latest):
        messages.success(request, f"“{action.description}” is up to date")
        return redirect("write_plan", indicator.reference)
    return render(
        request,
        "escalation/report_progress.html",
        {"indicator": indicator, "action": action, "form": form},
    )


def _action_meant(request: SignedInRequest, indicator: Indicator, position: int) -> Action | None:
    """The action that stood on the page when its progress was typed; None where none did."""
    number = SeenPlan().clean(request.POST.get("seen"))
    plans = Action.objects.filter(plan__indicator=indicator, plan__number=number)
    return plans.select_related("plan").filter(position=position).first()


def _is_reported(
    request: SignedInRequest,
    form: ProgressForm,
    meant: Action | None,
    action: Action,
    latest: ActionPlan,
) -> bool:
    """Whether it was recorded. If not, the form says what to do and keeps what was typed."""
    given = dict(form.cleaned_data)
    if given.pop("seen") != latest.number:
        form.add_error(None, _came_between(meant, action, latest))
        typed = cast(QueryDict, form.data).copy()
        typed["seen"] = str(latest.number if action.plan_id == latest.pk else action.plan.number)
        form.data = typed
        return False
    try:
        record_progress(action=action, today=localdate(), by=request.user, **given)
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    return True


def _came_between(meant: Action | None, action: Action, latest: ActionPlan) -> str:
    """Why what was typed is not saved: it may be about another action than the one here now."""
    here = f"action {action.position} of plan {latest.number} is “{action.description}”"
    if meant is None:
        return f"Nothing is saved yet: {here}. Save it again if what you typed is about that"
    wrote = (
        f"Plan {latest.number} took the place of plan {meant.plan.number}, in which you wrote "
        f"about “{meant.description}”"
    )
    if action.plan_id != latest.pk:
        return f"{wrote}. It has fewer actions: look at it, and report on the one that you mean"
    return f"{wrote}. Now {here}: save it again only if what you typed is about that"


A_PAGE = 50


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def action_plans(request: SignedInRequest) -> HttpResponse:
    """What wants a plan and has none, and what plans promised by a day that is past."""
    today = localdate()
    missing = missing_plans(reader=request.user)
    actions = overdue_actions(reader=request.user, today=today)
    return render(
        request,
        "escalation/action_plans.html",
        {
            "late": [each for each in missing if each.is_late(today)],
            "due": [each for each in missing if not each.is_late(today)],
            "page": Paginator(actions, A_PAGE).get_page(request.GET.get("page")),
        },
    )


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def plan_version(request: SignedInRequest, address: str, number: int) -> HttpResponse:
    """One version of a plan, what it changed and what came afterwards."""
    indicator = _indicator(request, address)
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
def agree_plan(request: SignedInRequest, address: str, number: int) -> HttpResponse:
    """The plan is agreed by whoever presses the button."""
    plan = _plan(request, address, number)
    try:
        plans.agree_plan(plan=plan, today=localdate(), by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"Plan {plan.number} is agreed")
    return redirect("plan_version", address, number)


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def review_plan(request: SignedInRequest, address: str, number: int) -> HttpResponse:
    """A level judges whether the plan is enough."""
    plan = _plan(request, address, number)
    levels = _levels(plan.indicator, request.user)
    if not levels:
        raise PermissionDenied
    form = ReviewForm(request.POST or None, levels=levels)
    if form.is_valid():
        try:
            plans.review_plan(plan=plan, today=localdate(), by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, f"The review of plan {plan.number} is recorded")
            return redirect("plan_version", address, number)
    return render(
        request,
        "escalation/review_plan.html",
        {"plan": plan, "indicator": plan.indicator, "form": form},
    )


def _indicator(request: SignedInRequest, address: str) -> Indicator:
    return get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("unit", "accountable_manager"),
        address=address,
    )


def _plan(request: SignedInRequest, address: str, number: int) -> ActionPlan:
    return get_object_or_404(
        ActionPlan.objects.select_related("written_by", "indicator__accountable_manager"),
        indicator=_indicator(request, address),
        number=number,
    )


def _levels(indicator: Indicator, user: User) -> list[Level]:
    """The levels to which it is referred and for which this person speaks, lowest first."""
    rows = Escalation.objects.open_ones().filter(indicator=indicator)
    held = set(rows.values_list("level", flat=True))
    return [each for each in Level if each in held and may_deal_with(each, indicator, user)]
