"""The accessibility statement, which the law requires and monitors read.

Pages named here as tested are those that the journeys test with axe: one list for both, so that
the statement can claim nothing that was not done.
"""

from __future__ import annotations

from datetime import date
from typing import Any

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


def facts() -> dict[str, Any]:
    """What the statement's template says of when and what."""
    return {"prepared": PREPARED, "reviewed": REVIEWED, "pages_tested": PAGES_TESTED}
