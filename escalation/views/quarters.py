"""Where the performance team closes a quarter."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import jobs
from core.clock import localdate
from core.guards import require
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import open_quarters, recent_jobs
from escalation.services.closing import preview_close
from indicators.queries.outstanding import completion
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def quarters(request: SignedInRequest) -> HttpResponse:
    """Every quarter: how many results are in, and whether it is closed."""
    waiting = [(quarter, completion(quarter=quarter)) for quarter in open_quarters()]
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    page = {
        "waiting": waiting,
        "closed": closed.select_related("closed_by").order_by("-quarter"),
        "jobs": recent_jobs(request.user),
        "today": localdate(),
    }
    return render(request, "escalation/quarters.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def close(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Say what closing would do; once that is confirmed, ask for it. The work is a job."""
    if request.method == "GET":
        return _confirm(request, quarter)
    try:
        jobs.request(
            kind="close_quarter",
            key=f"close-{quarter.key}",
            arguments={"quarter": quarter.key, "by": request.user.pk},
            by=request.user,
        )
    except jobs.AlreadyAsked as already:
        messages.info(request, str(already))
    else:
        messages.success(request, f"{quarter} is being closed. You can leave this page.")
    return redirect("quarters")


def _confirm(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    try:
        closing = preview_close(quarter=quarter, today=localdate())
    except ValueError as refusal:
        messages.info(request, str(refusal))
        return redirect("quarters")
    page = {
        "quarter": quarter,
        "closing": closing,
        "completion": completion(quarter=quarter),
        "counts": dict(Counter(each.get_level_display() for each in closing.opened)),
    }
    return render(request, "escalation/close_quarter.html", page)
