"""An accountable manager's action plan."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from escalation.forms.plans import ActionFormSet, PlanForm, ProgressForm, SeenPlan
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
    """How far an action of the plan in place has got, as somebody who has it before them says."""
    indicator = _answerable(request, reference)
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


def _action_meant(request, indicator, position):
    """The action that stood on the page when its progress was typed; None where none did."""
    number = SeenPlan().clean(request.POST.get("seen"))
    plans = Action.objects.filter(plan__indicator=indicator, plan__number=number)
    return plans.select_related("plan").filter(position=position).first()


def _is_reported(request, form, meant, action, latest):
    """Whether it was recorded. If not, the form says what to do and keeps what was typed."""
    said = dict(form.cleaned_data)
    if said.pop("seen") != latest.number:
        form.add_error(None, _came_between(meant, action, latest))
        form.data = form.data.copy()
        form.data["seen"] = str(latest.number if action.plan_id == latest.pk else meant.plan.number)
        return False
    try:
        record_progress(action=action, today=localdate(), by=request.user, **said)
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    return True


def _came_between(meant, action, latest):
    """Why what was typed is not saved: it may be about another action than the one here now."""
    here = f"action {action.position} of plan {latest.number} is “{action.description}”"
    if meant is None:
        return f"Nothing is saved yet: {here}. Save it again if what you typed is about that"
    wrote = (
        f"Plan {latest.number} took the place of plan {meant.plan.number}, in which you wrote of"
        f" “{meant.description}”"
    )
    if action.plan_id != latest.pk:
        return f"{wrote}. It has fewer actions: look at it, and report on the one that you mean"
    return f"{wrote}. Now {here}: save it again only if what you typed is about that"
