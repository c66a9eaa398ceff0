"""Four ways to look ahead, each for one series or for each row of many, along the last axis.

How far off a value may be is judged by how far off the same way of looking ahead was along the
series itself; Student's t makes up for there being few such errors. Two of them were too narrow on
published series by that measure, and are widened by a factor found there (docs/adr/0038).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, gcd, sqrt
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
from sorp.rules.patterns import EVERY_QUARTER, YEAR, Pattern
from sorp.rules.thresholds import Thresholds, rate

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Floats = NDArray[float64]

WEIGHT = 0.5  # of the newest value in smoothing (SORP default); never fitted
DAMPING = 0.5  # so much of a trend goes on: on published series no more of it did
WIDENED = 1.15
# Of figures that come once a year or seldomer, which go on from where they are more than quarterly
# ones do: chosen by `tests/load/forecast_reliability.py --fit` on every second published series.
YEARLY_WEIGHT = 0.8
YEARLY_WIDENED = 1.3


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a later value lies: Student's t of so many degrees of freedom about a centre."""

    centre: Floats
    scale: Floats
    freedom: int


def smoothed(values: Floats, steps: int = 1, *, weight: float = WEIGHT) -> Outlook:
    """The level by exponential smoothing from the first value, and the errors made on the way."""
    import numpy as np

    level = values[..., 0]
    squares = np.zeros_like(level)
    for place in range(1, values.shape[-1]):
        error = values[..., place] - level
        squares = squares + error**2
        level = level + weight * error
    freedom = values.shape[-1] - 1
    variance = squares / freedom * (1 + (steps - 1) * weight**2)
    return Outlook(level, np.sqrt(variance), freedom)


def drifting(times: Floats, values: Floats, ahead: int = 1) -> Outlook:
    """On from the last value by half the average change in a quarter, over so many quarters ahead."""
    import numpy as np

    gaps, changes = np.diff(times), np.diff(values)
    quarters = times[-1] - times[0]
    slope = DAMPING * (values[..., -1] - values[..., 0]) / quarters
    errors = (changes - slope[..., None] * gaps) / np.sqrt(gaps)
    freedom = len(gaps) - 1
    variance = (errors**2).sum(axis=-1) / freedom * ahead * (1 + ahead / quarters)
    return Outlook(values[..., -1] + ahead * slope, WIDENED * np.sqrt(variance), freedom)


def seasoned(last_year: Floats, changes: Floats, years: int = 1) -> Outlook:
    """The like quarter's last value, and by how much like quarters have differed in a year."""
    import numpy as np

    freedom = changes.shape[-1]
    variance = (changes**2).sum(axis=-1) / freedom * years
    return Outlook(last_year, np.sqrt(variance), freedom)


def carried_over(last_year: Floats, so_far: Floats, errors: Floats, quarters: int = 1) -> Outlook:
    """The like quarter of last year, moved by how far this year is from last year so far."""
    import numpy as np

    freedom = errors.shape[-1]
    variance = (errors**2).sum(axis=-1) / freedom * quarters
    return Outlook(last_year + so_far, WIDENED * np.sqrt(variance), freedom)


RATED_BY = (RatingMethod.FLOOR, RatingMethod.TOLERANCE, RatingMethod.RANGE)
TEN_THOUSANDTHS = 10_000  # chances are given to a hundredth of a per cent


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
    return summing_to_one(likely)


def _stretches(found: Forecast, thresholds: Thresholds) -> Iterator[tuple[Decimal, float]]:
    """A value of each stretch of one colour, and the chance of ending there.

    Figures are given in steps, so that a target is met from half a step below it.
    """
    lower, upper = found.bounds.lower, found.bounds.upper
    cuts = [
        cut
        for cut in sorted({cut for edge in _edges(thresholds) for cut in found.steps.about(edge)})
        if (lower is None or cut > lower) and (upper is None or cut < upper)
    ]
    if not cuts:
        yield found.value, 1.0
        return
    below = [found.expected.below(cut, found.steps.size) for cut in cuts]
    half = found.steps.size / 2
    yield (lower if lower is not None else _decimal(cuts[0] - half)), below[0]
    for (cut, at), (next_cut, next_at) in pairwise(zip(cuts, below, strict=True)):
        yield _decimal((cut + next_cut) / 2), max(next_at - at, 0.0)
    yield (upper if upper is not None else _decimal(cuts[-1] + half)), 1 - below[-1]


