"""What a chart shows, in which words and inks, and that nothing typed by anyone runs in it."""

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from core.charts import svg as inks
from core.charts.counts import counts_chart
from core.charts.svg import apart, axis
from core.charts.trend import QuarterPoint, Trend, trend_chart
from core.quarters import Quarter
from indicators.rules.remarks import as_charted, trend_sentence
from sorp.lexicon import Confidence, NotRated, Polarity, Rag, Travel
from sorp.rules.patterns import EVERY_QUARTER

FIRST = Quarter(2019, 1)
SVG = "{http://www.w3.org/2000/svg}"


def trend(values, *, per=None, base=None, **given):
    quarters = FIRST.until(FIRST.back(1 - len(values)))
    points = tuple(
        QuarterPoint(
            quarter,
            None if value is None else Decimal(str(value)),
            **{**(base or {}), **(per or {}).get(place, {})},
        )
        for place, (quarter, value) in enumerate(zip(quarters, values, strict=True))
    )
    return Trend("x", given.pop("title", "Potholes repaired"), points, **given)


def drawn(*args, **given):
    return ElementTree.fromstring(trend_chart(trend(*args, **given)))


def words(chart):
    return [each.text for each in chart.iter(f"{SVG}text")]


def lines(chart):
    """The paths of the result itself, by its ink."""
    return [each.get("d") for each in chart.iter(f"{SVG}path") if each.get("stroke-width") == "2.4"]


@pytest.mark.parametrize(
    ("values", "given", "sentence"),
    [
        ([70, 80], {}, "rose from 70% in Q1 2019/20 to 80% in Q2 2019/20, with too few results"),
        ([80, 70], {"travel": Travel.WORSENING}, "fell from 80% in Q1 2019/20 to 70% in Q2"),
        ([80, 70], {"travel": Travel.NO_CLEAR_TREND}, "shows no clear trend: from 80%"),
        ([80, 80], {"travel": Travel.STEADY}, "was 80% in Q1 2019/20 and again in Q2 2019/20"),
        ([70], {}, "was 70% in Q1 2019/20."),
        ([None], {}, "no result has been reported yet."),
        (
            [4, 3],
            {"travel": Travel.IMPROVING, "polarity": Polarity.RANGE},
            "moved nearer to the middle of its range, from 4%",
        ),
        ([70, None], {}, "was 70% in Q1 2019/20."),
    ],
)
def test_the_sentence_says_actively_what_the_chart_shows(values, given, sentence):
    assert sentence in trend_sentence(trend(values, measure_unit="%", **given))


@pytest.mark.parametrize(
    ("limits", "polarity", "words"),
    [
        ({"target": Decimal(70)}, Polarity.HIGHER, "meeting its target of 70"),
        ({"target": Decimal("70.5")}, Polarity.HIGHER, "missing its target of 70.5"),
        ({"target": Decimal(70)}, Polarity.LOWER, "meeting its target of 70"),
        ({"target": Decimal("69.9")}, Polarity.LOWER, "missing its target of 69.9"),
        ({"lower": Decimal(60), "upper": Decimal(70)}, Polarity.RANGE, "within its range of 60 to 70"),
        ({"lower": Decimal(60), "upper": Decimal(69)}, Polarity.RANGE, "above its range of 60 to 69"),
        ({"lower": Decimal(71), "upper": Decimal(75)}, Polarity.NONE, "below its range of 71 to 75"),
    ],
)  # fmt: skip
def test_the_sentence_says_how_the_last_value_stands(limits, polarity, words):
    said = trend_sentence(trend([70], base=limits, polarity=polarity, decimals=1))
    assert words in said


def test_a_missing_value_breaks_the_line_and_what_was_not_due_does_not():
    not_due = {"not_rated": NotRated.NOT_DUE}

    assert len(lines(drawn([1, 2, None, 4, 5], per={2: {"not_rated": NotRated.NO_RESULT}}))) == 2
    assert len(lines(drawn([1, 2, None, 4, 5], per={2: not_due}))) == 1


def test_a_new_definition_breaks_the_line_and_is_named():
    chart = drawn([1, 2, 3, 4], per={2: {"definition_break": True}})

    assert len(lines(chart)) == 2
    assert "New definition" in words(chart)


