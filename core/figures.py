"""How figures are kept, written for people and read from them. Pure: everything does it alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    Overflow,
)

DECIMALS = 6  # with which figures are kept
INTEGER_DIGITS = 9  # before them: SQLite keeps fifteen digits exactly, so no more are kept
LARGEST = Decimal(10) ** INTEGER_DIGITS  # every figure is below it
SMALLEST = Decimal(1).scaleb(-DECIMALS)
MOST_DIGITS = 60  # in a threshold; far beyond any council's figure, and a bound on the sums below
# Sums on thresholds are exact or fail: Python's usual context rounds at 28 digits, even to negate.
EXACT = Context(prec=5 * MOST_DIGITS, traps=[Inexact, InvalidOperation, Overflow])
KEPT = Context(prec=100, rounding=ROUND_HALF_EVEN)  # digits far beyond any figure that is kept
MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"


def as_number(
    value: Decimal | float | str,
    decimals: int | None = None,
    unit: str = "",
    *,
    bounds: Iterable[Decimal | None] = (),
) -> str:
    """A number with thousands separated, a true minus sign and its unit: £1,250, 76.4%, 12 days.

    Halves are rounded away from nought, as people expect of a printed figure. Given the bounds by
    which it is rated, it is printed with as many more decimals as it takes to stand on its own side
    of each: 79.96 against a target of 80 is 79.96, and not 80.0.
    """
    number = Decimal(str(value))
    if decimals is not None:
        number = _rounded(number, decimals_apart(number, bounds, int(decimals)))
    digits = f"{abs(number):,f}"
    sign = MINUS if number < 0 and any(digit in "123456789" for digit in digits) else ""
    return sign + _with_unit(digits, unit.strip())


def decimals_apart(value: Decimal, bounds: Iterable[Decimal | None], decimals: int) -> int:
    """How many decimals keep a printed value on its own side of each bound that it is not on."""
    known = [each for each in bounds if each is not None]
    return next(
        (
            enough
            for enough in range(decimals, DECIMALS)
            if all(_rounded(value, enough).compare(each) == value.compare(each) for each in known)
        ),
        max(decimals, DECIMALS),
    )


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


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


def as_kept(number: Decimal) -> Decimal:
    """A figure as it is kept: to six decimals, halves to the even side, on every database alike.

    What could not be kept at any rate, being no number or far too large, is given back as it is.
    """
    if not number.is_finite() or number.adjusted() > KEPT.prec // 2:
        return number
    return number.quantize(SMALLEST, context=KEPT)


def decimals_of(value: Decimal, most: int) -> int:
    """How many decimals a round figure such as a target needs: 90 needs none, 4.5 one."""
    return min(max(-int(value.normalize().as_tuple().exponent), 0), most)


LONGEST_TYPED = 30  # characters
PLAIN_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]+)?|\.[0-9]+)")
TYPED_NUMBER = re.compile(
    r"[-+]?(\d{1,3}(,\d{3})+|\d{1,3}( \d{3})+|\d+)(\.\d+)?|[-+]?\.\d+", re.ASCII
)


def read_number(text: str) -> Decimal | None:
    """The number that is written in plain digits, as files have it; or None, where none is."""
    return _without_sign_of_nought(text) if PLAIN_NUMBER.fullmatch(text) else None


def read_typed_number(text: str, unit: str = "") -> Decimal | None:
    """The number that a person typed, beside its own unit perhaps; or None, where they typed none.

    A true minus sign, a plus sign, and commas or spaces between thousands are read: whatever
    `as_number` writes.
    """
    plain = " ".join(text.replace(MINUS, "-").replace("\N{EN DASH}", "-").split())
    plain = _without_unit(plain, unit.strip())
    if len(plain) > LONGEST_TYPED or TYPED_NUMBER.fullmatch(plain) is None:
        return None
    return _without_sign_of_nought(plain.replace(",", "").replace(" ", ""))


def _without_sign_of_nought(digits: str) -> Decimal:
    return Decimal(digits) or Decimal(0)


def _without_unit(text: str, unit: str) -> str:
    if unit == "%":
        return re.sub(r"\s*(%|per ?cent)$", "", text, flags=re.IGNORECASE)
    if unit.startswith("£"):
        text = re.sub(r"^(-?)£\s*", r"\1", text)
        unit = unit[1:].strip()
    if unit and text.lower().endswith(unit.lower()):
        text = text[: -len(unit)]
    return text.strip()
