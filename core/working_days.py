"""Working days in England: neither weekends nor bank holidays. Pure, and asks nothing of the net.

GOV.UK's list, as it comes with govuk-bank-holidays, says what was proclaimed; it begins in 2012
and ends a year or two ahead. Outside its years the holidays follow from the Banking and Financial
Dealings Act 1971 and the yearly proclamations of New Year's Day (since 1974) and early May (1978),
with the one-offs of `PROCLAIMED`.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from functools import cache

from govuk_bank_holidays.bank_holidays import BankHolidays

ONE = timedelta(days=1)
FEWEST = 8  # bank holidays in any whole year: a year of GOV.UK's list with fewer is not yet whole
# (added, taken away), in years before GOV.UK's list begins: VE day, the millennium, a jubilee and
# a wedding.
PROCLAIMED: dict[int, tuple[set[date], set[date]]] = {
    1995: ({date(1995, 5, 8)}, {date(1995, 5, 1)}),
    1999: ({date(1999, 12, 31)}, set()),
    2002: ({date(2002, 6, 3), date(2002, 6, 4)}, {date(2002, 5, 27)}),
    2011: ({date(2011, 4, 29)}, set()),
}


def is_working_day(day: date) -> bool:
    """Whether the council's offices work on a day."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def working_day_after(day: date, count: int) -> date:
    """The count-th working day after a day, which is itself not counted.

    Nought is the day itself, or the next working day where it is none.
    """
    return _walk(day, count, ONE)


def working_day_before(day: date, count: int) -> date:
    """The count-th working day before a day, which is itself not counted.

    Nought is the day itself, or the last working day before where it is none.
    """
    return _walk(day, count, -ONE)


def _walk(day: date, count: int, step: timedelta) -> date:
    if count < 0:
        raise ValueError(f"Count forwards from 0, not {count}")
    while count > 0:
        day += step
        count -= is_working_day(day)
    while not is_working_day(day):
        day += step
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days later the end is: the start is not counted, the end is.

    Negative where the end is earlier: the 4th is one working day before the 5th, and -1 from it.
    """
    if end < start:
        return -working_days_between(end, start)
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=each)) for each in range(1, days + 1))


def latest_publication_day(meeting: date, clear_days: int = 5, *, strict: bool = True) -> date:
    """The last day on which papers may be published for a meeting.

    Clear days count neither the day of publication nor that of the meeting. No statute settles
    whether weekends and bank holidays count (R-COM-02; ex parte Elitestone, 1993): strictly they
    do not, and on the calendar reading they do.
    """
    if strict:
        return working_day_before(meeting, clear_days + 1)
    return meeting - timedelta(days=clear_days + 1)


def clear_days_between(publication: date, meeting: date) -> int:
    """How many working days lie between the two, neither counted; nought where there are none."""
    days = (meeting - publication).days
    return sum(is_working_day(publication + timedelta(days=each)) for each in range(1, days))


def bank_holidays(year: int) -> frozenset[date]:
    """England's bank holidays in a year: as GOV.UK lists them, else by rule and proclamation."""
    listed = listed_by_govuk().get(year, frozenset())
    if len(listed) >= FEWEST:
        return listed
    added, taken_away = PROCLAIMED.get(year, (set(), set()))
    return (by_rule(year) - taken_away) | added


@cache
def listed_by_govuk() -> dict[int, frozenset[date]]:
    """The bank holidays of England and Wales that GOV.UK has published, by year: `{2012: {2 Jan, …}}`."""
    years: dict[int, set[date]] = defaultdict(set)
    division = BankHolidays.ENGLAND_AND_WALES
    for holiday in BankHolidays(use_cached_holidays=True).get_holidays(division=division):
        years[holiday["date"].year].add(holiday["date"])
    return {year: frozenset(days) for year, days in years.items()}


@cache
def by_rule(year: int) -> frozenset[date]:
    """The bank holidays of a year in which nothing out of the ordinary was proclaimed."""
    easter = easter_sunday(year)
    days = {
        easter - 2 * ONE,
        easter + ONE,
        _last_monday(date(year, 5, 31)),
        _last_monday(date(year, 8, 31)),
    }
    if year >= 1974:
        days.add(_weekday_from(date(year, 1, 1), set()))
    if year >= 1978:
        days.add(_last_monday(date(year, 5, 7)))
    christmas = {day for day in (date(year, 12, 25), date(year, 12, 26)) if day.weekday() < 5}
    for day in (date(year, 12, 25), date(year, 12, 26)):
        if day.weekday() >= 5:
            christmas.add(_weekday_from(day, christmas))
    return frozenset(days | christmas)


def _last_monday(latest: date) -> date:
    return latest - latest.weekday() * ONE


def _weekday_from(day: date, taken: set[date]) -> date:
    """The day itself, or its substitute: the next weekday that is not already a holiday."""
    while day.weekday() >= 5 or day in taken:
        day += ONE
    return day


def easter_sunday(year: int) -> date:
    """Easter by the Gregorian reckoning (Meeus, Astronomical Algorithms, chapter 8)."""
    golden, century, in_century = year % 19, year // 100, year % 100
    leap, rest = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * rest + 2 * (in_century // 4) - moon - in_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def in_days(count: int) -> str:
    return f"{count} working day{'' if count == 1 else 's'}"
