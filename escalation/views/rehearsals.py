"""A rehearsal of the last closed quarter: asked for, followed, read, thrown away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.guards import require
from core.queries import last_closed
from core.refusals import Refused
from escalation.forms.rehearsals import RehearsalForm
from escalation.models.rehearsals import Rehearsal
from escalation.queries.rehearsals import job_of, rehearsals_kept
from escalation.rehearsal_page import RehearsalReading
from escalation.services.rehearsals import request_rehearsal, throw_away
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from sorp.models.statement import Version


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def set_up_rehearsal(request: SignedInRequest) -> HttpResponse:
    """Those that are kept, and a form to start one. Refused in words where no quarter is closed."""
    form = RehearsalForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and (row := _requested(request, form.cleaned_data["version"], form))
    ):
        return redirect("rehearsal", row.pk)
    return render(
        request,
        "escalation/rehearsals.html",
        {"form": form, "quarter": last_closed(), "found": rehearsals_kept()},
    )


def _requested(request: SignedInRequest, version: Version, form: RehearsalForm) -> Rehearsal | None:
    """The rehearsal that is now owed; None where asking was refused, which the form then says."""
    try:
        row = request_rehearsal(version=version, by=request.user)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None
    messages.success(request, "The rehearsal has begun. You can leave this page.")
    return row


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def rehearsal(request: SignedInRequest, pk: int) -> HttpResponse:
    """What one found; until it is finished, how far it has come. Posting asks for it again."""
    row = get_object_or_404(
        Rehearsal.objects.select_related("asked_by", "version__statement"), pk=pk
    )
    if request.method == "POST":
        try:
            again = request_rehearsal(version=row.version, by=request.user)
        except Refused as refusal:
            messages.info(request, str(refusal))
            return redirect("rehearsal", row.pk)
        messages.success(request, "The rehearsal has begun. You can leave this page.")
        return redirect("rehearsal", again.pk)
    if row.found is None:
        return render(
            request,
            "escalation/rehearsal_running.html",
            {"rehearsal": row, "job": job_of(row)},
        )
    return render(
        request,
        "escalation/rehearsal.html",
        {"rehearsal": row, "found": row.found, "reading": RehearsalReading(row.found)},
    )


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def throw_away_rehearsal(request: SignedInRequest, pk: int) -> HttpResponse:
    """It is gone, and the list says so."""
    row = get_object_or_404(Rehearsal.objects.select_related("version"), pk=pk)
    throw_away(rehearsal=row, by=request.user)
    messages.success(request, f"The rehearsal of {row} is deleted. Nothing else has changed.")
    return redirect("set_up_rehearsal")
