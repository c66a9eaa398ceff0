"""Sessions in the database, kept alive by reading, at little cost. SESSION_ENGINE names this module."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db import DatabaseError, InterfaceError, connection

logger = logging.getLogger(__name__)
RENEWED_EVERY = timedelta(minutes=1)


class SessionStore(DatabaseSessions):
    """A session that knows until when it lasts, so that renewing it asks for no further query."""

    lasts_until: datetime | None = None

    def _get_session_from_db(self) -> Session | None:
        row = super()._get_session_from_db()  # type: ignore[misc] # its stubs leave it out
        self.lasts_until = row.expire_date if row else None
        return row

    def renew(self) -> None:
        """The session lasts half an hour from now, unless it was renewed less than a minute ago.

        Only its end is written, so that what another page put into it meanwhile stays, and one
        that was ended meanwhile stays ended. Where the database refuses, or on SQLite is being
        written to by another, that is logged, and the next page tries again: nobody who reads
        should wait for that, or be refused.
        """
        self._get_session()  # type: ignore[attr-defined] # as above
        until = self.get_expiry_date()
        if self.lasts_until is None or until - self.lasts_until < RENEWED_EVERY:
            return
        try:
            with _no_wait_for_writers():
                self.model.objects.filter(
                    session_key=self.session_key, expire_date=self.lasts_until
                ).update(expire_date=until)
        except (DatabaseError, InterfaceError) as reason:
            logger.warning("A session was not renewed; the next page tries again: %s", reason)


@contextmanager
def _no_wait_for_writers() -> Iterator[None]:
    """SQLite has one writer at a time. What is asked meanwhile is refused at once, and not in 20 seconds."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")
