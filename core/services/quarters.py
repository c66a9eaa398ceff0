"""Opening quarters for results, and holding them. Closing them is escalation's, since it escalates."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core import audit
from core.dates import as_date
from core.models.people import Person
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import last_closed, quarter_state
from core.refusals import Refused


class NotOpen(Refused):
    """The quarter takes no results: it has not ended, or it is closed."""


@transaction.atomic
def open_quarter(*, quarter: Quarter, today: date, by: Person | None) -> ReportingQuarter:
    """The quarter takes results. Raises NotOpen where it has not ended or is closed."""
    if quarter.last_day >= today:
        raise NotOpen(
            f"{quarter} has not ended: its results can be entered from"
            f" {as_date(quarter.next().first_day)}"
        )
    closed = last_closed()
    if closed is not None and quarter < closed and quarter_state(quarter) is None:
        raise NotOpen(
            f"{quarter} was never reported, and {closed} is closed: results are taken for"
            f" {closed.next()} and later"
        )
    rows = ReportingQuarter.objects.select_for_update()  # a close waits for us, or we for it
    row, is_new = rows.get_or_create(quarter=quarter)
    if row.is_closed:
        raise NotOpen(f"{quarter} is closed: its results change only by a revision, which says why")
    if is_new:
        audit.record("opened quarter", row, by=by)
    return row


def held_quarter(quarter: Quarter) -> ReportingQuarter | None:
    """The quarter's row as it is, held until this transaction ends; None where there is none.

    For acts that differ by whether it is closed: a close, or one that is taken back, waits for them,
    or they for it, and then find what it has become.
    """
    return ReportingQuarter.objects.select_for_update().filter(quarter=quarter).first()
