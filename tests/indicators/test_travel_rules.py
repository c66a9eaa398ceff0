"""Direction of travel: tables of cases, what leaves it unchanged, and how often it is wrong."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from indicators.rules.travel import (
    FEWEST,
    WINDOW,
    DirectionOfTravel,
    direction_of_travel,
    guarded_fit,
)
from sorp.lexicon import Polarity, Travel, TravelMethod

FIRST = Quarter(2011, 1)
PREVIOUS, REGRESSION = TravelMethod.PREVIOUS, TravelMethod.REGRESSION
RUN = [1, 3, 2, 4, 6, 5, 7, 9, 8, 10, 12, 11]  # climbs, but not in a perfect line
SWAP = {Travel.IMPROVING: Travel.WORSENING, Travel.WORSENING: Travel.IMPROVING}


def series(values, breaks=()):
    """A quarter for each value from Q1 2011/12; None is a quarter without a value."""
    return [
        (
            Quarter.from_ordinal(FIRST.ordinal + place),
            value if value is None else Decimal(str(value)),
            place in breaks,
        )
        for place, value in enumerate(values)
    ]


def travel(values, polarity=Polarity.HIGHER, method=REGRESSION, middle=None, breaks=()):
    return direction_of_travel(
        series(values, breaks),
        polarity=polarity,
        method=method,
        middle=None if middle is None else Decimal(str(middle)),
    )


class TestPrevious:
    @pytest.mark.parametrize(
        ("values", "polarity", "expected"),
        [
            ([1, 2], Polarity.HIGHER, Travel.IMPROVING),
            ([2, 1], Polarity.HIGHER, Travel.WORSENING),
            ([1, 2], Polarity.LOWER, Travel.WORSENING),
            ([2, 1], Polarity.LOWER, Travel.IMPROVING),
            ([1, 2], Polarity.NONE, Travel.RISING),
            ([2, 1], Polarity.NONE, Travel.FALLING),
            ([2, "2.00"], Polarity.HIGHER, Travel.STEADY),
            ([0, 0], Polarity.LOWER, Travel.STEADY),
            ([2, 2], Polarity.NONE, Travel.STEADY),
            ([1, "1.0000000000000000000000000000001"], Polarity.HIGHER, Travel.IMPROVING),
            ([9, 9, 9, 1, 2], Polarity.HIGHER, Travel.IMPROVING),
        ],
    )
    def test_against_the_quarter_before(self, values, polarity, expected):
        assert travel(values, polarity, PREVIOUS).travel is expected

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ([3, 4], Travel.IMPROVING),
            ([8, 7], Travel.IMPROVING),
            ([3, 6], Travel.IMPROVING),
            ([4, 3], Travel.WORSENING),
            ([6, 8], Travel.WORSENING),
            ([4, 6], Travel.STEADY),
            ([3, 3], Travel.STEADY),
        ],
    )
    def test_for_a_range_nearer_the_middle_is_better(self, values, expected):
        assert travel(values, Polarity.RANGE, PREVIOUS, middle=5).travel is expected

    @pytest.mark.parametrize(
        ("values", "breaks", "n"),
        [
            ([], (), 0),
            ([1], (), 1),
            ([None, 1], (), 1),
            ([1, None], (), 1),
            ([1, None, 2], (), 1),
            ([None, None], (), 0),
            ([1, 2], (1,), 1),
        ],
    )
    def test_without_both_values_there_is_not_enough_data(self, values, breaks, n):
        found = travel(values, method=PREVIOUS, breaks=breaks)
        assert (found.travel, found.n) == (Travel.NOT_ENOUGH_DATA, n)

    def test_a_quarter_left_out_is_not_bridged(self):
        points = [series([1, 2, 3])[0], series([1, 2, 3])[2]]
        found = direction_of_travel(points, polarity=Polarity.HIGHER, method=PREVIOUS)
        assert found.travel is Travel.NOT_ENOUGH_DATA

    def test_a_break_in_the_quarter_before_does_not_matter(self):
        assert travel([9, 1, 2], method=PREVIOUS, breaks=(1,)).travel is Travel.IMPROVING

    def test_says_what_it_rests_on(self):
        assert travel([7, 1, 4], method=PREVIOUS) == DirectionOfTravel(
            Travel.IMPROVING, PREVIOUS, 2, 3.0, None, Quarter(2011, 2)
        )


class TestRegression:
    @pytest.mark.parametrize(
        ("values", "polarity", "expected"),
        [
            (RUN, Polarity.HIGHER, Travel.IMPROVING),
            (RUN, Polarity.LOWER, Travel.WORSENING),
            (RUN, Polarity.NONE, Travel.RISING),
            (RUN[::-1], Polarity.HIGHER, Travel.WORSENING),
            (RUN[::-1], Polarity.LOWER, Travel.IMPROVING),
            (RUN[::-1], Polarity.NONE, Travel.FALLING),
            ([5, 9, 4, 8, 5, 9, 4, 8], Polarity.HIGHER, Travel.NO_CLEAR_TREND),
            ([5, 9, 4, 8, 5, 9, 4, 8], Polarity.NONE, Travel.NO_CLEAR_TREND),
        ],
    )
    def test_by_polarity(self, values, polarity, expected):
        assert travel(values, polarity).travel is expected

    @pytest.mark.parametrize("constant", [0, "0.1", "-3.7", 10**12])
    @pytest.mark.parametrize("polarity", list(Polarity))
    def test_a_flat_series_has_no_clear_trend(self, constant, polarity):
        found = travel([constant] * 10, polarity, middle=1)
        assert (found.travel, found.slope, found.p_value) == (Travel.NO_CLEAR_TREND, 0, 1)

    def test_a_perfect_line_is_a_trend(self):
        found = travel([1, 2, 3, 4, 5, 6, 7, 8])
        assert found.travel is Travel.IMPROVING
        assert found.slope == pytest.approx(1)
        assert found.p_value < 1e-9

    def test_seven_values_are_not_enough_and_eight_are(self):
        assert travel(range(7)) == DirectionOfTravel(
            Travel.NOT_ENOUGH_DATA, REGRESSION, 7, None, None, FIRST
        )
        assert travel(range(8)).travel is Travel.IMPROVING
        assert travel([]) == DirectionOfTravel(
            Travel.NOT_ENOUGH_DATA, REGRESSION, 0, None, None, None
        )

    def test_quarters_without_a_value_do_not_count(self):
        assert travel([0, 1, 2, None, 3, 4, 5, 6]).n == 7
        assert travel([None, 0, 1, 2, None, 3, 4, 5, 6, 7, None]).n == 8

    def test_a_gap_keeps_its_place_on_the_time_axis(self):
        """Values of one unit a quarter lie on one line only if the gap is counted in."""
        found = travel([0, 1, 2, None, None, 5, 6, 7, 8, 9])
        assert found.slope == pytest.approx(1)
        assert found.p_value < 1e-9
        left_out = [point for point in series(range(10)) if point[0].number != 3]
        assert direction_of_travel(
            left_out, polarity=Polarity.HIGHER, method=REGRESSION
        ).slope == pytest.approx(1)

    def test_only_what_follows_the_last_break_counts(self):
        values = [50, 40, 30, 20, *RUN]
        assert travel(values).travel is not Travel.IMPROVING
        found = travel(values, breaks=(0, 2, 4))
        assert found == DirectionOfTravel(
            Travel.IMPROVING, REGRESSION, 12, found.slope, found.p_value, Quarter(2012, 1)
        )
        assert found.slope == travel(RUN).slope
        assert found.p_value == travel(RUN).p_value

    def test_a_break_leaves_too_few_values(self):
        assert travel(RUN, breaks=(5,)).travel is Travel.NOT_ENOUGH_DATA
        assert travel(RUN, breaks=(4,)).travel is not Travel.NOT_ENOUGH_DATA

    def test_a_break_in_a_quarter_without_a_value_still_ends_the_old_series(self):
        found = travel([*RUN, None, 5], breaks=(12,))
        assert (found.travel, found.n) == (Travel.NOT_ENOUGH_DATA, 1)

    def test_the_last_sixteen_values_count_and_no_more(self):
        found = travel([1000, -1000, 500, *RUN, 14, 13, 15, 16])
        assert (found.n, found.since) == (WINDOW, Quarter(2011, 4))
        assert found.slope == pytest.approx(travel([*RUN, 14, 13, 15, 16]).slope)
        with_gaps = [None if place % 3 == 2 else place for place in range(40)]
        assert travel(with_gaps).n == WINDOW

    def test_for_a_range_the_distance_from_the_middle_travels(self):
        through_the_middle = [20, 19, 17, 18, 16, 15, 13, 14, 12, 11]
        assert travel(through_the_middle, Polarity.RANGE, middle=10).travel is Travel.IMPROVING
        assert travel(through_the_middle, Polarity.RANGE, middle=21).travel is Travel.WORSENING
        distances = [12 - value for value in RUN]
        either_side = [10 + (-1) ** place * far for place, far in enumerate(distances)]
        assert travel(either_side, Polarity.RANGE, middle=10).travel is Travel.IMPROVING
        assert travel(either_side[::-1], Polarity.RANGE, middle=10).travel is Travel.WORSENING
        assert travel(either_side, Polarity.HIGHER).travel is Travel.NO_CLEAR_TREND

    @pytest.mark.parametrize("method", list(TravelMethod))
    def test_without_a_middle_a_range_has_not_enough_data(self, method):
        found = travel(RUN, Polarity.RANGE, method)
        assert (found.travel, found.n) == (Travel.NOT_ENOUGH_DATA, 0)

    def test_autocorrelation_weakens_the_evidence(self):
        """The same slope and the same scatter, once in runs and once alternating."""
        runs = np.array([0, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, -1, 0.0])
        alternating = np.array([0, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1.0])
        times = np.arange(13.0)
        fits = guarded_fit(times, np.stack([runs, alternating]) + 0.25 * times)
        assert fits.p_value[0] > 2 * fits.p_value[1]

    def test_words_as_a_database_column_gives_them_are_understood(self):
        assert travel(RUN, "lower", "regression") == travel(RUN, Polarity.LOWER)
        assert travel(RUN, "none", "previous") == travel(RUN, Polarity.NONE, PREVIOUS)

    def test_floats_are_taken_as_they_are(self):
        points = [(quarter, float(value), changed) for quarter, value, changed in series(RUN)]
        assert direction_of_travel(points, polarity=Polarity.HIGHER, method=REGRESSION) == travel(
            RUN
        )


class TestRefusals:
    @pytest.mark.parametrize("method", list(TravelMethod))
    @pytest.mark.parametrize("places", [(1, 0), (0, 0), (0, 2, 1)])
    def test_quarters_out_of_order_are_refused(self, method, places):
        points = series([1, 2, 3])
        with pytest.raises(ValueError, match="once and in order"):
            direction_of_travel(
                [points[place] for place in places], polarity=Polarity.HIGHER, method=method
            )

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
    def test_a_value_that_is_no_number_is_refused(self, value):
        with pytest.raises(ValueError, match=r"Q1 2011/12 as an ordinary number"):
            direction_of_travel(
                [(FIRST, value, False)], polarity=Polarity.HIGHER, method=REGRESSION
            )


# What leaves the answer unchanged.

numbers = st.decimals(-1000, 1000, places=3)
histories = st.lists(st.none() | numbers, max_size=24)
methods = st.sampled_from(list(TravelMethod))


@given(histories, methods)
def test_travel_is_mirrored_by_polarity(values, method):
    higher, lower = (travel(values, each, method) for each in (Polarity.HIGHER, Polarity.LOWER))
    assert lower.travel is SWAP.get(higher.travel, higher.travel)
    assert (lower.n, lower.slope, lower.p_value) == (higher.n, higher.slope, higher.p_value)


@given(histories, methods)
def test_travel_of_the_negated_values_is_the_other_way(values, method):
    negated = [None if value is None else -value for value in values]
    as_it_is, upside_down = travel(values, method=method), travel(negated, method=method)
    if as_it_is.p_value is None or abs(as_it_is.p_value - 0.05) > 1e-9:
        assert upside_down.travel is SWAP.get(as_it_is.travel, as_it_is.travel)


@given(
    histories, methods, st.decimals(-(10**9), 10**9, places=3), st.decimals("0.001", 1000, places=3)
)
def test_travel_does_not_depend_on_the_unit_of_measurement(values, method, shift, scale):
    elsewhere = [None if value is None else value * scale + shift for value in values]
    one, other = travel(values, method=method), travel(elsewhere, method=method)
    assert (one.travel, one.n, one.p_value, one.since) == (
        other.travel,
        other.n,
        other.p_value,
        other.since,
    )


@given(histories, methods, st.lists(st.none() | numbers, max_size=8))
def test_what_came_before_a_break_changes_nothing(values, method, before):
    if not values:
        return
    alone = direction_of_travel(
        series([*[None] * len(before), *values]), polarity=Polarity.HIGHER, method=method
    )
    assert travel([*before, *values], method=method, breaks=(len(before),)) == alone


@given(histories)
def test_fewer_than_eight_values_never_make_a_trend(values):
    found = travel(values)
    known = sum(value is not None for value in values)
    assert found.n == min(known, WINDOW)
    assert (found.travel is Travel.NOT_ENOUGH_DATA) is (known < FEWEST)
    assert found.travel in (
        Travel.IMPROVING,
        Travel.WORSENING,
        Travel.NO_CLEAR_TREND,
        Travel.NOT_ENOUGH_DATA,
    )


# How often it is wrong, and how often it sees what is there.

SERIES = 8000


def found_share(rows):
    """The share of rows in which a trend is found, by the same sums as for one series."""
    rows = rows[:, -WINDOW:]
    return (guarded_fit(np.arange(rows.shape[1], dtype=float), rows).p_value < 0.05).mean()


def noise(n, seed, phi=0.0):
    """Series of unit variance from their first quarter on, each like the one before by phi."""
    rows = np.random.default_rng(seed).standard_normal((SERIES, n))
    rows[:, 1:] *= np.sqrt(1 - phi**2)
    for place in range(1, n):
        rows[:, place] += phi * rows[:, place - 1]
    return rows


@pytest.mark.parametrize("n", [8, 12, 20])
def test_false_alarms_on_independent_noise_are_six_in_a_hundred_at_most(n):
    assert 0.01 < found_share(noise(n, seed=n)) <= 0.06


@pytest.mark.parametrize("n", [8, 12, 20])
def test_false_alarms_on_autocorrelated_noise_are_fourteen_in_a_hundred_at_most(n):
    rows = noise(n, seed=100 + n, phi=0.5)
    assert np.corrcoef(rows[:, :-1].ravel(), rows[:, 1:].ravel())[0, 1] == pytest.approx(
        0.5, abs=0.02
    )
    assert 0.01 < found_share(rows) <= 0.14


def test_a_trend_of_three_tenths_of_sigma_a_quarter_is_seen_in_twelve_quarters():
    assert found_share(noise(12, seed=7) + 0.3 * np.arange(12)) >= 0.70


@pytest.mark.parametrize("n", [8, 12, 20])
def test_one_series_is_judged_as_the_simulation_judges_thousands(n):
    """So that the shares above speak of the function that rates indicators."""
    rows = noise(n, seed=n)[:300]
    window = rows[:, -WINDOW:]
    fits = guarded_fit(np.arange(window.shape[1], dtype=float), window)
    for row, slope, p_value in zip(rows, fits.slope, fits.p_value, strict=True):
        points = [
            (quarter, float(value), False)
            for (quarter, *_), value in zip(series(row), row, strict=True)
        ]
        found = direction_of_travel(points, polarity=Polarity.HIGHER, method=REGRESSION)
        assert found.slope == pytest.approx(slope, rel=1e-9)
        assert found.p_value == pytest.approx(p_value, rel=1e-7)
        expected = Travel.IMPROVING if slope > 0 else Travel.WORSENING
        assert found.travel is (expected if p_value < 0.05 else Travel.NO_CLEAR_TREND)


def test_numbers_are_loaded_only_where_they_are_used():
    """Importing numpy and scipy takes longer than most pages do."""
    asked = "import sys, indicators.rules; print({'numpy', 'scipy', 'django'} & set(sys.modules))"
    root = Path(__file__).resolve().parents[2]
    printed = subprocess.run(
        [sys.executable, "-c", asked], cwd=root, capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "set()"
