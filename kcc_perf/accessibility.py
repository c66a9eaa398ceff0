"""The accessibility statement, which the law requires and monitors read.

Pages named here as tested are those that the journeys test with axe: one list for both, so that
the statement can claim nothing that was not done.
"""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisation.rights import public

PREPARED = date(2026, 11, 21)
REVIEWED = date(2026, 11, 21)
PAGES_TESTED: tuple[str, ...] = (
    "Latest quarterly performance report",
    "An indicator’s page in the report",
    "Sign in",
    "Home",
    "Submitting a result",
    "A unit’s dashboard",
    "Escalations",
    "Accessibility statement",
)


@require_safe
@public
def statement(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "accessibility_statement.html",
        {"prepared": PREPARED, "reviewed": REVIEWED, "pages_tested": PAGES_TESTED},
    )
