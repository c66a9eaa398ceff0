"""How figures are kept, and written for people. Pure: pages, charts and papers all write them alike."""

from __future__ import annotations

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
SMALLEST = Decimal(1).scaleb(-DECIMALS)
MOST_DIGITS = 60  # in a threshold; far beyond any council's figure, and a bound on the sums below
# Sums on thresholds are exact or fail: Python's usual context rounds at 28 digits, even to negate.
EXACT = Context(prec=5 * MOST_DIGITS, traps=[Inexact, InvalidOperation, Overflow])
KEPT = Context(prec=100, rounding=ROUND_HALF_EVEN)  # digits far beyond any figure that is kept
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