def _decimal(number: Fraction) -> Decimal:
    """A number that has few decimal places, exactly; any other to twelve."""
    return Decimal(round(number * 10**12)).scaleb(-12)


def _edges(thresholds: Thresholds) -> Iterator[Decimal]:
    """Every value at which a colour may change. One too many does no harm."""
    named = ("target", "floor", "lower", "upper", "outer_lower", "outer_upper")
    yield from (edge for name in named if (edge := getattr(thresholds, name)) is not None)
    if thresholds.target is not None and thresholds.tolerance is not None:
        share = EXACT.multiply(thresholds.target.copy_abs(), thresholds.tolerance)
        allowance = share.scaleb(-2, EXACT)
        yield EXACT.subtract(thresholds.target, allowance)
        yield EXACT.add(thresholds.target, allowance)


def summing_to_one(likely: dict[Rag, float]) -> Chances:
    """To four places; what rounding down leaves over goes where most was cut off."""
    exact = {rag: min(max(chance, 0.0), 1.0) * TEN_THOUSANDTHS for rag, chance in likely.items()}
    whole = {rag: int(chance) for rag, chance in exact.items()}
    left = TEN_THOUSANDTHS - sum(whole.values())
    for rag in sorted(exact, key=lambda rag: (whole[rag] - exact[rag], rag.severity))[:left]:
        whole[rag] += 1
    places = {rag: Decimal(number).scaleb(-4) for rag, number in whole.items()}
    return Chances(red=places[Rag.RED], amber=places[Rag.AMBER], green=places[Rag.GREEN])


INTERVAL = 0.8  # the chance with which a result is to fall within the interval
FEWEST_YEARS_COMPARED = 4  # pairs of like quarters, below which a season cannot be judged
FEWEST_ERRORS = 3  # changes within a year, below which nothing is known of how a year goes on
TRENDS = frozenset({Travel.IMPROVING, Travel.WORSENING, Travel.RISING, Travel.FALLING})
LARGEST_STORED = LARGEST - SMALLEST  # what a column of the database can hold

Values = Sequence[tuple[Quarter, Fraction]]


class ForecastMethod(Word):
    """How the system forecasts, chosen by what the series is like."""

    SMOOTHING = "smoothing", "Simple exponential smoothing"
    DRIFT = "drift", "Drift along the trend"
    SEASONAL = "seasonal", "As in the same quarter last year"
    SO_FAR = "so_far", "As last year, moved by how this year stands so far"


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
class Steps:
    """The steps in which a series is given: every value is `of` and a whole number of them."""

    of: Fraction
    size: Fraction

    @classmethod
    def of_values(cls, values: Values) -> Steps:
        """The widest step that all values are whole numbers of apart.

        Where all are the same, the last decimal place in which the value is written.
        """
        first = values[0][1]
        size = Fraction(0)
        for _, value in values:
            size = _common_step(size, abs(value - first))
        if not size:
            places = (each for each in range(DECIMALS) if (first * 10**each).denominator == 1)
            size = Fraction(1, 10 ** next(places, DECIMALS))
        return cls(first, size)

    def about(self, edge: Decimal) -> tuple[Fraction, Fraction]:
        """Half a step either side of an edge that is a step itself; else the middle of the two it lies between."""
        place = (Fraction(edge) - self.of) / self.size
        half = Fraction(1, 2)
        return (
            self.of + self.size * (ceil(place) - half),
            self.of + self.size * (floor(place) + half),
        )


def _common_step(one: Fraction, other: Fraction) -> Fraction:
    together = one.denominator * other.denominator
    return Fraction(
        gcd(one.numerator * other.denominator, other.numerator * one.denominator), together
    )


@dataclass(frozen=True, slots=True)
class ScaledOutlook:
    """An outlook in the indicator's own unit: value = origin + unit x what was worked out."""

    origin: Fraction
    unit: Fraction
    centre: float
    scale: float
    freedom: int

    def value(self, shifted: float = 0.0) -> Decimal:
        """The central value, or so many scales beside it, to six places."""
        exact = self.origin + self.unit * Fraction(self.centre + shifted * self.scale)
        return Decimal(round(exact * 10**DECIMALS)).scaleb(-DECIMALS)

    def below(self, cut: Fraction, step: Fraction) -> float:
        """The chance of a value below the cut, where values are rounded to a step.

        Rounding adds what it takes away of the truth: a twelfth of the step's square to the variance.
        Even a series that never moved may move by a step.
        """
        from scipy.special import stdtr

        place = float((cut - self.origin) / self.unit) - self.centre
        rounding = float(step / self.unit)
        return float(stdtr(self.freedom, place / sqrt(self.scale**2 + rounding**2 / 12)))


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
    steps: Steps


