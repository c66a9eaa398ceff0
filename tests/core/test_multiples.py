"""Small multiples: one scale for all, no line over a gap, and words for those who do not see them."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from core.charts.multiples import MOST, Multiples, Panel, PanelPoint, panel_charts
from core.quarters import Quarter
from sorp.lexicon import Rag

FIRST = Quarter(2019, 1)
SVG = "{http://www.w3.org/2000/svg}"


def panel(name, values, **per):
    """A panel from values; None is a gap, and a text why a value is withheld."""
    points = []
    for place, value in enumerate(values):
        quarter = Quarter.from_ordinal(FIRST.ordinal + place)
        if isinstance(value, str):
            points.append(PanelPoint(quarter, withheld=value))
            continue
        number = None if value is None else Decimal(str(value))
        written = "" if value is None else f"{value}%"
        points.append(PanelPoint(quarter, number, written=written, **per.get(f"at_{place}", {})))
    return Panel(name.lower(), name, tuple(points))


def drawn(*panels, **more):
    charts = panel_charts(Multiples(panels, measure_unit="%", **more))
    return [ElementTree.fromstring(each) for each in charts]


def lines(chart):
    """How many points each solid line of values joins."""
    paths = [each for each in chart.iter(f"{SVG}path") if each.get("stroke-width") == "2.2"]
    return [each.get("d").count("L") + 1 for each in paths]


def ticks(chart):
    return [each.text for each in chart.iter(f"{SVG}text") if each.get("text-anchor") == "end"][:2]


def test_every_part_has_a_chart_to_one_scale():
    charts = drawn(panel("Ashford", [20, 30]), panel("Dover", [80, 90]))

    assert len(charts) == 2
    assert ticks(charts[0]) == ticks(charts[1])


def test_where_no_part_has_a_value_nothing_is_drawn():
    assert drawn(panel("Ashford", [None, "withheld: fewer than 5"])) == []


@pytest.mark.parametrize(
    ("values", "joined"),
    [
        ([1, 2, 3], [3]),
        ([1, 2, None, 3, 4], [2, 2]),
        ([1, 2, "withheld: fewer than 5", 4], [2]),
        ([5], []),
    ],
)
def test_no_line_is_drawn_over_what_is_not_known(values, joined):
    (chart,) = drawn(panel("Ashford", values))

    assert lines(chart) == joined


def test_a_total_since_april_begins_anew_each_april():
    values = [1, 2, 3, 4, 1, 2]

    assert lines(drawn(panel("Ashford", values))[0]) == [6]
    assert lines(drawn(panel("Ashford", values), restarts_in_april=True)[0]) == [4, 2]


def test_what_is_withheld_is_said_in_words_and_marked_at_the_foot():
    (chart,) = drawn(panel("Ashford", [10, "withheld: fewer than 5", 12]))
    description = chart.find(f"{SVG}desc").text

    assert "Q1 2019/20 10%, Q3 2019/20 12%." in description
    assert "Q2 2019/20 withheld: fewer than 5." in description
    assert len([each for each in chart.iter(f"{SVG}line") if each.get("stroke-width") == "2"]) == 1


def test_the_last_value_carries_the_shape_of_its_status():
    (red,) = drawn(panel("Ashford", [10, 12], at_1={"rag": Rag.RED}))
    (unrated,) = drawn(panel("Ashford", [10, 12]))

    assert red.findall(f"{SVG}rect")
    assert not unrated.findall(f"{SVG}rect")


def test_the_whole_and_a_target_of_its_own_are_drawn_and_said():
    more = {f"at_{place}": {"whole": Decimal(50), "target": Decimal(60)} for place in range(3)}
    (chart,) = drawn(panel("Ashford", [10, 12, 14], **more))

    dashes = {each.get("stroke-dasharray") for each in chart.iter(f"{SVG}path")}
    assert {"2 2", "7 3"} <= dashes
    assert "this part’s own target" in chart.find(f"{SVG}desc").text


def test_twelve_quarters_are_shown_at_most():
    (chart,) = drawn(panel("Ashford", list(range(20))))

    assert lines(chart) == [MOST]


def test_nothing_typed_by_anyone_runs_in_a_chart():
    (chart,) = panel_charts(Multiples((panel("<script>", [1, 2]),)))

    assert "<script>" not in chart
