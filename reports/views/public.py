"""What everyone may read. Every fact comes from a published edition, and none from live tables."""

from __future__ import annotations

from collections.abc import Callable, Container

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from core.converters import address_of
from core.guards import public
from core.http_cache import FOR_EVERYONE
from core.quarters import Quarter
from reports.models import Edition, EditionFile, SmallEdition
from reports.queries.editions import (
    agreed_plans_after,
    public_file,
    published_edition,
    published_editions,
    withdrawals,
)
from reports.rendering.agreed_plans import ShownAgreedPlan
from reports.rendering.csvs import (
    FURTHER_COLUMNS,
    MONTH_COLUMNS,
    NOT_FORESEEN,
    PART_COLUMNS,
    RATING_COLUMNS,
    month_rows,
    part_rows,
    written,
)
from reports.rendering.html import MARKS
from reports.rendering.report import LICENCE, LICENCE_ADDRESS, Report, ShownPriority
from reports.views.editions_cache import (
    edition_or_404,
    edition_response,
    refuse_withdrawn,
    refuse_withdrawn_address,
    report_of,
    says_what_was_withdrawn,
)

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "sha256": "text/plain; charset=utf-8",
}
SHOWN_IN_PLACE = {"pdf", "json", "sha256"}  # the rest is downloaded


@public
@require_safe
@says_what_was_withdrawn
def latest_report(request: HttpRequest) -> HttpResponse:
    """The latest published report; before there is one, what will appear here."""
    edition = published_edition()
    if edition is None:
        return render(request, "reports/no_report.html")
    return _report_response(request, edition)


