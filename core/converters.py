"""What addresses carry: a quarter, a day, an indicator, a kind of file. One that names none leads nowhere (404)."""

from __future__ import annotations

import re
from datetime import date

from core.quarters import Quarter


class QuarterConverter:
    """`<quarter:…>`: 2011-Q1, which the view receives as a `Quarter`."""

    regex = r"[0-9]{4}-Q[1-4]"

    def to_python(self, value: str) -> Quarter:
        return Quarter.parse(value)

    def to_url(self, value: Quarter | str) -> str:
        return value if isinstance(value, str) else value.key


class DayConverter:
    """`<day:…>`: 2011-11-14, which the view receives as a `date`."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return value if isinstance(value, str) else value.isoformat()


class SpreadsheetConverter:
    """`<spreadsheet:…>`: how a file of rows ends, csv or xlsx."""

    regex = "csv|xlsx"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def address_of(reference: str) -> str:
    """An indicator's reference as addresses, anchors and names of files have it: C&L 02 is C_L_02."""
    return re.sub(r"[^A-Za-z0-9.-]", "_", reference)


class ReferenceConverter:
    """`<reference:…>`: of an indicator's reference, which the view receives as its address.

    A page is found by `Indicator.address`; the reference itself cannot be read back from it.
    """

    regex = r"[A-Za-z0-9][A-Za-z0-9._-]*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return address_of(value)


class ItemConverter(ReferenceConverter):
    """`<item:…>`: what is before a meeting, an indicator by its address or anything else as milestone:12."""

    regex = rf"[a-z]+:[0-9]+|{ReferenceConverter.regex}"

    def to_url(self, value: str) -> str:
        return value
