"""Answers drawn from a frozen edition: cached for ever by what they are, and never stale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse

from core.canonical_json import digest
from core.http_cache import FOR_EVERYONE
from core.http_cache import answer as answer_everyone
from core.quarters import Quarter
from reports.models import Edition
from reports.queries.editions import public_document, published_edition
from reports.rendering.report import Report

__all__ = ["FOR_EVERYONE", "answer", "edition_or_404", "report_of"]


def report_of(edition: Edition) -> Report:
    """The edition's public form, ready to be shown."""
    return _report(edition.pk, edition.public_sha256)


@lru_cache(maxsize=8)
def _report(edition_id: int, sha256: str) -> Report:
    """Kept in memory: what is frozen cannot go stale, and the digest is part of the key."""
    return Report(public_document(Edition(pk=edition_id)))


def edition_or_404(quarter: Quarter | None) -> Edition:
    edition = published_edition(quarter)
    if edition is None:
        raise Http404("No report is published for this quarter")
    return edition


def answer(
    request: HttpRequest, editions: Edition | Sequence[Edition], draw: Callable[[], HttpResponse]
) -> HttpResponse:
    """What is drawn from an edition or from several, or 304 where the reader has it already."""
    return answer_everyone(request, _mark_of(editions), draw)


def _mark_of(editions: Edition | Sequence[Edition]) -> str:
    """One edition's own digest; of several, a digest of them all in their order."""
    if isinstance(editions, Edition):
        return editions.public_sha256[:32]
    return digest("".join(each.public_sha256 for each in editions).encode())[:32]
