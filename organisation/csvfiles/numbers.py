"""Numbers as cells hold them: exact, or refused with a sentence for each way they go wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from organisation.csvfiles.faults import shown

WHOLE_FIGURES, DECIMAL_PLACES = 9, 6  # what the database keeps exactly, on every database
LEAVE_EMPTY = "leave it empty"

PLAIN = re.compile(r"(-?)([0-9]*)(?:\.([0-9]+))?")
NO_FIGURE = re.compile(
    r"#?(n/?a|n\.a\.|none|null|nil|tbc|tba|unknown|missing|not available|-+|–|—|\.+|\?|#?ref!|#?div/0!|#?value!)",
    re.IGNORECASE,
)
NOT_FINITE = re.compile(r"[-+]?(s?nan|inf|infinity)[0-9]*", re.IGNORECASE)
WITH_EXPONENT = re.compile(r"[-+]?[0-9.,]*[0-9][0-9.,]*e[-+]?[0-9]+", re.IGNORECASE)
THOUSANDS = re.compile(r"-?[0-9]{1,3}([, \u00a0\u2009\u202f'][0-9]{3})+(\.[0-9]+)?")
COMMA_POINT = re.compile(r"(-?[0-9]+),([0-9]+)")
IN_BRACKETS = re.compile(r"\(([0-9.,]+)\)")


def decimal(absent: str = LEAVE_EMPTY) -> Callable[[str], Decimal]:
    """A number exactly as written, with up to nine figures before its point and six after.

    `absent` says what to do where there is no figure: it is told to whoever wrote "n/a".
    """

    def read(text: str) -> Decimal:
        found = PLAIN.fullmatch(text)
        if found is None or not (found[2] or found[3]):
            raise ValueError(_advice(text, absent))
        before, after = found[2].lstrip("0"), (found[3] or "").rstrip("0")
        if len(before) > WHOLE_FIGURES:
            raise ValueError(
                f"write at most {WHOLE_FIGURES} figures before the decimal point, not"
                f" {len(before)}: count in thousands or millions instead"
            )
        if len(after) > DECIMAL_PLACES:
            raise ValueError(
                f"write at most {DECIMAL_PLACES} figures after the decimal point, not {len(after)}:"
                " no more are kept"
            )
        number = Decimal(f"{found[1]}{before or '0'}" + (f".{after}" if after else ""))
        return number if number else Decimal(0)

    return read


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
        return f"write a minus sign for a number below nought: {shown('-' + bracketed[1])}"
    if text.startswith(("−", "–")) and PLAIN.fullmatch(text[1:]):
        return f"write an ordinary hyphen for the minus sign: {shown('-' + text[1:])}"
    if text.startswith("+"):
        return f"write the number without the plus sign: {shown(text[1:])}"
    return f"write a number in figures, such as 12.5, not {shown(text)}"
