"""Notices: rows that are owed, each sent once, in the way its recipient chose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import TypeVar

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse

from core import audit, own_words
from core.clock import now
from core.dates import as_date
from core.models.notices import Notice, NoticePreference
from core.models.people import Person
from core.post import is_post_set_up

How = NoticePreference.How
Rows = TypeVar("Rows", bound=QuerySet)
AT_A_TIME = 500
# What a reader of the daily e-mail should see first.
IN_ORDER = (
    Notice.Kind.OVERDUE,
    Notice.Kind.TO_DECIDE,
    Notice.Kind.REMINDER,
    Notice.Kind.NEWS,
)


_gathered: ContextVar[list[Notice] | None] = ContextVar("gathered", default=None)


@contextmanager
def gathering_notices() -> Iterator[list[Notice]]:
    """Inside, whatever comes to be owed is noted, so that it can be held."""
    owed: list[Notice] = []
    mark = _gathered.set(owed)
    try:
        yield owed
    finally:
        _gathered.reset(mark)


def hold_notices(*, notices: Sequence[Notice], until: datetime) -> None:
    """Nobody is told of these before then, on no page and by no e-mail."""
    keys = [each.pk for each in notices]
    for start in range(0, len(keys), AT_A_TIME):
        some = Notice.objects.filter(pk__in=keys[start : start + AT_A_TIME])
        some.update(held_until=until)


def owe_notice(
    *,
    key: str,
    recipient: Person,
    subject: str,
    body: str,
    kind: Notice.Kind = Notice.Kind.NEWS,
    address: str = "",
) -> Notice:
    """One person is owed a message, with the page to go to. The same key is never owed twice."""
    notice, is_new = Notice.objects.get_or_create(
        key=key,
        defaults={
            "recipient": recipient,
            "subject": subject[:200],
            "body": body,
            "kind": kind,
            "address": address,
        },
    )
    if is_new and (owed := _gathered.get()) is not None:
        owed.append(notice)
    return notice


@transaction.atomic
def send_notice(*, notice_id: int) -> bool:
    """Send a notice once. Returns whether this call was the one that sent it.

    What waits for its recipient's one e-mail a day stays owed (`send_digest`). What its recipient
    wants no e-mail about, whose recipient has left, or what no mail server takes, is kept for the
    page, and owed no longer.
    The row stays locked while the mail goes, so no other worker sends it too. A crash between
    the mail and the commit sends it again: better than never.
    """
    notice = (
        _locked(Notice.objects.unsent())
        .select_related("recipient__notice_preference")
        .filter(pk=notice_id)
        .first()
    )
    if notice is None:
        return False
    how = how_told(notice.recipient)
    if not notice.recipient.is_active or (
        how == How.OVERDUE and notice.kind != Notice.Kind.OVERDUE
    ):
        _keep_for_page(notice)
        return False
    if how == How.DAILY:
        return False
    _mail(notice.recipient, notice.subject, f"{_notice_text(notice)}\n\n{_footer()}")
    if not is_post_set_up():  # it went to the log, and to nobody
        _keep_for_page(notice)
        return False
    notice.sent_at = now()
    notice.save(update_fields=["sent_at"])
    audit.record("sent notice", notice, by=None, key=notice.key)
    return True


@transaction.atomic
def send_digest(*, recipient_id: int, today: date) -> int:
    """Send somebody who wants one e-mail a day all that they are owed. Returns how many notices.

    Nothing goes where nothing is owed, nor a second time on one day. Each notice counts as sent,
    once. The preference stays locked while the mail goes, so two workers send one e-mail.
    """
    wanting = (
        _locked(NoticePreference.objects.filter(how=How.DAILY, user_id=recipient_id))
        .exclude(digest_on__gte=today)
        .select_related("user")
        .first()
    )
    if wanting is None:
        return 0
    notices = list(_locked(Notice.objects.unsent()).filter(recipient_id=recipient_id))
    if not notices:
        return 0
    if not wanting.user.is_active:
        for notice in notices:
            _keep_for_page(notice)
        return 0
    _mail(wanting.user, *_digest_email(notices, today))
    if not is_post_set_up():
        for notice in notices:
            _keep_for_page(notice)
        return 0
    moment = now()
    Notice.objects.filter(pk__in=[each.pk for each in notices]).update(sent_at=moment)
    wanting.digest_on = today
    wanting.save(update_fields=["digest_on"])
    audit.record("sent digest", wanting, by=None, keys=[each.key for each in notices])
    return len(notices)


@transaction.atomic
def choose_notices(*, how: str, by: Person) -> NoticePreference:
    """From now on a person is told in the way they chose. What is owed already follows it too."""
    preference, _ = NoticePreference.objects.select_for_update().get_or_create(user=by)
    was = preference.how
    if was != how:
        preference.how = How(how)
        preference.save(update_fields=["how"])
        audit.record("chose how to be told", preference, by=by, how=how, was=was)
    return preference


def how_told(user: Person) -> str:
    """How a person wants to be told. Who never chose is told of each thing."""
    preference = getattr(user, "notice_preference", None)
    return preference.how if preference else How.EACH


def _locked(rows: Rows) -> Rows:
    """The rows that no other worker holds, held until this transaction ends."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows


def _keep_for_page(notice: Notice) -> None:
    notice.kept_at = now()
    notice.save(update_fields=["kept_at"])
    audit.record("kept notice for the page", notice, by=None, key=notice.key)


def _mail(recipient: Person, subject: str, text: str) -> None:
    """Plain text, which every reader and every screen reader reads."""
    own_words.speak_as_council()
    send_mail(
        own_words.in_own_words(subject),
        own_words.in_own_words(text),
        settings.DEFAULT_FROM_EMAIL,
        [recipient.email],
    )


def _notice_text(notice: Notice) -> str:
    return f"{notice.body}\n\n{settings.SERVICE_ADDRESS}{notice.address or reverse('home')}"


def _footer() -> str:
    own_words.speak_as_council()
    name = own_words.council_name(settings.COUNCIL_NAME)
    address = f"{settings.SERVICE_ADDRESS}{reverse('notice_preferences')}"
    return f"--\n{name}, {settings.SERVICE_NAME.lower()}\nChoose how you get notices: {address}\n"


def _digest_email(notices: Sequence[Notice], today: date) -> tuple[str, str]:
    """The subject and the text of one day's e-mail: what is overdue first."""
    day = as_date(today)
    counted = "1 notice" if len(notices) == 1 else f"{len(notices)} notices"
    ordered = sorted(notices, key=lambda each: IN_ORDER.index(Notice.Kind(each.kind)))
    parts = [f"{each.subject}\n\n{_notice_text(each)}" for each in ordered]
    return f"{counted} for {day}", "\n\n\n".join([*parts, _footer()])
