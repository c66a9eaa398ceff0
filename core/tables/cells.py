"""From the text of one cell to what it means. Each reader raises ValueError saying what to do.

The types at the end are what rows declare: how a kind of cell is read is said here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import PlainValidator

from core.figures import (
    DECIMALS,
    INTEGER_DIGITS,
    KEPT,
    NotAFigure,
    TypedFigure,
    read_figure,
    read_number,
)
from core.lettering import plain, refusal_of
from core.months import Month
from core.quarters import FinancialYear, Quarter, read_financial_year, read_quarter
from core.tables.faults import shown
from core.tables.writing import RUNS_IN_A_SPREADSHEET

Cell = Callable[[str], Any]
SomeWord = TypeVar("SomeWord", bound=StrEnum)

# Characters that turn the direction of writing can make a line of text say what it does not.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def line(most: int) -> Cell:
    """Text on one line, of so many characters at most, which no spreadsheet would run."""

    def read(text: str) -> str:
        _refuse_formula(text)
        if "\n" in text or "\r" in text or "\t" in text:
            raise ValueError("write this on one line, without tabs")
        return _refuse_long(_refuse_unseen(text), most)

    return read


def prose(most: int = 20_000) -> Cell:
    """Text of any number of lines, which no spreadsheet would run. Lines end in a line feed."""

    def read(text: str) -> str:
        _refuse_formula(text)
        return _refuse_long(_refuse_unseen(re.sub(r"\r\n?", "\n", text)), most)

    return read


def as_written(text: str) -> str:
    """Text of whatever kind, in a file that only says back what it says."""
    return text


def pattern(form: str, advice: str) -> Cell:
    """Text of a given form, such as a code or a reference."""

    def read(text: str) -> str:
        if not re.fullmatch(form, text):
            raise ValueError(f"{advice}, not {shown(text)}")
        return text

    return read


def quarter(text: str) -> Quarter:
    """A quarter of the financial year, in any form that can be read in one way only."""
    return read_quarter(text)


def period(text: str) -> Quarter | Month | FinancialYear:
    """A quarter as `quarter` reads it, a month written like 2019-10, or a financial year like 2016-17.

    2011-12 is read as a month: of what is given once a year, its reader asks which is meant.
    """
    year = read_financial_year(text)
    if year is not None and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        return year
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        try:
            return Month.parse(text)
        except ValueError as reason:
            if "out of reach" in str(reason):
                raise
            raise ValueError(f"write the month like 2019-10, not {shown(text)}") from None
    return quarter(text)


def choice(words: Iterable[SomeWord]) -> Cell:
    """One of the lexicon's words, written as its key; capitals do not matter."""
    named = {word.value: word for word in words}
    by_key = {re.sub("[ -]+", "_", name): word for name, word in named.items()}

    def read(text: str) -> SomeWord:
        key = re.sub("[ -]+", "_", text.casefold())
        if key not in by_key:
            raise ValueError(f"write one of {', '.join(named)}, not {shown(text)}")
        return by_key[key]

    return read


def yes_or_no(text: str) -> bool:
    """Yes or no, in whichever case a spreadsheet left it."""
    if text.lower() not in ("yes", "no"):
        raise ValueError(f"write yes or no, not {shown(text)}")
    return text.lower() == "yes"


def iso_date(text: str) -> date:
    """A day written like 2011-04-01, and in no other way: 4/5/2011 is two days, by who reads it."""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"write a date like 2011-04-01, not {shown(text)}") from None


def clock_time(text: str) -> time:
    """A time of the day written like 10:00; a spreadsheet’s own 10:00:00 is the same."""
    if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:00)?", text):
        hours, minutes = (int(each) for each in text.split(":")[:2])
        if hours < 24 and minutes < 60:
            return time(hours, minutes)
    raise ValueError(f"write a time like 10:00, not {shown(text)}")


def _refuse_formula(text: str) -> None:
    """A spreadsheet runs what begins with = + @ or a minus sign, here or wherever it is exported.

    A minus sign and a space begin a list in commentary, and so are let in; exports put an
    apostrophe before it, which makes it text (and which is taken off again when it comes back).
    """
    if text.startswith(RUNS_IN_A_SPREADSHEET) and not text.startswith("- "):
        raise ValueError(
            f"begins with {text[0]}, which a spreadsheet would run as a formula: begin with a"
            " letter or figure"
        )


def _refuse_unseen(text: str) -> str:
    if found := UNSEEN.search(text):
        raise ValueError(f"take out the unseen character U+{ord(found[0]):04X}")
    text = plain(text)
    if refusal := refusal_of(text):
        raise ValueError(refusal[:1].lower() + refusal[1:])
    return text


def _refuse_long(text: str, most: int) -> str:
    if len(text) > most:
        raise ValueError(f"write at most {most:,} characters, not {len(text):,}")
    return text


LEAVE_EMPTY = "leave it empty"

