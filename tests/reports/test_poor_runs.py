"""How long an indicator has been poor, as the report tells it."""

import pytest

from core.quarters import Quarter
from reports.rules.history import poor_run

RAGS = {"R": "red", "A": "amber", "G": "green", "-": None}


def pictured(picture):
    """One rating a letter from Q1 2011/12; a bar stands before the first after a break."""
    quarter, ratings, is_break = Quarter(2011, 1), [], False
    for letter in picture:
        if letter == "|":
            is_break = True
            continue
        ratings.append({"quarter": quarter.key, "rag": RAGS[letter], "definition_break": is_break})
        quarter, is_break = quarter.next(), False
    return ratings


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        ("", ("", 0)),
        ("G", ("", 0)),
        ("RRG", ("", 0)),
        ("R", ("red", 1)),
        ("GRRR", ("red", 3)),
        ("ARR", ("red", 2)),
        ("R-R", ("red", 2)),
        ("RR-", ("red", 2)),
        ("AAA", ("amber", 3)),
        ("RA", ("amber or red", 2)),
        ("AAR", ("amber or red", 3)),
        ("RR|R", ("red", 1)),
        ("A|AA", ("amber", 2)),
    ],
)
def test_a_run_is_counted_over_rated_quarters_since_the_last_break(picture, told):
    assert poor_run(pictured(picture), "2099-Q4") == told


def test_what_came_after_the_quarter_is_not_known_to_it():
    assert poor_run(pictured("RRR"), "2011-Q2") == ("red", 2)
