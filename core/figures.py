"""How figures are kept, written for people and read from them. Pure: everything does it alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
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


def number_sent(text: str) -> int:
    """The whole number that a form or an address sends along; 0 for whatever else it sends.

    Not every digit is one that Python reads (²), and of thousands it reads none.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


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


LONGEST_TYPED = 80  # characters
SPACES = re.compile("[\\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
MINUS_SIGNS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
GROUPED = re.compile(r"\d{1,3}(,\d{3})+|\d{1,3}( \d{3})+|\d{1,3}('\d{3})+|\d+", re.ASCII)
DECIMAL_COMMA = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d{1,3}(?: \d{3})+|\d+),(\d+)", re.ASCII)
POINTS_BETWEEN_THOUSANDS = re.compile(r"\d{1,3}(\.\d{3}){2,}", re.ASCII)
NOTHING = re.compile(
    r"#?(n/?a|n\.a\.|none|null|nil|tbc|tba|unknown|missing|not available|-+|\u2014|\.+|:|\?|\[z\]"
    r"|not applicable|#?ref!|#?div/0!|#?value!)",
    re.IGNORECASE,
)
NOT_FINITE = re.compile(r"[-+]?(s?nan|inf|infinity)[0-9]*", re.IGNORECASE)
WITH_EXPONENT = re.compile(r"[-+]?[0-9.,]*[0-9][0-9.,]*e[-+]?[0-9]+", re.IGNORECASE)
OUT_OF = re.compile(r"(\d[\d,]*) ?(?:/|of|out of) ?(\d[\d,]*)", re.ASCII)
SUPPRESSED = {
    "[c]": "Confidential",
    "(c)": "Confidential",
    "confidential": "Confidential",
    "[x]": "Not shown by its publisher",
    "(x)": "Not shown by its publisher",
    "[s]": "Suppressed",
    "(s)": "Suppressed",
    "suppressed": "Suppressed",
    "supp": "Suppressed",
    "withheld": "Withheld",
    "redacted": "Withheld",
    "[low]": "Too low to be shown",
}
BELOW = re.compile(r"(<=|\u2264|<|(?:less|fewer) than|under) ?(.+)", re.IGNORECASE)
ABOVE = re.compile(r"(>=|\u2265|>|(?:more|greater) than|over) ?(.+)", re.IGNORECASE)
MARKS = re.compile(r"(.*[^\s(\[]) ?(?:\[([a-z])\]|\(([a-z])\))", re.IGNORECASE)
STARS = re.compile("(.*[0-9%)]) ?([*\u2020\u2021#]+)")
CURRENCIES = "\u00a3$\u20ac"


class NotAFigure(ValueError):
    """What stands where a figure should, and what to write instead, in one sentence without a full stop."""


@dataclass(frozen=True, slots=True)
class TypedFigure:
    """What stood where a figure was asked for: a number; or that there is one which is not shown."""

    number: Decimal | None
    withheld: str = ""  # why it is not shown: Fewer than 5, Confidential
    mark: str = ""  # p for provisional, e for estimated, as tables of statistics have it
    told: str = ""  # how it was read, where something of it was left out
    question: str = ""  # what only whoever wrote it can say


def read_figure(text: str, unit: str = "", *, absent: str = "leave it empty") -> TypedFigure:
    """The figure that somebody wrote, in a form, a cell of a workbook or a CSV: everywhere alike.

    Read are: commas, spaces and apostrophes between thousands; its own unit beside it (85%, £1,250,
    12 days); minus signs of any kind, a plus sign, and brackets for what is below nought; `<5` and
    `[c]` for what is withheld; `85 (p)` and `85 [e]`. What has more decimals than are kept is
    rounded, and says so. Raises NotAFigure with the sentence that fits how it was written; with none
    where no more can be said than that it is no number. `absent` says what to do without a figure.
    """
    shown_text = SPACES.sub(" ", UNSEEN.sub("", text)).strip()
    plain = shown_text.translate(MINUS_SIGNS)
    if len(plain) > LONGEST_TYPED:
        raise NotAFigure(f"write the number alone, in {LONGEST_TYPED} characters or fewer")
    if (reason := SUPPRESSED.get(plain.casefold())) is not None:
        return TypedFigure(None, withheld=reason)
    for shape, words in ((BELOW, "Fewer than"), (ABOVE, "More than")):
        if found := shape.fullmatch(plain):
            bound = read_figure(found[2], unit)
            if bound.number is None or bound.mark or bound.question:
                break
            if found[1] in ("<=", "\u2264", ">=", "\u2265"):
                words = "At most" if shape is BELOW else "At least"
            if bound.number % 1 or unit.strip() == "%":
                words = words.replace("Fewer", "Less")
            return TypedFigure(None, withheld=f"{words} {as_number(bound.number, unit=unit)}")
    mark = question = ""
    if found := MARKS.fullmatch(plain):
        plain, mark = found[1], (found[2] or found[3]).lower()
        if mark not in "pebr":
            raise NotAFigure(
                f"write the number alone, {plain}, or say where it comes from in the "
                f"commentary: we do not know what the mark ({mark}) means"
            )
        question = {
            "b": f"{shown_text} marks a break: write yes under definition break if earlier figures"
            " cannot be compared with this one",
            "r": f"{shown_text} marks a revised figure: is it the one to be kept?",
        }.get(mark, "")
        mark = mark if mark in "pe" else ""
    elif found := STARS.fullmatch(plain):
        plain = found[1]
        question = f"{shown_text} has a mark beside it: what does {found[2]} mean?"
    number = _signed(plain.strip(), unit.strip(), shown_text, absent)
    kept = as_kept(number)
    told = f"{shown_text} is kept as {kept.normalize():f}" if kept != number else ""
    if kept == number and number.as_tuple().exponent >= -DECIMALS:  # type: ignore[operator]
        kept = number  # with the digits that were written
    return TypedFigure(kept, mark=mark, told=told, question=question)


