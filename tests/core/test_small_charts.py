"""Charts in a row of a list: they say what they show, draw no line over a gap, and repeat no id."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from core.charts import svg as inks
from core.charts.counts import small_counts_chart
from core.charts.small import (
    BULLET_WIDTH,
    SPARK_WIDTH,
    Bullet,
    Sparkline,
    bullet_bar,
    bullet_finding,
    spark_finding,
    sparkline,
)
from core.charts.trend import QuarterPoint
from core.own_words import spoken
from core.quarters import Quarter
from sorp.lexicon import Rag

FIRST = Quarter(2019, 1)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>"&'


def spark(values, *, target=90, since=FIRST, **more):
    points = tuple(
        QuarterPoint(
            Quarter.from_ordinal(since.ordinal + place),
            None if value is None else Decimal(str(value)),
            rag=None if value is None else Rag.GREEN if value >= target else Rag.RED,
            target=Decimal(target),
        )
        for place, value in enumerate(values)
    )
    return Sparkline(points, **{"measure_unit": "%", **more})


def drawn(picture):
    return ElementTree.fromstring(picture)


def joined(chart):
    """How many results each solid line joins."""
    paths = [each for each in chart.iter(f"{SVG}path") if each.get("stroke") == inks.LINE]
    return [each.get("d").count("L") + 1 for each in paths]


@pytest.mark.parametrize(
    ("values", "more", "lines"),
    [
        ([91, 92, 93], {}, [3]),
        ([91, 92, None, 93, 94], {}, [2, 2]),
        ([10, 20, 30, 40, 11, 21], {"restarts_in_april": True}, [4, 2]),
        ([91, None, 92], {}, []),
        ([70] * 20, {}, [12]),
    ],
)
def test_a_line_ends_at_a_gap_and_where_a_total_begins_anew(values, more, lines):
    assert joined(drawn(sparkline(spark(values, **more)))) == lines


@pytest.mark.parametrize(
    ("value", "shape", "ink"),
    [(95, "circle", inks.GREEN), (70, "rect", inks.RED)],
)
def test_the_last_result_has_the_shape_of_its_status(value, shape, ink):
    chart = drawn(sparkline(spark([91, 92, value])))

    assert [each.get("fill") for each in chart.iter(f"{SVG}{shape}")][-1] == ink


@pytest.mark.parametrize(
    ("values", "finding"),
    [
        (
            [95, None, 70],
            "From 95% in Q1 2019/20 to 70% in Q3 2019/20; green in 1 of 2 rated quarters;"
            " 1 without a result.",
        ),
        ([95], "95% in Q1 2019/20; green in 1 of 1 rated quarters."),
        ([None, None], "No results in 2 quarters."),
        (
            [95, 96, 97, 95, 96, 95, 96, 90],
            "From 95% in Q1 2019/20 to 90% in Q4 2020/21; green in 8 of 8 rated quarters;"
            " the lowest of 8 results.",
        ),
    ],
)
def test_a_line_says_what_it_shows(values, finding):
    line = spark(values)

    assert spark_finding(line) == finding
    assert drawn(sparkline(line)).find(f"{SVG}title").text == finding


def bullet(value, polarity, **limits):
    known = {name: Decimal(str(each)) for name, each in limits.items()}
    return Bullet(Decimal(str(value)), polarity, measure_unit="%", **known)


@pytest.mark.parametrize(
    ("value", "polarity", "limits", "finding"),
    [
        (95, "higher", {"target": 90, "floor": 80}, "95% meets the target of 90%."),
        (
            85,
            "higher",
            {"target": 90, "floor": 80},
            "85% misses the target of 90% but holds the minimum of 80%.",
        ),
        (
            70,
            "higher",
            {"target": 90, "floor": 80},
            "70% misses the target of 90% and the minimum of 80%.",
        ),
        (
            17,
            "lower",
            {"target": 15, "floor": 20},
            "17% misses the target of 15% but holds the minimum of 20%.",
        ),
        (15, "lower", {"target": 15}, "15% meets the target of 15%."),
        (6, "range", {"lower": 3, "upper": 5}, "6% is outside the range of 3% to 5%."),
    ],
)
def test_a_bar_says_how_the_result_stands_to_its_target_whichever_way_is_better(
    value, polarity, limits, finding
):
    with spoken({"floor": "minimum"}):
        assert bullet_finding(bullet(value, polarity, **limits)) == finding


def ends(picture, ink):
    """From where to where a bar of this ink reaches."""
    (bar,) = [each for each in drawn(picture).iter(f"{SVG}rect") if each.get("fill") == ink]
    return float(bar.get("x")), float(bar.get("x")) + float(bar.get("width"))


@pytest.mark.parametrize(
    ("value", "polarity", "limits", "is_good"),
    [
        (95, "higher", {"target": 90, "floor": 80}, True),
        (70, "higher", {"target": 90, "floor": 80}, False),
        (99.2, "higher", {"target": 99.5, "floor": 99}, False),
        (10, "lower", {"target": 15, "floor": 20}, True),
        (25, "lower", {"target": 15, "floor": 20}, False),
        (-5, "lower", {"target": -2}, True),
    ],
)
def test_a_bar_ends_in_what_is_shaded_just_where_its_result_is_good(
    value, polarity, limits, is_good
):
    result = bullet(value, polarity, **limits)
    picture = bullet_bar(result)
    left, right = ends(picture, inks.BAND)
    bar = ends(picture, inks.LINE)
    end = bar[0] if value < 0 else bar[1]

    assert (left <= end <= right) is is_good
    assert 0 <= bar[0] < bar[1] <= BULLET_WIDTH


def test_without_anything_to_compare_there_is_no_bar():
    assert bullet_bar(bullet(95, "higher")) == ""


def test_small_charts_repeat_no_id_fit_their_size_and_run_nothing():
    line = spark([91, 92, None, 70], measure_unit=HOSTILE)
    for picture in (
        sparkline(line),
        bullet_bar(bullet(70, "higher", target=90, floor=80)),
        small_counts_chart({"green": 3, "amber": 1, "red": 2}),
    ):
        chart = drawn(picture)
        assert not [each for each in chart.iter() if each.get("id")]
        assert chart.get("role") == "img"
        assert chart.get("aria-label") == chart.find(f"{SVG}title").text
        assert "<script" not in picture
    assert drawn(sparkline(line)).get("width") == f"{SPARK_WIDTH:.0f}"


def test_a_small_bar_says_what_is_in_it_and_hatches_amber_for_grey_paper():
    bar = drawn(small_counts_chart({"green": 3, "amber": 1, "red": 0, "not_rated": 0}))

    assert bar.find(f"{SVG}title").text == "Of 4: 3 green, 1 amber."
    assert len(list(bar.iter(f"{SVG}line"))) == 1
    assert drawn(small_counts_chart({})).find(f"{SVG}title").text == "No indicators"
