"""Chances that keep their word: what a forecast gives, weighed with how the indicator has been rated.

What a forecast gives by itself is too sure: in 412 forecasts of published figures, chances of red about
90% came in 81 of 100 (docs/adr/0038). So the chance of each side of a bound is made of three things:
where the forecast lies, on which side the last result fell, and how often earlier results fell there.
How much each counts was fitted once, on councils other than those by which the chances are judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log

from indicators.rules.forecasting import Chances, ForecastMethod, summing_to_one
from sorp.lexicon import Rag

LEAST = 1e-4  # a chance nearer to nought or to one than this is read as this
REMEMBERED = 20  # results; how often earlier ones fell on a side is counted over the last of them


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each of three things counts towards a chance, in log-odds."""

    forecast: float  # of its own log-odds
    last: float  # added or taken away, by the side on which the last result fell
    earlier: float  # of the log-odds of how often earlier results fell there


# Fitted by `tests/load/forecast_reliability.py --fit` on every second council of the Scottish series,
# with values as published and by their counts; year to date, on the same counted up from April.
WEIGHTS = Weights(forecast=0.52, last=0.21, earlier=0.31)
WEIGHTS_SO_FAR = Weights(forecast=0.63, last=0.39, earlier=0.18)


def calibrated(found: Chances, rags: Sequence[Rag], method: ForecastMethod) -> Chances:
    """How likely each colour is, by the forecast and by how earlier results are rated.

    The colours are of earlier results, in order of quarter. Without any, a chance is only drawn
    towards an even one.
    """
    weights = WEIGHTS_SO_FAR if method is ForecastMethod.SO_FAR else WEIGHTS
    known = rags[-REMEMBERED:]
    red = _weighed(found.red, [each is Rag.RED for each in known], weights)
    missed = _weighed(found.red + found.amber, [each is not Rag.GREEN for each in known], weights)
    return summing_to_one({Rag.RED: red, Rag.AMBER: missed - red, Rag.GREEN: 1 - missed})


def _weighed(chance: Decimal, earlier: Sequence[bool], weights: Weights) -> float:
    """The chance of one side of a bound, where each earlier result did or did not fall there."""
    odds = weights.forecast * _log_odds(float(chance))
    if earlier:
        odds += weights.last if earlier[-1] else -weights.last
        odds += weights.earlier * _log_odds((sum(earlier) + 0.5) / (len(earlier) + 1))
    return 1 / (1 + exp(-odds))


def _log_odds(chance: float) -> float:
    kept = min(max(chance, LEAST), 1 - LEAST)
    return log(kept / (1 - kept))
