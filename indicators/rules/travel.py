"""Direction of travel: whether an indicator is getting better or worse, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING

from core.quarters import Quarter
from sorp.lexicon import Polarity, Travel, TravelMethod
from sorp.rules.patterns import EVERY_QUARTER, Pattern

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Floats = NDArray[float64]

FEWEST = 8  # values below which no trend is offered (SORP default)
WINDOW = 16  # values beyond which older ones no longer count: four years of quarters
SIGNIFICANCE = 0.05
MOST_AUTOCORRELATION = 0.9
FEWEST_EFFECTIVE = 3.0

# A quarter, its value where it has one, and whether the definition changed from that quarter on.
Point = tuple[Quarter, "float | Decimal | None", bool]


@dataclass(frozen=True, slots=True)
class DirectionOfTravel:
    """A direction of travel with what it rests on, so that a reader may weigh it."""

    travel: Travel
    method: TravelMethod
    n: int  # values counted
    slope: float | None  # change in a quarter; for polarity range, of the distance from the middle
    p_value: float | None  # regression only
    since: Quarter | None  # the quarter of the earliest value counted


@dataclass(frozen=True, slots=True)
class Fit:
    """A straight line through one series, or through each row of many."""

    slope: Floats
    p_value: Floats


def direction_of_travel(
    series: Sequence[Point],
    *,
    polarity: Polarity,
    method: TravelMethod,
    middle: Decimal | None = None,
    pattern: Pattern = EVERY_QUARTER,
) -> DirectionOfTravel:
    """Which way a series is going at its last quarter, in terms of better and worse.

    The series is in order of quarter, ends at the quarter judged, and may leave out quarters or
    hold them without a value. Nothing before the last definition break counts: the break's own
    quarter is the first of the new series. For polarity *range* the distance from the middle is
    what travels, and nearer is better; where no middle is set there is not enough data. For
    polarity *none* a series rises or falls. Of figures counted from April, those of the same quarter
    of earlier years alone are compared. Raises ValueError for a series out of order, or a
    value that is no number.
    """
    polarity, method = Polarity(polarity), TravelMethod(method)  # plain text from a column will do
    refuse_disorder(series)
    judged = series[-1][0] if series else None
    values = [
        each
        for each in since_last_break(series, most=None)
        if judged is not None and pattern.comparable(each[0], judged)
    ][-WINDOW:]
    if polarity is Polarity.RANGE:
        values = _distances(values, middle)
    if method is TravelMethod.PREVIOUS:
        return _against_previous(values, judged, polarity, pattern)
    return _by_regression(values[-WINDOW:], polarity)


def guarded_fit(times: Floats, values: Floats) -> Fit:
    """Least squares of values on times along the last axis, guarded against autocorrelation.

    Successive quarters resemble one another, so n of them say less than n independent ones would.
    The residuals' lag-1 autocorrelation r1 is corrected for its bias in short series,
    rc = clip(r1 + (1 + 4 r1) / n, 0, 0.9); the effective number is ne = max(n (1 - rc) / (1 + rc), 3);
    se = sqrt(RSS / max(ne - 2, 1) / Sxx); p is two-sided by Student's t at max(ne - 2, 1) degrees of
    freedom. A series without any slope has p = 1; a perfect line that slopes has p = 0. Lag 1 is from
    one value to the next, so that half-yearly and annual figures are guarded as well.
    """
    import numpy as np
    from scipy.special import stdtr

    n = times.shape[-1]
    centred = times - times.mean()
    sxx = (centred**2).sum()
    slope = (values * centred).sum(axis=-1) / sxx
    residuals = values - values.mean(axis=-1, keepdims=True) - slope[..., None] * centred
    rss = (residuals**2).sum(axis=-1)
    lagged = (residuals[..., 1:] * residuals[..., :-1]).sum(axis=-1)
    r1 = np.divide(lagged, rss, out=np.zeros_like(rss), where=rss > 0)
    rc = np.clip(r1 + (1 + 4 * r1) / n, 0, MOST_AUTOCORRELATION)
    effective = np.maximum(n * (1 - rc) / (1 + rc), FEWEST_EFFECTIVE)
    freedom = np.maximum(effective - 2, 1)
    error = np.sqrt(rss / freedom / sxx)
    perfect = np.where(slope == 0, 0.0, np.inf)
    t = np.divide(np.abs(slope), error, out=perfect, where=error > 0)
    return Fit(slope=slope, p_value=2 * stdtr(freedom, -t))


def refuse_disorder(series: Sequence[Point]) -> None:
    """Raises ValueError for quarters out of order, and for values that are no numbers."""
    for (earlier, *_), (later, *_) in pairwise(series):
        if earlier >= later:
            raise ValueError(f"Give each quarter once and in order: {later} comes after {earlier}")
    for quarter, value, _ in series:
        if value is not None and not isfinite(value):
            raise ValueError(f"Give the value for {quarter} as an ordinary number, not {value}")


def since_last_break(
    series: Sequence[Point], most: int | None = WINDOW
) -> list[tuple[Quarter, Fraction]]:
    """The last values since the definition last changed, so many at most, as exact fractions."""
    start = max((place for place, point in enumerate(series) if point[2]), default=0)
    known = [(quarter, value) for quarter, value, _ in series[start:] if value is not None]
    return [(quarter, Fraction(value)) for quarter, value in known[-(most or len(known)) :]]


def _distances(
    values: list[tuple[Quarter, Fraction]], middle: Decimal | None
) -> list[tuple[Quarter, Fraction]]:
    if middle is None:
        return []
    return [(quarter, abs(value - Fraction(middle))) for quarter, value in values]


def _against_previous(
    values: list[tuple[Quarter, Fraction]],
    judged: Quarter | None,
    polarity: Polarity,
    pattern: Pattern,
) -> DirectionOfTravel:
    """This quarter's value against the one its pattern compares it with; equal is steady."""
    known = dict(values)
    before = pattern.compared_with(judged, known) if judged else None
    pair = [each for each in (before, judged) if each is not None and each in known]
    if len(pair) < 2:
        since = pair[0] if pair else None
        return DirectionOfTravel(
            Travel.NOT_ENOUGH_DATA, TravelMethod.PREVIOUS, len(pair), None, None, since
        )
    change = known[pair[1]] - known[pair[0]]
    travel = _direction(change, polarity) if change else Travel.STEADY
    return DirectionOfTravel(travel, TravelMethod.PREVIOUS, 2, float(change), None, pair[0])


