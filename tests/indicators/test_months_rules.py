"""How months make a quarter: a table of cases."""

from decimal import Decimal

import pytest

from core.months import Month, months_of
from core.quarters import Quarter
from indicators.rules.months import MonthFigure, quarter_of_months
from indicators.rules.rating import scale_of, value_of
from sorp.lexicon import MadeOfMonths

Q3 = Quarter(2019, 3)
NOT_YET = None


def read(month: Month, told: str) -> MonthFigure | None:
    """`12`, `3/4`, `x` for not available, `c` for withheld, `-` for nothing; `p`, `e` for how firm."""
    if told == "-":
        return None
    if told == "x":
        return MonthFigure(month=month, not_available="The system was down")
    if told == "c":
        return MonthFigure(month=month, not_available="Fewer than 5", withheld=True)
    firm = {"p": "provisional", "e": "estimated"}.get(told[-1], "final")
    told = told.rstrip("pe")
    if "/" in told:
        numerator, denominator = map(Decimal, told.split("/"))
        value = value_of(None, numerator, denominator, scale_of("%"))
        return MonthFigure(
            month=month,
            value=value,
            numerator=numerator,
            denominator=denominator,
            confidence=firm,
        )
    return MonthFigure(month=month, value=Decimal(told), confidence=firm)


def quarter(made: str, told: str):
    figures = [read(*each) for each in zip(months_of(Q3), told.split(), strict=True)]
    return quarter_of_months(Q3, MadeOfMonths(made), [each for each in figures if each])


@pytest.mark.parametrize(
    ("made", "told", "value", "firm"),
    [
        # All three months.
        ("sum", "10 20 12.5", "42.5", "final"),
        ("mean", "10 20 12.5", "14.166667", "final"),
        ("last", "10 20 12.5", "12.5", "final"),
        # By denominators, not a mean of percentages: 130 of 300, and not (90 + 20 + 20) / 3.
        ("mean", "90/100 20/100 20/100", "43.333333", "final"),
        ("mean", "9/10 20/100 101/190", "43.333333", "final"),
        # One without counts: each month alike.
        ("mean", "90/100 20 40", "50", "final"),
        # A month of which nobody was to be served neither adds to the mean nor is it missing.
        ("mean", "90/100 0/0 20/100", "55", "final"),
        ("mean", "0/0 0/0 0/0", None, "final"),
        ("mean", "0/0 30 50", "40", "final"),
        ("last", "10 20 0/0", None, "final"),
        # A month lacks.
        ("sum", "10 20 -", None, "final"),
        ("sum", "10 - 20", None, "final"),
        ("sum", "10 x 20", None, "final"),
        ("sum", "10 20 0/0", None, "final"),
        ("mean", "10 20 -", "15", "provisional"),
        ("mean", "- - 30/40", "75", "provisional"),
        ("mean", "10 x 20", "15", "provisional"),
        ("last", "10 20 -", "20", "provisional"),
        ("last", "10 20 x", "20", "provisional"),
        # What the earlier months were does not matter to a last one.
        ("last", "- - 30", "30", "final"),
        ("last", "x 10e 30", "30", "final"),
        # As firm as the least firm month of which it is made.
        ("mean", "10 20p 30", "20", "provisional"),
        ("mean", "10e 20p 30", "20", "estimated"),
        ("mean", "10e 20 -", "15", "estimated"),
        ("sum", "10 20 30e", "60", "estimated"),
        # None at all.
        ("sum", "x x x", None, "final"),
        ("mean", "x - -", None, "final"),
    ],
)
def test_months_make_their_quarter(made, told, value, firm):
    found = quarter(made, told)

    worked_out = value_of(found.value, found.numerator, found.denominator, scale_of("%"))
    assert worked_out == (None if value is None else Decimal(value))
    assert found.confidence == firm


@pytest.mark.parametrize(
    ("made", "told", "value", "withheld"),
    [
        # There is a sum, and it is not shown: nothing lacks but what is withheld.
        ("sum", "10 c 20", None, True),
        ("sum", "c c 20", None, True),
        ("sum", "c c c", None, True),
        # Another month has no figure at all: there is none of the quarter.
        ("sum", "10 c x", None, False),
        ("sum", "10 c -", None, False),
        ("sum", "c x -", None, False),
        # A mean is of what is shown, and provisional.
        ("mean", "10 c 20", "15", False),
        ("mean", "c c c", None, True),
        ("mean", "c c -", None, True),
        ("mean", "c x -", None, False),
        # The last month there is counts, shown or not.
        ("last", "10 20 c", None, True),
        ("last", "10 c 20", "20", False),
        ("last", "c 10 x", "10", False),
        ("last", "10 c x", None, True),
        ("last", "10 c -", None, True),
    ],
)
def test_a_quarter_is_withheld_where_only_withheld_months_keep_it_from_being_known(
    made, told, value, withheld
):
    found = quarter(made, told)

    assert found.value == (None if value is None else Decimal(value))
    assert found.withheld is withheld
    assert bool(found.not_available) is (value is None)


def test_of_months_of_which_nothing_is_said_there_is_no_quarter():
    assert quarter("mean", "- - -") is None


def test_a_quarter_is_rounded_once_and_not_month_by_month():
    """A third in each month: three rounded thirds are not one."""
    found = quarter("mean", "1/3 1/3 1/3")

    assert value_of(found.value, found.numerator, found.denominator, scale_of("%")) == Decimal(
        "33.333333"
    )
    assert (found.numerator, found.denominator) == (3, 9)


@pytest.mark.parametrize(
    ("made", "told", "words"),
    [
        ("sum", "1 2 3", "The figure is the sum of October, November and December 2019."),
        (
            "mean",
            "1/2 2/3 3/4",
            "The figure is the mean of October, November and December 2019, by their denominators.",
        ),
        (
            "mean",
            "1 2 -",
            "The figure is the mean of October and November 2019: there is none for December 2019,"
            " so it is provisional.",
        ),
        (
            "mean",
            "- 2 x",
            "The figure is that of November 2019 alone: there is none for October and December"
            " 2019, so it is provisional.",
        ),
        ("last", "- - 3", "The figure is that of December 2019."),
        (
            "last",
            "1 2 -",
            "The figure is that of November 2019: there is none for December 2019, so it is"
            " provisional.",
        ),
        (
            "sum",
            "1 - 3",
            "The quarter is the sum of its months, and there is no figure for November 2019.",
        ),
        ("mean", "x x -", "The system was down."),
        ("sum", "1 c 3", "The quarter is the sum of its months, and November 2019 is withheld."),
        ("last", "1 2 c", "Fewer than 5."),
    ],
)
def test_the_page_says_of_which_months_a_quarter_is_made(made, told, words):
    assert quarter(made, told).in_words == words


def test_different_reasons_are_each_told_with_their_month_and_cut_to_what_can_be_kept():
    months = months_of(Q3)
    given = [MonthFigure(month=each, not_available=f"{each.name} {'x' * 200}") for each in months]

    found = quarter_of_months(Q3, MadeOfMonths.MEAN, given)

    assert found.not_available.startswith("October 2019: October")
    assert len(found.not_available) == 300
