"""Direction of travel over real published series, against another route to the same figures."""

import csv
import math
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from scipy import stats

from core.quarters import Quarter
from indicators.rules.rating import value_of
from indicators.rules.travel import direction_of_travel
from sorp.lexicon import Polarity, Travel, TravelMethod

LGBF = Path(__file__).resolve().parents[1] / "data" / "lgbf_quarterly.csv"
LAST = Quarter(2023, 1)


def read_series():
    """Each council's series for each indicator, as published and as its counts make it."""
    found = defaultdict(list)
    with LGBF.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            years, number = row["period"].split(";Q")
            quarter = Quarter(int(years[:4]), int(number))
            published = Decimal(row["value"])
            ratio = value_of(None, Decimal(row["numerator"]), Decimal(row["denominator"]))
            key = f"{row['indicator_code']} {row['local_authority']}"
            found[key].append((quarter, published, ratio, Polarity(row["polarity"])))
    return {key: sorted(rows) for key, rows in found.items()}


SERIES = read_series()
WAYS = {"published": 1, "from counts": 2}
ENDS = [LAST.back(quarters) for quarters in (14, 13, 9, 4, 3, 2, 1, 0)]


def linregress_by_hand(values):
    """Slope and p by scipy's own regression and t distribution, and the guard written out anew."""
    times = [quarter.ordinal for quarter, _ in values]
    heights = [float(value) for _, value in values]
    n = len(values)
    if len(set(heights)) == 1:
        return 0.0, 1.0
    line = stats.linregress(times, heights)
    misses = [y - (line.intercept + line.slope * x) for x, y in zip(times, heights, strict=True)]
    squares = math.fsum(miss * miss for miss in misses)
    r1 = math.fsum(misses[i] * misses[i + 1] for i in range(n - 1)) / squares
    corrected = min(max(r1 + (1 + 4 * r1) / n, 0.0), 0.9)
    effective = max(n * (1 - corrected) / (1 + corrected), 3.0)
    freedom = max(effective - 2, 1.0)
    # linregress gives sqrt(RSS / (n - 2) / Sxx): put the effective freedom in place of n - 2
    error = line.stderr * math.sqrt((n - 2) / freedom)
    return line.slope, 2 * stats.t.sf(abs(line.slope / error), freedom)


def expected_travel(slope, p_value, polarity):
    if p_value >= 0.05:
        return Travel.NO_CLEAR_TREND
    better = slope > 0 if polarity is Polarity.HIGHER else slope < 0
    return Travel.IMPROVING if better else Travel.WORSENING


def test_the_file_holds_the_series_it_should():
    assert len(SERIES) == 32
    lengths = {key: len(rows) for key, rows in SERIES.items()}
    assert sum(lengths.values()) == 668
    assert {key for key, n in lengths.items() if n != 21} == {
        "CORP 09 Midlothian",
        "CORP 10 Midlothian",
    }


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("key", list(SERIES))
def test_travel_agrees_with_another_route(key, way):
    polarity = SERIES[key][0][3]
    for end in ENDS:
        points = [(row[0], row[WAYS[way]], False) for row in SERIES[key] if row[0] <= end]
        found = direction_of_travel(points, polarity=polarity, method=TravelMethod.REGRESSION)
        if len(points) < 8:
            assert found.travel is Travel.NOT_ENOUGH_DATA
            continue
        counted = [(quarter, value) for quarter, value, _ in points][-16:]
        slope, p_value = linregress_by_hand(counted)
        assert found.n == len(counted)
        assert found.since == counted[0][0]
        assert found.slope == pytest.approx(slope, rel=1e-7, abs=1e-12)
        assert found.p_value == pytest.approx(p_value, rel=1e-6, abs=1e-12)
        assert found.travel is expected_travel(slope, p_value, polarity)


@pytest.mark.parametrize("key", list(SERIES))
def test_travel_against_the_previous_quarter_follows_the_published_values(key):
    known = {row[0]: row[1] for row in SERIES[key]}
    points = []
    for quarter in Quarter(2018, 1).until(LAST):
        points.append((quarter, known.get(quarter), False))
        found = direction_of_travel(
            points, polarity=Polarity.HIGHER, method=TravelMethod.PREVIOUS
        ).travel
        if quarter not in known or quarter.previous() not in known:
            assert found is Travel.NOT_ENOUGH_DATA
        else:
            change = known[quarter] - known[quarter.previous()]
            words = {1: Travel.IMPROVING, 0: Travel.STEADY, -1: Travel.WORSENING}
            assert found is words[(change > 0) - (change < 0)]


def test_real_series_show_each_direction():
    """Else the comparison above would prove little."""
    seen = Counter(
        direction_of_travel(
            [(row[0], row[1], False) for row in rows],
            polarity=rows[0][3],
            method=TravelMethod.REGRESSION,
        ).travel
        for rows in SERIES.values()
    )
    assert min(seen[each] for each in (Travel.IMPROVING, Travel.WORSENING)) >= 1
    assert seen[Travel.NO_CLEAR_TREND] >= 8
