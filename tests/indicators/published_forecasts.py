"""Forecasts of published series, made quarter by quarter with what was then known, and what came.

The series are the Scottish ones of `tests/data/lgbf_quarterly.csv`, split by council: the weights of
`indicators/rules/calibration.py` are fitted on every second council, and judged on the others. The
target of each is the median of its first eight quarters; red begins 3% beyond it.
"""

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import median

import numpy as np

from core.quarters import Quarter
from indicators.rules.calibration import calibrated
from indicators.rules.forecasting import Chances, NoForecast, bounds_of, chances, forecast
from indicators.rules.travel import FEWEST, direction_of_travel
from sorp.lexicon import Basis, Polarity, Rag, RatingMethod, TravelMethod
from sorp.rules.patterns import Pattern
from sorp.rules.thresholds import Thresholds, rate

FILE = Path(__file__).parents[1] / "data" / "lgbf_quarterly.csv"
FLOOR = Decimal("0.97")  # of the target
QUARTERLY, YEAR_TO_DATE = Pattern(), Pattern(basis=Basis.YEAR_TO_DATE)


@dataclass(frozen=True, slots=True)
class Made:
    """One forecast of a published series, and what came."""

    council: str
    indicator: str
    quarter: Quarter
    method: str
    by_itself: Chances  # what the forecast gives, before it is calibrated
    chances: Chances
    earlier: tuple[Rag, ...]
    rag: Rag
    is_inside: bool


def rows():
    with FILE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def councils():
    return sorted({row["local_authority"] for row in rows()})


def fitted_on():
    """Every second council, by name, beginning with the first."""
    return set(councils()[::2])


def judged_on():
    return set(councils()[1::2])


def published():
    """Each series in per cent, as published: to whole per cents."""
    return _series(lambda row: Decimal(row["value"]) * 100 if row["value"] else None)


def by_counts():
    """The same by its numerator and denominator, to six places; none where nothing was decided."""
    return _series(lambda row: _share(_count(row, "numerator"), _count(row, "denominator")))


def counted_up():
    """The same share counted up from April, in whole per cents, where no quarter before is missing."""
    found = {}
    for key, counts in _series(
        lambda row: (_count(row, "numerator"), _count(row, "denominator"))
    ).items():
        series, met, out_of, next_number = [], Decimal(0), Decimal(0), 1
        for quarter, (numerator, denominator) in counts:
            if quarter.number == 1:
                met, out_of, next_number = Decimal(0), Decimal(0), 1
            if quarter.number != next_number:
                continue
            met, out_of, next_number = met + numerator, out_of + denominator, next_number + 1
            if out_of:
                series.append((quarter, _share(met, out_of).quantize(Decimal(1))))
        found[key] = series
    return found


def _series(value_of):
    found = {}
    for row in rows():
        year, number = row["period"].split(";Q")
        value = value_of(row)
        if value is not None:
            key = row["local_authority"], row["indicator_code"]
            found.setdefault(key, []).append((Quarter(int(year[:4]), int(number)), value))
    return {key: sorted(series) for key, series in found.items()}


def _count(row, name):
    return Decimal(row[name] or 0)


def _share(numerator, denominator):
    return round(numerator / denominator * 100, 6) if denominator else None


def made(series_of, pattern=QUARTERLY, of=None):
    """Each forecast that could be made of those councils' series, in order of quarter."""
    found = [
        each
        for (council, indicator), series in series_of.items()
        if of is None or council in of
        for each in _of_one(council, indicator, series, pattern)
    ]
    return sorted(found, key=lambda each: each.quarter)


def _of_one(council, indicator, series, pattern):
    first = series[:FEWEST]
    for place in range(FEWEST, len(series)):
        (quarter, value), known = series[place], series[:place]
        points = [(each, figure, False) for each, figure in known]
        travel = direction_of_travel(points, polarity=Polarity.NONE, method=TravelMethod.REGRESSION)
        expected = forecast(
            points,
            for_quarter=quarter,
            travel=travel,
            pattern=pattern,
            bounds=bounds_of("%", 0, [figure for _, figure in known]),
        )
        if isinstance(expected, NoForecast):
            continue
        thresholds = _thresholds(first, quarter, pattern)
        by_itself = chances(expected, thresholds)
        earlier = tuple(rate(figure, _thresholds(first, each, pattern)) for each, figure in known)
        yield Made(
            council=council,
            indicator=indicator,
            quarter=quarter,
            method=expected.method,
            by_itself=by_itself,
            chances=calibrated(by_itself, earlier, expected.method),
            earlier=earlier,
            rag=rate(value, thresholds),
            is_inside=expected.lower <= value <= expected.upper,
        )


def _thresholds(first, quarter, pattern):
    """The median of the first eight quarters; of what is counted from April, of the like ones."""
    target = median(value for each, value in first if pattern.comparable(each, quarter))
    return Thresholds(
        method=RatingMethod.FLOOR,
        polarity=Polarity.HIGHER,
        target=target,
        floor=target * FLOOR,
    )


def off_by(said, came, bands="width"):
    """By how much five bands of chances miss what came, each weighed by what is in it.

    Bands are equally wide, or hold equally many.
    """
    said, came = np.asarray(said, float), np.asarray(came, float)
    return float(_off_by(said, came[None, :], _banded(said, bands))[0])


def off_by_if_perfect(said, bands="width", draws=2000, seed=11):
    """What a perfect forecaster is off by in 95 of 100 records of as many such chances, or less."""
    said = np.asarray(said, float)
    came = np.random.default_rng(seed).random((draws, len(said))) < said
    return float(np.percentile(_off_by(said, came.astype(float), _banded(said, bands)), 95))


def _banded(said, bands):
    if bands == "width":
        return np.minimum((said * 5).astype(int), 4)
    places = np.empty(len(said), int)
    for band, chosen in enumerate(np.array_split(np.argsort(said, kind="stable"), 5)):
        places[chosen] = band
    return places


def _off_by(said, came, places):
    missed = [
        np.abs((said[places == band] - came[:, places == band]).sum(axis=1)) for band in range(5)
    ]
    return sum(missed) / len(said)
