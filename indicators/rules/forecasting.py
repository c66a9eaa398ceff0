"""Forecasts: what an indicator is likely to be when it is next due, and how likely each colour.

Short series bear no more than one parameter, and mostly none. So there are three ways to forecast,
and what the series is like chooses among them:

- *as in the same quarter last year*, where the indicator is declared seasonal;
- *drift*, where the guarded direction of travel is a trend: on from the last value, by the average
  change in a quarter;
- else *simple exponential smoothing* with a weight of one half: a level, newer values counting more.

A straight line through all values is never used: on autocorrelated series its intervals are far
too narrow. How far off a forecast may be is judged by how far off the same way of forecasting was
along the series itself; Student's t makes up for there being few such errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from indicators.rules.figures import DECIMALS, LARGEST, SMALLEST, is_count
from indicators.rules.outlooks import Outlook, drifting, seasoned, smoothed
from indicators.rules.travel import (
    FEWEST,
    Point,
    TravelFound,
    refuse_disorder,
    since_last_break,
)
from sorp.lexicon import Quarter, Travel, TravelMethod, Word

INTERVAL = 0.8  # the chance with which a result is to fall within the interval
YEAR = 4
FEWEST_YEARS_COMPARED = 4  # pairs of like quarters, below which a season cannot be judged
NEGLIGIBLE = 1e-9  # of the spread of the values: nothing but the rounding of sums
TRENDS = frozenset({Travel.IMPROVING, Travel.WORSENING, Travel.RISING, Travel.FALLING})
MOST = LARGEST - SMALLEST  # what a column of the database can hold

Values = Sequence[tuple[Quarter, Fraction]]


class ForecastMethod(Word):
    """How the system forecasts, chosen by what the series is like."""

    SMOOTHING = "smoothing", "Simple exponential smoothing"
    DRIFT = "drift", "Drift along the trend"
    SEASONAL = "seasonal", "As in the same quarter last year"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an indicator cannot be less or more than. None is no bound on that side."""

    lower: Decimal | None = None
    upper: Decimal | None = None

    def clip(self, value: Decimal) -> Decimal:
        lower = -MOST if self.lower is None else self.lower
        upper = MOST if self.upper is None else self.upper
        return min(max(value, lower), upper)


NO_BOUNDS = Bounds()


def bounds_of(measure_unit: str, decimals: int, values: Sequence[Decimal | None]) -> Bounds:
    """The bounds of a unit of measurement: percentages 0 to 100, counts nought or more.

    Some percentages do lie beyond (a budget can be 104% spent): whatever the series has itself
    been beyond is no bound of it.
    """
    known = [value for value in values if value is not None]
    if measure_unit.strip() == "%":
        lower, upper = Decimal(0), Decimal(100)
        return Bounds(
            None if any(value < lower for value in known) else lower,
            None if any(value > upper for value in known) else upper,
        )
    may_be_below = not is_count(measure_unit, decimals) or any(value < 0 for value in known)
    return Bounds(None if may_be_below else Decimal(0))


