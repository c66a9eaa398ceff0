"""Notices: rows that are owed, each sent once."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction

from organisation import audit
from organisation.clock import now
from organisation.models import Notice, User


def owe_notice(*, key: str, recipient: User, subject: str, body: str) -> Notice:
    """One person is owed a message. The same key is never owed twice."""
    notice, _ = Notice.objects.get_or_create(
        key=key,
        defaults={"recipient": recipient, "subject": subject[:200], "body": body},
    )
    return notice


@transaction.atomic
def send_notice(*, notice_id: int) -> bool:
    """Send a notice once. Returns whether this call was the one that sent it.

    The row stays locked while the mail goes, so no other worker sends it too. A crash between
    the mail and the commit sends it again: better than never.
    """
    rows = Notice.objects.unsent()
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    notice = rows.select_related("recipient").filter(pk=notice_id).first()
    if notice is None:
        return False
    text = f"{notice.body}\n\n{settings.SERVICE_ADDRESS}/home/\n"
    send_mail(notice.subject, text, settings.DEFAULT_FROM_EMAIL, [notice.recipient.email])
    notice.sent_at = now()
    notice.save(update_fields=["sent_at"])
    audit.record("sent notice", notice, by=None, key=notice.key)
    return True
