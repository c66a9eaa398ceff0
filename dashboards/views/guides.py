"""Pages of help: the guides, read where they are needed."""

import re

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.guards import require
from dashboards.queries.guides import PICTURES, Guide, as_read, guides
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.ENTER)
def help_pages(request: SignedInRequest) -> HttpResponse:
    """Every guide with its parts."""
    shown = [(each, as_read(each.opening.html, request.user)) for each in guides().values()]
    return render(request, "dashboards/help.html", {"guides": shown})


@require_safe
@require(Permission.ENTER)
def guide(request: SignedInRequest, guide: str) -> HttpResponse:
    """What one guide is for, and its parts in order; a guide of one part is read here whole."""
    found = _guide_or_404(guide)
    whole = "" if found.parts[0].key else found.parts[0].html
    page = {
        "guide": found,
        "lede": as_read(found.opening.html, request.user),
        "body": as_read(whole, request.user),
    }
    return render(request, "dashboards/guide.html", page)


@require_safe
@require(Permission.ENTER)
def guide_part(request: SignedInRequest, guide: str, chapter: str) -> HttpResponse:
    """One part, with the one before it and the one after."""
    found = _guide_or_404(guide)
    keys = [each.key for each in found.parts]
    if chapter not in keys:
        raise Http404
    place = keys.index(chapter)
    shown = found.parts[place]
    page = {
        "guide": found,
        "part": shown,
        "body": as_read(shown.html, request.user),
        "before": found.parts[place - 1] if place else None,
        "after": found.parts[place + 1] if place + 1 < len(keys) else None,
    }
    return render(request, "dashboards/guide_part.html", page)


@require_safe
@require(Permission.ENTER)
def guide_picture(request: SignedInRequest, picture: str) -> HttpResponse:
    """A picture of a guide, by its name and no path."""
    file = PICTURES / f"{picture}.png"
    if not re.fullmatch(r"[a-z0-9-]+", picture) or not file.is_file():
        raise Http404
    return HttpResponse(
        file.read_bytes(),
        content_type="image/png",
        headers={"Cache-Control": "private, max-age=3600"},
    )


def _guide_or_404(key: str) -> Guide:
    try:
        return guides()[key]
    except KeyError:
        raise Http404 from None
