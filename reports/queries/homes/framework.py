"""What the running of the framework asks of a performance officer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.urls import reverse

from indicators.queries.calendar import CalendarSheet, quarters_to_begin, unowned
from indicators.rules.calendar import in_full
from indicators.rules.returns import Step
from reports.queries.completion import completion_sheet
from reports.queries.homes.needs import Need, Urgency, counted
from sorp.lexicon import Quarter


def asked_of_officers(sheets: Sequence[CalendarSheet], today: date) -> Iterator[Need]:
    """Quarters to begin, how far those under way have come, and indicators that nobody owns."""
    waiting = quarters_to_begin(today)
    for quarter in waiting:
        yield Need(
            Urgency.NOW,
            f"{quarter} has ended, and nobody has been asked for its returns yet.",
            f"Begin {quarter}",
            reverse("begin_quarter"),
            quarter.last_day,
        )
    for sheet in sheets:
        if sheet.quarter.last_day < today:
            yield from _completion(sheet, today)
    latest = max([*waiting, *(sheet.quarter for sheet in sheets)], default=None)
    if latest:
        yield from _unowned(latest)


def _completion(sheet: CalendarSheet, today: date) -> Iterator[Need]:
    """How far a quarter under way has come, and by when it should be closed.

    What was returned is not in: the figures are those of the completion page, to which it leads.
    """
    found = completion_sheet(quarter=sheet.quarter, today=today)
    total = found.total.total
    missing = total - found.total.in_hand
    last = max((day for _, day in found.due_days), default=None)
    close = sheet.line(Step.CLOSE)
    if not missing and close and close.due_on <= today:
        yield Need(
            Urgency.NOW,
            f"Every result for {sheet.quarter} is in, and it is due to be closed.",
            f"Close {sheet.quarter}",
            reverse("quarters"),
            close.due_on,
        )
    if missing:
        late = found.total.late
        told = f"{total - missing} of {counted(total, 'result')} for {sheet.quarter}"
        told += " is in" if total - missing == 1 else " are in"
        if late:
            told += f", and {late} {'is' if late == 1 else 'are'} overdue"
        elif last:
            told += f"; the last are due on {in_full(last)}"
        yield Need(
            Urgency.NOW if late else Urgency.SOON,
            f"{told}.",
            f"See who has not submitted for {sheet.quarter}",
            reverse("completion", args=[sheet.quarter.key]),
            last,
        )


def _unowned(quarter: Quarter) -> Iterator[Need]:
    found = unowned(quarter)
    if found:
        one = len(found) == 1
        yield Need(
            Urgency.NOW,
            f"{counted(len(found), 'indicator')} {'has' if one else 'have'} nobody in post who"
            f" answers for {'it' if one else 'them'}: no quarter can begin until"
            f" {'it has' if one else 'they have'}.",
            "See who answers for what",
            reverse("people"),
        )
