"""From a result to its RAG status, or to the reason why there is none."""

from __future__ import annotations

from decimal import Context, Decimal

from core.figures import as_kept
from core.quarters import Quarter
from sorp.lexicon import NotRated, Rag
from sorp.rules.thresholds import Thresholds, rate

RATIO = Context(prec=50)  # a ratio need not end; fifty figures leave it on its own side of a half


def judge(
    *,
    due: bool,
    suspended: bool,
    has_result: bool,
    value: Decimal | None = None,
    not_available: str = "",
    withheld: bool = False,
    thresholds: Thresholds | None = None,
    awaited: bool = False,
) -> tuple[Rag | None, NotRated | None]:
    """The RAG status of a quarter, or the reason why it is not rated: always one, never both.

    `not_available` is the reason given for having no figure, where one was given. The first of
    these that is true decides:

    1. suspended: *suspended*, whatever was submitted;
    2. there is a value: it is rated, due or not (*no target* where the method lacks its target);
    3. there is a figure, and it is not shown: *withheld*, which is never a missing result;
    4. there is a result, but without a value (such as a zero denominator): *no value*;
    5. nothing was due: *not due*;
    6. its publisher has not issued it, and its day is not over: *awaited*;
    7. a result was due and is absent, or was declared not available: *no result*.
    """
    if suspended:
        return None, NotRated.SUSPENDED
    if value is not None:
        if thresholds is None:
            return None, NotRated.NO_TARGET
        verdict = rate(value, thresholds)
        return (verdict, None) if isinstance(verdict, Rag) else (None, verdict)
    if withheld:
        return None, NotRated.WITHHELD
    if has_result and not not_available:
        return None, NotRated.NO_VALUE
    if not due:
        return None, NotRated.NOT_DUE
    return None, NotRated.AWAITED if awaited else NotRated.NO_RESULT


def scale_of(measure_unit: str) -> Decimal:
    """A hundred for percentages, one for all else: what a ratio is multiplied by."""
    return Decimal(100) if measure_unit.strip() == "%" else Decimal(1)


def value_of(
    value: Decimal | None,
    numerator: Decimal | None,
    denominator: Decimal | None,
    scale: Decimal = Decimal(1),
) -> Decimal | None:
    """The value of a result, as it is kept: numerator / denominator x scale where both are given.

    It is rounded here and nowhere else, to six decimals: what a page foretells of it is what its
    rating is made of. The two define the value, so that one written beside them, often rounded, does not count. A zero
    denominator is no value (nobody was there to be served), which is not the same as nought.
    Raises ValueError where only one of the two is given, or where either is no number.
    """
    if numerator is None and denominator is None:
        return None if value is None else as_kept(value)
    if numerator is None or denominator is None:
        raise ValueError("Give both the numerator and the denominator, or neither")
    if not (numerator.is_finite() and denominator.is_finite()):
        raise ValueError("Give the numerator and the denominator as ordinary numbers")
    if denominator == 0:
        return None
    return as_kept(RATIO.divide(RATIO.multiply(numerator, scale), denominator))


def stale(quarter: Quarter, data_quarter: Quarter, lag_quarters: int) -> bool:
    """Whether figures that speak of `data_quarter` are older than the declared lag allows."""
    if lag_quarters < 0:
        raise ValueError(f"Give the lag as 0 quarters or more, not {lag_quarters}")
    return quarter.ordinal - data_quarter.ordinal > lag_quarters
