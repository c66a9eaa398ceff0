"""A printed figure agrees with the verdict that stands beside it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures import as_number, number_sent

FIGURES = st.decimals(-1000, 1000, places=6)


@pytest.mark.parametrize(
    ("value", "bounds", "printed"),
    [
        (
            "79.96",
            ["80", "75"],
            "79.96%",
        ),  # case A1: amber beside "80.0%, missing its target of 80%"
        ("79.996", ["80", "75"], "79.996%"),
        ("79.94", ["80", "75"], "79.9%"),
        ("80", ["80", "75"], "80.0%"),
        ("80.04", ["80", "75"], "80.04%"),  # above it, so not printed as on it
        ("74.99", ["80", "75"], "74.99%"),
        ("79.9999996", ["80"], "80.000000%"),  # beyond what is kept
        ("79.96", [None, None], "80.0%"),
        ("-0.04", ["0"], "\N{MINUS SIGN}0.04%"),
    ],
)
def test_a_figure_is_printed_on_its_own_side_of_each_bound(value, bounds, printed):
    limits = [None if each is None else Decimal(each) for each in bounds]

    assert as_number(Decimal(value), 1, "%", bounds=limits) == printed


@given(FIGURES, FIGURES, st.integers(0, 3))
def test_no_printed_figure_stands_on_or_across_a_bound_that_its_value_does_not(
    value, bound, places
):
    printed = as_number(value, places, bounds=[bound])
    read = Decimal(printed.replace(",", "").replace("\N{MINUS SIGN}", "-"))

    assert (read > bound) == (value > bound)
    assert (read < bound) == (value < bound)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("17", 17),
        ("007", 7),
        ("999999999", 999_999_999),
        ("", 0),
        ("-3", 0),
        ("1.0", 0),
        (" 4", 0),
        ("\N{SUPERSCRIPT TWO}", 0),
        ("\N{ARABIC-INDIC DIGIT FOUR}", 0),
        ("9" * 5000, 0),
    ],
)
def test_the_number_that_a_form_sends_along_is_read_or_is_nought(text, number):
    assert number_sent(text) == number