def test_no_more_than_sixteen_quarters_are_shown():
    chart = drawn(list(range(20)))

    assert lines(chart)[0].count("L") == 15
    assert "from 0 in Q1 2019/20" in trend_sentence(trend(list(range(20)), travel=Travel.IMPROVING))


def test_target_and_floor_are_labelled_and_differ_by_dash_as_well_as_ink():
    limits = {"target": Decimal(90), "floor": Decimal(80)}
    chart = drawn([85, 88], base=limits, measure_unit="%")

    assert {"Target 90%", "Floor 80%", "88%"} <= set(words(chart))
    dashes = {each.get("stroke-dasharray") for each in chart.iter(f"{SVG}path")}
    assert {"9 4", "3 3", None} <= dashes


SHAPES = {
    Rag.RED: ("rect", inks.RED, inks.RED),
    Rag.AMBER: ("path", inks.AMBER, inks.AMBER_EDGE),
    Rag.GREEN: ("circle", inks.GREEN, inks.GREEN),
}


def marked(chart, rag):
    """The fills of the points drawn in a status's own shape, first quarter first."""
    tag, fill, edge = SHAPES[rag]
    return [
        each.get("fill")
        for each in chart.iter(f"{SVG}{tag}")
        if each.get("stroke") == edge and each.get("fill") in (fill, inks.WHITE)
    ]


@pytest.mark.parametrize("rag", SHAPES)
def test_every_rated_point_has_the_shape_and_ink_of_its_status(rag):
    chart = drawn([1, 2, 3], base={"rag": rag})

    assert marked(chart, rag) == [SHAPES[rag][1]] * 3
    assert all(marked(chart, other) == [] for other in SHAPES if other is not rag)


@pytest.mark.parametrize("rag", SHAPES)
def test_what_is_not_final_is_hollow_and_keeps_its_shape(rag):
    chart = drawn([1, 2], base={"rag": rag}, per={0: {"confidence": Confidence.PROVISIONAL}})

    assert marked(chart, rag) == [inks.WHITE, SHAPES[rag][1]]
    assert "Hollow shapes are not final." in chart.find(f"{SVG}desc").text


@pytest.mark.parametrize(
    ("rags", "words"),
    [
        ([Rag.RED, Rag.AMBER], "squares are red, triangles amber."),
        ([Rag.AMBER, Rag.GREEN], "triangles are amber, circles green."),
        ([Rag.GREEN, Rag.GREEN], "circles are green."),
        ([None, Rag.RED], "squares are red, small circles have no status."),
        ([None, None], "Circles joined by a solid line are results."),
    ],
)
def test_the_shapes_that_are_drawn_are_told_in_words_and_no_others(rags, words):
    chart = drawn([1, 2], per={place: {"rag": rag} for place, rag in enumerate(rags)})

    assert chart.find(f"{SVG}desc").text.endswith(words)


LEVEL = [80, 82, 79, 81, 80, 83, 81, 80, 70, 71, 69, 70]


def charted(values, pattern=EVERY_QUARTER, **given):
    return as_charted(trend(values, travel=Travel.NO_CLEAR_TREND, **given), pattern)


@pytest.mark.parametrize(
    ("values", "word"), [(LEVEL, "Lower"), ([-each for each in LEVEL], "Higher")]
)
def test_a_new_level_is_marked_where_it_begins(values, word):
    chart = ElementTree.fromstring(trend_chart(charted(values)))

    assert f"{word} level" in words(chart)
    assert chart.find(f"{SVG}desc").text.endswith(
        f"A dotted line marks where a {word.lower()} level begins: Q1 2021/22."
    )


@pytest.mark.parametrize(
    "unmarked",
    [
        charted(LEVEL[:11]),
        as_charted(trend(LEVEL, travel=Travel.WORSENING)),
        charted([*LEVEL, *[70] * 13]),  # it began before the quarters shown
        trend(LEVEL, travel=Travel.NO_CLEAR_TREND),
    ],
    ids=["too few on it", "a trend is told", "not shown", "not looked for"],
)
def test_no_level_is_marked_where_none_is_shown(unmarked):
    chart = ElementTree.fromstring(trend_chart(unmarked))

    assert not any("level" in each for each in words(chart))
    assert "level" not in chart.find(f"{SVG}desc").text


