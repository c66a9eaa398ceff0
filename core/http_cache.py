"""Pages that are the same for everyone: kept by caches for as long as what they show stands."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from core import own_words

FOR_EVERYONE = "public, max-age=300"
FOR_ONE = "private, no-cache"


def cached_response(
    request: HttpRequest, mark: str, render: Callable[[], HttpResponse]
) -> HttpResponse:
    """What is drawn, or 304 where the reader has it already.

    `mark` is made of all that the page shows; with the release, and what the council says of itself at
    the head of every page, it makes the tag, so that nothing is
    drawn to compute it. Pages of those signed in carry their own navigation, and those with
    something to tell tell it to one.
    """
    signed_in = bool(getattr(request, "user", None) and request.user.is_authenticated)
    for_one = signed_in or _has_messages(request)
    look = f"-{own_words.mark()}" if own_words.mark() else ""
    tag = f'"{mark}-{settings.PRODUCT_VERSION}{look}"'
    response = None if for_one else get_conditional_response(request, etag=tag)
    if response is None:
        response = render()
    if for_one:
        response.headers["Cache-Control"] = FOR_ONE if signed_in else "no-store"
        return response
    response.headers["Cache-Control"] = FOR_EVERYONE
    response.headers["ETag"] = tag
    patch_vary_headers(response, ["Cookie"])
    return response


def _has_messages(request: HttpRequest) -> bool:
    """Whether the page would carry a banner, such as that one has signed out."""
    storage = getattr(request, "_messages", None)
    return storage is not None and len(storage) > 0
