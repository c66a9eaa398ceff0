"""What lies ahead, in words, and how forecasts are scored: tables of cases."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from indicators.rules.forecasting import Bounds, ForecastMethod, Outcome, Prediction, Tally, score
from indicators.rules.prospects import (
    Course,
    Figures,
    gap,
    likely,
    percent,
    shortfall,
    track_record,
    where_it_leads,
)
from sorp.lexicon import Basis, Frequency, Polarity, Rag, RatingMethod
from sorp.rules.patterns import Pattern
from sorp.rules.thresholds import Thresholds

LAST, NEXT = Quarter(2012, 4), Quarter(2013, 1)
PER_CENT, DAYS, MONEY = Figures(1, "%"), Figures(0, "days"), Figures(0, "£")
HIGHER, LOWER = Polarity.HIGHER, Polarity.LOWER


def by_floor(target, floor, polarity=HIGHER):
    return Thresholds(
        method=RatingMethod.FLOOR,
        polarity=polarity,
        target=Decimal(str(target)),
        floor=Decimal(str(floor)),
    )


RANGE = Thresholds(
    method=RatingMethod.RANGE, polarity=Polarity.RANGE, lower=Decimal(10), upper=Decimal(20)
)


class TestWords:
    @pytest.mark.parametrize(
        ("lower", "upper", "figures", "words"),
        [
            ("71.96", "81.2", PER_CENT, "likely between 72.0% and 81.2%"),
            ("72", "81", Figures(0, "%"), "likely between 72% and 81%"),
            ("36.9", "45.2", DAYS, "likely between 37 and 45\N{NO-BREAK SPACE}days"),
            ("1200", "1500", MONEY, "likely between £1,200 and £1,500"),
            ("3", "9", Figures(0), "likely between 3 and 9"),
            ("99.98", "100", PER_CENT, "likely about 100.0%"),
        ],
    )
    def test_an_interval(self, lower, upper, figures, words):
        assert likely(Decimal(lower), Decimal(upper), figures) == words

    @pytest.mark.parametrize(
        ("chance", "words"),
        [
            ("0", "less than 1%"),
            ("0.0099", "less than 1%"),
            ("0.01", "1%"),
            ("0.255", "26%"),
            ("0.99", "99%"),
            ("1", "more than 99%"),
        ],
    )
    def test_a_chance_is_never_certain(self, chance, words):
        assert percent(Decimal(chance)) == words

    @pytest.mark.parametrize(
        ("value", "thresholds", "figures", "words"),
        [
            ("85.8", by_floor(90, 80), PER_CENT, "4.2 percentage points short of target"),
            ("89", by_floor(90, 80), Figures(0, "%"), "1 percentage point short of target"),
            (
                "89.97",
                by_floor(90, 80),
                PER_CENT,
                "less than 0.1 percentage points short of target",
            ),
            ("90", by_floor(90, 80), PER_CENT, "exactly on target"),
            ("92.5", by_floor(90, 80), PER_CENT, "2.5 percentage points better than target"),
            ("31", by_floor(28, 34, LOWER), DAYS, "3\N{NO-BREAK SPACE}days over target"),
            ("27", by_floor(28, 34, LOWER), DAYS, "1\N{NO-BREAK SPACE}day better than target"),
            ("1250", by_floor(1500, 1000), MONEY, "£250 short of target"),
            ("7", RANGE, DAYS, "3\N{NO-BREAK SPACE}days below its range"),
            ("25", RANGE, DAYS, "5\N{NO-BREAK SPACE}days above its range"),
            ("20", RANGE, DAYS, "within its range"),
        ],
    )
    def test_the_gap_to_target(self, value, thresholds, figures, words):
        assert gap(Decimal(value), thresholds, figures) == words

    def test_without_a_target_there_is_no_gap(self):
        bare = Thresholds(method=RatingMethod.FLOOR, polarity=HIGHER)
        assert gap(Decimal(3), bare, DAYS) == ""


def course(known, expected, method=ForecastMethod.DRIFT, due=NEXT, like=None, **more):
    return Course(
        method=method,
        last=(LAST, Decimal(str(known))),
        forecast=(due, Decimal(str(expected))),
        like_quarters={number: Decimal(value) for number, value in (like or {}).items()},
        **more,
    )


def leads(going, thresholds, is_met=None):
    """Where a course leads with the same target in every quarter to come."""
    if is_met is None:
        is_met = shortfall(going.last[1], thresholds) == 0
    due = going.forecast[0]
    return where_it_leads(going, {due: thresholds}, is_met)


class TestWhereItLeads:
    @pytest.mark.parametrize(
        ("going", "thresholds", "words"),
        [
            (
                course(84, 86),
                by_floor(90, 80),
                "on the present course about 3 quarters to reach it",
            ),
            (course(89, 91), by_floor(90, 80), "on the present course about 1 quarter to reach it"),
            (course(84, 82), by_floor(90, 80), "moving away from it"),
            (
                course(84, 84.1),
                by_floor(90, 80),
                "on the present course more than 5 years to reach it",
            ),
            (
                course(34, 31),
                by_floor(28, 30, LOWER),
                "on the present course about 2 quarters to reach it",
            ),
            (course(34, 35), by_floor(28, 30, LOWER), "moving away from it"),
            (
                course(95, 93),
                by_floor(90, 80),
                "on the present course it would be missed in about 3 quarters",
            ),
            (course(95, 96), by_floor(90, 80), ""),
            (course(26, 23), RANGE, "on the present course about 2 quarters to reach it"),
            (course(26, 29), RANGE, "moving away from it"),
        ],
    )
    def test_along_a_trend(self, going, thresholds, words):
        assert leads(going, thresholds) == words

    @pytest.mark.parametrize(
        ("known", "expected", "words"),
        [
            (84, 85, "no clear trend that would bring it there"),
            (84, 91, "its level of late would reach it"),
            (92, 88, "its level of late would miss it"),
            (92, 91, ""),
        ],
    )
    def test_from_the_level_of_late(self, known, expected, words):
        going = course(known, expected, ForecastMethod.SMOOTHING)
        assert leads(going, by_floor(90, 80)) == words

    @pytest.mark.parametrize(
        ("known", "like", "words"),
        [
            (84, {1: 85, 2: 88, 3: 92, 4: 84}, "as in past years, it would reach it in Q3 2013/14"),
            (
                84,
                {1: 85, 2: 88, 3: 89, 4: 84},
                "as in past years, it would not reach it within a year",
            ),
            (92, {1: 95, 2: 88, 3: 89, 4: 92}, "as in past years, it would miss it in Q2 2013/14"),
            (92, {1: 95, 2: 93, 3: 91, 4: 92}, "as in past years, it would hold it for the year"),
        ],
    )
    def test_as_in_past_years(self, known, like, words):
        going = course(known, like[1], ForecastMethod.SEASONAL, like=like)
        assert leads(going, by_floor(90, 80)) == words

    def test_quarters_in_which_nothing_is_due_are_not_waited_for(self):
        yearly = course(
            84, 88, due=Quarter(2013, 4), pattern=Pattern(frequency=Frequency.ANNUAL)
        )  # one point a quarter
        assert (
            leads(yearly, by_floor(90, 80)) == "on the present course about 8 quarters to reach it"
        )
        assert [quarter for quarter, _ in yearly.ahead(Quarter(2015, 1))] == [
            Quarter(2013, 4),
            Quarter(2014, 4),
        ]

    def test_what_is_counted_from_april_goes_on_as_last_year_did(self):
        """Three ahead of last year in Q1: so it is in later quarters; next year starts afresh."""
        going = Course(
            method=ForecastMethod.SO_FAR,
            last=(NEXT, Decimal(30)),
            forecast=(Quarter(2013, 2), Decimal(56)),
            like_quarters={1: Decimal(30), 2: Decimal(53), 3: Decimal(80), 4: Decimal(106)},
            pattern=Pattern(basis=Basis.YEAR_TO_DATE),
        )
        values = [value for _, value in going.ahead(Quarter(2014, 1))]
        assert values == [56, 83, 109, 30]
        profile = {
            Quarter(2013, number): by_floor(25 * number, 24 * number) for number in (2, 3, 4)
        }
        assert where_it_leads(going, profile, is_met=True) == (
            "as last year went on, it would hold it for the year"
        )
        assert where_it_leads(
            going, {**profile, Quarter(2013, 4): by_floor(110, 99)}, is_met=True
        ) == ("as last year went on, it would miss it in Q4 2013/14")
        assert where_it_leads(going, {Quarter(2013, 2): None}, is_met=True) == ""

    def test_a_course_ends_at_the_bounds(self):
        going = course(94, 98, bounds=Bounds(Decimal(0), Decimal(100)))
        assert going.at(Quarter(2013, 2)) == 100
        assert leads(going, by_floor(101, 80)).endswith("more than 5 years to reach it")

    @pytest.mark.parametrize(
        "unrated",
        [
            Thresholds(method=RatingMethod.NONE, polarity=Polarity.NONE),
            Thresholds(
                method=RatingMethod.EXPECTED_RANGE,
                polarity=Polarity.NONE,
                lower=Decimal(1),
                upper=Decimal(2),
            ),
        ],
    )
    def test_what_is_not_rated_leads_nowhere(self, unrated):
        assert leads(course(84, 86), unrated, is_met=False) == ""


class TestScoring:
    def test_a_forecast_is_held_against_its_result(self):
        said = Prediction(
            Decimal(84), Decimal(80), Decimal(88), chance_red=Decimal("0.3"), rag=Rag.AMBER
        )
        found = score(said, Outcome(Decimal(79), Rag.RED, target=Decimal(80)))
        assert (found.error, found.percent, found.optimism) == (
            -5,
            Decimal("6.25"),
            Decimal("6.25"),
        )
        assert (found.is_inside, found.is_right, found.brier) == (False, False, Decimal("0.49"))
        assert found.size == 5

    @pytest.mark.parametrize(
        ("polarity", "result", "optimism"),
        [
            (HIGHER, 90, -5),
            (HIGHER, 70, 5),
            (LOWER, 90, 5),
            (LOWER, 70, -5),
            (Polarity.NONE, 90, None),
        ],
    )
    def test_hopeful_is_better_than_the_result_by_polarity(self, polarity, result, optimism):
        came = Outcome(Decimal(result), target=Decimal(200), polarity=polarity)
        assert score(Prediction(Decimal(80)), came).optimism == optimism

    @pytest.mark.parametrize(("at", "inside"), [(80, True), (88, True), ("79.99", False)])
    def test_the_ends_of_the_interval_are_within_it(self, at, inside):
        said = Prediction(Decimal(84), Decimal(80), Decimal(88))
        assert score(said, Outcome(Decimal(at))).is_inside is inside

    @pytest.mark.parametrize("target", [None, Decimal(0)])
    def test_of_no_target_or_nought_no_share_is_said(self, target):
        found = score(Prediction(Decimal(4)), Outcome(Decimal(3), target=target))
        assert (found.percent, found.optimism, found.brier, found.is_inside) == (None,) * 4

    def test_a_tally_by_hand(self):
        said = Prediction(Decimal(80), Decimal(75), Decimal(85), Decimal("0.5"), Rag.RED)
        results = [
            Outcome(Decimal(value), rag, Decimal(100))
            for value, rag in ((80, Rag.RED), (84, Rag.RED), (90, Rag.GREEN), (74, Rag.RED))
        ]
        tally = Tally.of(score(said, came) for came in results)
        assert (tally.scored, tally.coverage, tally.right) == (4, 50, 75)
        assert tally.percent == Decimal(20) / 4  # 0, 4, 10 and 6
        assert tally.optimism == Decimal(-8) / 4  # 0, -4, -10 and +6
        assert tally.brier == Decimal("0.25")
        assert tally.leaning == "2.0% too cautious"
        assert (tally.inside, tally.size) == (2, 5)

    def test_a_tally_of_nothing_says_nothing(self):
        assert Tally.of([]) == Tally()
        assert Tally().leaning == ""

    def test_a_colour_alone_is_right_or_wrong_and_off_by_nothing(self):
        said = Prediction(rag=Rag.AMBER)
        [right, wrong] = (
            score(said, Outcome(Decimal(84), rag, Decimal(90), rag_before=Rag.RED))
            for rag in (Rag.AMBER, Rag.RED)
        )
        assert (right.is_right, right.was_as_before) == (True, False)
        assert (wrong.is_right, wrong.was_as_before) == (False, True)
        assert (right.error, right.size, right.percent, right.optimism) == (None,) * 4
        tally = Tally.of([right, wrong])
        assert (tally.colours, tally.right, tally.right_by_last) == (2, 50, 50)

    def test_what_cannot_be_asked_of_one_is_left_out_of_the_mean(self):
        with_target = score(Prediction(Decimal(4)), Outcome(Decimal(3), target=Decimal(10)))
        without = score(Prediction(Decimal(4)), Outcome(Decimal(3)))
        tally = Tally.of([with_target, without])
        assert (tally.scored, tally.percent, tally.coverage) == (2, 10, None)
        assert Tally.of(
            [score(Prediction(Decimal(4)), Outcome(Decimal(4), target=Decimal(9)))]
        ).leaning == ("neither way")


class TestTrackRecord:
    OURS = Tally(scored=12, coverage=Decimal(75), size=Decimal("2.14"))

    @pytest.mark.parametrize(
        ("system", "managers", "words"),
        [
            (Tally(), Tally(), ""),
            (
                OURS,
                Tally(),
                "In the last three years ours were off by 2.1 percentage points on average, and 9 of 12"
                " results were within the interval",
            ),
            (
                Tally(),
                Tally(scored=1, colours=1, right=Decimal(100)),
                "In the last three years the manager’s had the right colour in 1 of 1",
            ),
            (
                OURS,
                Tally(scored=4, colours=4, right=Decimal(75)),
                "In the last three years ours were off by 2.1 percentage points on average, and 9 of 12"
                " results were within the interval; the manager’s had the right colour in 3 of 4",
            ),
        ],
    )
    def test_in_words(self, system, managers, words):
        assert track_record(system, managers, PER_CENT) == words


values = st.decimals(-100, 100, places=2)


@given(values, values)
def test_a_shortfall_is_nought_exactly_where_the_target_is_met(value, target):
    for polarity, met in ((HIGHER, value >= target), (LOWER, value <= target)):
        short = shortfall(value, by_floor(target, target, polarity))
        assert short >= 0
        assert (short == 0) is met


@given(values, values, st.decimals(0, 1, places=4))
def test_scores_keep_within_their_scales(said, came, chance):
    found = score(
        Prediction(said, said, said, chance, Rag.RED), Outcome(came, Rag.GREEN, target=Decimal(50))
    )
    assert 0 <= found.brier <= 1
    assert abs(found.optimism) == found.percent >= 0
    assert found.is_inside is (said == came)
