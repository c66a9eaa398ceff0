"""Where a close that nobody has acted on is taken back, and what it had done is read."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.guards import require
from core.quarters import Quarter
from escalation.forms.taking_back import TakeBackForm
from escalation.models.recorded_closes import RecordedClose
from escalation.queries.taken_back import archive_document, taken_back_close, undoing_of
from escalation.services.taking_back import CannotTakeBack, take_back_close
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def take_back(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Say what taking a close back would undo, or why it stands; with a reason, take it back."""
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            record = take_back_close(
                quarter=quarter, reason=form.cleaned_data["reason"], by=request.user
            )
        except CannotTakeBack as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"{quarter} is open again: its close was taken back.")
            return redirect("taken_back_close", quarter.key, record.pk)
    page = {"quarter": quarter, "undoing": undoing_of(quarter), "form": form}
    return render(request, "escalation/take_back.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def taken_back(request: SignedInRequest, quarter: Quarter, pk: int) -> HttpResponse:
    """A close that was taken back: by whom, when and why, and what it had made of each indicator."""
    found = taken_back_close(record=_taken_back(quarter, pk), reader=request.user)
    return render(request, "escalation/taken_back.html", {"quarter": quarter, "page": found})


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def archive(request: SignedInRequest, quarter: Quarter, pk: int) -> HttpResponse:
    """All that the close had made, row by row, and what it had changed."""
    answer = JsonResponse(
        archive_document(_taken_back(quarter, pk)),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
    )
    name = f"close-taken-back-{quarter.key}-{pk}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _taken_back(quarter: Quarter, pk: int) -> RecordedClose:
    rows = RecordedClose.objects.taken_back().of(quarter)
    return get_object_or_404(rows.select_related("closed_by", "taken_back_by"), pk=pk)
