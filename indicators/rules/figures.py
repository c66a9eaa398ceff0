"""Numbers as people type them: read where they are plain, refused in words where they are not."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

# A plain number, with commas or spaces between thousands, and no more figures than a result has.
NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d{1,3}( \d{3})+|\d+)(\.\d+)?|[-+]?\.\d+", re.ASCII)
PLAIN = re.compile(r"-?\d{1,3}(\.\d+)?|-?\d+(\.\d+)?", re.ASCII)
LONGEST = 30
WHOLE_FIGURES, DECIMALS = (
    9,
    6,
)  # SQLite keeps decimals exact to fifteen figures: so no more are kept
LARGEST = Decimal(10) ** WHOLE_FIGURES
SMALLEST = Decimal(1).scaleb(-DECIMALS)


def read_figure(text: str, *, what: str, measure_unit: str = "") -> Decimal | None:
    """The number that was typed, or None where nothing was. Raises ValueError, in words.

    Its own unit may stand beside it (76.4 %, £1,250, 12 days); nothing else may.
    """
    plain = " ".join(text.replace("−", "-").replace("–", "-").split())
    if not plain:
        return None
    plain = _without_unit(plain, measure_unit.strip())
    if len(plain) > LONGEST or not NUMBER.fullmatch(plain):
        raise ValueError(f"Enter {what} as a number, like 76.4 or 1,250")
    return Decimal(plain.replace(",", "").replace(" ", ""))


def is_as_read(text: str, number: Decimal) -> bool:
    """Whether what was typed is already the number as it was read, so that nothing need be said."""
    return bool(PLAIN.fullmatch(text.strip())) and Decimal(text.strip()) == number


def unkeepable(name: str, number: Decimal | None) -> str:
    """Why a number cannot be kept exactly, or nothing where it can.

    A value may have more decimals than are kept, being worked out; counts may not.
    """
    if number is None:
        return ""
    if not number.is_finite():
        return f"Give the {name} as an ordinary number, not {number}"
    if abs(number) >= LARGEST:
        return f"Give a {name} below {LARGEST:,}: count in thousands or millions instead"
    try:
        is_kept = number == number.quantize(SMALLEST)
    except InvalidOperation:
        is_kept = False
    if not is_kept and name in ("numerator", "denominator"):
        return f"Give the {name} with at most {DECIMALS} decimals"
    return ""


def is_count(measure_unit: str, decimals: int) -> bool:
    """Whether an indicator counts things, so that there cannot be fewer than none.

    Money, percentages, points, scores and differences may stand below nought; so may whatever is
    given with decimals.
    """
    unit = measure_unit.strip().lower()
    may_be_negative = ("£", "%", "‰", "point", "score", "index", "net", "difference", "change")
    return decimals == 0 and not any(word in unit for word in may_be_negative)


def _without_unit(text: str, unit: str) -> str:
    if unit == "%":
        text = re.sub(r"\s*(%|per ?cent)$", "", text, flags=re.IGNORECASE)
    elif unit.startswith("£"):
        text = re.sub(r"^(-?)£\s*", r"\1", text)
        text = _without_suffix(text, unit[1:].strip())
    else:
        text = _without_suffix(text, unit)
    return text.strip()


def _without_suffix(text: str, suffix: str) -> str:
    if suffix and text.lower().endswith(suffix.lower()):
        return text[: -len(suffix)]
    return text
