"""How numbers, dates and quarters are written for people."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format

from core.figures import as_number
from core.quarters import Quarter

__all__ = ["as_date", "as_number", "as_quarter"]


def as_date(value: date | datetime | str | None) -> str:
    """20 October 2011. Takes a date, a moment (its day in London) or either in ISO form."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return date_format(value, "j F Y")


def as_quarter(value: Quarter | date | str | None) -> str:
    """Q2 2011/12. Takes a quarter, its key (2011-Q2) or any day in it."""
    if not value:
        return ""
    if isinstance(value, str):
        value = Quarter.parse(value)
    elif isinstance(value, date):
        value = Quarter.containing(value)
    return str(value)
