"""Quarters of the financial year: the one reading of time that everything shares. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A quarter of the financial year, April to March.

    Q1 2011/12 is April to June 2011 and is written 2011-Q1 in addresses, files and tasks;
    Q4 2011/12 is January to March 2012 and is written 2011-Q4.
    """

    year: int  # the calendar year in which the financial year began
    number: int

    def __post_init__(self) -> None:
        if self.number not in (1, 2, 3, 4):
            raise ValueError(f"A financial year has quarters 1 to 4, not {self.number}")
        if not 1900 <= self.year <= 2200:
            raise ValueError(f"A financial year begins between 1900 and 2200, not in {self.year}")

    @classmethod
    def containing(cls, day: date) -> Quarter:
        if day.month < 4:
            return cls(day.year - 1, 4)
        return cls(day.year, (day.month - 1) // 3)

    @classmethod
    def parse(cls, key: str) -> Quarter:
        """Read 2011-Q1. Raises ValueError with a sentence that says what to write."""
        match = re.fullmatch(r"([0-9]{4})-Q([1-4])", key)
        if match is None:
            raise ValueError(f"{key!r} is not a quarter: write it like 2011-Q1")
        year = int(match[1])
        # Narrower than what can be, so that one can count back and on from whatever was typed.
        if not 1950 <= year <= 2150:
            raise ValueError(f"{key} is out of reach: give a quarter between 1950-Q1 and 2150-Q4")
        return cls(year, int(match[2]))

    @classmethod
    def from_ordinal(cls, ordinal: int) -> Quarter:
        return cls(ordinal // 4, ordinal % 4 + 1)

    @property
    def ordinal(self) -> int:
        """Quarters counted one by one, so that two may be subtracted."""
        return self.year * 4 + self.number - 1

    @property
    def key(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first_day(self) -> date:
        if self.number == 4:
            return date(self.year + 1, 1, 1)
        return date(self.year, 3 * self.number + 1, 1)

    @property
    def last_day(self) -> date:
        return self.next().first_day - timedelta(days=1)

    @property
    def financial_year(self) -> str:
        return f"{self.year}/{(self.year + 1) % 100:02d}"

    def next(self) -> Quarter:
        return Quarter.from_ordinal(self.ordinal + 1)

    def previous(self) -> Quarter:
        return Quarter.from_ordinal(self.ordinal - 1)

    def back(self, quarters: int) -> Quarter:
        return Quarter.from_ordinal(self.ordinal - quarters)

    def until(self, last: Quarter) -> Iterator[Quarter]:
        """Every quarter from this one to the last, both included."""
        return (Quarter.from_ordinal(each) for each in range(self.ordinal, last.ordinal + 1))

    @property
    def months(self) -> str:
        """October to December 2019."""
        first, last = self.first_day, self.last_day
        return f"{MONTHS[first.month - 1]} to {MONTHS[last.month - 1]} {last.year}"

    @property
    def in_full(self) -> str:
        """Q3 2019/20, October to December 2019: what nobody can take for another quarter."""
        return f"{self}, {self.months}"

    def __str__(self) -> str:
        return f"Q{self.number} {self.financial_year}"


@dataclass(frozen=True, order=True, slots=True)
class FinancialYear:
    """A financial year, April to March, as a period of what is given once in it: 2016/17."""

    year: int  # the calendar year in which it began

    @property
    def key(self) -> str:
        return f"{self.year}-{(self.year + 1) % 100:02d}"

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        return tuple(Quarter(self.year, number) for number in (1, 2, 3, 4))

    def __str__(self) -> str:
        return f"{self.year}/{(self.year + 1) % 100:02d}"


NUMBER = r"(?:q(?:uarter|tr)?\.? ?(?P<q>[1-4])|(?P<nth>1st|2nd|3rd|4th|first|second|third|fourth) quarter)"
YEARS = r"(?:fy ?)?(?P<from>(?:[0-9][0-9])?[0-9][0-9]) ?[/-] ?(?P<to>(?:[0-9][0-9])?[0-9][0-9])"
BETWEEN = r" ?[,:-]? ?(?:of )?"
YEAR_AND_NUMBER = re.compile(rf"{YEARS}{BETWEEN}{NUMBER}")
NUMBER_AND_YEAR = re.compile(rf"{NUMBER}{BETWEEN}\(?{YEARS}\)?")
ONE_YEAR = re.compile(
    rf"(?:(?P<before>[0-9]{{4}}){BETWEEN}{NUMBER}|"
    + NUMBER.replace("<q>", "<q2>").replace("<nth>", "<nth2>")
    + rf"{BETWEEN}(?P<after>[0-9]{{4}}))"
)
MONTH = "(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\\.?"
RANGE = re.compile(
    rf"(?:the )?{MONTH}(?: ?([0-9]{{4}}))? ?(?:-|to|until) ?{MONTH},? ?([0-9]{{4}}|'?[0-9][0-9])(?: ?[/-] ?([0-9][0-9](?:[0-9][0-9])?))?"
)
ENDING = re.compile(
    r"(?:(?:the )?(?:quarter|qtr|3 months|three months) )?(?:end(?:ing|ed|s)?|to)(?: on)? "
)
BY_DAY = re.compile(rf"([0-9]{{1,2}})(?:st|nd|rd|th)? {MONTH},? ([0-9]{{4}})")
BY_MONTH = re.compile(
    rf"{MONTH},? ?([0-9]{{4}})|([0-9]{{4}})-([0-9][0-9])|([0-9][0-9])/([0-9]{{4}})"
)
NUMBERS = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ t]0?0:00(?::00)?)?|([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})"
)
NTH = {"1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4}
SHORT = [month[:3].lower() for month in MONTHS]


def read_financial_year(text: str) -> FinancialYear | None:
    """The financial year that is written: 2016-17, 2016/17, 2016-2017, FY 2016/17; None where none is.

    2011-12 is December 2011 too: whoever asks has to know which of the two can be meant.
    """
    plain = re.sub("[\u2010-\u2014\u2212]", "-", " ".join(text.split())).casefold()
    found = re.fullmatch(r"(?:fy ?)?([0-9]{4}) ?[/-] ?([0-9]{2}|[0-9]{4})", plain)
    if found is None:
        return None
    year, following = int(found[1]), int(found[1]) + 1
    if found[2] not in (str(following), str(following)[2:]) or not 1950 <= year <= 2150:
        return None
    return FinancialYear(year)


def read_quarter(text: str) -> Quarter:
    """A quarter in any form that can be read in one way only.

    `2019-Q3`, `Q3 2019/20`, `2019-20 Q3`, `Oct-Dec 2019`, `Jan-Mar 2019/20`, and its last day:
    31/12/2019, 31 December 2019. Raises ValueError in a sentence: what could be read in two ways is
    refused with both.
    """
    plain = (
        re.sub(r"[\s\u00a0]+", " ", re.sub("[\u2010-\u2014\u2212]", "-", text)).strip().casefold()
    )
    if re.fullmatch(r"[0-9]{4}-q[1-4]", plain):
        return Quarter.parse(plain.upper())
    if found := YEAR_AND_NUMBER.fullmatch(plain) or NUMBER_AND_YEAR.fullmatch(plain):
        return Quarter.parse(
            f"{_first_year(found['from'], found['to'], text)}-Q{found['q'] or NTH[found['nth']]}"
        )
    if found := ONE_YEAR.fullmatch(plain):
        year = int(found["before"] or found["after"])
        number = int(found["q"] or found["q2"] or NTH[found["nth"] or found["nth2"]])
        ours = Quarter.parse(f"{year}-Q{number}")
        theirs = Quarter.containing(date(year, 3 * number, 1))
        raise ValueError(
            f"{text!r} can be read in two ways: write {ours.key} for {ours.in_full}, or {theirs.key}"
            f" for {theirs.in_full}"
        )
    if found := RANGE.fullmatch(plain):
        return _of_months(found, text)
    is_said_to_end = bool(ENDING.match(plain))
    plain = ENDING.sub("", plain, count=1) if is_said_to_end else plain
    day = _day(plain, text)
    if day is not None:
        quarter = Quarter.containing(day)
        if day == quarter.last_day:
            return quarter
        raise ValueError(
            f"{text!r} is not the last day of a quarter: write {quarter.key} if you mean "
            f"{quarter.in_full}"
        )
    if found := BY_MONTH.fullmatch(plain):
        month = SHORT.index(found[1][:3]) + 1 if found[1] else int(found[4] or found[5])
        if not 1 <= month <= 12:
            raise ValueError(_not_read(text))
        quarter = Quarter.containing(date(int(found[2] or found[3] or found[6]), month, 1))
        if is_said_to_end and month == quarter.last_day.month:
            return quarter
        raise ValueError(f"{text!r} is a month: write {quarter.key} if you mean {quarter.in_full}")
    raise ValueError(_not_read(text))


def _not_read(text: str) -> str:
    return f"write the quarter like 2021-Q4 or Q4 2021/22, not {text[:40]!r}"


def _first_year(first: str, second: str, text: str) -> int:
    """The year in which a financial year began, such as 2019/20. Raises ValueError for any other."""
    year = int(first) if len(first) == 4 else _in_century(first)
    if int(second) % 100 != (year + 1) % 100 or (len(second) == 4 and int(second) != year + 1):
        raise ValueError(f"{text!r} has no financial year: write it like 2019/20")
    return year


def _in_century(two_digits: str) -> int:
    """1950 to 2049: no council's figures are older, and none are for later."""
    return int(two_digits) + (2000 if int(two_digits) < 50 else 1900)


def _of_months(found: re.Match[str], text: str) -> Quarter:
    """October to December 2019; with a financial year, January to March 2019/20."""
    first, year_of_first, last, year, until = found.groups()
    one, other = SHORT.index(first[:3]) + 1, SHORT.index(last[:3]) + 1
    if one not in (1, 4, 7, 10) or other != one + 2:
        raise ValueError(f"{text!r} is not a quarter: write its three months, such as Oct-Dec 2019")
    if until:
        begins = _first_year(year.lstrip("'"), until, text)
        return Quarter.containing(date(begins + (one == 1), one, 1))
    whole = int(year) if len(year) == 4 else _in_century(year[-2:])
    if year_of_first and int(year_of_first) != whole:
        raise ValueError(f"{text!r} is not a quarter: write its three months, such as Oct-Dec 2019")
    return Quarter.containing(date(whole, one, 1))


def _day(plain: str, text: str) -> date | None:
    """The day that is written, where there is one. Raises ValueError for one that could be two."""
    if found := BY_DAY.fullmatch(plain):
        year, month, number = int(found[3]), SHORT.index(found[2][:3]) + 1, int(found[1])
        readings = [(year, month, number)]
    elif found := NUMBERS.fullmatch(plain):
        if found[1]:
            readings = [(int(found[1]), int(found[2]), int(found[3]))]
        else:
            year, one, other = int(found[6]), int(found[4]), int(found[5])
            readings = [(year, other, one), (year, one, other)]
    else:
        return None
    days: list[date] = []
    for each in readings:
        with suppress(ValueError):
            days.append(date(*each))
    if not days:
        raise ValueError(f"{text!r} is not a real date")
    ends = [each for each in days if each == Quarter.containing(each).last_day]
    return (ends or days)[0]
