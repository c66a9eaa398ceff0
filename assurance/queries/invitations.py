"""What accountable managers were asked to bring to meetings, and what has come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from assurance.models.invitations import Invitation
from assurance.models.matters import related
from assurance.rules import CallInVerdict, MeetingState
from core.working_days import working_days_between

REMINDED_BEFORE = 2  # working days before a paper is due


def late_or_due_papers(today: date) -> Iterator[tuple[Invitation, bool]]:
    """Invitations to meetings to come whose paper has not come: those due within two working days, and overdue."""
    rows = (
        Invitation.objects.filter(
            call_in__verdict=CallInVerdict.CALLED_IN,
            call_in__meeting__meets_on__gte=today,
            call_in__managers_papers__isnull=True,
        )
        .exclude(call_in__meeting__state__in=(MeetingState.HELD, MeetingState.CANCELLED))
        .select_related("call_in__meeting__team", "deputy", *related("call_in__"))
        .order_by("bring_by", "pk")
    )
    for row in rows:
        left = working_days_between(today, row.bring_by)
        if left <= REMINDED_BEFORE:
            yield row, today > row.bring_by
