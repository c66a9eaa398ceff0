"""The calendar: every quarter's steps, beginning a quarter, changing a day, and the feed."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.canonical_json import digest
from core.clock import localdate
from core.guards import public, require
from core.quarters import Quarter
from indicators.calendar_feed import feed_of, token_of, user_of
from indicators.forms.calendar import BeginQuarterForm, DueDayForm
from indicators.queries.calendar import (
    CalendarSheet,
    calendar_of,
    calendars,
    quarters_to_begin,
    unowned_indicators,
)
from indicators.rules.calendar import StepLine, step_lines, warnings
from indicators.services import calendar as services
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from sorp.lexicon import Step, Tier


@require_safe
@require(Permission.ENTER)
def calendar(request: SignedInRequest) -> HttpResponse:
    """Every quarter that has begun: its steps, their slack, and what is wrong with them."""
    today = localdate()
    runs_framework = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    address = reverse("calendar_feed", args=[token_of(request.user)])
    return render(
        request,
        "indicators/calendar.html",
        {
            "sheets": calendars(),
            "today": today,
            "runs_framework": runs_framework,
            "to_begin": quarters_to_begin(today) if runs_framework else [],
            "feed": settings.SERVICE_ADDRESS + address,
        },
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def begin_quarter(request: SignedInRequest) -> HttpResponse:
    """A quarter's returns are asked for, unless nobody answers for some indicator.

    Where days are past by the SORP's rules, they and the days instead are shown before it begins.
    """
    today = localdate()
    quarters = quarters_to_begin(today)
    first = {"quarter": quarters[0].key} if quarters else None
    form = BeginQuarterForm(request.POST or None, quarters=quarters, initial=first)
    page: dict[str, Any] = {"form": form, "quarters": quarters}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():  # what is refused is said before anything is shown
                services.begin_quarter(**given, today=today, by=request.user)
                days = services.days_if_begun(**given, today=today)
                seen = digest(repr(days).encode())[:16]
                is_asked = any(each.is_moved for each in days) and request.POST.get("seen") != seen
                transaction.set_rollback(is_asked)
        except services.UnownedIndicators as refusal:
            form.add_error("quarter", str(refusal))
        except ValueError as refusal:
            form.add_error("cabinet_meets_on", str(refusal))
        else:
            if is_asked:
                steps = step_lines(given["quarter"], [each.planned for each in days])
                page |= {"days": days, "seen": seen, "warnings": warnings(steps), **given}
                return render(request, "indicators/begin_late.html", page)
            messages.success(request, f"{given['quarter']} has begun")
            return redirect("calendar")
    page["unowned"] = unowned_indicators(_chosen_quarter(form, quarters)) if quarters else []
    return render(request, "indicators/begin_quarter.html", page)


def _chosen_quarter(form: BeginQuarterForm, quarters: Sequence[Quarter]) -> Quarter:
    typed = form.data.get("quarter") if form.is_bound else None
    return next((each for each in quarters if each.key == typed), quarters[0])


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def change_due_day(
    request: SignedInRequest, quarter: Quarter, step: str, tier: str = ""
) -> HttpResponse:
    """One step of a quarter is due by another day, with a reason."""
    sheet = calendar_of(quarter)
    line = _line_or_404(sheet, step, tier)
    form = DueDayForm(request.POST or None, initial={"due_on": line.due_on})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_due_day(
                quarter=quarter,
                step=line.step,
                tier=line.tier,
                by=request.user,
                **form.cleaned_data,
            )
        except ValueError as refusal:
            form.add_error("due_on", str(refusal))
        else:
            messages.success(request, f"{line.planned}, {quarter}: the day is changed")
            return redirect("calendar")
    page = {"form": form, "line": line, "quarter": quarter}
    return render(request, "indicators/change_due_day.html", page)


def _line_or_404(sheet: CalendarSheet, step: str, tier: str) -> StepLine:
    if step in set(Step) and (not tier or tier in set(Tier)):
        line = sheet.line(Step(step), Tier(tier) if tier else None)
        if line is not None:
            return line
    raise Http404(f"{sheet.quarter} has no such step")


@require_POST
@require(Permission.ENTER)
def renew_feed(request: SignedInRequest) -> HttpResponse:
    """The address of this person's feed is another; whoever had the old one has nothing."""
    services.renew_feed(by=request.user)
    messages.success(request, "Your calendar feed has a new address. The old one no longer works.")
    return redirect(reverse("calendar") + "#feed")


@require_safe
@public
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """One person's own steps and meetings, for a calendar that cannot sign in: the address is the key."""
    user = user_of(token)
    if user is None or not allowed(user, Permission.ENTER):
        raise Http404("No feed has this address")
    response = HttpResponse(feed_of(user), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="due-dates.ics"'
    response["Cache-Control"] = "private, no-cache"
    return response
