"""Quarters are read in every form that can be read in one way only, and said back in words."""

import pytest

from core.quarters import FinancialYear, Quarter, read_financial_year, read_quarter


@pytest.mark.parametrize(
    ("text", "key"),
    [
        # Case A17, and others of its kind.
        ("2019-Q3", "2019-Q3"),
        ("2019-q3", "2019-Q3"),
        ("Q3 2019/20", "2019-Q3"),
        ("2019/20 Q4", "2019-Q4"),
        ("2020-21 Q1", "2020-Q1"),
        ("Quarter 2, 2019-2020", "2019-Q2"),
        ("third quarter 2019/20", "2019-Q3"),
        ("Jul-Sep 2020", "2020-Q2"),
        ("October to December 2019", "2019-Q3"),
        ("Oct\N{EN DASH}Dec 2019", "2019-Q3"),
        ("Jan-Mar 2019/20", "2019-Q4"),
        ("31/12/2019", "2019-Q3"),
        ("2020-03-31 00:00:00", "2019-Q4"),
        ("quarter ending 30 June 2020", "2020-Q1"),
    ],
)
def test_what_can_be_read_in_one_way_is_read(text, key):
    assert read_quarter(text) == Quarter.parse(key)


@pytest.mark.parametrize("text", ["Q3 2019", "2019 Q3", "2019Q3", "3rd quarter 2019"])
def test_what_could_be_of_the_calendar_or_the_financial_year_is_refused_with_both(text):
    with pytest.raises(ValueError, match="two ways") as refusal:
        read_quarter(text)

    assert "2019-Q3 for Q3 2019/20, October to December 2019" in str(refusal.value)
    assert "2019-Q2 for Q2 2019/20, July to September 2019" in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["Dec 2019", "30/11/2019", "2019/21 Q3", "Oct-Nov 2019", "Q5 2019/20", "2019/20", ""]
)
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(ValueError, match=r"write|names no"):
        read_quarter(text)


def test_a_quarter_says_its_months():
    assert Quarter(2019, 3).in_full == "Q3 2019/20, October to December 2019"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2016-17", 2016),  # case B9: how local authority statistics write an annual figure's year
        ("2016/17", 2016),
        ("2016\N{EN DASH}17", 2016),
        ("2016-2017", 2016),
        ("FY 2016/17", 2016),
        ("1999/00", 1999),
        ("2011-12", 2011),  # December 2011 too
        ("2016-18", None),
        ("2016-2018", None),
        ("16/17", None),
        ("2016", None),
        ("2016-Q1", None),
        ("1016-17", None),
    ],
)
def test_a_financial_year_is_read_where_one_is_written(text, year):
    assert read_financial_year(text) == (None if year is None else FinancialYear(year))
