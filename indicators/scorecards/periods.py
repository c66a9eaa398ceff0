"""Which quarter, month or year a heading speaks of, alone or with what stands above it. Pure.

What names a quarter in full is read by `core.quarters.read_quarter`, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from core.months import Month
from core.quarters import SHORT, Quarter, read_quarter


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time as a heading names it: `year` is missing where the heading does not say it.

    The year of a quarter is that in which its financial year began; of a month, its own.
    """

    span: str  # quarter, month, year, half_year, or calendar_year
    number: int = 0
    year: int | None = None
    question: str = ""

    @property
    def is_whole(self) -> bool:
        return self.year is not None

    def in_year(self, financial_year: int | None) -> Period:
        """The same, in this financial year where it names none."""
        if self.year is not None or financial_year is None:
            return self
        is_next = self.span == "month" and self.number < 4
        return replace(self, year=financial_year + is_next)

    @property
    def quarter(self) -> Quarter:
        """The quarter that it is, that holds it, or in which it ends."""
        assert self.year is not None
        if self.span == "quarter":
            return Quarter(self.year, self.number)
        if self.span == "month":
            return Month(self.year, self.number).quarter
        if self.span == "half_year":
            return Quarter(self.year, 2 * self.number)
        if self.span == "calendar_year":
            return Quarter(self.year, 3)
        return Quarter(self.year, 4)

    @property
    def key(self) -> str:
        """2021-Q4, or 2021-05: as files of results write it."""
        if self.span == "month":
            assert self.year is not None
            return Month(self.year, self.number).key
        return self.quarter.key

    @property
    def financial_year(self) -> int:
        return self.quarter.year


YEAR = r"(?:(?:19|20)\d\d|\d\d)"
FINANCIAL = r"(?:fy ?)?((?:19|20)\d\d|\d\d) ?[/-] ?((?:19|20)\d\d|\d\d)(?![\d/-])"
Q = r"(?:q(?:uarter|tr|rtr)?\.? ?([1-4])|(1st|2nd|3rd|4th|first|second|third|fourth) (?:quarter|qtr)|(?:quarter|qtr) (one|two|three|four))"
BETWEEN = r"[ ,:;|()\[\]-]{0,4}(?:of |for |in )?\(?"
QUARTER_YEAR = re.compile(rf"(?<![a-z0-9]){Q}{BETWEEN}{FINANCIAL}")
YEAR_QUARTER = re.compile(rf"(?<![\d/-]){FINANCIAL}{BETWEEN}{Q}(?![0-9])")
QUARTER_ONE_YEAR = re.compile(rf"(?<![a-z0-9]){Q}{BETWEEN}(?:fy ?)?((?:19|20)\d\d|'\d\d)(?![\d/])")
ONE_YEAR_QUARTER = re.compile(rf"(?<![\d/-])(?:fy ?)?((?:19|20)\d\d){BETWEEN}{Q}(?![0-9])")
MONTHS = r"(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|ember|tember|ober)?\.?"
MONTHS_RANGE = re.compile(
    rf"(?<![a-z]){MONTHS}(?: ?'?((?:19|20)\d\d|\d\d))? ?(?:-|to|until|/) ?{MONTHS}(?![a-z])"
    rf"(?:,? ?'?((?:19|20)\d\d|\d\d)(?: ?[/-] ?(\d\d(?:\d\d)?))?(?!\d))?"
)
QUARTER_ALONE = re.compile(rf"(?<![a-z0-9]){Q}(?![a-z0-9])")
HALF = re.compile(r"(?<![a-z0-9])(?:h([12])|half year ?([12]))(?![0-9])")
MONTH_YEAR = re.compile(rf"(?<![a-z]){MONTHS}[ -]?'?((?:19|20)\d\d|\d\d)(?![\d/])")
YEAR_THEN_MONTH = re.compile(rf"(?<![\d/-])((?:19|20)\d\d)[ -]{{1,3}}{MONTHS}(?![a-z0-9])")
YEAR_MONTH = re.compile(r"(?<![\d/-])((?:19|20)\d\d)[-/](0[1-9]|1[0-2])(?![\d/-])")
MONTH_ALONE = re.compile(rf"(?<![a-z]){MONTHS}(?![a-z0-9])")
DAY = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{MONTHS},? ?'?((?:19|20)\d\d|\d\d)(?!\d)"
)
DAY_NUMBERS = re.compile(
    r"(?<!\d)(?:(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)?\d\d)|((?:19|20)\d\d)-(\d\d)-(\d\d))(?!\d)"
)
YEAR_ALONE = re.compile(rf"(?<![\d/-]){FINANCIAL}")
CALENDAR = re.compile(r"(?<![\d/.,£-])((?:19|20)\d\d)(?![\d/.,%-])")
NTH = {"1st": 1, "first": 1, "one": 1, "2nd": 2, "second": 2, "two": 2}
NTH |= {"3rd": 3, "third": 3, "three": 3, "4th": 4, "fourth": 4, "four": 4}


