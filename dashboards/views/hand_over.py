"""Taking everything along: the files of export_all, for whoever hands over to another service."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from core.clock import localdate
from core.guards import require
from dashboards.exporting import ALWAYS, IMPORTED, all_files, as_zip
from dashboards.services.hand_over import hand_over
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def take_everything(request: SignedInRequest) -> HttpResponse:
    """What is in the files; and, once asked for, the files themselves, which is put on record."""
    if request.method != "POST":
        page = {"always": ALWAYS, "where_given": [each for each in IMPORTED if each not in ALWAYS]}
        return render(request, "dashboards/take_everything.html", page)
    files = all_files()
    hand_over(files=files, by=request.user)
    response = HttpResponse(as_zip(files), content_type="application/zip")
    name = f"everything-{localdate().isoformat()}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
