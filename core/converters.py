"""What addresses carry: a quarter and a day. An address that names none leads nowhere (404)."""

from __future__ import annotations

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