def read_out(chart):
    return [each.find(f"{SVG}title").text for each in chart.iter(f"{SVG}g")]


def test_every_quarter_is_read_out_in_words_where_the_pointer_rests():
    limits = {"target": Decimal(90), "floor": Decimal(80)}
    chart = drawn(
        [76.4, 92, None, None],
        base=limits,
        per={
            0: {"rag": Rag.RED},
            1: {"rag": Rag.GREEN, "confidence": Confidence.PROVISIONAL},
            2: {"not_rated": NotRated.NO_RESULT},
            3: {"not_rated": NotRated.NOT_DUE},
        },
        measure_unit="%",
        decimals=1,
    )

    assert read_out(chart) == [
        "Q1 2019/20: 76.4%, red. Target 90%. Floor 80%.",
        "Q2 2019/20: 92.0%, green, provisional. Target 90%. Floor 80%.",
        "Q3 2019/20: nothing to show (no result).",
    ]


@pytest.mark.parametrize(
    "places", [[10, 10, 10], [100, 100, 99], [20, 30, 31], [0, 0, 0, 0, 0], [50]]
)
def test_labels_never_stand_on_one_another(places):
    put = sorted(apart(places, least=15, top=10, bottom=120))

    assert all(later - earlier >= 14.999 for earlier, later in pairwise(put))
    assert max(put) <= 120


@pytest.mark.parametrize(
    ("values", "percent"),
    [(["0", "0"], True), (["99.9", "100"], True), (["-5", "3"], False), (["1e9", "2e9"], False)],
)
def test_an_axis_has_round_ticks_and_holds_every_value(values, percent):
    scale = axis([Decimal(each) for each in values], top=0, bottom=100, percent=percent)

    assert scale.low <= float(values[0]) <= float(values[1]) <= scale.high
    assert 2 <= len(scale.ticks) <= 7
    if percent:
        assert scale.high <= 100
        assert scale.low >= 0


HOSTILE = "</title><script>alert(1)</script>&\"'<img src=x onerror=alert(1)>"


def test_what_anyone_typed_is_text_and_nothing_else():
    chart = trend_chart(trend([1, 2], title=HOSTILE, measure_unit=HOSTILE, floor_label=HOSTILE))

    assert "<script" not in chart
    assert "<img" not in chart
    assert HOSTILE in "".join(ElementTree.fromstring(chart).itertext())


def test_a_chart_has_words_for_those_who_do_not_see_it():
    chart = drawn([1, None, 3], title="Potholes", sentence="Potholes rose from 1 to 3.")

    title, description = chart.find(f"{SVG}title"), chart.find(f"{SVG}desc")
    assert title.text.startswith("Chart. Potholes rose from 1")
    assert "Nothing is shown for Q2 2019/20" in description.text
    assert chart.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert not re.search(r"class=|style=", ElementTree.tostring(chart, encoding="unicode"))


def luminance(ink):
    parts = (int(ink[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [
        each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    "ink", [inks.LINE, inks.TARGET, inks.FLOOR, inks.QUIET, inks.RED, inks.GREEN, inks.AMBER_EDGE]
)
def test_every_ink_that_means_something_has_three_to_one_on_paper_and_on_the_band(ink):
    assert 1.05 / (luminance(ink) + 0.05) >= 3
    assert (luminance(inks.BAND) + 0.05) / (luminance(ink) + 0.05) >= 3


def test_the_counts_bar_says_all_its_counts_and_leaves_out_what_is_nought():
    bar = counts_chart({"green": 30, "amber": 0, "red": 6, "not_rated": 2, "stale": 0}, name="c")
    drawn = ElementTree.fromstring(bar)

    assert drawn.find(f"{SVG}title").text == (
        "Of 38: 30 green, 0 amber, 6 red, 0 green, on old figures, 2 not rated."
    )
    assert len(list(drawn.iter(f"{SVG}rect"))) == 3
    widths = [float(each.get("width").rstrip("%")) for each in drawn.iter(f"{SVG}rect")]
    assert widths == pytest.approx(
        [30 / 38 * 100 - 0.4, 6 / 38 * 100 - 0.4, 2 / 38 * 100 - 0.4], abs=0.01
    )


def test_a_counts_bar_of_nothing_says_so():
    assert "No indicators" in counts_chart({}, name="c")
