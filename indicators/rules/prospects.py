"""What lies ahead, in words: how far from target, and where the present course leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.figures import as_number
from core.quarters import Quarter
from indicators.rules.forecasting import NO_BOUNDS, RATED_BY, Bounds, ForecastMethod, Tally
from sorp.lexicon import Polarity
from sorp.rules.patterns import EVERY_QUARTER, Pattern
from sorp.rules.thresholds import ONE_WAY, Thresholds

QUARTERS_FORESEEN = 20  # quarters; beyond five years nothing is said to be reached
NOUGHT, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Figures:
    """How an indicator's figures are written."""

    decimals: int
    measure_unit: str = ""

    def of(self, value: Decimal) -> str:
        return as_number(value, self.decimals, self.measure_unit)

    def difference(self, amount: Decimal) -> str:
        """A difference between two values: 4.2 percentage points, not 4.2%."""
        unit = self.measure_unit.strip()
        smallest = ONE.scaleb(-self.decimals)
        tiny = "less than " if NOUGHT < amount < smallest / 2 else ""
        shown = smallest if tiny else amount
        if unit != "%":
            return tiny + as_number(shown, self.decimals, unit)
        figure = as_number(shown, self.decimals)
        return f"{tiny}{figure} percentage point{'' if figure == '1' else 's'}"


@dataclass(frozen=True, slots=True)
class Course:
    """Where an indicator goes if it goes on as the forecast for its next quarter has it."""

    method: ForecastMethod
    last: tuple[Quarter, Decimal]  # the last value there is
    forecast: tuple[Quarter, Decimal]
    like_quarters: Mapping[int, Decimal]  # the latest value of each of the year's quarters
    pattern: Pattern = EVERY_QUARTER
    bounds: Bounds = NO_BOUNDS

    def at(self, quarter: Quarter) -> Decimal:
        """The central value in a later quarter."""
        (known_in, known), (expected_in, expected) = self.last, self.forecast
        if quarter == expected_in or self.method is ForecastMethod.SMOOTHING:
            return expected
        if self.method is ForecastMethod.SEASONAL:
            return self.like_quarters.get(quarter.number, expected)
        if self.method is ForecastMethod.SO_FAR:
            return self._so_far(quarter)
        between = expected_in.ordinal - known_in.ordinal
        beyond = quarter.ordinal - expected_in.ordinal
        return self.bounds.clip(expected + (expected - known) * beyond / between)

    def _so_far(self, quarter: Quarter) -> Decimal:
        """As last year, moved for the rest of this year by what the forecast differs from it."""
        expected_in, expected = self.forecast
        like = self.like_quarters.get(quarter.number)
        last_year = self.like_quarters.get(expected_in.number)
        if like is None or last_year is None:
            return expected
        if quarter.year != expected_in.year:
            return like
        return self.bounds.clip(like + expected - last_year)

    def ahead(self, until: Quarter) -> Iterator[tuple[Quarter, Decimal]]:
        """Each quarter to come in which a result is due, with its central value."""
        for quarter in self.forecast[0].until(until):
            if self.pattern.due_in(quarter):
                yield quarter, self.at(quarter)


def likely(lower: Decimal, upper: Decimal, figures: Figures) -> str:
    """The interval in words: likely between 72% and 81%, or between 37 and 45 days."""
    low, high = figures.of(lower), figures.of(upper)
    if low == high:
        return f"likely about {low}"
    unit = figures.measure_unit.strip()
    if unit[:1] not in ("", "£", "%", "‰"):
        low = as_number(lower, figures.decimals)
    return f"likely between {low} and {high}"


def percent(chance: Decimal) -> str:
    """A chance as people read it. Nothing that is only forecast is certain or impossible."""
    hundredths = chance * 100
    if hundredths < 1:
        return "less than 1%"
    if hundredths > 99:
        return "more than 99%"
    return as_number(hundredths, 0, "%")


def track_record(system: Tally, managers: Tally, figures: Figures) -> str:
    """How far off one indicator’s forecasts have been; nothing where none is scored yet."""
    parts = []
    if system.size is not None:
        parts.append(
            f"ours were off by {figures.difference(system.size)} on average,"
            f" and {system.inside} of {system.scored} results were within the interval"
        )
    if managers.right is not None:
        parts.append(
            f"the manager’s had the right colour in {managers.right_colours} of {managers.colours}"
        )
    return f"In the last three years {'; '.join(parts)}" if parts else ""


