"""From a rating as an edition holds it to what charts, tables and rules read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from indicators.rules import Thresholds
from reports.charts import QuarterPoint
from sorp.lexicon import Confidence, NotRated, Polarity, Quarter, Rag, RatingMethod


def marks_of(rating: Mapping[str, Any]) -> tuple[str, ...]:
    """The shorthand letters that stand beside a figure."""
    letters = {
        "p": rating["confidence"] == Confidence.PROVISIONAL,
        "e": rating["confidence"] == Confidence.ESTIMATED,
        "r": rating["revised"],
        "b": rating["definition_break"],
    }
    return tuple(letter for letter, is_true in letters.items() if is_true)


def briefly(not_rated: str | None) -> str | None:
    """The reason in a narrow column: Not due, No result; Above, Within, Below."""
    if not_rated is None:
        return None
    return NotRated(not_rated).label.removesuffix(" the expected range")


def point_of(quarter: Quarter, rating: Mapping[str, Any] | None) -> QuarterPoint:
    if rating is None:
        return QuarterPoint(quarter)
    return QuarterPoint(
        quarter,
        value=number(rating["value"]),
        rag=Rag(rating["rag"]) if rating["rag"] else None,
        not_rated=NotRated(rating["not_rated"]) if rating["not_rated"] else None,
        target=number(rating["target"]),
        floor=_lowest_allowed(rating),
        lower=number(rating["lower"]),
        upper=number(rating["upper"]),
        confidence=Confidence(rating["confidence"]) if rating["confidence"] else None,
        definition_break=rating["definition_break"],
    )


def _lowest_allowed(rating: Mapping[str, Any]) -> Decimal | None:
    """The floor standard, or where there is a tolerance, how far from the target it reaches."""
    target, tolerance = number(rating["target"]), number(rating["tolerance"])
    if rating["method"] != RatingMethod.TOLERANCE or target is None or tolerance is None:
        return number(rating["floor"])
    allowance = abs(target) * tolerance / 100
    return target + allowance if rating["polarity"] == Polarity.LOWER else target - allowance


def number(figure: str | None) -> Decimal | None:
    return None if figure is None else Decimal(figure)


def thresholds_of(rating: Mapping[str, Any]) -> Thresholds:
    """What a rating was judged by. Raises ValueError where its numbers contradict each other."""
    return Thresholds(
        method=RatingMethod(rating["method"]),
        polarity=Polarity(rating["polarity"]),
        tolerance=number(rating["tolerance"]),
        target=number(rating["target"]),
        floor=number(rating["floor"]),
        lower=number(rating["lower"]),
        upper=number(rating["upper"]),
        outer_lower=number(rating["outer_lower"]),
        outer_upper=number(rating["outer_upper"]),
    )
