"""Variations: the register of them, those of one indicator, proposing one and deciding on it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import as_date
from core.guards import require
from core.quarters import Quarter
from core.queries import last_closed
from indicators.forms.variations import (
    DecisionForm,
    EndVariationForm,
    VariationFilterForm,
    VariationForm,
    VaryForm,
)
from indicators.models.definitions import Indicator
from indicators.models.variations import Variation
from indicators.queries.calendar import latest_open_quarter
from indicators.queries.variations import (
    offered_triggers,
    variation_register,
    variations_in_state,
    variations_of,
)
from indicators.services import variations
from indicators.services.variations import (
    may_decide_variation,
    may_end_variation,
    may_propose_variation,
)
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest

A_PAGE = 50


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def register(request: SignedInRequest) -> HttpResponse:
    """Every variation: those in force unless the address asks for others."""
    query = request.GET.copy()
    query.setdefault("state", "in_force")
    form, quarter = VariationFilterForm(query), latest_open_quarter()
    state = form.cleaned_data["state"] if form.is_valid() else ""
    everything = variation_register(reader=request.user)
    shown = variations_in_state(everything, state, now=quarter)
    if state in ("in_force", "ending"):
        shown = shown.order_by("until_quarter", "indicator__reference")
    page = {
        "filter": form,
        "quarter": quarter,
        "page": Paginator(shown, A_PAGE).get_page(request.GET.get("page")),
        "ending": variations_in_state(everything, "ending", now=quarter).count(),
        "waiting": variations_in_state(everything, "proposed", now=quarter).count(),
    }
    return render(request, "indicators/variations.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def of_indicator(request: SignedInRequest, address: str) -> HttpResponse:
    """Everything that is, was or is asked to be judged otherwise for one indicator."""
    indicator = _visible_or_404(request, address)
    page = {
        "indicator": indicator,
        "variations": variations_of(indicator),
        "quarter": latest_open_quarter(),
        "may_propose": may_propose_variation(indicator, request.user),
    }
    return render(request, "indicators/variations_of.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def propose(request: SignedInRequest, address: str) -> HttpResponse:
    """A variation is proposed, and waits for somebody else to agree it.

    What is to be judged otherwise is chosen first and stands in the address: only that is asked for.
    """
    indicator = _visible_or_404(request, address)
    if not may_propose_variation(indicator, request.user):
        raise PermissionDenied
    closed = last_closed()
    first = closed.next() if closed else latest_open_quarter()
    triggers = offered_triggers(indicator, first)
    chosen = VaryForm(request.GET if "go" in request.GET else None, triggers=triggers)
    vary = chosen.cleaned_data["vary"] if chosen.is_valid() else []
    if request.method == "GET" and not vary:
        page = {"indicator": indicator, "form": chosen}
        return render(request, "indicators/vary_what.html", page)
    form = VariationForm(request.POST or None, first=first, triggers=triggers, vary=vary)
    if request.method == "POST" and form.is_valid():
        try:
            proposed = variations.propose_variation(
                indicator=indicator, by=request.user, **form.proposed
            )
        except variations.RefusedVariation as refusal:
            form.add_error(form.field_of(refusal), str(refusal))
        else:
            messages.success(request, "Your proposal is waiting for somebody who approves the SORP")
            return redirect("variation", indicator.reference, proposed.pk)
    return render(
        request, "indicators/propose_variation.html", {"indicator": indicator, "form": form}
    )


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def variation(request: SignedInRequest, address: str, pk: int) -> HttpResponse:
    """One variation, and what this reader may do about it: decide on it, or end it early."""
    indicator = _visible_or_404(request, address)
    row = get_object_or_404(variations_of(indicator), pk=pk)
    act = _available_act(row, request.user)
    if request.method == "POST":
        if message := _late_press(row, request.user, act, request.POST):
            messages.info(request, message)
            return redirect("variation", address, pk)
        if act is None:
            raise PermissionDenied
    form = _form(act, row, request.POST or None)
    if form is not None and form.is_valid() and _apply(request, form, act, row):
        return redirect("variation", address, pk)
    page = {"indicator": indicator, "variation": row, "form": form, "act": act}
    return render(request, "indicators/variation.html", page)


def _available_act(row: Variation, user: User) -> str | None:
    """What a person may do about a variation now: decide, end, or nothing."""
    if row.state == Variation.State.PROPOSED:
        return "decide" if may_decide_variation(row, user) else None
    is_over = _possible_endings(row)[0] > _possible_endings(row)[1]
    return "end" if may_end_variation(row, user) and not is_over else None


def _late_press(row: Variation, user: User, act: str | None, typed: QueryDict) -> str | None:
    """What to answer somebody whose act was done already; nothing where theirs is in time."""
    is_decided = row.state != Variation.State.PROPOSED
    if is_decided and may_decide_variation(row, user) and (act is None or "verdict" in typed):
        day = as_date(row.decided_on)
        state = row.get_state_display().lower()
        if "verdict" in typed or row.state == Variation.State.REFUSED:
            return f"It was {state} already, by {row.decided_by} on {day}"
    ends_so = act is None or typed.get("until_quarter") == row.until_quarter.key
    if is_decided and ends_so and may_end_variation(row, user):
        return f"The variation ends with {row.until_quarter}"
    return None


def _possible_endings(row: Variation) -> tuple[Quarter, Quarter]:
    """The first and the last quarter with which it may be made to end."""
    closed = last_closed()
    return max(row.from_quarter, closed or row.from_quarter), row.until_quarter.previous()


def _form(
    act: str | None, row: Variation, typed: QueryDict | None
) -> DecisionForm | EndVariationForm | None:
    if act == "decide":
        return DecisionForm(typed)
    if act == "end":
        first, last = _possible_endings(row)
        return EndVariationForm(typed, first=first, last=last)
    return None


def _apply(
    request: SignedInRequest, form: DecisionForm | EndVariationForm, act: str | None, row: Variation
) -> bool:
    """Whether it was done. If not, the form says why, and keeps what was typed."""
    given = form.cleaned_data
    try:
        if act == "end":
            variations.end_variation(variation=row, by=request.user, **given)
            message = f"The variation ends with {given['until_quarter']}"
        elif given["verdict"] == "agree":
            variations.agree_variation(variation=row, decision=given["decision"], by=request.user)
            message = f"Agreed: {row.from_quarter} to {row.until_quarter} are judged by it"
        else:
            variations.refuse_variation(variation=row, decision=given["decision"], by=request.user)
            message = "Refused: it is still judged by the SORP"
    except variations.RefusedVariation as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    messages.success(request, message)
    return True


def _visible_or_404(request: SignedInRequest, address: str) -> Indicator:
    return get_object_or_404(
        Indicator.objects.visible_to(request.user).select_related("unit", "accountable_manager"),
        address=address,
    )
