"""An accountable manager's action plan."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from escalation.forms.plans import ActionFormSet, PlanForm, ProgressForm
from escalation.models import Action, ActionPlan, Escalation
from escalation.services.plans import (
    ActionGiven,
    may_write_plan,
    record_progress,
)
from escalation.services.plans import write_plan as write
from indicators.models import Indicator
from organisation.clock import localdate
from organisation.rights import Permission, require
from strategy.services import Refused


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def write_plan(request, reference):
    indicator = _answerable(request, reference)
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


def _answerable(request, reference):
    indicator = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("accountable_manager"),
        reference=reference,
    )
    if not may_write_plan(indicator, request.user):
        raise PermissionDenied
    return indicator


def _as_held(plan, today):
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


def _actions_held(plan, today):
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


def _is_written(request, indicator, form, formset, today):
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


def _now_seen(form, indicator):
    """The plan that came between stands on the page now, so the next press replaces it knowingly."""
    form.data = form.data.copy()
    latest = ActionPlan.objects.get(indicator=indicator, is_latest=True)
    form.data[form.add_prefix("seen")] = str(latest.number)


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def report_progress(request, reference, position):
    indicator = _answerable(request, reference)
    action = get_object_or_404(
        Action, plan__indicator=indicator, plan__is_latest=True, position=position
    )
    form = ProgressForm(
        request.POST or None, initial={"progress": action.progress, "done_on": action.done_on}
    )
    if form.is_valid():
        try:
            record_progress(action=action, today=localdate(), by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"“{action.description}” is up to date")
            return redirect("write_plan", indicator.reference)
    return render(
        request,
        "escalation/report_progress.html",
        {"indicator": indicator, "action": action, "form": form},
    )
