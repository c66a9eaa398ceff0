"""Quarters and days in addresses: read once, for every page."""

from datetime import date

import pytest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from core.quarters import Quarter

Q1 = Quarter(2011, 1)


def test_a_view_receives_the_quarter_and_the_day_themselves():
    assert resolve("/completion/2011-Q1/").kwargs == {"quarter": Q1}
    assert resolve("/assurance/pat/2011-11-14/").kwargs["day"] == date(2011, 11, 14)


def test_an_address_is_made_of_a_quarter_or_of_its_key():
    assert reverse("completion", args=[Q1]) == reverse("completion", args=[Q1.key])
    assert reverse("meeting", args=["pat", date(2011, 11, 14)]) == "/assurance/pat/2011-11-14/"


@pytest.mark.parametrize(
    "address",
    [
        "/completion/2011-Q5/",
        "/completion/2011/",
        "/completion/now/",
        "/completion/1949-Q4/",
        "/completion/9999-Q1/",
        "/completion/٢٠١١-Q1/",
        "/performance/2011-Q9/",
        "/returns/2011-Q9/HW-01/draft/",
        "/assurance/pat/2011-02-30/",
    ],
)
def test_what_is_no_quarter_and_no_day_leads_nowhere(address):
    with pytest.raises(Resolver404):
        resolve(address)


def test_no_address_is_made_of_what_is_no_quarter():
    with pytest.raises(NoReverseMatch):
        reverse("completion", args=["2011-Q5"])