@dataclass(frozen=True, slots=True)
class NoForecast:
    """There are too few values since the definition last changed, or none of a like quarter."""

    n: int
    like: int | None = None  # the number of the quarter of which too little is known

    @property
    def sentence(self) -> str:
        if self.like is not None:
            return f"No forecast: too few earlier years to compare Q{self.like} with"
        return f"No forecast: {self.n} of the {FEWEST} quarters needed"


def forecast(
    series: Sequence[Point],
    *,
    for_quarter: Quarter,
    travel: DirectionOfTravel,
    pattern: Pattern = EVERY_QUARTER,
    bounds: Bounds = NO_BOUNDS,
) -> Forecast | NoForecast:
    """What to expect of a later quarter, from the values since the last definition break.

    The series is as `direction_of_travel` takes it, and `travel` what that found by regression for
    polarity *none*: whether the values themselves rise or fall. A direction found against the
    previous quarter alone is no trend to go by. What is counted from April is forecast from like
    quarters of earlier years, or not at all. Value and interval are clipped to the bounds. Raises
    ValueError for a series out of order, or a quarter that the series already reaches.
    """
    refuse_disorder(series)
    values = since_last_break(series)
    if series and for_quarter <= series[-1][0]:
        raise ValueError(f"The series already reaches {for_quarter}: forecast a later quarter")
    if len(values) < FEWEST:
        return NoForecast(len(values))
    origin, unit = values[0][1], _spread_of(values)
    scaled = {quarter: float((value - origin) / unit) for quarter, value in values}
    chosen = _outlook(scaled, for_quarter, travel, pattern)
    if chosen is None:
        return NoForecast(len(values), like=for_quarter.number)
    method, outlook = chosen
    expected = ScaledOutlook(
        origin, unit, float(outlook.centre), float(outlook.scale), outlook.freedom
    )
    reach = _reach(outlook.freedom)
    lower, value, upper = (bounds.clip(expected.value(shifted)) for shifted in (-reach, 0.0, reach))
    return Forecast(
        for_quarter=for_quarter,
        method=method,
        n=len(values),
        since=values[0][0],
        value=value,
        lower=lower,
        upper=upper,
        bounds=bounds,
        expected=expected,
        steps=Steps.of_values(values),
    )


Scaled = dict[Quarter, float]


def _outlook(
    scaled: Scaled, for_quarter: Quarter, travel: DirectionOfTravel, pattern: Pattern
) -> tuple[ForecastMethod, Outlook] | None:
    """The way that suits the series, and what it gives; None where no earlier year says anything."""
    import numpy as np

    has_season = pattern.is_by_season and pattern.every < YEAR
    alike = _like_quarters(scaled, for_quarter) if has_season else None
    if has_season and pattern.restarts_in_april:
        return (
            None if alike is None else (ForecastMethod.SO_FAR, _so_far(scaled, alike, for_quarter))
        )
    if alike is not None:
        last_year = np.array(scaled[alike.last])
        seasons = seasoned(last_year, np.array(list(alike.changes.values())), alike.years)
        return ForecastMethod.SEASONAL, seasons
    line, ahead = np.array(list(scaled.values())), for_quarter.ordinal - max(scaled).ordinal
    if travel.method is TravelMethod.REGRESSION and travel.travel in TRENDS:
        times = np.array([float(quarter.ordinal) for quarter in scaled])
        return ForecastMethod.DRIFT, drifting(times, line, ahead)
    steps = max(1, ceil(ahead / pattern.every))
    if pattern.every < YEAR:
        return ForecastMethod.SMOOTHING, smoothed(line, steps)
    level = smoothed(line, steps, weight=YEARLY_WEIGHT)
    return ForecastMethod.SMOOTHING, replace(level, scale=YEARLY_WIDENED * level.scale)


@dataclass(frozen=True, slots=True)
class LikeQuarters:
    """What earlier years say of a quarter."""

    last: Quarter  # the like quarter that is known last
    years: int  # how many years it is back
    changes: Scaled  # of each quarter, from the same quarter a year before


