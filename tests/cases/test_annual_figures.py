"""Figures that come once a year, or less often, are neither missed nor doubted in the quarters between."""

import pytest

from tests.cases.council import found, kept, live_through, referred, told, with_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]

HEAD = kept("annual-results.csv").splitlines()[0]


def rows(*quarters, value="82"):
    return "\n".join([HEAD, *(f"ANN-1,{each},{value},,,final,,no," for each in quarters)])


def test_good_annual_results_of_each_summer_are_not_missing_each_spring():
    """Case A7: 82 against 80 in Q2 of five years; the file does not say when it is due."""
    found("annual", kept("annual-indicators.csv"), kept("annual-targets.csv"))

    live_through(kept("annual-results.csv"), until="2022-Q4")

    assert referred("ANN-1") == []
    assert {verdict for _, verdict in told("ANN-1")} == {"green", "not_due"}


def test_an_annual_result_that_names_its_quarter_is_due_then_and_in_no_other():
    found("annual", with_cells(kept("annual-indicators.csv"), due="Q2"), kept("annual-targets.csv"))

    live_through(rows("2018-Q2", "2020-Q2"), until="2020-Q4")

    assert [
        (key, verdict) for key, verdict in told("ANN-1") if verdict not in ("not_due", "green")
    ] == [("2019-Q2", "no_result")]
    # A missing result, in the quarter in which it was due, is the directorate's to ask about.
    assert [(level, opened) for level, _, opened, _ in referred("ANN-1")] == [
        ("directorate", "2019-Q2")
    ]


def test_half_yearly_results_of_the_first_and_third_quarter_are_not_missing_in_the_others():
    found(
        "annual",
        with_cells(kept("annual-indicators.csv"), frequency="half_yearly"),
        kept("annual-targets.csv"),
    )

    live_through(rows("2018-Q1", "2018-Q3", "2019-Q1", "2019-Q3"), until="2019-Q4")

    assert referred("ANN-1") == []
    assert {verdict for _, verdict in told("ANN-1")} == {"green", "not_due"}


def test_a_two_yearly_survey_owes_nothing_in_the_years_between():
    found(
        "annual",
        with_cells(
            kept("annual-indicators.csv"), frequency="two_yearly", basis="snapshot", due="2018-Q3"
        ),
        kept("annual-targets.csv"),
    )

    live_through(rows("2018-Q3", "2020-Q3", value="60"), until="2020-Q4")

    # Two surveys are two rated results: red for two of the last two goes to PAT at the second.
    assert [(level, opened) for level, _, opened, _ in referred("ANN-1") if level == "pat"] == [
        ("pat", "2020-Q3")
    ]
    assert [key for key, verdict in told("ANN-1") if verdict == "red"] == ["2018-Q3", "2020-Q3"]
    assert {verdict for _, verdict in told("ANN-1")} == {"red", "not_due"}
