"""Files that bear out a result: added and removed before it is submitted, and downloaded."""

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.guards import require
from core.quarters import Quarter
from indicators.forms.evidence import EvidenceForm
from indicators.models.returns import Evidence
from indicators.queries.entry import EntrySheet
from indicators.queries.evidence import is_removable, may_read_evidence
from indicators.services import evidence as services
from indicators.views.entry import refusal_page, sheet_or_404
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def evidence(request: SignedInRequest, quarter: Quarter, address: str) -> HttpResponse:
    """The files kept with one result, and a way to add one."""
    sheet = sheet_or_404(request, quarter, address)
    if (refused := refusal_page(request, sheet)) is not None:
        return refused
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = EvidenceForm(request.POST, request.FILES)
        if form.is_valid() and _attach(request, sheet, form):
            return redirect("evidence", sheet.quarter.key, sheet.indicator.reference)
    page = {
        "sheet": sheet,
        "indicator": sheet.indicator,
        "quarter": sheet.quarter,
        "form": form,
        "files": [(each, is_removable(each)) for each in sheet.evidence],
    }
    return render(request, "indicators/evidence.html", page)


def _attach(request: SignedInRequest, sheet: EntrySheet, form: EvidenceForm) -> bool:
    file = form.cleaned_data["file"]
    try:
        attached = services.attach_evidence(
            indicator=sheet.indicator,
            quarter=sheet.quarter,
            name=file.name,
            content=file.read(),
            by=request.user,
        )
    except services.RefusedFile as refusal:
        form.add_error("file", str(refusal))
        return False
    messages.success(request, f"{attached.name} is kept with the result")
    return True


@require_POST
@require(Permission.SUBMIT_RESULT)
def remove_evidence(
    request: SignedInRequest, quarter: Quarter, address: str, number: int
) -> HttpResponse:
    """A file is taken away again."""
    sheet = sheet_or_404(request, quarter, address)
    if (refused := refusal_page(request, sheet)) is not None:
        return refused
    found = get_object_or_404(
        Evidence,
        pk=number,
        indicator=sheet.indicator,
        quarter=sheet.quarter,
    )
    try:
        removed = services.remove_evidence(evidence=found, by=request.user)
    except ValueError as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(
            request, f"{found.name} is removed" if removed else f"{found.name} was removed already"
        )
    return redirect("evidence", sheet.quarter.key, sheet.indicator.reference)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def evidence_file(
    request: SignedInRequest, quarter: Quarter, address: str, number: int
) -> FileResponse:
    """One file, to be saved and never shown: a browser is told not to guess what it is."""
    found = get_object_or_404(
        Evidence.objects.select_related("indicator"),
        pk=number,
        indicator__address=address,
        quarter=quarter,
        removed_at=None,
    )
    if not may_read_evidence(request.user, found):
        raise Http404("No such file")
    try:
        file = default_storage.open(found.path)
    except FileNotFoundError:
        raise Http404("The file is missing") from None
    response = FileResponse(
        file, as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
