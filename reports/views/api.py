"""The public API, version 1: read-only, and drawn from published editions like every public page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.guards import public
from core.http_cache import FOR_EVERYONE
from core.quarters import Quarter
from reports.models import Edition, Withdrawal
from reports.queries.editions import published_editions, withdrawals
from reports.rendering.report import LICENCE_ADDRESS, Report
from reports.rules.history import in_quarter
from reports.views.editions_cache import (
    ReportWithdrawn,
    edition_or_404,
    edition_response,
    refuse_withdrawn_address,
    report_of,
)


class FrozenView(APIView):
    """Answers anyone, from a published edition."""

    permission_classes = [AllowAny]

    def handle_exception(self, exc: Exception) -> Response:
        """What was withdrawn is answered 410, with the reason."""
        if isinstance(exc, ReportWithdrawn):
            found = exc.withdrawal
            told = {"detail": "This edition was withdrawn", **_withdrawn(found)}
            return Response(told, status=410, headers={"Cache-Control": FOR_EVERYONE})
        return super().handle_exception(exc)

    def absolute(self, name: str, *args: str) -> str:
        return settings.SERVICE_ADDRESS + reverse(name, args=args)


def _withdrawn(found: Withdrawal) -> dict[str, Any]:
    """What is told of an edition that was withdrawn: `{"withdrawn_on": "2012-03-01", …}`."""
    return {
        "quarter": found.edition.quarter.key,
        "edition": found.edition.number,
        "withdrawn_on": found.withdrawn_on.isoformat(),
        "reason": found.reason,
        "sha256": found.edition.public_sha256,
    }


class Reports(FrozenView):
    """Every published report, the latest quarter first."""

    def get(self, request: Request) -> HttpResponse:
        editions, taken_back = list(published_editions()), list(withdrawals())
        if not (editions or taken_back):
            return Response({"licence": LICENCE_ADDRESS, "reports": [], "withdrawn": []})
        return edition_response(
            request, [*editions, *taken_back], lambda: Response(self._listed(editions, taken_back))
        )

    def _listed(self, editions: list[Edition], taken_back: list[Withdrawal]) -> dict[str, Any]:
        return {
            "licence": LICENCE_ADDRESS,
            "withdrawn": [_withdrawn(each) for each in taken_back],
            "reports": [
                {
                    "quarter": each.quarter.key,
                    "title": str(each.report),
                    "edition": each.number,
                    "published_on": each.published_on.isoformat(),
                    "sha256": each.public_sha256,
                    "address": self.absolute("api_report", each.quarter.key),
                    "files": {
                        file.name: self.absolute("edition_file", each.quarter.key, file.name)
                        for file in each.files.all()
                    },
                }
                for each in editions
            ],
        }


class OneReport(FrozenView):
    """The whole public edition of one quarter, as edition.json has it."""

    def get(self, request: Request, quarter: str) -> HttpResponse:
        try:
            edition = edition_or_404(Quarter.parse(quarter))
        except ValueError as reason:
            raise Http404(str(reason)) from None
        return edition_response(request, edition, lambda: Response(report_of(edition).document))


class Indicators(FrozenView):
    """Every indicator of the latest published report, with its latest verdict."""

    def get(self, request: Request) -> HttpResponse:
        edition = edition_or_404(None)
        return edition_response(
            request, edition, lambda: Response(self._listed(report_of(edition)))
        )

    def _listed(self, report: Report) -> dict[str, Any]:
        return {
            "licence": LICENCE_ADDRESS,
            "quarter": report.quarter.key,
            "indicators": [
                {
                    "reference": each.reference,
                    "title": each.title,
                    "directorate": each.directorate["name"],
                    "kind": each.kind,
                    "tier": each.tier,
                    "layer": each.layer,
                    "measure_unit": each.measure_unit,
                    "latest": in_quarter(each.facts, report.quarter.key),
                    "address": self.absolute("api_indicator", each.reference),
                }
                for each in report.blocks.values()
            ],
        }


class OneIndicator(FrozenView):
    """One indicator of the latest published report, with its whole history."""

    def get(self, request: Request, address: str) -> HttpResponse:
        edition = edition_or_404(None)
        report = report_of(edition)
        if address not in report.by_address:
            refuse_withdrawn_address(reverse("public_indicator", args=[address]))
            raise Http404
        found = report.by_address[address]
        return edition_response(request, edition, lambda: Response(found.facts))


api_reports = public(Reports.as_view())
api_report = public(OneReport.as_view())
api_indicators = public(Indicators.as_view())
api_indicator = public(OneIndicator.as_view())