def plain(text: str) -> str:
    dashed = re.sub("[\u2010-\u2015\u2212]", "-", text).replace("\u2019", "'").replace("_", " ")
    return re.sub(r"\s+", " ", dashed).strip().casefold()


def period_in(text: str) -> tuple[Period | None, str]:
    """The period that a heading names, and what else it says, in small letters."""
    words = plain(text)
    for shape, read in SHAPES:
        for found in shape.finditer(words):
            period = read(found)
            if period is not None:
                rest = words[: found.start()] + " " + words[found.end() :]
                return period, re.sub(r"\(\s*\)|\[\s*\]", " ", rest).strip(" -:,|()")
    return None, words


def _year(written: str) -> int:
    written = written.lstrip("'")
    if len(written) == 4:
        return int(written)
    return int(written) + (2000 if int(written) < 50 else 1900)


def _financial(first: str, second: str) -> int | None:
    year = _year(first)
    return year if int(second) % 100 == (year + 1) % 100 else None


def _number(*groups: str | None) -> int:
    digit, nth, word = groups
    return int(digit) if digit else NTH[nth or word or ""]


def _quarter_year(found: re.Match[str]) -> Period | None:
    year = _financial(found[4], found[5])
    if year is None:
        return None
    quarter = read_quarter(f"Q{_number(*found.group(1, 2, 3))} {year}/{(year + 1) % 100:02d}")
    return Period("quarter", quarter.number, quarter.year)


def _year_quarter(found: re.Match[str]) -> Period | None:
    year = _financial(found[1], found[2])
    return None if year is None else Period("quarter", _number(*found.group(3, 4, 5)), year)


def _one_year(number: int, year: int) -> Period:
    try:
        read_quarter(f"Q{number} {year}")
        question = ""
    except ValueError as reason:
        question = str(reason)
    return Period("quarter", number, year, question)


def _month_number(name: str) -> int:
    return SHORT.index(name[:3]) + 1


