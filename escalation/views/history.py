"""Closing all quarters of a council's history in one act."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core import jobs
from core.clock import localdate
from core.guards import require
from core.models.jobs import Job
from core.queries import recent_jobs
from core.refusals import Refused
from escalation.forms.history import HistoryForm
from escalation.queries.history import closed_history, history_quarters, preview_history
from escalation.services.history import CLOSE_HISTORY, request_history
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def history(request: SignedInRequest) -> HttpResponse:
    """What closing the history would do, up to a quarter; the button; and what was done."""
    today = localdate()
    quarters = history_quarters(today)
    page = {
        "quarters": quarters,
        "jobs": recent_jobs(request.user, kind=CLOSE_HISTORY),
        "closed": closed_history(),
        "is_under_way": Job.objects.unfinished().filter(kind=CLOSE_HISTORY).exists(),
    }
    if not quarters or (page["is_under_way"] and request.method == "GET"):
        return render(request, "escalation/history.html", page)
    asked = request.POST if request.method == "POST" else request.GET
    form = HistoryForm(asked or None, quarters=quarters, initial={"until": quarters[-1].key})
    until = form.cleaned_data["until"] if form.is_valid() else quarters[-1]
    if request.method == "POST" and form.is_valid():
        try:
            request_history(until=until, today=today, by=request.user)
            messages.success(request, "The history is being closed. You can leave this page.")
            return redirect("close_history")
        except jobs.AlreadyAsked as already:
            messages.info(request, str(already))
            return redirect("close_history")
        except Refused as refusal:
            form.add_error("until", str(refusal))
    page |= {"form": form, "until": until, "preview": preview_history(until=until, today=today)}
    return render(request, "escalation/history.html", page)
