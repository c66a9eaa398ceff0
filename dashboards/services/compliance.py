"""Measuring how far the SORP was kept in a closed quarter."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from dashboards.queries.compliance_checks import checks_to_make, run_checks
from organisation.models.people import User
from sorp.queries.ruling import version_ruling
from sorp.services.findings import FindingsRecorded, record_findings


class NotClosed(ValueError):
    """The quarter is not closed, so how far the SORP was kept in it cannot be told yet."""

    def __init__(self, quarter: Quarter) -> None:
        super().__init__(f"{quarter} is not closed: close it first, then measure how it was kept")


@transaction.atomic
def measure_compliance(*, quarter: Quarter, today: date, by: User | None) -> FindingsRecorded:
    """How far each requirement was kept in a closed quarter is measured, and recorded against it.

    Measured again, only what is different is found anew, and who was in post is not asked again.
    Raises NotClosed; NoVersionInForce where
    no SORP rules the quarter.
    """
    row = ReportingQuarter.objects.filter(
        quarter=quarter, state=ReportingQuarter.State.CLOSED
    ).first()
    if row is None:
        raise NotClosed(quarter)
    version = version_ruling(quarter)
    checks = checks_to_make(quarter)
    findings = run_checks(row=row, version=version, today=today, checks=checks)
    return record_findings(
        version=version, quarter=quarter, findings=findings, checks=checks, by=by
    )


def preview_compliance(*, quarter: Quarter, today: date) -> FindingsRecorded:
    """What measuring now would record. All is done, read, and undone. Raises the same."""
    with transaction.atomic():
        recorded = measure_compliance(quarter=quarter, today=today, by=None)
        transaction.set_rollback(True)
    return recorded
