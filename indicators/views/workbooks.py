"""The return as a workbook: out, back, looked at and saved as drafts."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.guards import require
from core.quarters import Quarter
from core.queries import quarter_state
from core.tables.workbooks import RefusedWorkbook
from indicators.forms.workbooks import WorkbookForm
from indicators.models.workbooks import WorkbookUpload
from indicators.queries.returns import my_return
from indicators.workbooks.committing import commit_workbook, keep_preview, preview_kept
from indicators.workbooks.preview import preview
from indicators.workbooks.writing import NothingDue, write_workbook
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from sorp.queries.ruling import NoVersionInForce

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # rows of one table: a page is to be read


@require_safe
@require(Permission.SUBMIT_RESULT)
def download_workbook(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """This person's indicators for a quarter, to be filled in away from the service."""
    if refusal := _not_open(request, quarter):
        return refusal
    try:
        content = write_workbook(request.user, quarter)
    except (NothingDue, NoVersionInForce) as reason:
        if isinstance(reason, NoVersionInForce):
            messages.error(request, str(reason))
        return redirect("workbook", quarter.key)
    name = f"return-{quarter.key}.xlsx"
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def workbook(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Where a workbook is downloaded, and where it comes back."""
    if refusal := _not_open(request, quarter):
        return refusal
    form = WorkbookForm()
    if request.method == "POST":
        form = WorkbookForm(request.POST, request.FILES)
        if form.is_valid() and (upload := _looked_at(request, form, quarter)):
            return redirect("workbook_preview", quarter.key, upload.token)
    sheet = my_return(user=request.user, quarter=quarter, today=localdate())
    page = {
        "quarter": quarter,
        "form": form,
        "sheet": sheet,
    }
    return render(request, "indicators/workbook.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def workbook_preview(request: SignedInRequest, quarter: Quarter, token: UUID) -> HttpResponse:
    """What the workbook would change, cell by cell; and the button that saves it as drafts."""
    upload = get_object_or_404(WorkbookUpload, token=token, user=request.user, quarter=quarter)
    if refusal := _not_open(request, quarter):
        return refusal
    page = {
        "quarter": quarter,
        "upload": upload,
        "most": SHOWN,
    }
    if request.method == "POST":
        found = preview_kept(upload) if not upload.committed_at else None
        try:
            saved = commit_workbook(token=token, by=request.user)
        except ValueError as refusal:
            page |= {"found": found, "refusal": str(refusal).rstrip(".")}
            return render(request, "indicators/workbook_preview.html", page, status=409)
        if not upload.committed_at:
            messages.success(request, _saved(saved, len(found.parts) if found else 0))
        return redirect("my_return", quarter.key)
    page |= {"found": preview_kept(upload)}
    return render(request, "indicators/workbook_preview.html", page)


def _looked_at(
    request: SignedInRequest, form: WorkbookForm, quarter: Quarter
) -> WorkbookUpload | None:
    """Read the file and keep what was found; or say on the form why it cannot be taken."""
    file = form.cleaned_data["file"]
    content = file.read()
    try:
        found = preview(content, request.user, quarter)
    except (RefusedWorkbook, NoVersionInForce) as refusal:
        form.add_error("file", str(refusal))
        return None
    return keep_preview(
        found=found, content=content, name=file.name, quarter=quarter, by=request.user
    )


def _not_open(request: SignedInRequest, quarter: Quarter) -> HttpResponse | None:
    """The page that says why a quarter takes no results, where it takes none."""
    state = quarter_state(quarter)
    is_closed = bool(state and state.is_closed)
    if quarter.last_day < localdate() and not is_closed:
        return None
    page = {"quarter": quarter, "is_closed": is_closed}
    return render(request, "indicators/workbook_not_open.html", page, status=403)


def _saved(upload: WorkbookUpload, parts: int) -> str:
    drafts = "1 draft" if upload.saved == 1 else f"{upload.saved} drafts"
    of_parts = "the parts of 1 indicator" if parts == 1 else f"the parts of {parts} indicators"
    told = " and ".join(each for each, many in ((drafts, upload.saved), (of_parts, parts)) if many)
    told = told[:1].upper() + told[1:]
    what_next = ". Check your answers, then submit" if upload.saved else ""
    return f"{told} saved from {upload.name}{what_next}"