@dataclass(frozen=True, slots=True)
class Expected:
    """An outlook in the indicator's own unit: value = origin + unit x what was worked out."""

    origin: Fraction
    unit: Fraction
    centre: float
    scale: float
    freedom: int

    @property
    def is_certain(self) -> bool:
        """Whether this way of forecasting was never off along the series."""
        return self.scale < NEGLIGIBLE

    def value(self, shifted: float = 0.0) -> Decimal:
        """The central value, or so many scales beside it, to six places."""
        exact = self.origin + self.unit * Fraction(self.centre + shifted * self.scale)
        return Decimal(round(exact * 10**DECIMALS)).scaleb(-DECIMALS)

    def below(self, cut: Decimal) -> float:
        """The chance of a value below the cut. There is none to tell where it is certain."""
        from scipy.special import stdtr

        place = float((Fraction(cut) - self.origin) / self.unit) - self.centre
        return float(stdtr(self.freedom, place / self.scale))


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of one quarter, with what it rests on."""

    for_quarter: Quarter
    method: ForecastMethod
    n: int  # values it rests on
    since: Quarter  # the quarter of the earliest of them
    value: Decimal
    lower: Decimal  # four times in five the result is between these two
    upper: Decimal
    bounds: Bounds
    expected: Expected


@dataclass(frozen=True, slots=True)
class NoForecast:
    """There are too few values since the definition last changed."""

    n: int

    @property
    def sentence(self) -> str:
        return f"No forecast: {self.n} of the {FEWEST} quarters needed"


def forecast(
    series: Sequence[Point],
    *,
    for_quarter: Quarter,
    travel: TravelFound,
    seasonal: bool = False,
    bounds: Bounds = NO_BOUNDS,
    every: int = 1,
) -> Forecast | NoForecast:
    """What to expect of a later quarter, from the values since the last definition break.

    The series is as `direction_of_travel` takes it, and `travel` what that found by regression for
    polarity *none*: whether the values themselves rise or fall. A direction found against the
    previous quarter alone is no trend to go by. `every` is how many quarters lie between results.
    Value and interval are clipped to the bounds. Raises ValueError for a series out of order, or
    a quarter that the series already reaches.
    """
    refuse_disorder(series)
    values = since_last_break(series)
    if series and for_quarter <= series[-1][0]:
        raise ValueError(f"The series already reaches {for_quarter}: forecast a later quarter")
    if len(values) < FEWEST:
        return NoForecast(len(values))
    origin, unit = values[0][1], _spread_of(values)
    method, outlook = _outlook(values, for_quarter, travel, seasonal and every < YEAR, every)
    expected = Expected(origin, unit, float(outlook.centre), float(outlook.scale), outlook.freedom)
    reach = _reach(outlook.freedom)
    lower, value, upper = (bounds.clip(expected.value(shifted)) for shifted in (-reach, 0.0, reach))
    return Forecast(
        for_quarter, method, len(values), values[0][0], value, lower, upper, bounds, expected
    )


def _outlook(
    values: Values, for_quarter: Quarter, travel: TravelFound, seasonal: bool, every: int
) -> tuple[ForecastMethod, Outlook]:
    """The way that suits the series, and what it gives, with values shifted and scaled exactly."""
    import numpy as np

    origin, unit = values[0][1], _spread_of(values)
    scaled = {quarter: float((value - origin) / unit) for quarter, value in values}
    ahead = for_quarter.ordinal - values[-1][0].ordinal
    alike = _like_quarters(scaled, for_quarter) if seasonal else None
    if alike is not None:
        last_year, changes, years = alike
        seasons = seasoned(np.array(last_year), np.array(changes), years)
        return ForecastMethod.SEASONAL, seasons
    line = np.array(list(scaled.values()))
    if travel.method is TravelMethod.REGRESSION and travel.travel in TRENDS:
        times = np.array([float(quarter.ordinal) for quarter in scaled])
        return ForecastMethod.DRIFT, drifting(times, line, ahead)
    return ForecastMethod.SMOOTHING, smoothed(line, max(1, ceil(ahead / every)))


def _like_quarters(
    known: dict[Quarter, float], for_quarter: Quarter
) -> tuple[float, list[float], int] | None:
    """The like quarter's last value, the changes from year to year, and how many years it is back.

    None where too few quarters have a value a year before them.
    """
    changes = [
        value - known[quarter.back(YEAR)]
        for quarter, value in known.items()
        if quarter.back(YEAR) in known
    ]
    alike = [quarter for quarter in known if quarter.number == for_quarter.number]
    if len(changes) < FEWEST_YEARS_COMPARED or not alike:
        return None
    return known[alike[-1]], changes, (for_quarter.ordinal - alike[-1].ordinal) // YEAR


def _spread_of(values: Values) -> Fraction:
    """What values are scaled by, so that the unit of measurement changes nothing."""
    spread = max(value for _, value in values) - min(value for _, value in values)
    return spread or Fraction(1)


def _reach(freedom: int) -> float:
    """So many scales on either side of the centre hold the interval's share of outcomes."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + INTERVAL / 2))
