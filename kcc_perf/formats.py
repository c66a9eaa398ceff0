"""How numbers, dates and quarters are written for people."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.formats import date_format

from sorp.lexicon import Quarter

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"


def as_number(value: Decimal | float | str, decimals: int | None = None, unit: str = "") -> str:
    """A number with thousands separated, a true minus sign and its unit: £1,250, 76.4%, 12 days.

    Halves are rounded away from nought, as people expect of a printed figure.
    """
    number = Decimal(str(value))
    if decimals is not None:
        number = number.quantize(Decimal(1).scaleb(-int(decimals)), rounding=ROUND_HALF_UP)
    digits = f"{abs(number):,f}"
    sign = MINUS if number < 0 and any(digit in "123456789" for digit in digits) else ""
    return sign + _with_unit(digits, unit.strip())


def _with_unit(digits: str, unit: str) -> str:
    if unit[:1] == "£":  # £, £k, £m, £ million
        scale = unit[1:].strip()
        return f"£{digits}{NO_BREAK if len(scale) > 2 else ''}{scale}"
    if unit in {"%", "‰"}:
        return f"{digits}{unit}"
    if unit.lower() in {"", "number", "count"}:
        return digits
    if digits == "1" and unit in {"days", "weeks", "hours", "minutes", "months", "years"}:
        unit = unit[:-1]
    return f"{digits}{NO_BREAK}{unit}"


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
