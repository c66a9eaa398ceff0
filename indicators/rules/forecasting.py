"""Three ways to look ahead, each for one series or for each row of many, along the last axis.

How far off a value may be is judged by how far off the same way of looking ahead was along the
series itself; Student's t makes up for there being few such errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from core.figures import DECIMALS, EXACT, LARGEST, SMALLEST
from core.quarters import Quarter
from core.words import Word
from indicators.rules.entry import is_count
from indicators.rules.travel import (
    FEWEST,
    DirectionOfTravel,
    Point,
    refuse_disorder,
    since_last_break,
)
from sorp.lexicon import Polarity, Rag, RatingMethod, Travel, TravelMethod
from sorp.rules.thresholds import Thresholds, rate

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Floats = NDArray[float64]

WEIGHT = 0.5  # of the newest value in smoothing (SORP default); never fitted


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a later value lies: Student's t of so many degrees of freedom about a centre."""

    centre: Floats
    scale: Floats
    freedom: int


def smoothed(values: Floats, steps: int = 1) -> Outlook:
    """The level by exponential smoothing from the first value, and the errors made on the way."""
    import numpy as np

    level = values[..., 0]
    squares = np.zeros_like(level)
    for place in range(1, values.shape[-1]):
        error = values[..., place] - level
        squares = squares + error**2
        level = level + WEIGHT * error
    freedom = values.shape[-1] - 1
    variance = squares / freedom * (1 + (steps - 1) * WEIGHT**2)
    return Outlook(level, np.sqrt(variance), freedom)


def drifting(times: Floats, values: Floats, ahead: int = 1) -> Outlook:
    """On from the last value by the average change in a quarter, over so many quarters ahead."""
    import numpy as np

    gaps, changes = np.diff(times), np.diff(values)
    quarters = times[-1] - times[0]
    slope = (values[..., -1] - values[..., 0]) / quarters
    errors = (changes - slope[..., None] * gaps) / np.sqrt(gaps)
    freedom = len(gaps) - 1
    variance = (errors**2).sum(axis=-1) / freedom * ahead * (1 + ahead / quarters)
    return Outlook(values[..., -1] + ahead * slope, np.sqrt(variance), freedom)


def seasoned(last_year: Floats, changes: Floats, years: int = 1) -> Outlook:
    """The like quarter's last value, and by how much like quarters have differed in a year."""
    import numpy as np

    freedom = changes.shape[-1]
    variance = (changes**2).sum(axis=-1) / freedom * years
    return Outlook(last_year, np.sqrt(variance), freedom)


