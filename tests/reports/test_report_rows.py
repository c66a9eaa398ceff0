"""The lists of a report: one row for one indicator, drawn from the edition's own facts."""

import pytest
from django.template.loader import render_to_string

from core.charts.small import bullet_finding, spark_finding
from reports.rendering.blocks import IndicatorBlock
from tests.reports.documents import Q, indicator


def block(*values, quarter=Q, **given):
    facts = indicator("X-1", list(values), measure_unit="", decimals=0, **given)
    return IndicatorBlock(facts, quarter)


@pytest.mark.parametrize(
    ("shown", "was", "expected", "bullet"),
    [
        (block(91, 92, target=90, floor=80), "", "target 90", "92 meets the target of 90."),
        (
            block(91, 70, target=90, floor=80),
            "Green",
            "target 90",
            "70 misses the target of 90 and the floor standard of 80.",
        ),
        (block(91, None, 92, target=90, floor=80), "", "target 90", "92 meets the target of 90."),
        (block(70, None, 92, target=90, floor=80), "Red in Q2 2022/23", "target 90", None),
        (block(91, None, target=90, floor=80), "Green", "target 90", ""),
        (block(91, 92), "", "", ""),
        (
            block(
                1, 2, lower=0, upper=3, method="expected_range", kind="activity", polarity="none"
            ),
            "",
            "expected range 0 to 3",
            "2 is inside the range of 0 to 3.",
        ),
    ],
)
def test_a_row_says_what_was_what_was_expected_and_how_the_figure_stands_to_it(
    shown, was, expected, bullet
):
    assert (shown.was, shown.listed_expected) == (was, expected)
    if bullet is not None:
        assert (bullet_finding(shown.bullet) if shown.bullet else "") == bullet


def test_the_line_of_a_row_ends_at_the_quarter_of_the_edition():
    earlier = block(1, 2, 3, quarter=Q.previous())

    assert spark_finding(earlier.spark) == "From 1 in Q2 2022/23 to 2 in Q3 2022/23."


def test_a_list_draws_a_line_for_every_row_and_a_bar_where_something_was_expected():
    blocks = [block(91, 92, target=90, floor=80), block(91, 92), block(None, target=90)]
    listed = render_to_string(
        "reports/parts/indicator_list.html", {"blocks": blocks, "caption": "Status"}
    )

    assert listed.count("<tr") == 1 + len(blocks)
    assert listed.count('kcc-row__spark"><svg') == len(blocks)
    assert listed.count('kcc-row__bullet"><svg') == 1
    assert listed == render_to_string(
        "reports/parts/indicator_list.html", {"blocks": blocks, "caption": "Status"}
    )