@public
@require_safe
@says_what_was_withdrawn
def public_report(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    edition = edition_or_404(quarter)
    return _report_response(request, edition)


def _report_response(request: HttpRequest, edition: Edition) -> HttpResponse:
    agreed = agreed_plans_after(edition)

    def render_page() -> HttpResponse:
        report = report_of(edition)
        page = {
            "report": report,
            "edition": edition,
            "on_web": True,
            "referred": [(each, _shown(agreed.get(each.reference))) for each in report.referred_up],
        }
        return render(request, "reports/public_report.html", page)

    return edition_response(
        request, [edition, *agreed.values()] if agreed else edition, render_page
    )


def _shown(agreed: SmallEdition | None) -> ShownAgreedPlan | None:
    return ShownAgreedPlan(agreed.document, getattr(agreed, "withdrawal", None)) if agreed else None


def _edition_telling(facts: Callable[[Report], Container[str]], key: str, page: str) -> Edition:
    """The newest published edition whose report still tells of something.

    What has left the report keeps its address, with what was last published of it. Raises
    ReportWithdrawn where only an edition that was withdrawn had the page.
    """
    for edition in published_editions():
        if key in facts(report_of(edition)):
            return edition
    refuse_withdrawn_address(page)
    raise Http404("Nothing is published at this address")


@public
@require_safe
@says_what_was_withdrawn
def public_indicator(request: HttpRequest, address: str) -> HttpResponse:
    """One indicator: how it stands, why, what is being done about it, and who answers for it."""
    latest = edition = published_edition()
    if edition is None or address not in report_of(edition).by_address:
        page = reverse("public_indicator", args=[address])
        edition = _edition_telling(lambda report: report.by_address, address, page)
    plans = agreed_plans_after(edition)
    agreed = next((each for name, each in plans.items() if address_of(name) == address), None)
    # What has left the report: the latest edition says whether it is no longer measured.
    reference = report_of(edition).by_address[address].reference
    ended = report_of(latest).ended.get(reference, "") if latest is not None else ""

    def render_page() -> HttpResponse:
        report = report_of(edition)
        indicator = report.by_address[address]
        page = {
            "report": report,
            "agreed": _shown(agreed),
            "edition": edition,
            "indicator": indicator,
            "priorities": [each for each in report.priorities if indicator in each.blocks],
            "marks": MARKS,
            "ended": ended,
        }
        return render(request, "reports/public_indicator.html", page)

    told = [
        edition,
        *([latest] if ended and latest is not None else ()),
        *([agreed] if agreed else ()),
    ]
    return edition_response(request, told if len(told) > 1 else edition, render_page)


@public
@require_safe
@says_what_was_withdrawn
def public_indicator_csv(request: HttpRequest, address: str) -> HttpResponse:
    """The figures behind one indicator's chart."""
    page = reverse("public_indicator", args=[address])
    edition = _edition_telling(lambda report: report.by_address, address, page)

    def render_page() -> HttpResponse:
        facts = report_of(edition).by_address[address].facts
        rows = (
            {**NOT_FORESEEN, **each, "reference": facts["reference"], "tier": facts["tier"]}
            for each in facts["ratings"]
        )
        response = HttpResponse(
            written((*RATING_COLUMNS, *FURTHER_COLUMNS), rows), content_type=MEDIA_TYPES["csv"]
        )
        response.headers["Content-Disposition"] = f'attachment; filename="{address}.csv"'
        return response

    return edition_response(request, edition, render_page)


@public
@require_safe
@says_what_was_withdrawn
def public_parts_csv(request: HttpRequest, address: str) -> HttpResponse:
    """One indicator by its parts, small numbers withheld as they were when it was frozen."""
    edition = _edition_telling(
        lambda report: {key for key, block in report.by_address.items() if block.breakdowns},
        address,
        reverse("public_indicator", args=[address]),
    )

    def render_page() -> HttpResponse:
        facts = report_of(edition).by_address[address].facts
        response = HttpResponse(
            written(PART_COLUMNS, part_rows(facts)), content_type=MEDIA_TYPES["csv"]
        )
        response.headers["Content-Disposition"] = f'attachment; filename="{address}-parts.csv"'
        return response

    return edition_response(request, edition, render_page)


@public
@require_safe
@says_what_was_withdrawn
def public_months_csv(request: HttpRequest, address: str) -> HttpResponse:
    """One indicator by month, as it was frozen."""
    edition = _edition_telling(
        lambda report: {key for key, block in report.by_address.items() if block.by_month},
        address,
        reverse("public_indicator", args=[address]),
    )

    def render_page() -> HttpResponse:
        facts = report_of(edition).by_address[address].facts
        response = HttpResponse(
            written(MONTH_COLUMNS, month_rows(facts)), content_type=MEDIA_TYPES["csv"]
        )
        response.headers["Content-Disposition"] = f'attachment; filename="{address}-months.csv"'
        return response

    return edition_response(request, edition, render_page)


@public
@require_safe
@says_what_was_withdrawn
def public_priority(request: HttpRequest, slug: str) -> HttpResponse:
    """One strategic priority, with its three kinds of evidence side by side."""

    def by_slug(report: Report) -> dict[str, ShownPriority]:
        return {each.slug: each for each in report.priorities}

    edition = _edition_telling(by_slug, slug, reverse("public_priority", args=[slug]))

    def render_page() -> HttpResponse:
        report = report_of(edition)
        page = {
            "report": report,
            "edition": edition,
            "priority": by_slug(report)[slug],
            "on_web": True,
        }
        return render(request, "reports/public_priority.html", page)

    return edition_response(request, edition, render_page)


@public
@require_safe
@says_what_was_withdrawn
def open_data(request: HttpRequest) -> HttpResponse:
    """Every published report as files, and how to check them."""
    editions, withdrawn = list(published_editions()), list(withdrawals())
    page = {
        "editions": editions,
        "withdrawn": withdrawn,
        "licence": LICENCE,
        "licence_address": LICENCE_ADDRESS,
    }
    if not (editions or withdrawn):
        return render(request, "reports/open_data.html", page)
    return edition_response(
        request, [*editions, *withdrawn], lambda: render(request, "reports/open_data.html", page)
    )


@public
@require_safe
@says_what_was_withdrawn
def edition_file(request: HttpRequest, quarter: Quarter, name: str) -> HttpResponseBase:
    """One file of the newest published edition of a quarter, as it was kept when it was built."""
    file = public_file(quarter, name)
    if file is None:
        refuse_withdrawn(quarter)
    if file is None or not default_storage.exists(file.path):
        raise Http404("There is no such file in the published edition")
    tag = f'"{file.sha256[:32]}"'
    response = get_conditional_response(request, etag=tag) or _download(file)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = FOR_EVERYONE
    return response


def _download(file: EditionFile) -> FileResponse:
    kind = file.name.rsplit(".", 1)[-1]
    return FileResponse(
        default_storage.open(file.path),
        as_attachment=kind not in SHOWN_IN_PLACE,
        filename=f"{file.edition.quarter.key}-{file.name}",
        content_type=MEDIA_TYPES.get(kind, "application/octet-stream"),
    )
