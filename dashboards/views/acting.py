"""A director names who acts for a manager from today, and sees who acts."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.clock import localdate
from core.guards import require
from core.refusals import Refused
from dashboards.forms import ActingForm
from dashboards.queries.acting import (
    ActingManager,
    acting_within_reach,
    managers_within_reach,
    may_name_acting,
)
from dashboards.services.acting import WentOver, hand_back, name_acting_manager
from indicators.queries.accountability import eligible_deputies
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from sorp.rules.conditions.base import listed


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def acting_manager(request: SignedInRequest) -> HttpResponse:
    """For whom, and who: one press, and everything is the other's. Below, who acts, to hand back."""
    today, reader = localdate(), request.user
    managers, acting = managers_within_reach(reader), acting_within_reach(reader)
    if not may_name_acting(reader):
        raise PermissionDenied
    if "hand_back" in request.POST:
        return _hand_back(request, acting)
    form = ActingForm(
        request.POST or None,
        managers=managers,
        people=eligible_deputies(on=today).order_by("name", "pk"),
        initial={"manager": request.GET.get("for", "")},
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            over = name_acting_manager(**given, today=today, by=reader)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(
                request,
                f"{given['acting'].name} acts for {given['manager'].name}: {_counted(over)} went over."
                " This is what they take on",
            )
            return redirect("handover_sheet", given["acting"].pk)
    page = {"form": form, "acting": acting, "managers": managers}
    return render(request, "dashboards/acting.html", page)


def _hand_back(request: SignedInRequest, acting: Sequence[ActingManager]) -> HttpResponse:
    """What one of those who act took over goes back, whatever button was pressed meanwhile."""
    place = request.POST["hand_back"]
    found = next((each for each in acting if each.key == place), None)
    if found is None:
        messages.info(request, "That was handed back already")
        return redirect("acting_manager")
    try:
        over = hand_back(
            manager=found.manager, acting=found.acting, today=localdate(), by=request.user
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"{found.manager.name} has it again: {_counted(over)}")
    return redirect("acting_manager")


def _counted(over: WentOver) -> str:
    """How much went over, in words."""
    numbers = {
        "indicator": over.indicators,
        "milestone": over.milestones,
        "action": over.actions,
    }
    said = [f"{each} {word}{'' if each == 1 else 's'}" for word, each in numbers.items() if each]
    return listed(said, "and")