def _signed(text: str, unit: str, written: str, absent: str) -> Decimal:
    """The number with its sign, which a minus sign or brackets say, and without its unit."""
    is_negative = False
    if found := re.fullmatch(r"\((.+)\) ?(%|per ?cent)?", text, re.IGNORECASE):
        text, is_negative = found[1] + (found[2] or ""), True
    signs, rest = re.fullmatch(r"((?:[-+] ?)?)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    rest = _without_unit(rest, unit, written)
    if not signs and rest[:1] in ("-", "+"):
        signs, rest = rest[0], rest[1:].lstrip()
    if is_negative and signs:
        raise NotAFigure("write a minus sign or brackets for a number below zero, not both")
    is_negative = is_negative or signs.startswith("-")
    digits = _digits(rest, written, absent)
    if len(digits.partition(".")[0].lstrip("0")) > INTEGER_DIGITS:
        raise NotAFigure(
            f"write at most {INTEGER_DIGITS} figures before the decimal point, not"
            f" {len(digits.partition('.')[0].lstrip('0'))}: count in thousands or millions instead"
        )
    number = EXACT_ENOUGH.create_decimal(digits) or Decimal(0)
    return number.copy_negate() if is_negative and number else number


EXACT_ENOUGH = Context(prec=200)


def _without_unit(text: str, unit: str, written: str) -> str:
    """What is left without the indicator's own unit. Raises NotAFigure for another's."""
    lowered = text.casefold()
    per_cent = re.search(r" ?(%|per ?cent|pct)$", lowered)
    if per_cent and unit in ("%", "\u2030"):
        if unit == "%":
            return text[: per_cent.start()]
        raise NotAFigure(f"write the number in {unit}: {quoted(written)} is in per cent")
    if unit.startswith("\u00a3") and text[:1] == "\u00a3":
        text, lowered = text[1:].lstrip(), lowered[1:].lstrip()
        unit = unit[1:].strip()
    elif text[:1] and text[0] in CURRENCIES:
        if unit or text[0] != "\u00a3":
            raise NotAFigure(
                f"write the number alone, without the {text[0]} sign: the figure is "
                + (f"in {unit}" if unit else "no sum of money")
            )
        text, lowered = text[1:].lstrip(), lowered[1:].lstrip()
    elif unit.startswith("\u00a3"):
        unit = unit[1:].strip()
    if unit and lowered.endswith(unit.casefold()):
        return text[: len(text) - len(unit)].rstrip()
    if unit.endswith("s") and lowered.endswith(unit[:-1].casefold()):  # 1 day
        return text[: len(text) - len(unit) + 1].rstrip()
    if per_cent:
        raise NotAFigure(
            f"write the number alone, {text[: per_cent.start()]}, if that is what it is: the figure is"
            + (f" in {unit}," if unit else "")
            + " not in per cent"
        )
    if scale := re.fullmatch(r"([\d.,]+) ?(k|m|mn|bn|million|thousand|billion)", lowered):
        raise NotAFigure(f"write the number out in full, without {scale[2]}")
    return text


def _digits(text: str, written: str, absent: str) -> str:
    """Digits with a full stop at most, from whatever separates their thousands."""
    before, point, after = text.partition(".")
    if (
        (GROUPED.fullmatch(before) and not re.match("0[, ']", before)) or (before == "" and after)
    ) and (not point or re.fullmatch("[0-9]+", after)):
        return re.sub("[, ']", "", before) + (f".{after}" if point else "")
    raise NotAFigure(_advice(text, written, absent))


def _advice(text: str, written: str, absent: str) -> str:
    """The one sentence that fits how this number was written. Most particular first."""
    if NOTHING.fullmatch(text) or NOTHING.fullmatch(written):
        return f"{quoted(written)} is not a number: where there is no figure, {absent}"
    if NOT_FINITE.fullmatch(text):
        return f"{quoted(written)} is not an ordinary number: where there is no figure, {absent}"
    if WITH_EXPONENT.fullmatch(text):
        return f"write the number out in full, without an exponent, not {quoted(written)}"
    if found := DECIMAL_COMMA.fullmatch(text):
        plain = re.sub("[. ]", "", found[1]) + "." + found[2]
        return (
            f"write a full stop for the decimal point: {quoted(plain)}, not {quoted(written)}, which"
            " has a comma"
        )
    if POINTS_BETWEEN_THOUSANDS.fullmatch(text):
        return f"write {text.replace('.', '')}, without full stops between thousands"
    if found := OUT_OF.fullmatch(text):
        return f"write {found[1]} as the numerator and {found[2]} as the denominator"
    if re.fullmatch(r"[*\u2020]+", text):
        return (
            f"say what {text} stands for: write [c] where the figure is withheld; where there is none,"
            f" {absent}"
        )
    if re.fullmatch(r"[\d.,]+-", text):
        return f"write the minus sign before the number: {quoted('-' + text[:-1])}"
    return ""


def quoted(written: str) -> str:
    """What somebody wrote, as a message has it, cut short."""
    return f"'{written}'" if len(written) <= 40 else f"'{written[:38]}…'"


PLAIN_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]+)?|\.[0-9]+)")


def read_number(text: str) -> Decimal | None:
    """The number that is written in plain digits, as published files have it; or None."""
    return (Decimal(text) or Decimal(0)) if PLAIN_NUMBER.fullmatch(text) else None
