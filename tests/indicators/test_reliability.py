"""Whether chances keep their word on published series that the calibration has not seen."""

import pytest

from indicators.rules.calibration import WEIGHTS, WEIGHTS_SO_FAR
from indicators.rules.forecasting import YEARLY_WEIGHT, YEARLY_WIDENED, ForecastMethod
from indicators.rules.skill import Skill
from tests.indicators.published_forecasts import (
    QUARTERLY,
    YEAR_TO_DATE,
    councils,
    counted_up,
    fitted_on,
    judged_on,
    made,
    off_by,
    off_by_if_perfect,
)
from tests.indicators.published_years import (
    best_of_years,
    made_of_years,
    years_fitted_on,
    years_judged_on,
)
from tests.load.forecast_reliability import (
    EVENTS,
    SERIES,
    both_readings,
    coverage,
    fit,
    scored,
    spoken_of,
)


@pytest.fixture(scope="module", params=SERIES)
def unseen(request):
    """Forecasts for councils on which nothing was fitted."""
    series_of, pattern = SERIES[request.param]
    return made(series_of(), pattern, of=judged_on())


@pytest.fixture(scope="module")
def years():
    """Forecasts of yearly series that chose nothing."""
    return made_of_years(years_judged_on())


def test_intervals_of_yearly_series_cover_what_they_say(years):
    share = coverage(years)
    number, by_smoothing = share[ForecastMethod.SMOOTHING]
    assert number >= 50
    assert 0.75 <= by_smoothing <= 0.9
    assert 0.75 <= sum(each.is_inside for each in years) / len(years) <= 0.9


def test_what_yearly_series_are_smoothed_by_is_what_the_other_half_chooses():
    fitted, judged = years_fitted_on(), years_judged_on()
    assert not {each.reference for each in fitted} & {each.reference for each in judged}
    assert best_of_years(fitted) == (YEARLY_WEIGHT, YEARLY_WIDENED)


def test_no_council_is_both_fitted_on_and_judged_on():
    assert not fitted_on() & judged_on()
    assert fitted_on() | judged_on() == set(councils())


@pytest.mark.parametrize("bands", ["width", "count"])
@pytest.mark.parametrize("event", EVENTS)
def test_chances_are_off_no_more_than_a_perfect_forecasters_may_be(unseen, event, bands):
    chances = scored(unseen, event)
    said, came = [each.chance for each in chances], [each.was_red for each in chances]
    assert off_by(said, came, bands) < off_by_if_perfect(said, bands)


@pytest.mark.parametrize("name", SERIES)
def test_without_calibration_chances_are_off_by_more_than_that(name):
    """Over all councils, since half of them do not tell it apart from chance."""
    series_of, pattern = SERIES[name]
    forecasts = made(series_of(), pattern)
    came = [each.was_red for each in scored(forecasts)]
    by_themselves = [each.by_itself.red for each in forecasts]
    assert off_by(by_themselves, came, "count") > off_by_if_perfect(by_themselves, "count")


@pytest.mark.parametrize("event", EVENTS)
def test_they_are_a_fifth_better_than_the_records_own_rate_and_than_last_times_colour(
    unseen, event
):
    skill = Skill.of(scored(unseen, event))
    assert skill.over_rate >= 20
    assert skill.over_last >= 20


def test_the_pages_speak_for_half_of_them_or_more_and_those_beat_both(unseen):
    shown = spoken_of(unseen)
    assert len(shown) >= len(unseen) / 2
    assert Skill.of(scored(shown)).beats_both


def test_four_in_five_results_fall_within_the_interval_of_each_way_of_forecasting(unseen):
    assert all(0.75 <= share <= 0.90 for _, share in coverage(unseen).values())


@pytest.mark.parametrize(
    ("weights", "series_of", "pattern"),
    [(WEIGHTS, both_readings, QUARTERLY), (WEIGHTS_SO_FAR, counted_up, YEAR_TO_DATE)],
)
def test_the_weights_are_what_the_other_councils_give(weights, series_of, pattern):
    found = fit(series_of(), pattern)
    assert (weights.forecast, weights.last, weights.earlier) == pytest.approx(found, abs=0.006)


def test_a_perfect_forecaster_passes_and_one_who_exaggerates_does_not(unseen):
    came = [each.was_red for each in scored(unseen)]
    hindsight = [float(each) for each in came]
    assert off_by(hindsight, came) <= off_by_if_perfect(hindsight)
    exaggerated = [0.95 if each.chances.red > 0.3 else 0.02 for each in unseen]
    assert off_by(exaggerated, came) > off_by_if_perfect(exaggerated)


def test_every_way_of_forecasting_is_seen_but_the_season():
    """None of these series is seasonal: what a season gives is held by simulation alone."""
    methods = {
        each.method for series_of, pattern in SERIES.values() for each in made(series_of(), pattern)
    }
    assert methods == set(ForecastMethod) - {ForecastMethod.SEASONAL}
