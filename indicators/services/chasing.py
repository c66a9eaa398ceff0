"""Reminding people by hand, now and in one's own words, of what they have not submitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from django.db import transaction
from django.urls import reverse

from core import audit
from core.clock import now
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from core.services.notices import owe_notice
from indicators.models.chasing import SentReminder
from indicators.models.definitions import Indicator
from organisation.models.people import User


class CannotRemind(Refused):
    """Nobody is reminded now. The message says what to do."""


@transaction.atomic
def remind_now(
    *,
    quarter: Quarter,
    lacking: Mapping[User, Sequence[Indicator]],
    subject: str,
    words: str,
    batch: UUID,
    by: User,
) -> list[SentReminder]:
    """Each of these people is owed a notice: the words, and what that person has not submitted.

    Returns those that are new: one press of the button, sent twice, reminds nobody twice. Raises
    CannotRemind without words, and once the quarter is closed.
    """
    if not words.strip() or not subject.strip():
        raise CannotRemind("Write the message", field="words")
    row = ReportingQuarter.objects.select_for_update().filter(quarter=quarter).first()
    if row is None or row.is_closed:
        raise CannotRemind(f"{quarter} takes no results, so there is nobody to remind")
    known = set(SentReminder.objects.filter(batch=batch).values_list("recipient_id", flat=True))
    sent = []
    for person, indicators in lacking.items():
        if person.pk in known or not person.is_active or not indicators:
            continue
        key = uuid4()
        lines = "\n".join(f"- {each.title} ({each.reference})" for each in indicators)
        notice = owe_notice(
            key=f"chase-{batch}-{person.pk}",
            recipient=person,
            kind=Notice.Kind.REMINDER,
            subject=subject.strip(),
            body=f"{words.strip()}\n\nNot submitted for {quarter}:\n{lines}\n\n{by.name}",
            address=reverse("follow_reminder", args=[key]),
        )
        reminder = SentReminder.objects.create(
            batch=batch,
            key=key,
            quarter=quarter,
            recipient=person,
            notice=notice,
            words=words.strip(),
            lacking=[each.reference for each in indicators],
            sent_by=by,
        )
        audit.record("reminded by hand", reminder, by=by, words=words, lacking=reminder.lacking)
        sent.append(reminder)
    return sent


@transaction.atomic
def follow_reminder(*, reminder: SentReminder, by: User) -> SentReminder:
    """Whom it went to has followed its link: it is known to be opened. Following again changes nothing."""
    row = SentReminder.objects.select_for_update().get(pk=reminder.pk)
    if row.opened_at is None and row.recipient_id == by.pk:
        row.opened_at = now()
        row.save(update_fields=["opened_at"])
        audit.record("opened a reminder", row, by=by)
    return row
