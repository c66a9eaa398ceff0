"""The page that finds things."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from dashboards.queries.search import KINDS, LEAST, LONGEST, MOST, search
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.ENTER)
def find(request: SignedInRequest) -> HttpResponse:
    """Whatever has the words that were typed, as far as the reader may see it."""
    text = " ".join(request.GET.get("text", "").replace("\0", "").split())[:LONGEST]
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        kind = ""
    is_asked = len(text) >= LEAST
    return render(
        request,
        "dashboards/search.html",
        {
            "text": text,
            "kind": kind,
            "is_asked": is_asked,
            "is_too_short": bool(text) and not is_asked,
            "kinds": search(text, reader=request.user, today=localdate(), kind=kind)
            if is_asked
            else [],
            "most": MOST,
        },
    )
