"""The status of a row as a formula that a spreadsheet program works out while figures are typed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from core.figures import DECIMALS, EXACT
from indicators.workbooks.sheet_layout import NOT_RATED, plain
from sorp.lexicon import Polarity, Rag, RatingMethod
from sorp.rules.thresholds import Thresholds


def status_formula(
    expected: Thresholds | None,
    scale: Decimal,
    *,
    value: str,
    numerator: str,
    denominator: str,
) -> str:
    """Red, Amber, Green or a dash, by cells named as in `P5`: what `rate` says of plain numbers.

    Counts define the figure, as they do here; a denominator of 0 gives none.
    """
    bounds = list(_bounds(expected))
    if not bounds:
        return f'="{NOT_RATED}"'
    figure = (
        f"IF(COUNT({numerator},{denominator})=2,"
        f'IF({denominator}=0,"",ROUND({numerator}/{denominator}*{scale},{DECIMALS})),'
        f'IF(COUNT({numerator},{denominator})=1,"",IF(ISNUMBER({value}),{value},"")))'
    )
    verdict = f'"{Rag.RED.label}"'
    for rag, low, high in reversed(bounds):
        tests = [f"{figure}>={plain(low)}"] if low is not None else []
        tests += [f"{figure}<={plain(high)}"] if high is not None else []
        verdict = f'IF(AND({",".join(tests)}),"{rag.label}",{verdict})'
    return f'=IF({figure}="","{NOT_RATED}",{verdict})'


def _bounds(
    expected: Thresholds | None,
) -> Iterator[tuple[Rag, Decimal | None, Decimal | None]]:
    """Between which figures a result is green, and then amber; beyond, it is red. None for no RAG status."""
    if expected is None or not expected.has_target:
        return
    if expected.method is RatingMethod.RANGE:
        yield Rag.GREEN, expected.lower, expected.upper
        low = expected.lower if expected.outer_lower is None else expected.outer_lower
        high = expected.upper if expected.outer_upper is None else expected.outer_upper
        yield Rag.AMBER, low, high
    elif expected.method in (RatingMethod.FLOOR, RatingMethod.TOLERANCE):
        target, limit = expected.target, expected.floor
        is_lower = expected.polarity is Polarity.LOWER
        if expected.method is RatingMethod.TOLERANCE and target is not None:
            allowance = EXACT.multiply(target.copy_abs(), expected.tolerance or Decimal(0))
            allowance = allowance.scaleb(-2, EXACT)
            limit = target + allowance if is_lower else target - allowance
        yield (Rag.GREEN, None, target) if is_lower else (Rag.GREEN, target, None)
        if limit is not None:
            yield (Rag.AMBER, None, limit) if is_lower else (Rag.AMBER, limit, None)
