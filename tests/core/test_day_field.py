"""A day that is asked for: its example is of the year in which it is asked."""

from datetime import date

import pytest
from django import forms

from core import clock
from core.forms import DayField


class Asked(forms.Form):
    day = DayField(what="the day of the meeting")
    told = DayField(help_text="The day on the minutes")


@pytest.mark.parametrize("year", [2011, 2023])
def test_the_example_is_of_the_year_in_which_the_form_is_asked_for(year):
    with clock.at(date(year, 5, 1)):
        form = Asked({"day_day": "31", "day_month": "2", "day_year": "2023"})

        assert form.fields["day"].help_text == f"For example, 14 11 {year}"
        assert form.errors["day"] == [
            f"Enter the day of the meeting as a real day, month and year, such as 14 11 {year}"
        ]
        assert form.fields["told"].help_text == "The day on the minutes"


def test_a_day_that_is_missing_is_asked_for():
    assert Asked({}).errors["day"] == ["Enter the day of the meeting"]
