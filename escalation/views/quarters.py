"""Where the performance team closes a quarter."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core import jobs
from core.clock import localdate
from core.guards import require
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import open_quarters, quarters_under_way, recent_jobs, waiting_for_undo
from core.views.entities import history_page
from escalation.forms.early_closes import EarlyCloseForm, NotAgreedForm
from escalation.models.early_closes import EarlyClose
from escalation.queries.early_closes import (
    close_obstacles,
    early_close_of,
    late_offers,
    who_may_agree,
)
from escalation.queries.history import history_quarters
from escalation.queries.taken_back import closes_taken_back
from escalation.services.closing import Closing, preview_close
from escalation.services.early_closes import (
    CLOSE_QUARTER,
    WantsAnother,
    agree_to_close,
    ask_to_close,
    refuse_to_close,
)
from indicators.models.calendar import CalendarDay
from indicators.queries.outstanding import completion
from organisation.permissions import Permission
from organisation.queries import one_of
from organisation.requests import SignedInRequest
from organisation.rights import allowed

NOBODY_ELSE = (
    "Nobody else may agree today: appoint another performance officer, a Managing Director or a Deputy"
    " Managing Director"
)


@require_safe
@require(Permission.SECOND)
def quarters(request: SignedInRequest) -> HttpResponse:
    """Every quarter: how many results are in, whether it is closed, and who is asked to agree.

    Whoever may agree to an early close reads it too; what closes a quarter is the performance team's.
    """
    waiting = [
        (quarter, completion(quarter=quarter), early, _may_agree(early))
        for quarter in open_quarters()
        for early in (early_close_of(quarter),)
    ]
    may_close = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    page = {
        "waiting": waiting,
        "closed": closed.select_related("closed_by").order_by("-quarter"),
        "jobs": recent_jobs(request.user, kind=CLOSE_QUARTER),
        "today": localdate(),
        "may_close": may_close,
        "offers": late_offers() if may_close else [],
        "history": history_quarters(localdate()),
        "to_take_back": waiting_for_undo(),
        "taken_back": closes_taken_back(),
        "being_closed": quarters_under_way(CLOSE_QUARTER),
        "undo_minutes": settings.CLOSE_UNDO_MINUTES,
    }
    return render(request, "escalation/quarters.html", page)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def quarter_history(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """What was done about a quarter: begun, its days changed, asked to close early, closed."""
    row = get_object_or_404(ReportingQuarter, quarter=quarter)
    return history_page(
        request,
        title=str(quarter),
        back=reverse("quarters"),
        subjects=[
            row,
            *CalendarDay.objects.filter(quarter=quarter),
            *EarlyClose.objects.filter(quarter=quarter),
        ],
    )


def _may_agree(early: EarlyClose | None) -> str:
    """Who may agree to what was asked, as a sentence names them."""
    if early is None or early.answered_by_id is not None:
        return ""
    return one_of(who_may_agree(asked_by=early.asked_by, on=localdate()))


@require_http_methods(["GET", "POST"])
@require(Permission.SECOND)
def close(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Say what closing would do; once that is confirmed, ask for it. The work is a job.

    Before its day, or with results outstanding, it wants a reason, and then another person. Somebody
    who may only agree is led to where they do.
    """
    if not allowed(request.user, Permission.MANAGE_FRAMEWORK):
        if early_close_of(quarter) is None:
            raise PermissionDenied
        return redirect("early_close", quarter.key)
    if request.method == "GET":
        return _confirm(request, quarter, EarlyCloseForm())
    form = EarlyCloseForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        job, early = ask_to_close(
            quarter=quarter, reason=reason, today=localdate(), by=request.user
        )
    except jobs.AlreadyAsked as already:
        messages.info(request, str(already))
    except WantsAnother as refusal:
        if not form.errors:
            form.add_error(refusal.field, str(refusal))
        return _confirm(request, quarter, form)
    else:
        if job is not None:
            messages.success(request, f"{quarter} is being closed. You can leave this page.")
        elif early is not None:
            others = _may_agree(early)
            messages.success(
                request,
                f"{quarter} closes once another person agrees: {others}. They get a notice."
                if others
                else f"{quarter} closes once another person agrees. {NOBODY_ELSE}.",
            )
    return redirect("quarters")


def _confirm(request: SignedInRequest, quarter: Quarter, form: EarlyCloseForm) -> HttpResponse:
    if quarter in quarters_under_way(CLOSE_QUARTER):
        messages.info(request, f"{quarter} is being closed or updated now.")
        return redirect("quarters")
    try:
        closing = preview_close(quarter=quarter, today=localdate())
    except ValueError as refusal:
        messages.info(request, str(refusal))
        return redirect("quarters")
    page = _what_follows(quarter, closing, form)
    early = page["early"]
    page["others"] = one_of(
        who_may_agree(asked_by=early.asked_by if early else request.user, on=localdate())
    )
    return render(request, "escalation/close_quarter.html", page)


def _what_follows(
    quarter: Quarter, closing: Closing, form: EarlyCloseForm | None = None
) -> dict[str, Any]:
    """What closing a quarter now would do, and what stands in the way."""
    return {
        "quarter": quarter,
        "closing": closing,
        "completion": completion(quarter=quarter),
        "counts": dict(Counter(each.get_level_display() for each in closing.opened)),
        "obstacles": close_obstacles(quarter=quarter, today=localdate()),
        "early": early_close_of(quarter),
        "form": form,
        "undo_minutes": settings.CLOSE_UNDO_MINUTES,
    }


@require_http_methods(["GET", "POST"])
@require(Permission.SECOND)
def early_close(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Another person reads why, who is missing and what would follow, and agrees or does not."""
    early = early_close_of(quarter)
    if early is None:
        raise Http404("Nobody has asked to close this quarter early")
    if request.method == "POST":
        try:
            agree_to_close(early=early, by=request.user)
            messages.success(request, f"You agreed: {quarter} is being closed.")
        except WantsAnother as refusal:
            messages.error(request, str(refusal))
        except jobs.AlreadyAsked as already:
            messages.info(request, str(already))
        return redirect("early_close", quarter.key)
    try:
        closing = preview_close(quarter=quarter, today=localdate())
    except ValueError as refusal:
        messages.info(request, str(refusal))
        return redirect("home")
    page = _what_follows(quarter, closing) | {
        "is_own": early.asked_by_id == request.user.pk,
        "others": _may_agree(early),
        "answer_form": NotAgreedForm(),
    }
    return render(request, "escalation/early_close.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.SECOND)
def not_agreed(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """The quarter stays open, and whoever asked reads why."""
    early = early_close_of(quarter)
    if early is None:
        raise Http404("Nobody has asked to close this quarter early")
    form = NotAgreedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            refuse_to_close(early=early, answer=form.cleaned_data["answer"], by=request.user)
            messages.success(request, f"{quarter} stays open.")
            return redirect("home")
        except WantsAnother as refusal:
            form.add_error(None, str(refusal))
    return render(request, "escalation/not_agreed.html", {"early": early, "form": form})
