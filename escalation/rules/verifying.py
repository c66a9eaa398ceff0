"""Whether a kept explanation is borne out by the inputs that it carries. No database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from escalation.rules.explaining import read_inputs
from escalation.rules.observations import Observation
from escalation.rules.telling import re_explain
from indicators.rules import Thresholds, rate
from sorp.lexicon import NotRated, Polarity, RatingMethod

LIMITS = ("tolerance", "target", "floor", "lower", "upper", "outer_lower", "outer_upper")
# Said of the figures of a quarter, and known to the evaluator too: both must say the same.
SHARED = ("rag", "not_rated", "value", "target", "lower", "upper", "polarity", "travel")


def wrong_explanation(*, outcome: str, sentence: str, document: Mapping[str, Any]) -> Iterator[str]:
    """Each thing in which a kept explanation differs from what its inputs give, in words."""
    try:
        again = re_explain(document)
    except ValueError as reason:
        yield f"it cannot be worked out again: {reason}"
        return
    if outcome != again.outcome:
        yield f"it is kept as “{outcome}”, and its inputs give “{again.outcome}”"
    if sentence != again.sentence:
        yield f"it says “{sentence}”, and its inputs give “{again.sentence}”"
    said = {"outcome": outcome, "sentence": sentence}  # of these the row's own was told above
    for part in sorted({*document, *again.document} - {"inputs"}):
        kept = document.get(part)
        if kept != again.document.get(part) and kept != said.get(part, object()):
            yield f"its document’s “{part}” does not follow from its inputs"
    yield from _wrong_figures(document)


def _wrong_figures(document: Mapping[str, Any]) -> Iterator[str]:
    """The figures shown are those that were evaluated, and earn the status they are said to have."""
    history = {each.quarter.key: each for each in read_inputs(document["inputs"]).history}
    for figures in document["quarters"]:
        quarter = figures.get("quarter")
        known = history.get(quarter)
        if known is None:
            yield f"{quarter}: its figures were not evaluated"
        elif not _agree(figures, known):
            yield f"{quarter}: the figures shown are not those that were evaluated"
        elif not _earned(figures):
            yield f"{quarter}: by its thresholds, its value does not earn the status it is given"


def _agree(figures: Mapping[str, Any], known: Observation) -> bool:
    try:
        return all(_same(figures.get(name), getattr(known, name)) for name in SHARED)
    except (TypeError, InvalidOperation):
        return False


def _same(shown: Any, known: Any) -> bool:
    if isinstance(known, Decimal):
        return shown is not None and Decimal(shown) == known
    return bool(shown == known)


def _earned(figures: Mapping[str, Any]) -> bool:
    """Rated again by the thresholds shown. What has no value, or is suspended, is not rated."""
    value, not_rated = figures.get("value"), figures.get("not_rated")
    if value is None or not_rated == NotRated.SUSPENDED:
        return figures.get("rag") is None
    try:
        limits = {name: figures.get(name) for name in LIMITS}
        thresholds = Thresholds(
            method=RatingMethod(figures["method"]),
            polarity=Polarity(figures["polarity"]),
            **{name: None if each is None else Decimal(each) for name, each in limits.items()},
        )
        return bool(rate(Decimal(value), thresholds) == (figures.get("rag") or not_rated))
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return False
