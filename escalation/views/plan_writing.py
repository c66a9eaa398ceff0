"""Writing an action plan in steps: what is wrong, getting back, the actions one by one, a last look."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from core.clock import localdate
from core.figures import number_sent
from core.guards import require
from core.refusals import Refused
from escalation.forms.plan_steps import PREFIX, PlanStep, PlanTyped
from escalation.forms.plans import ActionForm, ActionFormSet, PlanForm
from escalation.models.escalations import Escalation
from escalation.models.plans import ActionPlan, PlanDraft
from escalation.queries.plans import plan_draft_for
from escalation.services import plan_drafts, plans
from escalation.services.plans import ActionGiven, may_write_plan
from indicators.models.definitions import Indicator
from organisation.permissions import Permission
from organisation.queries import Colleagues, colleagues
from organisation.requests import SignedInRequest

NO_ACTION = "Enter at least one action: who does what, by when"


@dataclass(slots=True)
class PlanPage:
    """A plan that is being written: what was typed of it, and the step that is on the page."""

    latest: ActionPlan | None
    today: date
    colleagues: Colleagues
    typed: PlanTyped
    step: PlanStep = PlanStep.CAUSE
    action: int | None = None  # the place of the action on the page, where there is one
    problems: list[str] = field(default_factory=list)  # that belong to no field of the page
    is_first: bool = False  # nothing was sent yet, so that nothing is wrong yet
    came_between: bool = False  # somebody else's plan did, and is to be read first
    draft: PlanDraft | None = None  # which the page was filled in from

    def plan_form(self) -> PlanForm:
        return PlanForm(self.typed.data, today=self.today, replaces=self.latest)

    def action_form(self, place: int) -> ActionForm:
        """The form of one action: that of a new one is empty."""
        data = self.typed.data if place < len(self.typed.actions) else None
        prefix = f"{PREFIX}-{place}"
        return ActionForm(data, prefix=prefix, colleagues=self.colleagues)

    def show_actions(self) -> None:
        """The list of actions, or the first one where there is none yet."""
        self.step, self.action = PlanStep.ACTIONS, None if self.typed.actions else 0

    def shown(self) -> dict[str, Any]:
        """What the page draws."""
        form = self.plan_form()
        form.keep_only(self.step.fields)
        form.is_bound = form.is_bound and not self.is_first
        if self.is_first:
            form.initial = self._initial()
        for problem in self.problems:
            form.add_error(None, problem)
        action = None if self.action is None else self.action_form(self.action)
        whole = self.plan_form() if self.step is PlanStep.CHECK else None
        return {
            "latest": self.latest,
            "step": self.step,
            "steps": list(PlanStep),
            "form": form,
            "action_form": action,
            "formset": action,  # whose problems stand in the summary too
            "action": self.action,
            "whole": whole if whole and whole.is_valid() else None,
            "lines": [
                (place, each, each.is_valid())
                for place, each in (
                    (place, self.action_form(place)) for place in range(len(self.typed.actions))
                )
                if place != self.action
            ]
            if self.step in (PlanStep.ACTIONS, PlanStep.CHECK)
            else [],
            "carried": self.typed.carried(shown=form.fields, action=self.action),
            "colleagues": self.colleagues,
            "came_between": self.came_between,
            "draft": self.draft,
        }

    def _initial(self) -> dict[str, Any]:
        return {name: self.typed.said.get(name, "") for name in self.step.fields}


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def write_plan(request: SignedInRequest, address: str) -> HttpResponse:
    """A plan is written step by step. What was typed is kept as a draft until the plan is saved."""
    indicator = indicator_to_plan(request, address)
    if request.POST.get("act") == "discard":
        plan_drafts.discard_plan_draft(indicator=indicator, by=request.user)
        messages.success(request, f"{indicator.title}: the draft of its plan is thrown away")
        return redirect(reverse("write_plan", args=[indicator.reference]) + "?anew")
    page = _page(request, indicator)
    is_written = request.method == "POST" and _turn(request, indicator, page)
    if request.method == "POST" and not is_written:
        _keep(request, indicator, page)
    if is_written:
        messages.success(request, f"The action plan for “{indicator.title}” is written")
        latest = ActionPlan.objects.get(indicator=indicator, is_latest=True)
        return redirect("plan_version", indicator.reference, latest.number)
    about = {
        "indicator": indicator,
        "escalations": Escalation.objects.open_ones().filter(indicator=indicator),
    }
    return render(request, "escalation/write_plan.html", about | page.shown())


@require_POST
@require(Permission.VIEW_PERFORMANCE)
def keep_plan_draft(request: SignedInRequest, address: str) -> HttpResponse:
    """What has been typed so far of a plan is kept; the page asks for it every half-minute."""
    indicator = indicator_to_plan(request, address)
    step = request.POST.get("step", "")
    try:
        draft = plan_drafts.save_plan_draft(
            indicator=indicator,
            typed=PlanTyped.read(request.POST).to_keep,
            step=step if step in list(PlanStep) else PlanStep.CAUSE,
            by=request.user,
        )
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=422)
    return JsonResponse({"message": f"Draft kept at {timezone.localtime(draft.saved_at):%H:%M}"})


def _keep(request: SignedInRequest, indicator: Indicator, page: PlanPage) -> None:
    """What was typed is kept with the page that follows; what is too long to be kept is told of."""
    if page.typed.is_empty:
        return
    try:
        plan_drafts.save_plan_draft(
            indicator=indicator, typed=page.typed.to_keep, step=page.step, by=request.user
        )
    except Refused as refusal:
        page.problems.append(str(refusal))


def indicator_to_plan(request: SignedInRequest, address: str) -> Indicator:
    indicator = get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("accountable_manager"),
        address=address,
    )
    if not may_write_plan(indicator, request.user):
        raise PermissionDenied
    return indicator


def _page(request: SignedInRequest, indicator: Indicator) -> PlanPage:
    today = localdate()
    latest = (
        ActionPlan.objects.filter(indicator=indicator, is_latest=True)
        .select_related("written_by")
        .prefetch_related("actions__person")
        .first()
    )
    people = colleagues(on=today)
    if request.method != "POST":
        draft = None if "anew" in request.GET else plan_draft_for(indicator, latest, request.user)
        if draft is not None:
            return _page_of_draft(draft, latest, today, people)
        typed = PlanTyped.held(latest, today, people)
        return PlanPage(latest, today, people, typed, is_first=True)
    typed = PlanTyped.read(request.POST)
    step = request.POST.get("step", "")
    return PlanPage(
        latest,
        today,
        people,
        typed,
        step=PlanStep(step) if step in list(PlanStep) else PlanStep.CHECK,
        action=number_sent(request.POST["action"]) if "action" in request.POST else None,
    )


def _page_of_draft(
    draft: PlanDraft, latest: ActionPlan | None, today: date, people: Colleagues
) -> PlanPage:
    """The page at which a draft was left. A plan that was saved since is shown beside it."""
    typed = PlanTyped.kept(draft.typed)
    page = PlanPage(latest, today, people, typed, is_first=True, draft=draft)
    if latest is not None and number_sent(typed.said.get("seen", "")) != latest.number:
        typed.said["seen"] = str(latest.number)
        page.came_between = True
    _turn_to(page, PlanStep(draft.step))
    if page.step is PlanStep.CHECK:
        page.is_first = False
        _is_sound(page)
    return page


def _turn(request: SignedInRequest, indicator: Indicator, page: PlanPage) -> bool:
    """The page that follows what was pressed. Whether the plan was written."""
    act, _, which = request.POST.get("act", "save").partition(":")
    if act == "save":
        return _is_written(request, indicator, page)
    if act in ("change", "remove"):
        _turn_to_action(page, act, number_sent(which))
    elif act == "go" and which in list(PlanStep):
        _turn_to(page, PlanStep(which))
    elif act == "back":
        page.typed.without_empty()
        _turn_to(page, page.step.onward(-1))
    elif _is_step_sound(page):
        if act == "add":
            page.step, page.action = PlanStep.ACTIONS, len(page.typed.actions)
        else:
            _turn_to(page, page.step.onward(1))
            if page.step is PlanStep.CHECK:
                _is_sound(page)
    return False


def _turn_to(page: PlanPage, step: PlanStep) -> None:
    page.step, page.action = step, None
    if step is PlanStep.ACTIONS:
        page.show_actions()


def _turn_to_action(page: PlanPage, act: str, place: int) -> None:
    """One action is opened, or taken out. Where there is none in that place, the list is shown."""
    rows = page.typed.actions
    meant = rows[place] if 0 <= place < len(rows) else None
    if meant is not None and act == "remove":
        page.typed.actions = [each for each in rows if each is not meant]
    page.typed.without_empty()
    page.show_actions()
    if act == "change":
        places = [row for row, each in enumerate(page.typed.actions) if each is meant]
        page.action = places[0] if places else page.action


def _is_step_sound(page: PlanPage) -> bool:
    """Whether what the page asked for is given. If not, it is shown again, and says what to do."""
    if page.step is not PlanStep.ACTIONS:
        form = page.plan_form()
        form.keep_only(page.step.fields)
        return form.is_valid()
    rows = page.typed.actions
    written = rows[page.action] if page.action is not None and page.action < len(rows) else None
    page.typed.without_empty()
    places = [row for row, each in enumerate(page.typed.actions) if each is written]
    page.action = places[0] if places else None
    if places and not page.action_form(places[0]).is_valid():
        return False
    if not page.typed.actions:
        page.problems, page.action = [NO_ACTION], 0
        return False
    return True


def _is_sound(page: PlanPage) -> tuple[PlanForm, Any] | None:
    """The forms of the whole plan, where nothing is wrong with it. Else the page is the step that is."""
    page.typed.without_empty()
    form = page.plan_form()
    formset = ActionFormSet(
        page.typed.data, prefix=PREFIX, form_kwargs={"colleagues": page.colleagues}
    )
    is_sound = [form.is_valid(), formset.is_valid()]
    for step in (PlanStep.CAUSE, PlanStep.RECOVERY):
        if set(form.errors) & set(step.fields):
            _turn_to(page, step)
            return None
    if not is_sound[1]:
        wrong = [row for row, errors in enumerate(formset.errors) if errors]
        page.step, page.action = PlanStep.ACTIONS, wrong[0] if wrong else None
        page.problems = [str(each) for each in formset.non_form_errors()]
        if not page.typed.actions:
            page.action = 0
        return None
    return (form, formset) if all(is_sound) else None


def _is_written(request: SignedInRequest, indicator: Indicator, page: PlanPage) -> bool:
    """Whether the plan was written. If not, the page says what to do and keeps what was typed."""
    page.step, page.action = PlanStep.CHECK, None
    sound = _is_sound(page)
    if sound is None:
        return False
    form, formset = sound
    try:
        plans.write_plan(
            indicator=indicator,
            actions=[ActionGiven(**each) for each in formset.given],
            today=page.today,
            by=request.user,
            **form.cleaned_data,
        )
    except Refused as refusal:
        steps = {name: step for step in PlanStep for name in step.fields}
        if refusal.field == "actions":
            page.show_actions()
        elif refusal.field in steps:
            page.step = steps[refusal.field]
        elif refusal.field == "seen":
            # The plan that came between stands on the page now: the next press replaces it knowingly.
            page.latest = ActionPlan.objects.get(indicator=indicator, is_latest=True)
            page.typed.said["seen"] = str(page.latest.number)
            page.came_between = True
        page.problems = [str(refusal)]
        return False
    return True