def _so_far(scaled: Scaled, alike: LikeQuarters, for_quarter: Quarter) -> Outlook:
    """Of what is counted from April: as last year, moved by what this year differs from it so far.

    In the year's first quarter nothing is known of the year. How far off that is, is judged by how
    like quarters differed from year to year: those of this quarter, or all, whichever did more.
    """
    import numpy as np

    last_year, changes = np.array(scaled[alike.last]), alike.changes
    this_year = [each for each in changes if each.year == for_quarter.year]
    went_on = [
        (change - changes[before]) / sqrt(quarter.ordinal - before.ordinal)
        for quarter, change in changes.items()
        if (
            before := max(
                (e for e in changes if e.year == quarter.year and e < quarter), default=None
            )
        )
        is not None
    ]
    if this_year and alike.years == 1 and len(went_on) >= FEWEST_ERRORS:
        latest = max(this_year)
        quarters = for_quarter.ordinal - latest.ordinal
        return carried_over(last_year, np.array(changes[latest]), np.array(went_on), quarters)
    every = np.array(list(changes.values()))
    same = np.array(
        [change for each, change in changes.items() if each.number == for_quarter.number]
    )
    scale = max(np.sqrt((each**2).mean()) for each in (every, same) if len(each))
    return carried_over(last_year, np.array(0.0), np.full(len(every), scale), alike.years)


def _like_quarters(known: Scaled, for_quarter: Quarter) -> LikeQuarters | None:
    """What earlier years say; None where too few quarters have a value a year before them."""
    changes = {
        quarter: value - known[quarter.back(YEAR)]
        for quarter, value in known.items()
        if quarter.back(YEAR) in known
    }
    alike = [quarter for quarter in known if quarter.number == for_quarter.number]
    if len(changes) < FEWEST_YEARS_COMPARED or not alike:
        return None
    last = alike[-1]
    return LikeQuarters(last, (for_quarter.ordinal - last.ordinal) // YEAR, changes)


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
    """What was forecast: by a manager a colour (once, a value); by the system a value and chances."""

    value: Decimal | None = None
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
    rag_before: Rag | None = None  # the last that was known when the forecast was made


@dataclass(frozen=True, slots=True)
class Score:
    """One forecast held against its result. None where a question cannot be asked of it."""

    error: Decimal | None  # result less forecast, in the indicator's own unit
    percent: Decimal | None  # the size of the error, in per cent of the size of the target
    optimism: Decimal | None  # by how much it was better than the result, in per cent of the target
    is_inside: bool | None  # whether the result was within the interval
    brier: Decimal | None  # (chance of red - 1 or 0) squared: 0 is perfect, 0.25 a coin tossed
    is_right: bool | None  # whether the colour was
    was_as_before: bool | None = None  # whether the last colour that was known would have been

    @property
    def size(self) -> Decimal | None:
        """How far off it was, either way."""
        return None if self.error is None else abs(self.error)


def score(prediction: Prediction, outcome: Outcome) -> Score:
    """How far off a forecast was."""
    error = None if prediction.value is None else outcome.value - prediction.value
    # Nothing is a share of a target of nought.
    scale = abs(outcome.target) if outcome.target else None
    percent = abs(error) / scale * HUNDRED if scale and error is not None else None
    better = error
    if error is not None:
        better = {Polarity.HIGHER: -error, Polarity.LOWER: error}.get(outcome.polarity)
    return Score(
        error=error,
        percent=percent,
        optimism=better / scale * HUNDRED if scale and better is not None else None,
        is_inside=_is_inside(prediction, outcome),
        brier=_brier(prediction, outcome),
        is_right=_is_same(prediction.rag, outcome.rag),
        was_as_before=_is_same(outcome.rag_before, outcome.rag),
    )


def _is_inside(prediction: Prediction, outcome: Outcome) -> bool | None:
    if prediction.lower is None or prediction.upper is None:
        return None
    return prediction.lower <= outcome.value <= prediction.upper


def _is_same(one: Rag | None, other: Rag | None) -> bool | None:
    return one is other if one and other else None


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
    colours: int = 0  # of how many both colours are known
    right: Decimal | None = None  # per cent of colours that were right
    right_by_last: Decimal | None = None  # of those, how many the last colour would have been
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
            colours=sum(each.is_right is not None for each in known),
            right=_share(each.is_right for each in known),
            right_by_last=_share(each.was_as_before for each in known if each.is_right is not None),
            size=_mean(each.size for each in known),
        )

    @property
    def right_colours(self) -> int:
        """How many colours were right."""
        return round((self.right or 0) * self.colours / HUNDRED)

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
