"""Whether chances are worth showing: skill, the reliability table, and when nothing is said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.rules.calibration import calibrated
from indicators.rules.forecasting import Chances, ForecastMethod
from indicators.rules.skill import ENOUGH, ScoredChance, Skill, Unsaid, reliability, unsaid
from sorp.lexicon import Rag

RED, AMBER, GREEN = Rag.RED, Rag.AMBER, Rag.GREEN


def given_chance(chance, was_red, red_before=None):
    return ScoredChance(Decimal(str(chance)), was_red, red_before)


def record(chance_if_red, chance_if_not, reds=10, others=10, *, colour_stays=False):
    """So many quarters that were red and that were not; the colour before was the same, or not."""
    return [
        *(given_chance(chance_if_red, True, colour_stays) for _ in range(reds)),
        *(given_chance(chance_if_not, False, not colour_stays) for _ in range(others)),
    ]


class TestSkill:
    def test_by_hand(self):
        """Off by 0.04, 0.04 and 0.01 squared; a rate of a third is off by 4/9, 1/9 and 1/9."""
        skill = Skill.of(
            [
                given_chance("0.8", True, True),
                given_chance("0.2", False, True),
                given_chance("0.1", False, False),
            ]
        )
        assert skill.scored == 3
        assert skill.rate.quantize(Decimal("0.1")) == Decimal("33.3")
        assert skill.over_rate.quantize(Decimal("0.1")) == Decimal("86.5")  # 1 - 0.09 / 0.6667
        assert skill.over_last == 91  # 1 - 0.09 / 1: the colour changed once
        assert skill.beats_both

    def test_nothing_is_known_of_no_forecasts(self):
        assert Skill.of([]) == Skill(0)
        assert not Skill.of([]).beats_both

    @pytest.mark.parametrize(
        "chances",
        [
            record("0.9", "0.1", reds=0),  # never red: the rate was never off
            record("0.9", "0.1", colour_stays=True),  # the colour stayed: last time's was never off
            record("0.5", "0.5"),  # no better than the rate
            record("0.4", "0.6"),
        ],
    )
    def test_who_does_not_beat_both_does_not(self, chances):
        assert not Skill.of(chances).beats_both

    def test_who_never_knew_a_colour_before_is_compared_with_the_rate_alone(self):
        skill = Skill.of([given_chance("0.9", True), given_chance("0.1", False)])
        assert skill.over_rate == 96
        assert skill.over_last is None


class TestReliability:
    def test_five_bands_equally_wide_with_what_was_said_and_what_came(self):
        bands = reliability(
            [
                given_chance("0.1", False),
                given_chance("0.7", True),
                given_chance("0.6", False),
                given_chance(1, True),
            ]
        )
        assert [(band.lower, band.upper) for band in bands] == [
            (0, 20),
            (20, 40),
            (40, 60),
            (60, 80),
            (80, 100),
        ]
        assert [(band.scored, band.said, band.came) for band in bands] == [
            (1, 10, 0),
            (0, None, None),
            (0, None, None),
            (2, 65, 50),
            (1, 100, 100),
        ]


class TestWhatIsSaid:
    good = record("0.9", "0.1")

    def test_chances_that_beat_both_are_shown(self):
        assert unsaid([], self.good) is None

    def test_too_few_scored_are_not_enough_to_know(self):
        assert unsaid([], self.good[: ENOUGH - 1]) is Unsaid.TOO_FEW

    def test_no_better_than_the_rate_is_not_shown(self):
        assert unsaid([], record("0.4", "0.6")) is Unsaid.NO_BETTER_THAN_RATE

    def test_no_better_than_last_times_colour_is_not_shown(self):
        stays = record("0.9", "0.1", colour_stays=True)
        assert unsaid([], stays) is Unsaid.NO_BETTER_THAN_LAST

    def test_an_indicator_whose_own_forecasts_fail_is_silent_where_others_speak(self):
        failed = record("0.1", "0.9", reds=8, others=8)
        assert unsaid(failed, self.good) is Unsaid.NO_BETTER_THAN_RATE

    def test_one_failure_does_not_silence_it(self):
        assert unsaid([given_chance("0.1", True, False)], self.good) is None

    @pytest.mark.parametrize("reason", Unsaid)
    def test_each_reason_is_a_sentence(self, reason):
        assert reason.label[0].isupper()
        assert not reason.label.endswith(".")


def of(red, amber):
    return Chances(
        Decimal(str(red)), Decimal(str(amber)), 1 - Decimal(str(red)) - Decimal(str(amber))
    )


class TestCalibration:
    def test_by_hand(self):
        """Log-odds of 0.3: -0.847; the last was not red, 1 of 4 was: log-odds of 1.5/5 are -0.847."""
        found = calibrated(of("0.3", "0.2"), [RED, GREEN, AMBER, GREEN], ForecastMethod.SMOOTHING)
        assert found.red == Decimal("0.2863")  # 1 / (1 + exp(0.847 x 0.83 + 0.21))

    def test_without_a_record_a_chance_is_drawn_towards_an_even_one(self):
        found = calibrated(of("0.9", "0.1"), [], ForecastMethod.DRIFT)
        assert Decimal("0.5") < found.red < Decimal("0.9")
        assert calibrated(of("0.5", "0"), [], ForecastMethod.SMOOTHING) == of("0.5", "0")

    def test_nothing_is_certain(self):
        found = calibrated(of(0, 0), [GREEN] * 20, ForecastMethod.SMOOTHING)
        assert 0 < found.red < Decimal("0.01")

    def test_only_the_last_twenty_results_are_remembered(self):
        long_ago = calibrated(of("0.3", "0.2"), [RED] * 30 + [GREEN] * 20, ForecastMethod.SMOOTHING)
        assert long_ago == calibrated(of("0.3", "0.2"), [GREEN] * 20, ForecastMethod.SMOOTHING)


rags = st.lists(st.sampled_from(Rag), max_size=30)
methods = st.sampled_from(ForecastMethod)
shares = st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)).map(
    lambda cuts: of(Decimal(min(cuts)) / 10_000, Decimal(max(cuts) - min(cuts)) / 10_000)
)


@given(shares, rags, methods)
def test_calibrated_chances_are_chances(found, earlier, method):
    told = calibrated(found, earlier, method)
    assert all(0 <= each <= 1 for each in (told.red, told.amber, told.green))
    assert told.red + told.amber + told.green == 1


@given(shares, rags, methods)
def test_red_and_green_change_places_as_the_record_does(found, earlier, method):
    swapped = {RED: GREEN, AMBER: AMBER, GREEN: RED}
    here = calibrated(found, earlier, method)
    there = calibrated(
        Chances(found.green, found.amber, found.red), [swapped[each] for each in earlier], method
    )
    assert abs(here.red - there.green) <= Decimal("0.0002")


@given(shares, rags, methods)
def test_one_more_red_makes_red_no_less_likely(found, earlier, method):
    better = calibrated(found, [*earlier, GREEN], method).red
    assert calibrated(found, [*earlier, RED], method).red >= better