NO_FIGURE = re.compile(
    r"#?(n/?a|n\.a\.|none|null|nil|tbc|tba|unknown|missing|not available|-+|–|—|\.+|\?|#?ref!|#?div/0!|#?value!)",
    re.IGNORECASE,
)
NOT_FINITE = re.compile(r"[-+]?(s?nan|inf|infinity)[0-9]*", re.IGNORECASE)
WITH_EXPONENT = re.compile(r"[-+]?[0-9.,]*[0-9][0-9.,]*e[-+]?[0-9]+", re.IGNORECASE)
THOUSANDS = re.compile(r"-?[0-9]{1,3}([, \u00a0\u2009\u202f'][0-9]{3})+(\.[0-9]+)?")
COMMA_POINT = re.compile(r"(-?[0-9]+),([0-9]+)")
IN_BRACKETS = re.compile(r"\(([0-9.,]+)\)")


def decimal(
    absent: str = LEAVE_EMPTY,
    *,
    before_point: int = INTEGER_DIGITS,
    after_point: int = DECIMALS,
) -> Callable[[str], Decimal]:
    """A number exactly as written, with up to nine figures before its point and six after.

    `absent` says what to do where there is no figure: it is told to whoever wrote "n/a".
    """

    def read(text: str) -> Decimal:
        number = read_number(text)
        if number is None:
            raise ValueError(_advice(text, absent))
        before, _, after = text.partition(".")
        before, after = before.lstrip("-0"), after.rstrip("0")
        if len(before) > before_point:
            raise ValueError(
                f"write at most {before_point} figures before the decimal point, not"
                f" {len(before)}: count in thousands or millions instead"
            )
        if len(after) > after_point:
            raise ValueError(
                f"write at most {after_point} figures after the decimal point, not {len(after)}:"
                " no more are kept"
            )
        return number.quantize(Decimal(1).scaleb(-len(after)), context=KEPT)

    return read


def figure(absent: str = LEAVE_EMPTY, *, unit: str = "") -> Callable[[str], Decimal]:
    """A number in any form that `read_figure` takes, where none can be withheld or provisional."""

    def read(text: str) -> Decimal:
        found = figure_in(text, unit, absent=absent)
        if found.number is None or found.mark or found.question:
            raise ValueError(f"write the number alone, not {shown(text)}")
        return found.number

    return read


def figure_in(text: str, unit: str = "", *, absent: str = LEAVE_EMPTY) -> TypedFigure:
    """What a cell says of a figure. Raises ValueError, in a sentence for its writer."""
    try:
        return read_figure(text, unit, absent=absent)
    except NotAFigure as reason:
        told = str(reason) or f"write a number in figures, such as 12.5, not {shown(text)}"
        raise ValueError(told) from None


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A whole number between two others, both included."""

    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text) and least <= int(text) <= most:
            return int(text)
        raise ValueError(f"write a whole number from {least} to {most}, not {shown(text)}")

    return read


def _advice(text: str, absent: str) -> str:
    """The one sentence that fits how this number was written. Most particular first."""
    if NO_FIGURE.fullmatch(text):
        return f"{shown(text)} is not a number: where there is no figure, {absent}"
    if NOT_FINITE.fullmatch(text):
        return f"{shown(text)} is not an ordinary number: where there is no figure, {absent}"
    if WITH_EXPONENT.fullmatch(text):
        return f"write the number out in full, without an exponent, not {shown(text)}"
    if text.endswith("%"):
        return (
            f"write the number alone, {shown(text[:-1].strip())}, without the % sign: the"
            " indicator's measure_unit says it"
        )
    if text.startswith(("£", "$", "€")):
        return f"write the number alone, {shown(text[1:].strip())}, without the {text[0]} sign"
    if THOUSANDS.fullmatch(text):
        plain = re.sub(r"[^-0-9.]", "", text)
        return f"write {plain} without separators between thousands, not {shown(text)}"
    if COMMA_POINT.fullmatch(text):
        plain = text.replace(",", ".")
        return f"write a full stop for the decimal point: {shown(plain)}, not {shown(text)}"
    if bracketed := IN_BRACKETS.fullmatch(text):
        return f"write a minus sign for a number below zero: {shown('-' + bracketed[1])}"
    if text.startswith(("−", "–")) and read_number(text[1:]) is not None:
        return f"write an ordinary hyphen for the minus sign: {shown('-' + text[1:])}"
    if text.startswith("+"):
        return f"write the number without the plus sign: {shown(text[1:])}"
    return f"write a number in figures, such as 12.5, not {shown(text)}"


Day = Annotated[date, PlainValidator(iso_date)]
YesOrNo = Annotated[bool, PlainValidator(yes_or_no)]
QuarterKey = Annotated[Quarter, PlainValidator(quarter)]
Period = Annotated[Quarter | Month | FinancialYear, PlainValidator(period)]
Figure = Annotated[Decimal, PlainValidator(figure())]
Text = Annotated[str, PlainValidator(as_written)]
# Of a figure that is read once its unit is known.
TypedCell = Annotated[Any, PlainValidator(as_written)]
