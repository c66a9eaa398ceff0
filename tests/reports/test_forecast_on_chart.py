"""The forecast on a trend chart: a band from the last result, for as long as it is one."""

import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from core.charts import svg
from core.charts.trend import (
    BOTTOM,
    TOP,
    Foreseen,
    QuarterPoint,
    Trend,
    trend_chart,
)
from core.quarters import Quarter
from dashboards.queries.indicator_story import trend_with_forecast
from indicators.models.forecasts import SystemForecast
from indicators.rules.remarks import trend_sentence
from sorp.lexicon import NotRated

FIRST = Quarter(2011, 1)
LAST, NEXT = Quarter(2012, 4), Quarter(2013, 1)
VALUES = (85, 89, 84, 88, 85, 89, 84, 88)


def trend(values=VALUES):
    points = tuple(
        QuarterPoint(Quarter.from_ordinal(FIRST.ordinal + place), Decimal(value))
        for place, value in enumerate(values)
    )
    return Trend("trend-PI-1", "Potholes", points, measure_unit="%", decimals=1)


def forecast(quarter=NEXT, lower=70, value=86, upper=93):
    return SystemForecast(
        for_quarter=quarter,
        lower=Decimal(lower),
        value=Decimal(value),
        upper=Decimal(upper),
    )


def drawn(chart):
    """The picture's elements, and all its words."""
    root = ElementTree.fromstring(trend_chart(chart))
    return list(root.iter()), " ".join(root.itertext())


def bands(chart):
    elements, _ = drawn(chart)
    return [each for each in elements if each.get("fill") == svg.BAND]


def test_the_axis_runs_on_to_the_quarter_forecast():
    found = trend_with_forecast(trend(), forecast(Quarter(2013, 4)))
    assert [str(each.quarter) for each in found.points[8:]] == [
        "Q1 2013/14",
        "Q2 2013/14",
        "Q3 2013/14",
        "Q4 2013/14",
    ]
    assert {each.not_rated for each in found.points[8:]} == {NotRated.NOT_DUE}
    assert found.foreseen == Foreseen(Quarter(2013, 4), Decimal(86), Decimal(70), Decimal(93))


def test_a_band_and_a_dotted_line_mark_it_and_words_tell_of_it():
    found = trend_with_forecast(trend(), forecast())
    elements, words = drawn(found)
    assert len(bands(found)) == 1
    assert [each.get("stroke") for each in elements].count(svg.FORECAST) == 1
    assert "[f]" in words
    assert "the forecast for Q1 2013/14: likely between 70.0% and 93.0%" in words


def test_the_scale_has_room_for_the_whole_band():
    """The band would hang out of a scale that only knew the results."""
    [band] = bands(trend_with_forecast(trend(), forecast(lower=20)))
    pairs = [pair.split() for pair in re.split("[ML]", band.get("d").strip("Z")) if pair]
    assert len(pairs) == 4
    assert all(TOP <= float(height) <= BOTTOM for _, height in pairs)


@pytest.mark.parametrize("known", [None, forecast(LAST), forecast(FIRST)])
def test_without_a_forecast_or_with_its_result_nothing_is_marked(known):
    found = trend_with_forecast(trend(), known)
    assert found == trend()
    assert bands(found) == []
    assert "[f]" not in drawn(found)[1]


def test_a_quarter_that_is_shown_without_a_result_is_not_shown_twice():
    waiting = replace(
        trend(), points=(*trend().points, QuarterPoint(NEXT, not_rated=NotRated.NO_RESULT))
    )
    found = trend_with_forecast(waiting, forecast())
    assert found.points == waiting.points
    assert len(bands(found)) == 1


def test_the_quarters_ahead_come_on_top_of_the_sixteen_of_which_the_sentence_tells():
    long = trend(VALUES * 2)
    last = long.points[-1].quarter
    found = trend_with_forecast(long, forecast(last.next()))

    assert [each.quarter for each in found.shown] == [*FIRST.until(last), last.next()]
    assert f"in {found.shown[0].quarter} to" in trend_sentence(found)


def test_an_older_quarter_than_the_sixteenth_stays_away():
    found = trend_with_forecast(trend((*VALUES, *VALUES, 90)), forecast(Quarter(2015, 2)))
    assert len([each for each in found.shown if each.value is not None]) == 16
