"""Action plans as they stand: what is missing, what was promised, and how far that has got.

How one is written is in plan_writing.py.
"""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import localdate
from core.figures import number_sent
from core.guards import require
from core.refusals import Refused
from escalation.filters import ActionFilter
from escalation.forms.plans import (
    ProgressForm,
    ReviewForm,
    SeenPlan,
)
from escalation.models.escalations import Escalation
from escalation.models.plans import Action, ActionPlan
from escalation.queries.plans import (
    action_lines,
    missing_plans,
    overdue_actions,
    plan_sheet,
    standing_actions,
)
from escalation.rights import may_agree_plan, may_deal_with
from escalation.services import plans
from escalation.services.plans import may_report_progress, may_write_plan, record_progress
from indicators.models.definitions import Indicator
from indicators.queries.own_units import beginning_with_own
from organisation.forms.units import UnitForm
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.requests import SignedInRequest
from sorp.lexicon import Level


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def report_progress(request: SignedInRequest, address: str, position: int) -> HttpResponse:
    """How far an action of the plan in place has got, as somebody who has it before them says."""
    indicator = _indicator(request, address)
    latest = get_object_or_404(ActionPlan, indicator=indicator, is_latest=True)
    meant = _action_meant(request, indicator, position)
    action = latest.actions.filter(position=position).first() or meant
    if action is None:
        raise Http404("There is no such action")
    if not may_report_progress(action, request.user):
        raise PermissionDenied
    held = {"progress": action.progress, "done_on": action.done_on, "seen": latest.number}
    form = ProgressForm(request.POST or None, held=held)
    if form.is_valid() and _is_reported(request, form, meant, action, latest):
        messages.success(request, f"“{action.description}” is up to date")
        return redirect("plan_version", indicator.reference, latest.number)
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


A_PAGE, FIRST_OVERDUE = 50, 10


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def action_plans(request: SignedInRequest) -> HttpResponse:
    """What wants a plan and has none, and what plans promised by a day that is past."""
    today = localdate()
    form = UnitForm(beginning_with_own(request.GET, request.user, on=today))
    form.is_valid()
    missing = missing_plans(reader=request.user)
    late = overdue_actions(reader=request.user, today=today)
    if unit := form.cleaned_data.get("unit"):
        below = set(tree_on(today).below(unit.pk))
        missing = [each for each in missing if each.indicator.unit_id in below]
        late = late.filter(plan__indicator__unit__in=below)
    return render(
        request,
        "escalation/action_plans.html",
        {
            "form": form,
            "unit": unit,
            "late": [each for each in missing if each.is_late(today)],
            "due": [each for each in missing if not each.is_late(today)],
            "overdue": late[:FIRST_OVERDUE],
            "overdue_count": late.count(),
        },
    )


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def actions(request: SignedInRequest) -> HttpResponse:
    """Every action of a plan in place, narrowed by whose, of which unit and how it stands."""
    today, reader = localdate(), request.user
    query = beginning_with_own(request.GET, reader, on=today)
    query.setdefault("state", "open")
    found = ActionFilter(
        query,
        queryset=standing_actions(reader=reader),
        tree=tree_on(today),
        today=today,
        reader=reader,
    )
    page = Paginator(found.qs, A_PAGE).get_page(request.GET.get("page"))
    lines = action_lines(page.object_list, reader=reader, today=today)
    return render(
        request,
        "escalation/actions.html",
        {
            "filter": found,
            "unit": found.form.cleaned_data.get("unit"),
            "page": page,
            "lines": lines,
        },
    )


@require_POST
@require(Permission.VIEW_PERFORMANCE)
def link_action(request: SignedInRequest, pk: int) -> HttpResponse:
    """An action that gives a name alone is the one colleague's who is called so."""
    seen = Indicator.objects.visible_to(request.user)
    action = get_object_or_404(Action.objects.standing(), pk=pk, plan__indicator__in=seen)
    person = get_object_or_404(User, pk=number_sent(request.POST.get("person", "")))
    try:
        plans.link_action(action=action, person=person, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request, f"“{action.description}” is {person.name}’s: it is on their home page"
        )
    return redirect(f"{reverse('actions')}?who=me" if person == request.user else "actions")


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def plan_version(request: SignedInRequest, address: str, number: int) -> HttpResponse:
    """One version of a plan, what it changed and what came afterwards."""
    indicator = _indicator(request, address)
    sheet = plan_sheet(indicator=indicator, number=number)
    if sheet is None:
        raise Http404("There is no such plan")
    plan, reader = sheet.plan, request.user
    may_write = may_write_plan(indicator, reader)
    judges = plan.is_latest and plan.written_by_id != reader.pk
    return render(
        request,
        "escalation/plan_version.html",
        {
            "indicator": indicator,
            "sheet": sheet,
            "plan": plan,
            "may_write": may_write,
            "reports_on": [
                each.pk
                for each in plan.actions.all()
                if plan.is_latest and (may_write or each.person_id == reader.pk)
            ],
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
