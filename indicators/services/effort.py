"""Noting the hours that a step of a quarter took."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from core import audit
from core.clock import now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from indicators.models.effort import NotedHours
from indicators.rules.effort import MOST_HOURS, WorkStep
from organisation.models.people import User
from organisation.rights import sight_of
from organisation.rules import Sight


class CannotNoteHours(Refused):
    """The hours cannot be noted so. The message says what to do, and at which field."""


@transaction.atomic
def note_hours(
    *, quarter: Quarter, step: WorkStep, hours: Decimal, note: str = "", by: User
) -> tuple[NotedHours, bool]:
    """An officer says what a step took them; said before, it is said anew, and the record has both.

    Returns it, and whether anything is otherwise than before. Raises CannotNoteHours for whoever is no
    officer, for a quarter that nobody reports on, and for hours that nobody can have worked.
    """
    if sight_of(by) is not Sight.EVERYTHING:
        raise CannotNoteHours("Hours are noted by officers")
    if not ReportingQuarter.objects.filter(quarter=quarter).exists():
        raise CannotNoteHours(f"{quarter} has not begun: choose one that has", field="quarter")
    if not 0 <= hours <= MOST_HOURS:
        raise CannotNoteHours(f"Enter hours from 0 to {MOST_HOURS}, such as 7.5", field="hours")
    note = note.strip()
    row = (
        NotedHours.objects.select_for_update()
        .filter(quarter=quarter, step=step, noted_by=by)
        .first()
    )
    was = str(row.hours) if row else None
    if row is not None and (row.hours, row.note) == (hours, note):
        return row, False
    if row is None:
        row = NotedHours(quarter=quarter, step=step, noted_by=by)
    row.hours, row.note, row.noted_at = hours, note, now()
    row.save()
    audit.record("noted hours", row, by=by, hours=str(hours), was=was, note=note)
    return row, True
