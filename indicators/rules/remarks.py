"""What a chart shows, in words: one maker of sentences for chart titles, boards, the report and pages.

Direction of travel is claimed only where a strict test bears it out, and most series of a few years do
not pass one. So beside it stands what can be said for sure, whatever the future holds: that every
result since a quarter lies below every one before, that a figure is the lowest of sixteen quarters,
what it was a year before, how often it has been red. How often a *level* is claimed of series that
have none is simulated in the tests, as travel's false alarms are, and stated in docs/guides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise, takewhile
from statistics import fmean, stdev
from typing import Protocol

from core.charts.trend import LevelShift, QuarterPoint, Trend
from core.figures import DECIMALS, as_number, decimals_of
from core.quarters import Quarter
from sorp.lexicon import NotRated, Rag, Travel
from sorp.rules.patterns import EVERY_QUARTER, Pattern

FEWEST_BEFORE = 8  # results to which a new level is compared
FEWEST_AFTER = 4  # results that make one where each lies beyond all before
RUN = 6  # results on one side that make one where they are not all beyond (NHS England rules v2.6)
DEVIATIONS = 3
SHARE = 0.6  # of the way to a limit, that such a run lies from the mean on average
LIMIT = 2.66  # natural process limits: this many average moving ranges about the mean
FEWEST_FOR_EXTREME = 8  # results of which one may be called the highest or lowest
LOOKED_BACK = 16
OFTEN_RED = 3


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is so, in words, with the quarters whose figures bear it out."""

    key: str  # such as level, trend, extreme, year_before
    text: str  # a clause or a sentence; the maker puts them together
    quarters: tuple[Quarter, ...]


@dataclass(frozen=True, slots=True)
class NewLevel:
    """A level that holds since a quarter: above or below what was usual before."""

    since: Quarter
    is_below: bool
    results: int
    before: int
    is_beyond_all: (
        bool  # each beyond every one before; otherwise a run on one side, one beyond its limits
    )


def written(trend: Trend, point: QuarterPoint) -> str:
    """A point's figure, on its own side of its bounds."""
    assert point.value is not None
    return as_number(point.value, trend.decimals, trend.measure_unit, bounds=point.bounds)


def comparable_points(trend: Trend, pattern: Pattern = EVERY_QUARTER) -> list[QuarterPoint]:
    """The points with a value that the last one may be held against, itself last.

    Since the definition last changed; of what is counted from April, of the same quarter alone.
    """
    begin = max((at for at, each in enumerate(trend.points) if each.definition_break), default=0)
    known = [each for each in trend.points[begin:] if each.value is not None]
    return [each for each in known if pattern.comparable(each.quarter, known[-1].quarter)]


def new_level(values: Sequence[Decimal], quarters: Sequence[Quarter]) -> NewLevel | None:
    """The level on which the latest results stand, where they left an earlier one for sure.

    Either the last four or more all lie beyond every one of the eight or more before; or the last
    six or more lie on one side of the mean of those before and one of them at least beyond its
    natural process limits, and all of them on average more than half-way there. Of several beginnings the earliest is taken.
    """
    numbers = [float(each) for each in values]
    for start in range(FEWEST_BEFORE, len(numbers) - FEWEST_AFTER + 1):
        before, after = numbers[:start], numbers[start:]
        below, above = max(after) < min(before), min(after) > max(before)
        if below or above:
            return NewLevel(quarters[start], below, len(after), len(before), True)
    for start in range(FEWEST_BEFORE, len(numbers) - RUN + 1):
        before, after = numbers[:start], numbers[start:]
        mean = fmean(before)
        # The wider of two limits: neighbours that resemble one another make moving ranges small.
        moving = LIMIT * fmean(abs(b - a) for a, b in pairwise(before))
        usual = max(moving, DEVIATIONS * stdev(before))
        if usual == 0:
            continue
        for sign in (1, -1):
            away = [sign * (each - mean) for each in after]
            if min(away) > 0 and max(away) > usual and fmean(away) > usual * SHARE:
                return NewLevel(quarters[start], sign < 0, len(after), len(before), False)
    return None


def remarks(trend: Trend, pattern: Pattern = EVERY_QUARTER) -> list[Remark]:
    """All that can be said of the last result and its series, what matters most first."""
    points = comparable_points(trend, pattern)
    if not points:
        return []
    return [
        *_level(trend, points),
        *_extreme(trend, points, pattern),
        *_year_before(trend, pattern),
        *_how_often_red(trend),
    ]


def _level_of(trend: Trend, points: list[QuarterPoint]) -> NewLevel | None:
    """The new level of a series that has no trend: of one that has, its trend is told."""
    if trend.travel in (Travel.IMPROVING, Travel.WORSENING, Travel.RISING, Travel.FALLING):
        return None
    return new_level(
        [each.value for each in points if each.value is not None],
        [each.quarter for each in points],
    )


