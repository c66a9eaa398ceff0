"""Working days: the vectors of R-COM-02, GOV.UK's list, and the rule where the list is silent."""

import socket
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import working_days
from core.working_days import (
    bank_holidays,
    by_rule,
    clear_days_between,
    easter_sunday,
    is_working_day,
    latest_publication_day,
    listed_by_govuk,
    working_day_after,
    working_day_before,
    working_days_between,
)

DAYS = st.dates(min_value=date(1980, 1, 1), max_value=date(2060, 12, 31))


@pytest.mark.parametrize(
    ("meeting", "strictly", "by_the_calendar"),
    [
        (date(2011, 9, 19), date(2011, 9, 9), date(2011, 9, 13)),
        (date(2025, 6, 2), date(2025, 5, 22), date(2025, 5, 27)),
        (date(2025, 4, 24), date(2025, 4, 14), date(2025, 4, 18)),
        (date(2012, 1, 5), date(2011, 12, 23), date(2011, 12, 30)),  # over New Year's substitute
        (date(2024, 3, 4), date(2024, 2, 23), date(2024, 2, 27)),  # over a leap day
    ],
)
def test_papers_are_published_five_clear_days_before_the_meeting(
    meeting, strictly, by_the_calendar
):
    assert latest_publication_day(meeting) == strictly
    assert latest_publication_day(meeting, strict=False) == by_the_calendar


@given(meeting=DAYS)
def test_publication_leaves_five_clear_days_and_a_day_later_does_not(meeting):
    day = latest_publication_day(meeting)

    assert clear_days_between(day, meeting) == 5
    assert clear_days_between(working_day_after(day, 1), meeting) == 4


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2011, 4, 29), False),  # a royal wedding, before GOV.UK's list begins
        (date(1995, 5, 1), True),  # early May moved to VE day
        (date(1995, 5, 8), False),
        (date(1999, 12, 31), False),
        (date(2002, 5, 27), True),  # Spring moved to June for a jubilee
        (date(2002, 6, 4), False),
        (date(2012, 5, 28), True),
        (date(2012, 6, 5), False),
        (date(2020, 5, 4), True),  # early May moved to VE day
        (date(2020, 5, 8), False),
        (date(2022, 9, 19), False),  # a state funeral
        (date(2023, 5, 8), False),  # a coronation
        (date(2023, 3, 26), False),  # a Sunday, on which the clocks go forward
        (date(2024, 2, 29), True),  # a leap day
        (date(2040, 12, 27), True),
        (date(2040, 12, 25), False),  # after GOV.UK's list ends
    ],
)
def test_a_day_is_a_working_day_or_not(day, works):
    assert is_working_day(day) is works


# Where a proclamation departed from the rule: added, and taken away.
ONE_OFFS = {
    2012: ({"06-04", "06-05"}, {"05-28"}),
    2020: ({"05-08"}, {"05-04"}),
    2022: ({"06-02", "06-03", "09-19"}, {"05-30"}),
    2023: ({"05-08"}, set()),
}


@pytest.mark.parametrize("year", range(2012, 2029))
def test_the_rule_and_govuk_agree_but_for_what_was_proclaimed(year):
    listed, ruled = listed_by_govuk()[year], by_rule(year)
    added, taken_away = ONE_OFFS.get(year, (set(), set()))

    assert {f"{day:%m-%d}" for day in listed - ruled} == added
    assert {f"{day:%m-%d}" for day in ruled - listed} == taken_away
    assert bank_holidays(year) == listed


@pytest.mark.parametrize(
    ("year", "holidays"),
    [
        (2010, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
        (2011, "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27"),
        (2033, "01-03 04-15 04-18 05-02 05-30 08-29 12-26 12-27"),
    ],
)
def test_years_that_govuk_does_not_list_follow_the_rule(year, holidays):
    assert year not in listed_by_govuk()
    assert " ".join(f"{day:%m-%d}" for day in sorted(bank_holidays(year))) == holidays


@pytest.mark.parametrize(
    ("year", "month", "day"), [(1943, 4, 25), (2008, 3, 23), (2011, 4, 24), (2038, 4, 25)]
)
def test_easter(year, month, day):
    assert easter_sunday(year) == date(year, month, day)


def test_nothing_is_asked_of_the_net(monkeypatch):
    def refused(*args, **kwargs):
        raise AssertionError("the calendar asked the net")

    monkeypatch.setattr(socket.socket, "connect", refused)
    working_days.listed_by_govuk.cache_clear()

    assert not is_working_day(date(2025, 12, 25))


@pytest.mark.parametrize(
    ("day", "count", "after", "before"),
    [
        (date(2023, 6, 30), 0, date(2023, 6, 30), date(2023, 6, 30)),
        (date(2023, 7, 1), 0, date(2023, 7, 3), date(2023, 6, 30)),
        (date(2023, 6, 30), 1, date(2023, 7, 3), date(2023, 6, 29)),
        (date(2023, 6, 30), 10, date(2023, 7, 14), date(2023, 6, 16)),
        (date(2023, 12, 22), 1, date(2023, 12, 27), date(2023, 12, 21)),
        (date(2024, 2, 28), 2, date(2024, 3, 1), date(2024, 2, 26)),
    ],
)
def test_counting_on_and_back(day, count, after, before):
    assert working_day_after(day, count) == after
    assert working_day_before(day, count) == before


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2023, 7, 3), date(2023, 7, 3), 0),
        (date(2023, 7, 3), date(2023, 7, 4), 1),
        (date(2023, 7, 4), date(2023, 7, 3), -1),
        (date(2023, 7, 7), date(2023, 7, 10), 1),
        (date(2023, 7, 7), date(2023, 7, 9), 0),
        (date(2023, 5, 5), date(2023, 5, 9), 1),
    ],
)
def test_how_many_working_days_lie_between(start, end, days):
    assert working_days_between(start, end) == days


@given(day=DAYS, count=st.integers(min_value=0, max_value=120))
def test_counting_on_and_then_between_agree(day, count):
    start = working_day_after(day, 0)
    end = working_day_after(start, count)

    assert is_working_day(end)
    assert working_days_between(start, end) == count
    assert working_day_before(end, count) == start
    assert end - start >= timedelta(days=count)


def test_counting_backwards_by_a_negative_number_is_refused():
    with pytest.raises(ValueError, match="Count forwards from 0"):
        working_day_after(date(2023, 7, 3), -1)
