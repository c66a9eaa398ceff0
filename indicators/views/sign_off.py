"""Where directors sign off, a whole division on one screen, and officers unlock."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import make_aware
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.guards import require
from core.put_back import put_back
from core.quarters import Quarter
from indicators.forms.sign_off import SignOffForm, UnlockForm
from indicators.models.results import Result
from indicators.queries.calendar import due_on
from indicators.queries.outstanding import completion
from indicators.queries.rows import IndicatorLine, indicator_rows
from indicators.queries.sight import seen_by
from indicators.queries.sign_off import (
    ResultsToSign,
    offices_of,
    results_to_sign,
    sign_off_sheets,
    signs_at,
)
from indicators.rules.returns import ResultState, Stage
from indicators.services.sign_off import (
    CannotSign,
    CannotUnlock,
    sign_results,
    unlock_result,
)
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import tree_on
from organisation.requests import SignedInRequest
from organisation.rules import PostKind
from sorp.lexicon import Step


@require_safe
@require(Permission.SIGN_OFF)
def sign_off(request: SignedInRequest) -> HttpResponse:
    """Everything that waits for this person's signature, by quarter, stage and unit."""
    found = sign_off_sheets(request.user, localdate())
    due = {
        (quarter, stage): due_on(quarter, Step(stage.value))
        for quarter, stage in {(each.quarter, each.stage) for each in found}
    }
    sheets = [(each, due[each.quarter, each.stage]) for each in found]
    return render(request, "indicators/sign_off.html", {"sheets": sheets})


@require_http_methods(["GET", "POST"])
@require(Permission.SIGN_OFF, puts_back=True)
def sign_off_sheet(
    request: SignedInRequest, quarter: Quarter, stage: str, unit: str
) -> HttpResponse:
    """One unit's results on one sheet: each is approved, returned with a reason, or left for later."""
    signed_at = _stage_or_404(stage)
    signed_for = get_object_or_404(Unit, code=unit)
    if not signs_at(signed_at, signed_for, offices_of(request.user, on=localdate())):
        raise Http404(f"{signed_for} is signed off by somebody else")
    waiting = results_to_sign(request.user, quarter, signed_at).of_unit(signed_for.pk)
    sent = request.POST if request.method == "POST" else put_back(request)
    form = SignOffForm(sent, lines=waiting.lines, quarter=quarter)
    if request.method == "POST" and form.is_valid() and _is_signed(request, form, signed_at):
        is_done = not results_to_sign(request.user, quarter, signed_at).of_unit(signed_for.pk).lines
        if is_done:
            return redirect("sign_off")
        return redirect("sign_off_sheet", quarter.key, stage, unit)
    page = {
        "form": form,
        "waiting": waiting,
        "unit": signed_for,
        "quarter": quarter,
        "stage": signed_at,
        "due": due_on(quarter, Step(signed_at.value)),
        "put_back": sent is not None and request.method != "POST",
        "charts": _charts(request.user, waiting),
        **_still_to_come(quarter, signed_for),
    }
    return render(request, "indicators/sign_off_sheet.html", page)


def _charts(reader: User, waiting: ResultsToSign) -> dict[int, IndicatorLine]:
    """What is drawn beside each result: its last twelve quarters, and how it stands to its target."""
    indicators = [each.indicator for each in waiting.lines]
    seen = seen_by(reader, [each.pk for each in indicators])
    return {
        each.key: each for each in indicator_rows(indicators, quarter=waiting.quarter, seen=seen)
    }


def _still_to_come(quarter: Quarter, unit: Unit) -> dict[str, Any]:
    """What of the unit and those below it is still to come, for the first time or again."""
    below = list(tree_on(localdate()).below(unit.pk))
    returned = Result.objects.filter(
        state=ResultState.RETURNED, quarter=quarter, indicator__unit__in=below
    )
    return {
        "to_come": completion(quarter=quarter, units=below).missing,
        "returned": returned.select_related("indicator__accountable_manager"),
    }


def _stage_or_404(key: str) -> Stage:
    try:
        return Stage(key)
    except ValueError:
        raise Http404(f"{key} is no stage of sign-off") from None


def _is_signed(request: SignedInRequest, form: SignOffForm, stage: Stage) -> bool:
    """Approve what is ticked and return what goes back, in one act; and say what that did."""
    try:
        signed, back = sign_results(
            approved=form.approved,
            returned=form.returned,
            stage=stage,
            by=request.user,
            today=localdate(),
            revisions_seen=form.revisions_seen,
        )
    except CannotSign as refusal:
        form.add_error("approve", str(refusal))
        return False
    messages.success(request, _signed_message(len(signed), len(back)))
    return True


def _signed_message(approved: int, returned: int) -> str:
    parts = []
    if approved:
        parts.append(f"{approved} result{'s' if approved > 1 else ''} approved, and locked.")
    if returned:
        whom = "their managers have" if returned > 1 else "its manager has"
        parts.append(f"{returned} returned: {whom} a notice.")
    return " ".join(parts) or "You had approved these already: nothing was changed."


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def unlock(request: SignedInRequest, quarter: Quarter, address: str) -> HttpResponse:
    """A performance officer lets one person change one approved result, for a few days."""
    result = get_object_or_404(
        Result.objects.select_related("indicator__unit", "indicator__accountable_manager"),
        indicator__address=address,
        quarter=quarter,
    )
    form = UnlockForm(
        request.POST if request.method == "POST" else None,
        people=_unlock_candidates(result, request.user),
        today=localdate(),
    )
    if request.method == "POST" and form.is_valid() and _is_unlocked(request, form, result):
        return redirect("indicator", address)
    page = {"form": form, "result": result, "indicator": result.indicator, "quarter": quarter}
    return render(request, "indicators/unlock.html", page)


def _unlock_candidates(result: Result, officer: User) -> QuerySet[User]:
    """The accountable manager, and the deputies of the indicator's unit and those above it."""
    indicator = result.indicator
    today = localdate()
    above = list(tree_on(today).above(indicator.unit_id))
    deputies = Q(
        appointments__post__kind=PostKind.DEPUTY,
        appointments__post__unit__in=above,
        appointments__starts_on__lte=today,
    ) & (Q(appointments__ends_on__isnull=True) | Q(appointments__ends_on__gte=today))
    people = User.objects.filter(Q(pk=indicator.accountable_manager_id) | deputies)
    return people.exclude(pk=officer.pk).distinct()


def _is_unlocked(request: SignedInRequest, form: UnlockForm, result: Result) -> bool:
    given = form.cleaned_data
    try:
        unlock_result(
            result=result,
            granted_to=given["granted_to"],
            reason=given["reason"],
            expires_at=make_aware(datetime.combine(given["until"], time(23, 59))),
            by=request.user,
        )
    except CannotUnlock as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, f"{result}: {given['granted_to']} may change it now.")
    return True
