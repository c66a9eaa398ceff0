"""Months tile the quarters, are written one way, and a column of months holds nothing else."""

import itertools
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from core.fields import MonthField
from core.months import Month, listed, months_of
from core.quarters import Quarter
from indicators.models.months import MonthlyFigure
from tests.indicators.factories import MonthlyFigureFactory

DECEMBER = Month(2019, 12)


def test_the_months_of_quarters_tile_the_calendar():
    months = [
        month
        for quarter in Quarter(2018, 1).until(Quarter(2020, 4))
        for month in months_of(quarter)
    ]

    assert months == sorted(months)
    assert len(set(months)) == 36
    assert all(one.next() == other for one, other in itertools.pairwise(months))
    assert {month.quarter for month in months[:3]} == {Quarter(2018, 1)}


@pytest.mark.parametrize(
    ("key", "last"),
    [("2019-12", "2019-12-31"), ("2020-02", "2020-02-29"), ("2019-02", "2019-02-28")],
)
def test_a_month_is_written_like_2019_12_and_ends_on_its_last_day(key, last):
    month = Month.parse(key)

    assert month.key == key
    assert month.last_day.isoformat() == last
    assert month.has_ended(month.next().first_day)
    assert not month.has_ended(month.last_day)


@pytest.mark.parametrize(
    "key", ["2019-13", "2019-1", "2019-00", "October 2019", "2019-Q3", "0001-01"]
)
def test_what_is_no_month_is_refused_with_what_to_write(key):
    with pytest.raises(ValueError, match=r"write it like 2019-10|out of reach"):
        Month.parse(key)


def test_a_month_that_no_year_has_is_refused():
    with pytest.raises(ValueError, match="1 to 12"):
        Month(2019, 13)


def test_months_are_listed_as_one_says_them():
    assert listed(months_of(Quarter(2019, 3))) == "October, November and December 2019"
    assert listed([DECEMBER, Month(2019, 10)]) == "October and December 2019"
    assert listed([DECEMBER]) == "December 2019"


@pytest.mark.parametrize("given", [DECEMBER, "2019-12", date(2019, 12, 1), "2019-12-01"])
def test_a_month_its_key_and_its_first_day_are_taken(given):
    assert MonthField().to_python(given) == DECEMBER
    assert MonthField().get_prep_value(given) == date(2019, 12, 1)


@pytest.mark.parametrize("given", ["2019-99", date(2019, 12, 2)])
def test_what_is_no_month_is_refused_in_python(given):
    with pytest.raises(ValidationError):
        MonthField().to_python(given)


@pytest.mark.both_databases
@pytest.mark.django_db
def test_the_database_keeps_first_days_of_months_alone_and_reads_them_as_months():
    row = MonthlyFigureFactory(month="2019-12")

    assert MonthlyFigure.objects.get(month__gt=Month(2019, 11)).month == DECEMBER
    assert row._meta.get_field("month").value_to_string(row) in ("2019-12", "2019-12-01")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO indicators_monthlyfigure (indicator_id, month, number, is_latest, value,"
            " confidence, not_available, commentary, after_close, reason, given_at) VALUES"
            " (%s, '2019-12-02', 1, %s, 1, 'final', '', '', %s, '', '2020-01-01')",
            [row.indicator_id, True, False],
        )
