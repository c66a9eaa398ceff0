"""The annual round: what comes before what, from when it counts, and what is said of what nobody agreed."""

from datetime import date

import pytest

from core.quarters import Quarter
from indicators.rules.rounds import (
    LineProgress,
    Review,
    RoundStage,
    carried_over_words,
    days_out_of_order,
    in_effect_from,
    out_of_order,
    stage_on,
    still_to_come,
)

SUBMITTED = date(2024, 2, 1)
MEETS = date(2024, 3, 12)
PAT, POSC = "PAT", "Scrutiny"


def progress(*, submitted=SUBMITTED, unanswered=0, pat=("2024-02-10",), posc=("2024-03-01",)):
    def reviews(days):
        return [Review(date.fromisoformat(day) if day else None) for day in days]

    return LineProgress("HW1", submitted, unanswered, {PAT: reviews(pat), POSC: reviews(posc)})


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ({}, ""),
        ({"submitted": None}, "HW1 is not submitted: its directorate submits it first"),
        ({"submitted": date(2024, 3, 13)}, "after the meeting of 12 March 2024"),
        ({"submitted": MEETS, "pat": ["2024-03-12"], "posc": ["2024-03-12"]}, ""),
        ({"unanswered": 1}, "a challenge that is not answered: answer it first"),
        ({"unanswered": 2}, "2 challenges that are not answered: answer them first"),
        ({"pat": []}, "PAT did not look at HW1"),
        ({"pat": ["2024-01-31"]}, "PAT did not look at HW1 between 1 February 2024"),
        ({"pat": ["2024-03-13"]}, "PAT did not look at HW1"),
        ({"pat": ["2024-01-31", "2024-02-02"]}, ""),
        ({"posc": []}, "Scrutiny did not look at HW1"),
        ({"posc": [None]}, ""),
    ],
)
def test_what_comes_before_a_decision_is_said_with_what_to_do(done, told):
    found = out_of_order(progress(**done), MEETS)

    assert found == "" if told == "" else told in found


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ({}, ""),
        ({"submitted": None}, "Waits to be submitted"),
        ({"unanswered": 1}, "Waits for a challenge to be answered"),
        ({"pat": [], "posc": [None]}, "Waits for PAT to look at it"),
        (
            {"pat": ["2024-01-31"], "posc": [], "unanswered": 2},
            "Waits for PAT to look at it and for Scrutiny to look at it and for 2 challenges to be"
            " answered",
        ),
    ],
)
def test_pages_say_what_a_line_waits_for(done, told):
    assert still_to_come(progress(**done), MEETS) == told


def test_where_nobody_is_to_look_at_it_what_is_submitted_may_be_agreed():
    assert out_of_order(LineProgress("HW1", SUBMITTED, 0, {}), MEETS) == ""


@pytest.mark.parametrize(
    ("closed", "first"),
    [
        (None, Quarter(2024, 1)),
        (Quarter(2023, 3), Quarter(2024, 1)),
        (Quarter(2023, 4), Quarter(2024, 1)),
        (Quarter(2024, 1), Quarter(2024, 2)),
        (Quarter(2024, 3), Quarter(2024, 4)),
        (Quarter(2024, 4), Quarter(2025, 1)),
    ],
)
def test_what_is_agreed_counts_from_the_year_or_from_the_first_quarter_that_is_not_closed(
    closed, first
):
    assert in_effect_from(2024, closed) == first


DAYS = {
    "proposals_by": date(2024, 1, 31),
    "challenged_by": date(2024, 2, 15),
    "seen_by": date(2024, 3, 5),
    "agreed_by": date(2024, 3, 25),
}


@pytest.mark.parametrize(
    ("otherwise", "fields"),
    [
        ({}, []),
        ({"challenged_by": date(2024, 1, 31)}, []),
        ({"challenged_by": date(2024, 1, 30)}, ["challenged_by"]),
        ({"seen_by": date(2024, 3, 26)}, ["agreed_by"]),
        ({"agreed_by": date(2024, 3, 31)}, []),
        ({"agreed_by": date(2024, 4, 1)}, ["agreed_by"]),
        ({"proposals_by": date(2024, 3, 30)}, ["challenged_by"]),
    ],
)
def test_stages_follow_one_another_and_are_over_before_the_year_begins(otherwise, fields):
    assert [name for name, _ in days_out_of_order(DAYS | otherwise, 2024)] == fields


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2023, 12, 1), "First"),
        (date(2024, 1, 31), "First"),
        (date(2024, 2, 1), "Second"),
        (date(2024, 3, 1), None),
    ],
)
def test_the_stage_under_way_is_the_first_whose_day_has_not_passed(today, words):
    stages = [
        RoundStage("proposals_by", date(2024, 1, 31), "First"),
        RoundStage("agreed_by", date(2024, 2, 29), "Second"),
    ]
    found = stage_on(stages, today)

    assert (found.words if found else None) == words


def test_what_nobody_agreed_is_said_and_whether_a_target_goes_on():
    assert carried_over_words(year="2024/25", has_target=True) == (
        "Carried over, not agreed for 2024/25"
    )
    assert carried_over_words(year="2024/25", has_target=False) == (
        "Not agreed for 2024/25, so that there is no target"
    )