def _months_range(found: re.Match[str]) -> Period | None:
    first, early_year, last, year, until = found.groups()
    one, other = _month_number(first), _month_number(last)
    if one in (1, 4, 7, 10) and other == one + 2:
        if year and until:
            begins = _financial(year, until)
            return None if begins is None else Period("quarter", (one - 4) % 12 // 3 + 1, begins)
        if year or early_year:
            quarter = read_quarter(f"{first[:3]}-{last[:3]} {_year(year or early_year or '')}")
            return Period("quarter", quarter.number, quarter.year)
        return Period("quarter", (one - 4) % 12 // 3 + 1)
    if (one, other) == (4, 9) or (one, other) == (10, 3):
        return None  # half a year, or from April: what it speaks of is said elsewhere
    if (one, other) == (4, 3) and year:
        return Period("year", 0, _year(early_year) if early_year else _year(year) - 1)
    return None


def _month_year(found: re.Match[str]) -> Period | None:
    return Period("month", _month_number(found[1]), _year(found[2]))


def of_day(day: date, day_format: str = "") -> Period:
    """What a date in a heading names: its quarter where it ends one, unless it is shown as a month."""
    shown_as_month = bool(re.search("m", day_format, re.I)) and not re.search("d", day_format, re.I)
    quarter = Quarter.containing(day)
    if not shown_as_month and day == quarter.last_day:
        return Period("quarter", quarter.number, quarter.year)
    return Period("month", day.month, day.year)


def _day(found: re.Match[str]) -> Period | None:
    try:
        return of_day(date(_year(found[3]), _month_number(found[2]), int(found[1])))
    except ValueError:
        return None


def _day_numbers(found: re.Match[str]) -> Period | None:
    try:
        if found[4]:
            return of_day(date(int(found[4]), int(found[5]), int(found[6])))
        return of_day(date(_year(found[3]), int(found[2]), int(found[1])))
    except ValueError:
        return None


def _financial_year(found: re.Match[str]) -> Period | None:
    year = _financial(found[1], found[2])
    return None if year is None else Period("year", 0, year)


SHAPES = (
    (QUARTER_YEAR, _quarter_year),
    (YEAR_QUARTER, _year_quarter),
    (MONTHS_RANGE, _months_range),
    (DAY, _day),
    (DAY_NUMBERS, _day_numbers),
    (
        QUARTER_ONE_YEAR,
        lambda found: _one_year(_number(*found.group(1, 2, 3)), _year(found[4])),
    ),
    (ONE_YEAR_QUARTER, lambda found: _one_year(_number(*found.group(2, 3, 4)), _year(found[1]))),
    (YEAR_MONTH, lambda found: Period("month", int(found[2]), int(found[1]))),
    (YEAR_ALONE, _financial_year),
    (
        YEAR_THEN_MONTH,
        lambda found: Period("month", _month_number(found[2]), int(found[1])),
    ),
    (MONTH_YEAR, _month_year),
    (QUARTER_ALONE, lambda found: Period("quarter", _number(*found.group(1, 2, 3)))),
    (HALF, lambda found: Period("half_year", int(found[1] or found[2]))),
    (MONTH_ALONE, lambda found: Period("month", _month_number(found[1]))),
    (CALENDAR, lambda found: Period("calendar_year", 0, int(found[1]))),
)


def heading_period(text: str) -> tuple[Period | None, str]:
    """As `period_in`; and where the year stands apart from the quarter or month, both together."""
    period, rest = period_in(text)
    for _ in range(3):
        further, left = period_in(rest) if period is not None and rest else (None, "")
        if period is None or further is None:
            break
        if period.span == "year" and not further.is_whole:
            period = further.in_year(period.year)
        elif not period.is_whole and further.span == "year":
            period = period.in_year(further.year)
        elif further.span != period.span or further.number != period.number:
            break
        rest = left
    return period, rest


@dataclass(frozen=True, slots=True)
class Context:
    """What stands about a table says of its year and its quarter."""

    year: int | None = None
    current: Period | None = None  # the quarter or month that the sheet reports
    question: str = ""


NO_REPORT_DAY = re.compile(
    r"committee|cabinet|meeting|generated|printed|extract(ed)? (of|on)|updated|published|scrutiny"
    r"|board|panel|version|run on|created|target|council,? \d",
    re.IGNORECASE,
)
AS_AT = re.compile(
    r"(?:as at|as of|ending|ended|end of|position at|up to|to end|(?:quarter|period|months) to)"
    r"[ :,]+(?:the )?(?:end of )?(?=\d|[a-z]{3})"
)


def context_of(texts: Iterable[str]) -> Context:
    """The year and the quarter that titles say, the nearest title first.

    A day on which a committee meets, or a file was made, says nothing of the figures.
    """
    year: int | None = None
    number: Period | None = None
    current: Period | None = None
    loose: Period | None = None
    question = ""
    for text in texts:
        words = plain(text)
        if found := AS_AT.search(words):
            at_end, _ = period_in(words[found.end() : found.end() + 24])
            if at_end is not None and at_end.is_whole and at_end.span in ("quarter", "month"):
                current = current or at_end
                words = words[: found.start()] + words[found.end() + 24 :]
        names_a_day = bool(NO_REPORT_DAY.search(words))
        for _ in range(5):
            period, words = period_in(words)
            if period is None:
                break
            if period.span == "quarter" and period.is_whole:
                if not (names_a_day and period.question):
                    current = current or period
                    question = question or (period.question if current is period else "")
            elif period.span == "quarter":
                number = number or period
            elif period.span == "year":
                year = year if year is not None else period.year
            elif period.span == "month" and not names_a_day:
                loose = loose or period
    if current is None and number is not None:
        if year is None and loose is not None and loose.is_whole:
            year = loose.financial_year
        current = number.in_year(year)
    if current is None and loose is not None and (loose.is_whole or year is not None):
        current = loose.in_year(year)
        question = "" if year is not None else "only a month beside the title says the year"
    if current is not None and current.question and year is not None:
        current, question = replace(current, year=year, question=""), ""
    if year is None and current is not None and current.is_whole:
        year = current.financial_year
    return Context(year, current if current is not None and current.is_whole else None, question)
