"""What the running of the framework asks of a performance officer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.urls import reverse

from indicators.queries.calendar import CalendarSheet, quarters_to_begin, unowned
from indicators.queries.completion import completion
from indicators.rules.calendar import in_full
from indicators.rules.returns import Step
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
    """How far a quarter under way has come, and by when it should be closed."""
    found = completion(quarter=sheet.quarter)
    entry = [line.due_on for line in sheet.steps if line.step is Step.ENTRY]
    day = max(entry, default=None)
    close = sheet.line(Step.CLOSE)
    if not found.missing and close and close.due_on <= today:
        yield Need(
            Urgency.NOW,
            f"Every result for {sheet.quarter} is in, and it is due to be closed.",
            f"Close {sheet.quarter}",
            reverse("quarters"),
            close.due_on,
        )
        return
    if found.missing:
        is_late = day is not None and day < today
        due = f"; the last were due on {in_full(day)}" if day and is_late else ""
        due = due or (f"; the last are due on {in_full(day)}" if day else "")
        yield Need(
            Urgency.NOW if is_late else Urgency.SOON,
            f"{found.submitted} of {counted(found.due, 'result')} for {sheet.quarter}"
            f" {'is' if found.submitted == 1 else 'are'} in{due}.",
            f"See who has not submitted for {sheet.quarter}",
            reverse("completion", args=[sheet.quarter.key]),
            day,
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
