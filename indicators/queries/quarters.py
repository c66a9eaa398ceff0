"""Which quarters are open for results and which are closed."""

from __future__ import annotations

from indicators.models import ReportingQuarter
from sorp.lexicon import Quarter


def quarter_state(quarter: Quarter) -> ReportingQuarter | None:
    """The quarter's row, or None where nothing has been reported in it yet."""
    return ReportingQuarter.objects.filter(quarter_start=quarter.first_day).first()


def last_closed() -> Quarter | None:
    """The latest quarter that is closed for good."""
    row = (
        ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
        .order_by("-quarter_start")
        .first()
    )
    return row.quarter if row else None


def open_quarters() -> list[Quarter]:
    """The quarters that take results now, earliest first."""
    rows = ReportingQuarter.objects.filter(state=ReportingQuarter.State.OPEN)
    return [row.quarter for row in rows]
