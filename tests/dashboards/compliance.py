"""A closed quarter whose compliance is measured: Q2 2011/12, closed on Friday 28 October 2011."""

from __future__ import annotations

from datetime import UTC, date, datetime

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from dashboards.queries.compliance_checks import run_checks
from indicators.rules.returns import ResultState, Stage, Verdict
from sorp.models.statement import Version
from sorp.rules.checks import Check
from tests.factories import RevisionFactory, UserFactory

Q2 = Quarter(2011, 2)
CLOSED_AT = datetime(2011, 10, 28, 15, tzinfo=UTC)
IN_TIME = datetime(2011, 10, 12, 9, tzinfo=UTC)
TODAY = date(2011, 10, 31)
PLANS_DUE = date(2011, 11, 11)  # ten working days after the close


def closed_quarter(quarter=Q2, at=CLOSED_AT):
    return ReportingQuarter.objects.create(quarter=quarter, state="closed", closed_at=at)


def result(indicator, *, quarter=Q2, **said):
    """A result submitted in time and approved all the way."""
    fields = {"submitted_at": IN_TIME} | said
    return RevisionFactory(
        result__indicator=indicator,
        result__quarter=quarter,
        result__state=ResultState.APPROVED,
        **fields,
    )


def sign(revision, *, stage=Stage.DIRECTORATE, verdict=Verdict.APPROVED, by=None, at=None):
    return revision.sign_offs.create(
        stage=stage,
        verdict=verdict,
        signed_by=by or UserFactory(),
        signed_at=at or datetime(2011, 10, 20, 9, tzinfo=UTC),
        comment="" if verdict == Verdict.APPROVED else "Look again",
    )


def measured(check: Check, *, today=TODAY, quarter=Q2):
    """What one check finds: (looked at, kept, {reference: in what it lapsed})."""
    row = ReportingQuarter.objects.get(quarter=quarter)
    version = Version.objects.ruling(quarter).get()
    found = [
        each for each in run_checks(row=row, version=version, today=today) if each.check is check
    ]
    return (
        sum(each.tally.looked_at for each in found),
        sum(each.tally.kept for each in found),
        {lapse.reference: lapse.words for each in found for lapse in each.lapses},
    )
