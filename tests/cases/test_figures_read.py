"""One reader of figures, whatever they are written in."""

from decimal import Decimal

import pytest

from core.figures import NotAFigure, read_figure


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("1,250", "", "1250"),
        ("1\N{NO-BREAK SPACE}250", "", "1250"),
        ("\N{POUND SIGN}85", "\N{POUND SIGN}", "85"),
        ("85%", "%", "85"),
        ("85 per cent", "%", "85"),
        ("\N{MINUS SIGN}28", "days ahead of plan", "-28"),
        ("(1,250)", "\N{POUND SIGN}", "-1250"),
        ("12 Days", "days", "12"),
    ],
)
def test_a_number_is_read_as_people_write_it(text, unit, number):
    assert read_figure(text, unit).number == Decimal(number)


def test_twelve_decimals_are_rounded_and_said():
    found = read_figure("0.416666666667")  # case B9

    assert (found.number, found.told) == (
        Decimal("0.416667"),
        "0.416666666667 is kept as 0.416667",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<5", "Fewer than 5"),
        ("< 5", "Fewer than 5"),
        ("[C]", "Confidential"),
        (">95", "More than 95"),
    ],
)
def test_what_is_not_shown_is_withheld_and_not_missing(text, why):
    found = read_figure(text)

    assert (found.number, found.withheld) == (None, why)


@pytest.mark.parametrize(("text", "mark"), [("85 (p)", "p"), ("85 [P]", "p"), ("85% (e)", "e")])
def test_how_firm_a_figure_is_may_stand_beside_it(text, mark):
    found = read_figure(text, "%")

    assert (found.number, found.mark) == (Decimal(85), mark)


def test_a_star_is_asked_about():
    found = read_figure("97.5*", "%")

    assert found.number == Decimal("97.5")
    assert "what does * mean" in found.question


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("85,5", "full stop for the decimal point: '85.5'"),
        ("1.250,5", "full stop for the decimal point: '1250.5'"),
        ("0,250", "full stop for the decimal point: '0.250'"),
        ("45/60", "45 as the numerator and 60 as the denominator"),
        ("n/a", "where there is no figure, leave it empty"),
    ],
)
def test_what_is_the_matter_is_named(text, advice):
    with pytest.raises(NotAFigure, match=advice):
        read_figure(text)


def test_per_cent_of_what_is_counted_in_days_is_refused():
    with pytest.raises(NotAFigure, match="not in per cent"):
        read_figure("85%", "days")