def _level(trend: Trend, points: list[QuarterPoint]) -> Iterator[Remark]:
    found = _level_of(trend, points)
    if found is None:
        return
    side = "below" if found.is_below else "above"
    if found.is_beyond_all:
        text = (
            f"all {found.results} results since {found.since} are {side} every one of the"
            f" {found.before} before"
        )
    else:
        text = (
            f"the {found.results} results since {found.since} are all {side} the average of the"
            f" {found.before} before, and beyond their usual spread"
        )
    yield Remark("level", text, tuple(each.quarter for each in points))


def _extreme(trend: Trend, points: list[QuarterPoint], pattern: Pattern) -> Iterator[Remark]:
    recent = points[-LOOKED_BACK:]
    *others, last = [each.value for each in recent if each.value is not None]
    if len(recent) < FEWEST_FOR_EXTREME:
        return
    word = "lowest" if last < min(others) else "highest" if last > max(others) else ""
    if word:
        of = (
            "years"
            if pattern.restarts_in_april
            else "quarters"
            if pattern.every == 1
            else "results"
        )
        text = f"{written(trend, recent[-1])} is the {word} of {len(recent)} {of}"
        yield Remark("extreme", text, tuple(each.quarter for each in recent))


def _year_before(trend: Trend, pattern: Pattern) -> Iterator[Remark]:
    known = {each.quarter: each for each in trend.points if each.value is not None}
    last = max(known)
    wanted = pattern.year_before(last)
    begin = max((each.quarter for each in trend.points if each.definition_break), default=last)
    if wanted is None or wanted not in known or wanted < begin < last or pattern.every > 1:
        return
    earlier = known[wanted]
    yield Remark("year_before", f"a year before it was {written(trend, earlier)}", (wanted, last))


def _how_often_red(trend: Trend) -> Iterator[Remark]:
    rated = [each for each in trend.points if each.rag is not None][-LOOKED_BACK:]
    reds = [each for each in rated if each.rag == Rag.RED]
    if not rated or rated[-1].rag != Rag.RED or len(reds) < OFTEN_RED:
        return
    if len(reds) == len(rated):
        text = f"it has been red in each of {len(rated)} rated quarters"
    else:
        text = f"it was red in {len(reds)} of the last {len(rated)} rated quarters"
    yield Remark("red", text, tuple(each.quarter for each in rated))


# The sentence ------------------------------------------------------------------------------------

UP, DOWN = "rose", "fell"
MOST_REMARKS = 2


def trend_sentence(trend: Trend, pattern: Pattern = EVERY_QUARTER, *, standing: bool = True) -> str:
    """How a series went, and what stands out; with `standing`, how it stands to its target.

    "Calls answered fell from 90.0% in Q1 2019/20 to 70.0% in Q4 2022/23, missing its target of 80%
    by 10 percentage points. It is the lowest of 16 quarters."
    """
    known = [each for each in trend.points if each.value is not None]
    if not known:
        return f"{trend.title}: no result has been reported yet."
    last = known[-1]
    said = remarks(trend, pattern)
    level = next((each for each in said if each.key == "level"), None)
    against = _against_target(trend, last) if standing else ""
    others = [each for each in said if each.key != "level"]
    if pattern.restarts_in_april:
        first = f"{_since_april(trend, pattern, last)}{against}"
        others = [each for each in others if each.key != "year_before"]
    elif len(known) == 1:
        first = f"{trend.title} was {written(trend, last)} in {last.quarter}{against}"
    elif level is not None:
        first = f"{trend.title}: {level.text}; {written(trend, last)} in {last.quarter}{against}"
    else:
        first = f"{trend.title} {_movement(trend, known[0], last)}{against}"
    if pattern.restarts_in_april and (ends := year_end(trend, last)):
        others = [Remark("year_end", ends, (last.quarter,)), *others]
    rest = [f"{each.text[:1].upper()}{each.text[1:]}" for each in others[:MOST_REMARKS]]
    return " ".join(f"{each}." for each in (first, *rest))


def with_sentence(
    trend: Trend, pattern: Pattern = EVERY_QUARTER, *, standing: bool = True
) -> Trend:
    """The trend with the sentence that says what its chart shows, and with what it is a chart of."""
    sentence = trend_sentence(trend, pattern, standing=standing)
    return replace(as_charted(trend, pattern), sentence=sentence)


def as_charted(trend: Trend, pattern: Pattern = EVERY_QUARTER) -> Trend:
    """The trend with what its chart marks of its own accord: years counted anew, a new level."""
    found = _level_of(trend, comparable_points(trend, pattern))
    return replace(
        trend,
        restarts_in_april=pattern.restarts_in_april,
        level_shift=LevelShift(found.since, found.is_below) if found else None,
    )


