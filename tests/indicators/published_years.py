"""Forecasts of published yearly series, made year by year with what was then known, and what came.

The series are the national Scottish ones of `tests/data/lgbf_scotland_annual.csv`. How much the newest
value weighs, and how wide the interval is, were chosen on every second of them; the others judge it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

import numpy as np

from core.quarters import Quarter
from indicators.rules.forecasting import (
    ForecastMethod,
    NoForecast,
    _reach,
    bounds_of,
    forecast,
    smoothed,
)
from indicators.rules.travel import FEWEST, direction_of_travel
from sorp.lexicon import Basis, Frequency, Polarity, TravelMethod
from sorp.rules.patterns import Pattern
from tests.cases.published_figures import Series, every_series

SHOCK = Quarter(2020, 4)  # the year 2020/21, in which most of them moved at once
WEIGHTS, WIDTHS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0), (1.0, 1.1, 1.2, 1.3, 1.4, 1.5)


@dataclass(frozen=True, slots=True)
class MadeOfYears:
    """One forecast of a yearly series, and whether its result fell within the interval."""

    reference: str
    quarter: Quarter
    method: ForecastMethod
    is_inside: bool


def yearly() -> list[Series]:
    return sorted(
        (each for each in every_series() if each.unit == "SCO"), key=lambda each: each.reference
    )


def years_fitted_on() -> list[Series]:
    return yearly()[::2]


def years_judged_on() -> list[Series]:
    return yearly()[1::2]


def made_of_years(series: list[Series]) -> list[MadeOfYears]:
    """Each forecast that could be made of them."""
    return [made for each in series for made in _of_one(each)]


def _of_one(series: Series) -> Iterator[MadeOfYears]:
    pattern = Pattern(frequency=Frequency.ANNUAL, basis=Basis(series.span.basis))
    for known, quarter, value in _steps(series):
        points = [(each, figure, False) for each, figure in known]
        travel = direction_of_travel(points, polarity=Polarity.NONE, method=TravelMethod.REGRESSION)
        expected = forecast(
            points,
            for_quarter=quarter,
            travel=travel,
            pattern=pattern,
            bounds=bounds_of(series.measured_in, 1, [figure for _, figure in known]),
        )
        if not isinstance(expected, NoForecast):
            is_inside = expected.lower <= value <= expected.upper
            yield MadeOfYears(series.reference, quarter, expected.method, is_inside)


def _steps(series: Series) -> Iterator[tuple[list[tuple[Quarter, Decimal]], Quarter, Decimal]]:
    values = sorted((each.quarter, each.value) for each in series.figures if each.value is not None)
    for place in range(FEWEST, len(values)):
        yield values[:place], *values[place]


def best_of_years(series: list[Series]) -> tuple[float, float]:
    """The weight and the width whose intervals were the narrowest for what they missed.

    By the interval score: the interval's width, and ten times by how much it was missed, where the
    series' own spread so far is one; no miss counts for more than two spreads.
    """
    outcomes = []
    for each in series:
        for known, _, value in _steps(each):
            values = np.array([float(figure) for _, figure in known])
            spread = float(np.ptp(values)) or 1.0
            outcomes.append((values / spread, float(value) / spread))

    def cost(weight: float, width: float) -> float:
        costs = []
        for values, value in outcomes:
            outlook = smoothed(values, weight=weight)
            reach = width * float(outlook.scale) * _reach(outlook.freedom)
            missed = max(abs(value - float(outlook.centre)) - reach, 0.0)
            costs.append(2 * reach + 10 * min(missed, 2.0))
        return float(np.mean(costs))

    return min(product(WEIGHTS, WIDTHS), key=lambda each: cost(*each))