def _by_regression(values: list[tuple[Quarter, Fraction]], polarity: Polarity) -> DirectionOfTravel:
    method, n, since = TravelMethod.REGRESSION, len(values), values[0][0] if values else None
    if n < FEWEST:
        return DirectionOfTravel(Travel.NOT_ENOUGH_DATA, method, n, None, None, since)
    slope, p_value = _slope_and_chance(values)
    found = p_value < SIGNIFICANCE
    travel = _direction(slope, polarity) if found else Travel.NO_CLEAR_TREND
    return DirectionOfTravel(travel, method, n, slope, p_value, since)


def _slope_and_chance(values: list[tuple[Quarter, Fraction]]) -> tuple[float, float]:
    """The slope a quarter, and the chance of one so steep where nothing changes.

    Shifted and scaled exactly before any rounding, so that neither the unit of measurement nor
    a large constant part can change the answer, and a flat series is flat to the last figure.
    """
    first, lowest = values[0][1], min(value for _, value in values)
    spread = max(value for _, value in values) - lowest
    if spread == 0:
        return 0.0, 1.0
    import numpy as np

    times = np.array([quarter.ordinal - values[0][0].ordinal for quarter, _ in values], dtype=float)
    fit = guarded_fit(times, np.array([float((value - first) / spread) for _, value in values]))
    return float(fit.slope) * float(spread), float(fit.p_value)


def _direction(change: Fraction | float, polarity: Polarity) -> Travel:
    rising = change > 0
    if polarity is Polarity.NONE:
        return Travel.RISING if rising else Travel.FALLING
    return Travel.IMPROVING if rising is (polarity is Polarity.HIGHER) else Travel.WORSENING
