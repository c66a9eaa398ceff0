"""What escalation shows on pages of the apps below it."""

from __future__ import annotations

from core.panels import panel
from escalation.queries.backtests import evidence_on
from sorp.models.statement import Version


@panel("evidence_on_version", "escalation/evidence.html")
def evidence_on_version(version: Version) -> dict[str, object] | None:
    """The back-tests kept as evidence on a version of the SORP."""
    evidence = evidence_on(version)
    return {"evidence": evidence} if evidence else None
