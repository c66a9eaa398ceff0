"""Responses rendered from a published edition: known by its digest, so cached and never stale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse

from core.canonical_json import digest
from core.http_cache import cached_response
from core.own_words import said_at_the_head, spoken
from core.quarters import Quarter
from reports.models import Edition, SmallEdition
from reports.queries.editions import public_document, published_edition
from reports.rendering.report import Report


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


def edition_response(
    request: HttpRequest,
    editions: Edition | Sequence[Edition | SmallEdition],
    render: Callable[[], HttpResponse],
) -> HttpResponse:
    """What is rendered from an edition or several, or 304 where the reader has it already.

    It is known by the edition's own digest; of several, by a digest of them all in their order.
    """
    sha256 = (
        editions.public_sha256
        if isinstance(editions, Edition)
        else digest("".join(each.public_sha256 for each in editions).encode())
    )
    first = editions if isinstance(editions, Edition) else editions[0]

    def in_its_words() -> HttpResponse:
        """As it was built: what the council calls things since is for its next report."""
        own = report_of(first).own_words if isinstance(first, Edition) else {}
        with spoken({**own, **said_at_the_head()}):
            return render()

    return cached_response(request, sha256[:32], in_its_words)