RATED_BY = (RatingMethod.FLOOR, RatingMethod.TOLERANCE, RatingMethod.RANGE)
TEN_THOUSANDTHS = 10_000  # chances are given to a hundredth of a per cent
ONE, HALF = Decimal(1), Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely each colour is. They sum to one, exactly."""

    red: Decimal
    amber: Decimal
    green: Decimal


def chances(found: Forecast, thresholds: Thresholds | None) -> Chances | None:
    """How likely each colour is, or None where the indicator is not rated.

    The thresholds cut the line of values into stretches of one colour each; `rate` says which, so
    that a chance cannot disagree with a rating. What lies beyond a bound falls on the bound.
    """
    if thresholds is None or thresholds.method not in RATED_BY or not thresholds.has_target:
        return None
    likely = dict.fromkeys(Rag, 0.0)
    for place, chance in _stretches(found, thresholds):
        colour = rate(place, thresholds)
        assert isinstance(colour, Rag)
        likely[colour] += chance
    return _summing_to_one(likely)


def _stretches(found: Forecast, thresholds: Thresholds) -> Iterator[tuple[Decimal, float]]:
    """A value of each stretch of one colour, and the chance of ending there."""
    lower, upper = found.bounds.lower, found.bounds.upper
    if found.expected.is_certain:
        yield found.value, 1.0
        return
    inside = [
        edge
        for edge in sorted(set(_edges(thresholds)))
        if (lower is None or edge > lower) and (upper is None or edge < upper)
    ]
    cuts = [each for each in (lower, *inside, upper) if each is not None]
    below = [found.expected.below(cut) for cut in cuts]
    yield (lower if lower is not None else EXACT.subtract(cuts[0], ONE)), below[0]
    for (cut, at), (next_cut, next_at) in pairwise(zip(cuts, below, strict=True)):
        yield EXACT.multiply(EXACT.add(cut, next_cut), HALF), max(next_at - at, 0.0)
    yield (upper if upper is not None else EXACT.add(cuts[-1], ONE)), 1 - below[-1]


def _edges(thresholds: Thresholds) -> Iterator[Decimal]:
    """Every value at which a colour may change. One too many does no harm."""
    named = ("target", "floor", "lower", "upper", "outer_lower", "outer_upper")
    yield from (edge for name in named if (edge := getattr(thresholds, name)) is not None)
    if thresholds.target is not None and thresholds.tolerance is not None:
        share = EXACT.multiply(thresholds.target.copy_abs(), thresholds.tolerance)
        allowance = share.scaleb(-2, EXACT)
        yield EXACT.subtract(thresholds.target, allowance)
        yield EXACT.add(thresholds.target, allowance)


def _summing_to_one(likely: dict[Rag, float]) -> Chances:
    """To four places; what rounding down leaves over goes where most was cut off."""
    exact = {rag: min(max(chance, 0.0), 1.0) * TEN_THOUSANDTHS for rag, chance in likely.items()}
    whole = {rag: int(chance) for rag, chance in exact.items()}
    left = TEN_THOUSANDTHS - sum(whole.values())
    for rag in sorted(exact, key=lambda rag: (whole[rag] - exact[rag], rag.severity))[:left]:
        whole[rag] += 1
    places = {rag: Decimal(number).scaleb(-4) for rag, number in whole.items()}
    return Chances(red=places[Rag.RED], amber=places[Rag.AMBER], green=places[Rag.GREEN])


INTERVAL = 0.8  # the chance with which a result is to fall within the interval
YEAR = 4
FEWEST_YEARS_COMPARED = 4  # pairs of like quarters, below which a season cannot be judged
NEGLIGIBLE = 1e-9  # of the spread of the values: nothing but the rounding of sums
TRENDS = frozenset({Travel.IMPROVING, Travel.WORSENING, Travel.RISING, Travel.FALLING})
LARGEST_STORED = LARGEST - SMALLEST  # what a column of the database can hold

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
        lower = -LARGEST_STORED if self.lower is None else self.lower
        upper = LARGEST_STORED if self.upper is None else self.upper
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
class ScaledOutlook:
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
    expected: ScaledOutlook


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
    travel: DirectionOfTravel,
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
    expected = ScaledOutlook(
        origin, unit, float(outlook.centre), float(outlook.scale), outlook.freedom
    )
    reach = _reach(outlook.freedom)
    lower, value, upper = (bounds.clip(expected.value(shifted)) for shifted in (-reach, 0.0, reach))
    return Forecast(
        for_quarter, method, len(values), values[0][0], value, lower, upper, bounds, expected
    )


def _outlook(
    values: Values, for_quarter: Quarter, travel: DirectionOfTravel, seasonal: bool, every: int
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


HUNDRED, TENTH = Decimal(100), Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was forecast. A manager gives a value; the system an interval and chances as well."""

    value: Decimal
    lower: Decimal | None = None
    upper: Decimal | None = None
    chance_red: Decimal | None = None
    rag: Rag | None = None  # the colour that was thought likeliest


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it came to, and against which target."""

    value: Decimal
    rag: Rag | None = None
    target: Decimal | None = None
    polarity: Polarity = Polarity.HIGHER


@dataclass(frozen=True, slots=True)
class Score:
    """One forecast held against its result. None where a question cannot be asked of it."""

    error: Decimal  # result less forecast, in the indicator's own unit
    percent: Decimal | None  # the size of the error, in per cent of the size of the target
    optimism: Decimal | None  # by how much it was better than the result, in per cent of the target
    is_inside: bool | None  # whether the result was within the interval
    brier: Decimal | None  # (chance of red - 1 or 0) squared: 0 is perfect, 0.25 a coin tossed
    is_right: bool | None  # whether the colour was

    @property
    def size(self) -> Decimal:
        """How far off it was, either way."""
        return abs(self.error)


def score(prediction: Prediction, outcome: Outcome) -> Score:
    """How far off a forecast was."""
    error = outcome.value - prediction.value
    # Nothing is a share of a target of nought.
    scale = abs(outcome.target) if outcome.target else None
    percent = abs(error) / scale * HUNDRED if scale else None
    better = {Polarity.HIGHER: -error, Polarity.LOWER: error}.get(outcome.polarity)
    return Score(
        error=error,
        percent=percent,
        optimism=better / scale * HUNDRED if scale and better is not None else None,
        is_inside=_is_inside(prediction, outcome),
        brier=_brier(prediction, outcome),
        is_right=prediction.rag is outcome.rag if prediction.rag and outcome.rag else None,
    )


def _is_inside(prediction: Prediction, outcome: Outcome) -> bool | None:
    if prediction.lower is None or prediction.upper is None:
        return None
    return prediction.lower <= outcome.value <= prediction.upper


def _brier(prediction: Prediction, outcome: Outcome) -> Decimal | None:
    if prediction.chance_red is None or outcome.rag is None:
        return None
    return (prediction.chance_red - (outcome.rag is Rag.RED)) ** 2


@dataclass(frozen=True, slots=True)
class Tally:
    """Many scores taken together. Each mean says nothing where nothing could be asked."""

    scored: int = 0
    coverage: Decimal | None = None  # per cent of results within the interval
    percent: Decimal | None = None  # mean size of the error, in per cent of target
    optimism: Decimal | None = None  # mean by which forecasts were better than results
    brier: Decimal | None = None
    right: Decimal | None = None  # per cent of colours that were right
    size: Decimal | None = None  # mean size of the error in the unit: of one indicator alone

    @classmethod
    def of(cls, scores: Iterable[Score]) -> Tally:
        known = list(scores)
        return cls(
            scored=len(known),
            coverage=_share(each.is_inside for each in known),
            percent=_mean(each.percent for each in known),
            optimism=_mean(each.optimism for each in known),
            brier=_mean(each.brier for each in known),
            right=_share(each.is_right for each in known),
            size=_mean(each.size for each in known),
        )

    @property
    def inside(self) -> int:
        """How many results were within the interval."""
        return round((self.coverage or 0) * self.scored / HUNDRED)

    @property
    def leaning(self) -> str:
        """Which way forecasts err on the whole, in per cent of target."""
        if self.optimism is None:
            return ""
        size = abs(self.optimism).quantize(TENTH)
        if not size:
            return "neither way"
        return f"{size}% too {'hopeful' if self.optimism > 0 else 'cautious'}"


def _mean(numbers: Iterable[Decimal | None]) -> Decimal | None:
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) / len(known) if known else None


def _share(truths: Iterable[bool | None]) -> Decimal | None:
    return _mean(None if truth is None else HUNDRED * truth for truth in truths)
