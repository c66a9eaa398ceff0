"""Rating: a table for each method with both sides of every bound, and what holds for all values."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from core.quarters import Quarter
from indicators.rules.rating import judge, scale_of, stale, value_of
from sorp.lexicon import NotRated, Polarity, Rag, RatingMethod
from sorp.rules.thresholds import Thresholds, rate

D = Decimal
R, A, G = Rag.RED, Rag.AMBER, Rag.GREEN
HIGHER, LOWER = Polarity.HIGHER, Polarity.LOWER


def by_floor(polarity, target, floor):
    return Thresholds(
        RatingMethod.FLOOR, polarity, target=D(target), floor=None if floor is None else D(floor)
    )


def by_tolerance(polarity, target, tolerance="10"):
    return Thresholds(RatingMethod.TOLERANCE, polarity, tolerance=D(tolerance), target=D(target))


def by_range(lower, upper, outer_lower=None, outer_upper=None, method=RatingMethod.RANGE):
    bounds = [None if bound is None else D(bound) for bound in (outer_lower, outer_upper)]
    return Thresholds(
        method,
        Polarity.RANGE,
        lower=D(lower),
        upper=D(upper),
        outer_lower=bounds[0],
        outer_upper=bounds[1],
    )


class TestFloor:
    @pytest.mark.parametrize(
        ("polarity", "target", "floor", "value", "rag"),
        [
            (HIGHER, "90", "80", "90.0001", G),
            (HIGHER, "90", "80", "90", G),
            (HIGHER, "90", "80", "89.9999", A),
            (HIGHER, "90", "80", "80", A),
            (HIGHER, "90", "80", "79.9999", R),
            (LOWER, "5", "8", "4.9999", G),
            (LOWER, "5", "8", "5", G),
            (LOWER, "5", "8", "5.0001", A),
            (LOWER, "5", "8", "8", A),
            (LOWER, "5", "8", "8.0001", R),
            # nought and negative targets
            (HIGHER, "0", "-2", "0", G),
            (HIGHER, "0", "-2", "-0", G),
            (HIGHER, "0", "-2", "-2", A),
            (HIGHER, "0", "-2", "-2.01", R),
            (LOWER, "-3", "0", "-3", G),
            (LOWER, "-3", "0", "0", A),
            (LOWER, "-3", "0", "0.1", R),
            # a floor standard equal to the target leaves no amber
            (HIGHER, "90", "90", "90", G),
            (HIGHER, "90", "90", "89.9", R),
            # without a floor standard a missed target is red
            (HIGHER, "90", None, "90", G),
            (HIGHER, "90", None, "89.9", R),
            (LOWER, "5", None, "5", G),
            (LOWER, "5", None, "5.1", R),
            # beyond the 28 digits to which Python's usual context rounds
            (LOWER, "5", "8", "5.0000000000000000000000000000000001", A),
            (LOWER, "5", "8", "8.0000000000000000000000000000000001", R),
        ],
    )
    def test_green_meets_the_target_and_amber_holds_the_floor(
        self, polarity, target, floor, value, rag
    ):
        assert rate(D(value), by_floor(polarity, target, floor)) is rag

    def test_words_as_a_database_column_gives_them_are_understood(self):
        thresholds = Thresholds("floor", "lower", target=D(5), floor=D(8))
        assert thresholds == by_floor(LOWER, "5", "8")
        assert rate(D(4), thresholds) is G
        with pytest.raises(ValueError, match="upside"):
            Thresholds("floor", "upside")

    def test_a_value_that_only_displays_as_the_target_misses_it(self):
        assert rate(D("89.96"), by_floor(HIGHER, "90.0", "80")) is A


class TestTolerance:
    @pytest.mark.parametrize(
        ("polarity", "target", "tolerance", "value", "rag"),
        [
            (HIGHER, "60", "10", "60", G),
            (HIGHER, "60", "10", "59.9", A),
            (HIGHER, "60", "10", "54", A),
            (HIGHER, "60", "10", "53.999999", R),
            (LOWER, "60", "10", "60", G),
            (LOWER, "60", "10", "60.1", A),
            (LOWER, "60", "10", "66", A),
            (LOWER, "60", "10", "66.000001", R),
            # relative to the target, not percentage points
            (HIGHER, "20", "10", "18", A),
            (HIGHER, "20", "10", "17.9", R),
            # of the size of a negative target: amber is always on the worse side
            (HIGHER, "-20", "10", "-20", G),
            (HIGHER, "-20", "10", "-22", A),
            (HIGHER, "-20", "10", "-22.1", R),
            (LOWER, "-20", "10", "-20", G),
            (LOWER, "-20", "10", "-18", A),
            (LOWER, "-20", "10", "-17.9", R),
            # nothing is tolerated of nought
            (HIGHER, "0", "10", "0", G),
            (HIGHER, "0", "10", "-0.0001", R),
            (LOWER, "0", "10", "0", G),
            (LOWER, "0", "10", "0.0001", R),
            # nor by a tolerance of nought
            (HIGHER, "60", "0", "60", G),
            (HIGHER, "60", "0", "59.9999", R),
            # 0.1 is not exact in binary, nor 4.35 x 0.9
            (HIGHER, "0.1", "10", "0.09", A),
            (HIGHER, "4.35", "10", "3.915", A),
            (HIGHER, "4.35", "10", "3.9149999999999999999999999999999999999", R),
            (HIGHER, "1.0000000000000000000000000001", "10", "0.90000000000000000000000000009", A),
            (HIGHER, "1.0000000000000000000000000001", "10", "0.90000000000000000000000000008", R),
            (HIGHER, "7373.55", "2.5", "7189.21125", A),
            (HIGHER, "7373.55", "2.5", "7189.21124", R),
        ],
    )
    def test_amber_misses_the_target_by_no_more_than_the_tolerance(
        self, polarity, target, tolerance, value, rag
    ):
        assert rate(D(value), by_tolerance(polarity, target, tolerance)) is rag


class TestRange:
    @pytest.mark.parametrize(
        ("value", "rag"),
        [
            ("9.99", R),
            ("10", A),
            ("19.99", A),
            ("20", G),
            ("25", G),
            ("30", G),
            ("30.01", A),
            ("40", A),
            ("40.01", R),
        ],
    )
    def test_green_inside_amber_near_red_beyond(self, value, rag):
        assert rate(D(value), by_range("20", "30", "10", "40")) is rag

    @pytest.mark.parametrize(
        ("outer_lower", "outer_upper", "value", "rag"),
        [
            (None, None, "20", G),
            (None, None, "19.99", R),
            (None, None, "30.01", R),
            ("10", None, "15", A),
            ("10", None, "30.01", R),
            (None, "40", "19.99", R),
            (None, "40", "35", A),
        ],
    )
    def test_a_side_without_an_outer_bound_has_no_amber(self, outer_lower, outer_upper, value, rag):
        assert rate(D(value), by_range("20", "30", outer_lower, outer_upper)) is rag

    @pytest.mark.parametrize(
        ("value", "place"),
        [
            ("19.99", NotRated.BELOW),
            ("20", NotRated.WITHIN),
            ("30", NotRated.WITHIN),
            ("30.01", NotRated.ABOVE),
        ],
    )
    @pytest.mark.parametrize("polarity", list(Polarity))
    def test_an_expected_range_never_gives_a_colour(self, polarity, value, place):
        thresholds = Thresholds(RatingMethod.EXPECTED_RANGE, polarity, lower=D("20"), upper=D("30"))
        assert rate(D(value), thresholds) is place


class TestNotRated:
    @pytest.mark.parametrize("polarity", list(Polarity))
    def test_data_only_is_never_rated_even_with_a_target(self, polarity):
        thresholds = Thresholds(RatingMethod.NONE, polarity, target=D(1))
        assert rate(D(5), thresholds) is NotRated.DATA_ONLY
        assert not thresholds.has_target

    @pytest.mark.parametrize(
        ("method", "given"),
        [
            (RatingMethod.FLOOR, {}),
            (RatingMethod.FLOOR, {"floor": D(3)}),
            (RatingMethod.FLOOR, {"lower": D(3), "upper": D(4)}),
            (RatingMethod.TOLERANCE, {}),
            (RatingMethod.TOLERANCE, {"tolerance": D(10)}),
            (RatingMethod.RANGE, {"target": D(3)}),
            (RatingMethod.RANGE, {"lower": D(3)}),
            (RatingMethod.RANGE, {"upper": D(3), "outer_upper": D(4)}),
            (RatingMethod.EXPECTED_RANGE, {"upper": D(3)}),
        ],
    )
    @pytest.mark.parametrize("polarity", list(Polarity))
    def test_without_enough_to_rate_by_there_is_no_target(self, method, given, polarity):
        thresholds = Thresholds(method, polarity, **given)
        assert not thresholds.has_target
        assert rate(D(5), thresholds) is NotRated.NO_TARGET

    @pytest.mark.parametrize(
        "thresholds",
        [
            by_floor(HIGHER, "0", None),
            by_tolerance(LOWER, "0"),
            by_range("0", "0"),
            by_range("0", "0", method=RatingMethod.EXPECTED_RANGE),
        ],
    )
    def test_nought_is_a_target_and_a_value_and_a_missing_value_neither(self, thresholds):
        assert thresholds.has_target
        assert rate(None, thresholds) is NotRated.NO_VALUE
        assert rate(D(0), thresholds) in (G, NotRated.WITHIN)

    @pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
    def test_a_value_that_is_no_number_is_refused(self, value):
        with pytest.raises(ValueError, match="ordinary number"):
            rate(D(value), by_floor(HIGHER, "90", "80"))


class TestRefusals:
    @pytest.mark.parametrize(
        ("method", "polarity", "given", "sentence"),
        [
            ("floor", HIGHER, {"target": "90", "floor": "90.1"}, "no better than the target of 90"),
            ("floor", LOWER, {"target": "5", "floor": "4.9"}, "no better than the target of 5"),
            ("range", Polarity.RANGE, {"lower": "3", "upper": "2"}, "3 is above 2"),
            (
                "range",
                Polarity.RANGE,
                {"lower": "2", "upper": "3", "outer_lower": "2.5"},
                "outer lower bound at or below the lower bound",
            ),
            (
                "range",
                Polarity.RANGE,
                {"lower": "2", "upper": "3", "outer_upper": "2.5"},
                "upper bound at or below the outer upper bound",
            ),
            (
                "range",
                Polarity.RANGE,
                {"outer_lower": "3", "outer_upper": "2"},
                "outer lower bound at or below the outer upper bound",
            ),
            ("tolerance", HIGHER, {"target": "5", "tolerance": "-1"}, "tolerance of 0 % or more"),
            ("tolerance", HIGHER, {"target": "5"}, "Give the tolerance"),
            ("floor", HIGHER, {"target": "NaN"}, "Give the target as an ordinary number"),
            ("floor", HIGHER, {"target": "5", "floor": "-Infinity"}, "Give the floor standard as"),
            ("tolerance", HIGHER, {"target": "5", "tolerance": "sNaN"}, "Give the tolerance as"),
            ("range", Polarity.RANGE, {"lower": "1", "upper": "Infinity"}, "Give the upper bound"),
            ("floor", HIGHER, {"target": "1E+999"}, "at most 60 digits"),
            ("floor", HIGHER, {"target": "1" * 61}, "at most 60 digits"),
            ("floor", HIGHER, {"target": "1E-61"}, "at most 60 digits"),
            ("floor", Polarity.NONE, {"target": "5"}, "Say whether higher or lower is better"),
            ("floor", Polarity.RANGE, {"target": "5"}, "Say whether higher or lower is better"),
            ("range", HIGHER, {"lower": "1", "upper": "2"}, "Set the polarity to range"),
            ("range", LOWER, {"lower": "1", "upper": "2"}, "Set the polarity to range"),
        ],
    )
    def test_nonsense_is_refused_with_what_to_do(self, method, polarity, given, sentence):
        with pytest.raises(ValueError, match=sentence):
            Thresholds(
                RatingMethod(method), polarity, **{name: D(text) for name, text in given.items()}
            )

    @pytest.mark.parametrize(
        ("method", "polarity", "given"),
        [
            ("floor", HIGHER, {"target": "90", "floor": "90"}),
            ("floor", LOWER, {"target": "90", "floor": "90"}),
            (
                "range",
                Polarity.RANGE,
                {"lower": "2", "upper": "2", "outer_lower": "2", "outer_upper": "2"},
            ),
            ("range", Polarity.NONE, {"lower": "2", "upper": "3"}),
            ("tolerance", HIGHER, {"target": "5", "tolerance": "0"}),
            ("floor", HIGHER, {"target": "1" * 60}),
            ("floor", HIGHER, {"target": "1E-60"}),
        ],
    )
    def test_what_is_only_just_sense_is_allowed(self, method, polarity, given):
        assert Thresholds(
            RatingMethod(method), polarity, **{name: D(text) for name, text in given.items()}
        ).has_target

    def test_the_longest_and_the_shortest_numbers_are_still_exact(self):
        big, small = D("9" * 60), D("1E-60")
        assert rate(big, by_tolerance(HIGHER, big, small)) is G
        assert rate(D("9" * 59 + "8"), by_tolerance(HIGHER, big, small)) is R
        assert rate(small.copy_negate(), by_tolerance(LOWER, small, big)) is G

    def test_a_binary_fraction_is_refused(self):
        with pytest.raises(TypeError, match="target as a Decimal"):
            Thresholds(RatingMethod.FLOOR, HIGHER, target=0.1)


@pytest.mark.parametrize(
    ("given", "middle"),
    [
        ({"lower": "2", "upper": "5"}, "3.5"),
        ({"lower": "2", "upper": "5", "target": "4"}, "3.5"),
        ({"target": "4"}, "4"),
        ({"lower": "2"}, None),
        ({}, None),
    ],
)
def test_the_middle_is_of_the_range_or_else_the_target(given, middle):
    numbers = {name: D(text) for name, text in given.items()}
    thresholds = Thresholds(RatingMethod.NONE, Polarity.RANGE, **numbers)
    assert thresholds.middle == (None if middle is None else D(middle))


GOOD, BAD = D(95), D(10)
RATED = by_floor(HIGHER, "90", "80")
NO_TARGET = Thresholds(RatingMethod.FLOOR, HIGHER)
DATA_ONLY = Thresholds(RatingMethod.NONE, Polarity.NONE)


class TestJudge:
    @pytest.mark.parametrize(
        ("due", "suspended", "has_result", "value", "reason", "thresholds", "verdict"),
        [
            # suspended before all else
            (True, True, True, GOOD, "", RATED, NotRated.SUSPENDED),
            (True, True, False, None, "", RATED, NotRated.SUSPENDED),
            (False, True, False, None, "", None, NotRated.SUSPENDED),
            (True, True, True, None, "", RATED, NotRated.SUSPENDED),
            # a value is rated, due or not
            (True, False, True, GOOD, "", RATED, G),
            (True, False, True, D(85), "", RATED, A),
            (True, False, True, BAD, "", RATED, R),
            (False, False, True, BAD, "", RATED, R),
            (True, False, True, D(0), "", RATED, R),
            (True, False, True, GOOD, "not yet final", RATED, G),
            # where the method has what it needs
            (True, False, True, GOOD, "", NO_TARGET, NotRated.NO_TARGET),
            (True, False, True, GOOD, "", None, NotRated.NO_TARGET),
            (True, False, True, GOOD, "", DATA_ONLY, NotRated.DATA_ONLY),
            # a result without a value
            (True, False, True, None, "", RATED, NotRated.NO_VALUE),
            (False, False, True, None, "", RATED, NotRated.NO_VALUE),
            (True, False, True, None, "", NO_TARGET, NotRated.NO_VALUE),
            # nothing was due
            (False, False, False, None, "", RATED, NotRated.NOT_DUE),
            (False, False, True, None, "survey is annual", RATED, NotRated.NOT_DUE),
            # due and absent, or declared not available
            (True, False, False, None, "", RATED, NotRated.NO_RESULT),
            (True, False, True, None, "system down", RATED, NotRated.NO_RESULT),
            (True, False, False, None, "system down", RATED, NotRated.NO_RESULT),
            (True, False, False, None, "", None, NotRated.NO_RESULT),
            (True, False, False, None, "", DATA_ONLY, NotRated.NO_RESULT),
        ],
    )
    def test_the_first_that_is_true_decides(
        self, due, suspended, has_result, value, reason, thresholds, verdict
    ):
        found = judge(
            due=due,
            suspended=suspended,
            has_result=has_result,
            value=value,
            not_available=reason,
            thresholds=thresholds,
        )
        assert found == ((verdict, None) if isinstance(verdict, Rag) else (None, verdict))

    @given(
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["", "system down"]),
        st.sampled_from([None, RATED, NO_TARGET, DATA_ONLY, by_range("1", "2")]),
    )
    def test_a_missing_value_has_a_reason_and_never_a_colour(
        self, due, suspended, has_result, reason, thresholds
    ):
        rag, not_rated = judge(
            due=due,
            suspended=suspended,
            has_result=has_result,
            value=None,
            not_available=reason,
            thresholds=thresholds,
        )
        assert rag is None
        assert not_rated in NotRated


class TestValueOf:
    @pytest.mark.parametrize(
        ("value", "numerator", "denominator", "scale", "found"),
        [
            ("4.5", None, None, "1", "4.5"),
            (None, None, None, "1", None),
            (None, "3", "4", "100", "75"),
            (None, "3", "4", "1", "0.75"),
            ("99", "3", "4", "100", "75"),
            (None, "0", "4", "100", "0"),
            (None, "3", "0", "100", None),
            (None, "0", "0", "100", None),
            ("99", "0", "0.00", "100", None),
            (None, "-1", "4", "1", "-0.25"),
        ],
    )
    def test_numerator_and_denominator_define_the_value(
        self, value, numerator, denominator, scale, found
    ):
        given_ = [None if text is None else D(text) for text in (value, numerator, denominator)]
        assert value_of(*given_, scale=D(scale)) == (None if found is None else D(found))

    @pytest.mark.parametrize("pair", [(D(1), None), (None, D(1)), (None, D(0))])
    def test_half_a_fraction_is_refused(self, pair):
        with pytest.raises(ValueError, match="both the numerator and the denominator"):
            value_of(D(5), *pair)

    @pytest.mark.parametrize("pair", [("NaN", "1"), ("1", "Infinity"), ("Infinity", "0")])
    def test_a_fraction_of_no_numbers_is_refused(self, pair):
        with pytest.raises(ValueError, match="ordinary numbers"):
            value_of(None, D(pair[0]), D(pair[1]))

    @example(2, 3)
    @example(999_999_999, 1_000_000_000)
    @example(1, 16 * 10**7)  # a tie: 0.000000625 of a hundred
    @given(st.integers(-(10**9), 10**9), st.integers(1, 10**9))
    def test_a_ratio_is_the_nearest_figure_of_six_decimals(self, numerator, denominator):
        """So that anyone can work out the value, and the rating that it earns, from what is published."""
        value = value_of(None, D(numerator), D(denominator), scale_of("%"))
        exact = Fraction(numerator * 100, denominator)
        assert value == D(round(exact * 10**6)).scaleb(-6)  # round() takes halves to the even side

    @given(st.decimals(-(10**9), 10**9, places=12))
    def test_a_value_is_kept_the_same_whether_rounded_once_or_again(self, value):
        kept = value_of(value, None, None)
        assert value_of(kept, None, None) == kept
        assert abs(kept - value) <= D("0.0000005")

    def test_two_thirds_meet_a_target_of_them_as_they_are_written(self):
        share = value_of(None, D(2), D(3), scale_of("%"))
        assert share == D("66.666667")
        assert rate(share, Thresholds(RatingMethod.FLOOR, HIGHER, target=D("66.666667"))) is G

    @pytest.mark.parametrize(
        ("unit", "scale"), [("%", 100), (" % ", 100), ("days", 1), ("", 1), ("% points", 1)]
    )
    def test_only_percentages_are_out_of_a_hundred(self, unit, scale):
        assert scale_of(unit) == scale


@pytest.mark.parametrize(
    ("speaks_of", "lag", "old"),
    [
        ("2011-Q1", 0, False),
        ("2010-Q4", 0, True),
        ("2010-Q4", 1, False),
        ("2010-Q3", 1, True),
        ("2010-Q2", 3, False),
        ("2010-Q1", 3, True),
        ("2011-Q2", 0, False),
    ],
)
def test_figures_older_than_the_declared_lag_are_stale(speaks_of, lag, old):
    assert stale(Quarter(2011, 1), Quarter.parse(speaks_of), lag) is old


def test_a_negative_lag_is_refused():
    with pytest.raises(ValueError, match="0 quarters or more"):
        stale(Quarter(2011, 1), Quarter(2011, 1), -1)


# Properties. Values have up to 40 digits, beyond the 28 at which Python's usual context rounds.
values = st.decimals(
    -(10**6), 10**6, allow_nan=False, allow_infinity=False, places=4
) | st.decimals(-100, 100, allow_nan=False, allow_infinity=False, places=38)
percents = st.decimals(0, 200, places=2)


@st.composite
def one_way_thresholds(draw):
    polarity = draw(st.sampled_from([HIGHER, LOWER]))
    if draw(st.booleans()):
        return Thresholds(
            RatingMethod.TOLERANCE, polarity, target=draw(values), tolerance=draw(percents)
        )
    worse, better = sorted((draw(values), draw(values)), reverse=polarity is LOWER)
    floor = draw(st.sampled_from([worse, None]))
    return Thresholds(RatingMethod.FLOOR, polarity, target=better, floor=floor)


@st.composite
def ranges(draw):
    outer_lower, lower, upper, outer_upper = sorted(draw(values) for _ in range(4))
    return Thresholds(
        draw(st.sampled_from([RatingMethod.RANGE, RatingMethod.EXPECTED_RANGE])),
        Polarity.RANGE,
        lower=lower,
        upper=upper,
        outer_lower=draw(st.sampled_from([outer_lower, None])),
        outer_upper=draw(st.sampled_from([outer_upper, None])),
    )


def mirrored(thresholds):
    """The same thresholds looked at from below: every number negated, the better side swapped."""

    def negated(number):
        return None if number is None else number.copy_negate()

    swap = {HIGHER: LOWER, LOWER: HIGHER}
    return Thresholds(
        thresholds.method,
        swap.get(thresholds.polarity, thresholds.polarity),
        tolerance=thresholds.tolerance,
        target=negated(thresholds.target),
        floor=negated(thresholds.floor),
        lower=negated(thresholds.upper),
        upper=negated(thresholds.lower),
        outer_lower=negated(thresholds.outer_upper),
        outer_upper=negated(thresholds.outer_lower),
    )


@given(one_way_thresholds(), values, values)
def test_a_better_value_is_never_rated_worse(thresholds, one, other):
    worse, better = sorted((one, other), reverse=thresholds.polarity is LOWER)
    assert rate(worse, thresholds).at_or_worse_than(rate(better, thresholds))


@given(ranges(), values, values)
def test_nearer_the_range_is_never_rated_worse(thresholds, one, other):
    assume(thresholds.method is RatingMethod.RANGE)
    for near, far in ((one, other), (other, one)):
        outwards = far <= near <= thresholds.lower or thresholds.upper <= near <= far
        if outwards:
            assert rate(far, thresholds).at_or_worse_than(rate(near, thresholds))


@given(one_way_thresholds() | ranges(), values)
def test_rating_is_mirrored_by_polarity(thresholds, value):
    swap = {NotRated.ABOVE: NotRated.BELOW, NotRated.BELOW: NotRated.ABOVE}
    rating = rate(value, thresholds)
    assert rate(value.copy_negate(), mirrored(thresholds)) is swap.get(rating, rating)


@given(one_way_thresholds())
def test_the_target_itself_is_green_and_its_floor_is_not_red(thresholds):
    assert rate(thresholds.target, thresholds) is G
    if thresholds.floor is not None:
        assert rate(thresholds.floor, thresholds) is not R


@given(one_way_thresholds(), values)
def test_the_tolerance_agrees_with_whole_number_arithmetic(thresholds, value):
    """The same rule in integers, where nothing can be rounded."""
    assume(thresholds.method is RatingMethod.TOLERANCE)
    places = 40
    with localcontext(prec=200):
        target, tolerance, result = (
            int(number.scaleb(places))
            for number in (thresholds.target, thresholds.tolerance, value)
        )
    missed_by = target - result if thresholds.polarity is HIGHER else result - target
    allowed = abs(target) * tolerance
    expected = G if missed_by <= 0 else A if missed_by * 100 * 10**places <= allowed else R
    assert rate(value, thresholds) is expected
