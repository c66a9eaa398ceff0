"""No printed figure contradicts the verdict beside it: in sentences, tables, charts and files alike."""

from decimal import Decimal

import pytest

from reports.rendering.csvs import tables
from reports.rendering.report import Report
from sorp.rules.thresholds import bounds_of
from tests.reports.documents import indicator, public_edition


def shown(values, **given):
    return Report(
        public_edition(indicators=[indicator("RE-1", values, **given)], priorities=[])
    ).blocks["RE-1"]


@pytest.mark.parametrize(
    ("value", "given", "rag", "printed"),
    [
        ("79.96", {"target": 80, "floor": 75}, "amber", "79.96%"),  # case A1
        ("74.96", {"target": 80, "floor": 75}, "red", "74.96%"),
        ("80.04", {"target": 80, "floor": 84, "polarity": "lower"}, "amber", "80.04%"),
        ("72.04", {"target": 80, "method": "tolerance", "tolerance": 10}, "amber", "72.04%"),
        ("71.96", {"target": 80, "method": "tolerance", "tolerance": 10}, "red", "71.96%"),
        ("79.9", {"target": 80, "floor": 75}, "amber", "79.9%"),
        ("80", {"target": 80, "floor": 75}, "green", "80.0%"),
    ],
)
def test_every_place_that_prints_a_figure_prints_it_on_its_own_side(value, given, rag, printed):
    block = shown([90, value], **given)

    assert block.rating["rag"] == rag
    assert block.value == block.listed_value == printed
    assert printed in block.explanation
    assert printed in block.sentence
    assert block.lines[0].value == printed.rstrip("%")
    assert f">{printed}<" in block.chart


def test_files_give_the_value_as_it_is_kept():
    document = public_edition(
        indicators=[indicator("RE-1", [90, "79.96"], target=80, floor=75)], priorities=[]
    )

    assert b",79.96," in tables(document)["ratings.csv"]


@pytest.mark.parametrize(
    ("judged", "bounds"),
    [
        (None, ()),
        ({"target": "80", "floor": "75", "tolerance": None}, ("80", "75")),
        ({"target": "-20", "tolerance": "10"}, ("-20", "-22", "-18")),
        ({"lower": "1", "upper": "2", "outer_lower": "0.5"}, ("1", "2", "0.5")),
    ],
)
def test_the_bounds_of_whatever_was_judged(judged, bounds):
    assert bounds_of(judged) == tuple(map(Decimal, bounds))