def _since_april(trend: Trend, pattern: Pattern, last: QuarterPoint) -> str:
    """A total since April, beside the same months of the year before."""
    known = {each.quarter: each for each in trend.points if each.value is not None}
    before = known.get(last.quarter.back(4))
    said = f"{trend.title} was {written(trend, last)} for {pattern.speaks_of(last.quarter)}"
    if before is None:
        return said
    return f"{said}, and {written(trend, before)} in the same months a year before"


def year_end(trend: Trend, last: QuarterPoint) -> str:
    """Where a total since April would end the year if the rest of it went as last year's did.

    The last figure and what was added between the same quarter and the end of the year before; beside
    the year's target where that is set. Nothing at the year's end, or without last year's figures.
    """
    known = {each.quarter: each.value for each in trend.points if each.value is not None}
    year, quarter = last.quarter.year, last.quarter
    then, end = known.get(quarter.back(4)), known.get(Quarter(year - 1, 4))
    if quarter.number == 4 or then is None or end is None or last.value is None:
        return ""
    foreseen = as_number(last.value + end - then, trend.decimals, trend.measure_unit)
    said = f"if the rest of the year goes as last year’s did, it ends at {foreseen}"
    if trend.year_end_target is None:
        return said
    return f"{said}; the year’s target is {_limit(trend, trend.year_end_target)}"


def _movement(trend: Trend, first: QuarterPoint, last: QuarterPoint) -> str:
    assert first.value is not None
    assert last.value is not None
    spell = (
        f"from {written(trend, first)} in {first.quarter} to {written(trend, last)}"
        f" in {last.quarter}"
    )
    if trend.travel == Travel.NO_CLEAR_TREND:
        return f"shows no clear trend: {spell}"
    if trend.travel in (Travel.IMPROVING, Travel.WORSENING) and trend.polarity == "range":
        nearer = "moved nearer to" if trend.travel == Travel.IMPROVING else "moved away from"
        return f"{nearer} the middle of its range, {spell}"
    if first.value == last.value:
        return f"was {written(trend, last)} in {first.quarter} and again in {last.quarter}"
    reserved = (
        ", with too few results to call it a trend"
        if trend.travel == Travel.NOT_ENOUGH_DATA
        else ""
    )
    return f"{UP if last.value > first.value else DOWN} {spell}{reserved}"


def _against_target(trend: Trend, last: QuarterPoint) -> str:
    """How the last value stands to what was expected of it."""
    assert last.value is not None
    if last.lower is not None and last.upper is not None:
        bounds = f"{_limit(trend, last.lower)} to {_limit(trend, last.upper)}"
        if last.lower <= last.value <= last.upper:
            return f", within its range of {bounds}"
        return f", {'above' if last.value > last.upper else 'below'} its range of {bounds}"
    if last.target is None:
        return ""
    better = last.value <= last.target if trend.polarity == "lower" else last.value >= last.target
    return f", {'meeting' if better else 'missing'} its target of {_limit(trend, last.target)}"


def _limit(trend: Trend, value: Decimal) -> str:
    return as_number(value, decimals_of(value, DECIMALS), trend.measure_unit)


class Judged(Protocol):
    """A quarter with its verdict: a figure, a rating, a point of a chart."""

    @property
    def quarter(self) -> Quarter: ...
    @property
    def rag(self) -> str | None: ...
    @property
    def not_rated(self) -> str | None: ...
    @property
    def definition_break(self) -> bool: ...


def state_now(history: Sequence[Judged]) -> str:
    """How it stands today, which is told before how it came: "Red in Q4 2022/23, for 6 rated quarters running".

    In order of quarter, up to the latest. Quarters that are not rated are passed over, as triggers
    pass over them, and a new definition ends a run. Nothing where nothing was ever judged.
    """
    if not history:
        return ""
    last = history[-1]
    rated = [(each.quarter, Rag(each.rag)) for each in _since_break(history) if each.rag]
    if not last.rag:
        reason = NotRated(last.not_rated).label.lower() if last.not_rated else "no result"
        was = f"; last {rated[0][1].label.lower()} in {rated[0][0]}" if rated else ""
        return f"Not rated in {last.quarter} ({reason}){was}"
    said = f"{Rag(last.rag).label} in {last.quarter}"
    run = len(list(takewhile(lambda each: each[1] == last.rag, rated)))
    if run > 1:
        return f"{said}, for {run} rated quarters running"
    return f"{said}, after {rated[1][1].label.lower()} in {rated[1][0]}" if rated[1:] else said


def _since_break(history: Sequence[Judged]) -> Iterator[Judged]:
    """Newest first, back to the last definition break, whose quarter begins the new run."""
    for each in reversed(history):
        yield each
        if each.definition_break:
            return
