"""How days and quarters are written for people. Pure, so that rules write them as pages do."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.quarters import Quarter

LONDON = ZoneInfo("Europe/London")


def as_date(value: date | datetime | str | None) -> str:
    """20 October 2011. Takes a day, a moment (its day in London) or either in ISO form."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(LONDON)
    return f"{value.day} {value:%B %Y}"


def in_full(day: date) -> str:
    """Thursday 20 October 2011."""
    return f"{day:%A} {as_date(day)}"


def as_time(moment: datetime) -> str:
    """15:42, as the clock shows it in London."""
    return f"{moment.astimezone(LONDON):%H:%M}"


def as_moment(moment: datetime) -> str:
    """15:42 on 20 October 2011."""
    return f"{as_time(moment)} on {as_date(moment)}"


def as_recent(moment: datetime, today: date) -> str:
    """Today at 15:42, yesterday at 15:42, or at 15:42 on 20 October 2011: as it stands in a sentence."""
    days = (today - moment.astimezone(LONDON).date()).days
    if days in (0, 1):
        return f"{'yesterday' if days else 'today'} at {as_time(moment)}"
    return f"at {as_moment(moment)}"


def as_quarter(value: Quarter | date | str | None) -> str:
    """Q2 2011/12. Takes a quarter, its key (2011-Q2) or any day in it."""
    if not value:
        return ""
    if isinstance(value, str):
        value = Quarter.parse(value)
    elif isinstance(value, date):
        value = Quarter.containing(value)
    return str(value)
