"""Answers drawn from a frozen edition: cached for ever by what they are, and never stale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from reports.drawing.report import Report
from reports.models import Edition
from reports.queries import public_document, published_edition
from reports.rules import digest
from sorp.lexicon import Quarter

FOR_EVERYONE = "public, max-age=300"
FOR_ONE = "private, no-cache"


def report_of(edition: Edition) -> Report:
    """The edition's public form, ready to be shown."""
    return _report(edition.pk, edition.public_sha256)


@lru_cache(maxsize=8)
def _report(edition_id: int, sha256: str) -> Report:
    """Kept in memory: what is frozen cannot go stale, and the digest is part of the key."""
    return Report(public_document(Edition(pk=edition_id)))


def quarter_or_404(key: str) -> Quarter:
    try:
        return Quarter.parse(key)
    except ValueError as reason:
        raise Http404(str(reason)) from None


def edition_or_404(quarter: Quarter | None) -> Edition:
    edition = published_edition(quarter)
    if edition is None:
        raise Http404("No report is published for this quarter")
    return edition


def answer(
    request: HttpRequest, editions: Edition | Sequence[Edition], draw: Callable[[], HttpResponse]
) -> HttpResponse:
    """What is drawn from an edition or from several, or 304 where the reader has it already.

    The tag is made of the editions and the release, so nothing is drawn to compute it. Pages of
    those signed in carry their own navigation, and those with something to tell tell it to one.
    """
    signed_in = bool(getattr(request, "user", None) and request.user.is_authenticated)
    for_one = signed_in or _has_messages(request)
    tag = f'"{_mark_of(editions)}-{settings.PRODUCT_VERSION}"'
    response = None if for_one else get_conditional_response(request, etag=tag)
    if response is None:
        response = draw()
    if for_one:
        response.headers["Cache-Control"] = FOR_ONE if signed_in else "no-store"
        return response
    response.headers["Cache-Control"] = FOR_EVERYONE
    response.headers["ETag"] = tag
    patch_vary_headers(response, ["Cookie"])
    return response


def _mark_of(editions: Edition | Sequence[Edition]) -> str:
    """One edition's own digest; of several, a digest of them all in their order."""
    if isinstance(editions, Edition):
        return editions.public_sha256[:32]
    return digest("".join(each.public_sha256 for each in editions).encode())[:32]


def _has_messages(request: HttpRequest) -> bool:
    """Whether the page would carry a banner, such as that one has signed out."""
    storage = getattr(request, "_messages", None)
    return storage is not None and len(storage) > 0