def gap(value: Decimal, thresholds: Thresholds, figures: Figures) -> str:
    """How far a value is from its target: 4.2 percentage points short of target."""
    if not thresholds.has_target:
        return ""
    if thresholds.polarity not in ONE_WAY:
        return _gap_to_range(value, thresholds, figures)
    assert thresholds.target is not None
    if value == thresholds.target:
        return "exactly on target"
    short = shortfall(value, thresholds)
    if short:
        side = "over target" if thresholds.polarity is Polarity.LOWER else "short of target"
        return f"{figures.difference(short)} {side}"
    return f"{figures.difference(abs(value - thresholds.target))} better than target"


def _gap_to_range(value: Decimal, thresholds: Thresholds, figures: Figures) -> str:
    short = shortfall(value, thresholds)
    if not short:
        return "within its range"
    assert thresholds.lower is not None
    side = "below" if value < thresholds.lower else "above"
    return f"{figures.difference(short)} {side} its range"


def shortfall(value: Decimal, thresholds: Thresholds) -> Decimal:
    """By how much a value misses its target, or its range. Nought where it meets it."""
    if thresholds.polarity in ONE_WAY:
        assert thresholds.target is not None
        return max(thresholds.score(thresholds.target) - thresholds.score(value), NOUGHT)
    assert thresholds.lower is not None
    assert thresholds.upper is not None
    return max(thresholds.lower - value, value - thresholds.upper, NOUGHT)


def where_it_leads(course: Course, ahead: Mapping[Quarter, Thresholds | None], is_met: bool) -> str:
    """Whether the present course reaches the target, or leaves it, and about when.

    `ahead` are the targets of the next quarters in which a result is due; the last of them holds
    beyond, but for what is counted from April, which has a target for each quarter or none.
    """
    expectations = list(_expectations(course, ahead))
    if not expectations:
        return ""
    since, _ = course.last
    turns = (
        quarter.ordinal - since.ordinal
        for quarter, expected, thresholds in expectations
        if (shortfall(expected, thresholds) == 0) is not is_met
    )
    quarters = next(turns, None)
    if course.method in BY_YEARS:
        return _by_season(course.method, is_met, quarters, since)
    if is_met:
        return _leaving(course, quarters)
    return _reaching(course, expectations[0][2], quarters)


BY_YEARS = {
    ForecastMethod.SEASONAL: "as in past years",
    ForecastMethod.SO_FAR: "as last year went on",
}


def _expectations(
    course: Course, ahead: Mapping[Quarter, Thresholds | None]
) -> Iterator[tuple[Quarter, Decimal, Thresholds]]:
    """Each quarter to come of which a target is known, with what is expected of it."""
    since, _ = course.last
    latest = None
    for quarter, expected in course.ahead(Quarter.from_ordinal(since.ordinal + QUARTERS_FORESEEN)):
        found = ahead.get(quarter)
        if quarter not in ahead and not course.pattern.restarts_in_april:
            found = latest
        if found is None or found.method not in RATED_BY or not found.has_target:
            continue
        latest = found
        yield quarter, expected, found


def _by_season(method: ForecastMethod, is_met: bool, quarters: int | None, since: Quarter) -> str:
    like, when = (
        BY_YEARS[method],
        Quarter.from_ordinal(since.ordinal + quarters) if quarters else None,
    )
    if is_met:
        return (
            f"{like}, it would miss it in {when}"
            if when
            else f"{like}, it would hold it for the year"
        )
    if when:
        return f"{like}, it would reach it in {when}"
    return f"{like}, it would not reach it within a year"


def _leaving(course: Course, quarters: int | None) -> str:
    if quarters is None:
        return ""
    if course.method is ForecastMethod.SMOOTHING:
        return "its level of late would miss it"
    return f"on the present course it would be missed in about {_quarters(quarters)}"


def _reaching(course: Course, thresholds: Thresholds, quarters: int | None) -> str:
    if course.method is ForecastMethod.SMOOTHING:
        if quarters is not None:
            return "its level of late would reach it"
        return "no clear trend that would bring it there"
    if quarters is not None:
        return f"on the present course about {_quarters(quarters)} to reach it"
    (_, known), (_, expected) = course.last, course.forecast
    if shortfall(expected, thresholds) > shortfall(known, thresholds):
        return "moving away from it"
    return f"on the present course more than {QUARTERS_FORESEEN // 4} years to reach it"


def _quarters(number: int) -> str:
    return f"{number} quarter{'' if number == 1 else 's'}"
