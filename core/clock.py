"""What day and time it is. The one place that asks, so that it can be told.

In service it is the machine's clock. The demonstration council lives in the summer of 2023
(DEMONSTRATION_TODAY), and its past is loaded as of the days on which it happened (`at`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time

from django.conf import settings
from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """This moment, with its time zone."""
    if (moment := _told.get()) is not None:
        return moment
    real = timezone.now()
    day = settings.DEMONSTRATION_TODAY
    if day is None:
        return real
    return timezone.make_aware(datetime.combine(day, timezone.localtime(real).time()))


def localdate() -> date:
    """This day, where the council is."""
    return timezone.localdate(now())


def day_of(moment: datetime) -> date:
    """The day of a moment, where the council is."""
    return timezone.localdate(moment)


def noon_of(day: date) -> datetime:
    """Noon of a day, where the council is: for what is known to the day."""
    return timezone.make_aware(datetime.combine(day, time(12)))


@contextmanager
def at(day: date, hour: int = 10) -> Iterator[None]:
    """Inside, it is this day, at this hour."""
    moment = timezone.make_aware(datetime.combine(day, time(hour)))
    mark = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(mark)
