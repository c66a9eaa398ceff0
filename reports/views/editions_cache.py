"""Responses rendered from a published edition: known by its digest, so cached and never stale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from core.canonical_json import digest
from core.guards import View
from core.http_cache import FOR_EVERYONE, FOR_ONE, cached_response
from core.own_words import said_at_the_head, spoken
from core.quarters import Quarter
from reports.models import Edition, SmallEdition, Withdrawal
from reports.queries.editions import (
    public_document,
    published_edition,
    withdrawal_at,
    withdrawals,
)
from reports.rendering.report import Report


def report_of(edition: Edition) -> Report:
    """The edition's public form, ready to be shown."""
    return _report(edition.pk, edition.public_sha256)


@lru_cache(maxsize=8)
def _report(edition_id: int, sha256: str) -> Report:
    """Kept in memory: what is frozen cannot go stale, and the digest is part of the key."""
    return Report(public_document(Edition(pk=edition_id)))


class ReportWithdrawn(Exception):
    """What was asked for was published once, and withdrawn. Carries why."""

    def __init__(self, withdrawal: Withdrawal) -> None:
        super().__init__(withdrawal.reason)
        self.withdrawal = withdrawal


def edition_or_404(quarter: Quarter | None) -> Edition:
    """The newest published edition. Raises ReportWithdrawn where that was taken back."""
    edition = published_edition(quarter)
    if edition is None:
        refuse_withdrawn(quarter)
        raise Http404("No report is published for this quarter")
    return edition


def refuse_withdrawn(quarter: Quarter | None) -> None:
    """Raise ReportWithdrawn where the newest edition of a quarter was taken back."""
    if quarter is None:
        return
    withdrawal = withdrawals().filter(edition__report__quarter=quarter).first()
    if withdrawal is not None:
        raise ReportWithdrawn(withdrawal)


def refuse_withdrawn_address(address: str) -> None:
    """Raise ReportWithdrawn where an address led to a page of a withdrawn edition alone."""
    withdrawal = withdrawal_at(address)
    if withdrawal is not None:
        raise ReportWithdrawn(withdrawal)


def says_what_was_withdrawn(view: View) -> View:
    """What was withdrawn is answered 410, with the reason, and nothing of what it said.

    Caches may keep that answer, so that it takes the place of what they held.
    """

    @wraps(view)
    def answering_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ReportWithdrawn as found:
            page = {"withdrawal": found.withdrawal}
            response = render(request, "reports/withdrawn.html", page, status=410)
            is_for_one = request.user.is_authenticated
            response.headers["Cache-Control"] = FOR_ONE if is_for_one else FOR_EVERYONE
            response.headers["Vary"] = "Cookie"
            return response

    return answering_view


def edition_response(
    request: HttpRequest,
    editions: Edition | Sequence[Edition | SmallEdition | Withdrawal],
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
