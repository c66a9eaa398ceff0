"""What is counted from April is compared with the same quarter of earlier years, and with its own profile."""

import io

import pytest
from django.core.management import call_command

from tests.cases.council import FILES, found, kept, live_through, referred, told, with_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]


def test_a_total_ahead_of_its_profile_in_every_quarter_is_not_warned_of():
    """Case A5: the first quarter after a year's end is no collapse of the year's total."""
    found("ytd", kept("ytd-indicators.csv"), kept("ytd-targets.csv"))

    live_through(kept("ytd-results.csv"))

    assert {verdict for _, verdict in told("YTD-1")} == {"green"}
    assert referred("YTD-1") == []


def test_a_quarter_without_a_target_in_the_profile_has_no_target():
    targets = "\n".join(kept("ytd-targets.csv").splitlines()[:-3])  # none after Q1 2020/21
    found("ytd", kept("ytd-indicators.csv"), targets)

    live_through(kept("ytd-results.csv"))

    assert dict(told("YTD-1"))["2020-Q1"] == "green"
    assert [dict(told("YTD-1"))[f"2020-Q{number}"] for number in (2, 3, 4)] == ["no_target"] * 3


def test_last_years_target_is_not_carried_over_the_first_of_april():
    targets = "\n".join(kept("ytd-targets.csv").splitlines()[:5])  # those of the first year alone
    found("ytd", kept("ytd-indicators.csv"), targets)

    live_through(kept("ytd-results.csv"), until="2019-Q1")

    assert dict(told("YTD-1"))["2018-Q4"] == "green"
    assert dict(told("YTD-1"))["2019-Q1"] == "no_target"


def replayed(tmp_path, text):
    file = tmp_path / "ratings.csv"
    file.write_text(text)
    out, err = io.StringIO(), io.StringIO()
    call_command(
        "replay_rules",
        ratings=file,
        rules=FILES / "rules-worsening.json",
        stdout=out,
        stderr=err,
    )
    return out.getvalue().splitlines()[1:], err.getvalue()


def test_a_total_since_april_that_is_better_each_year_is_not_worse_for_three_quarters(tmp_path):
    text = kept("ratings-cumulative-sickness.csv")

    said, noted = replayed(tmp_path, with_cells(text, basis="year_to_date"))

    assert said == []
    assert noted == ""


def test_a_file_that_does_not_say_so_is_read_as_what_it_plainly_is_and_told(tmp_path):
    said, noted = replayed(tmp_path, kept("ratings-cumulative-sickness.csv"))

    assert said == []
    assert "HR11 is taken for a total since April" in noted


def test_a_total_since_april_that_is_worse_than_last_years_for_three_quarters_is_referred(tmp_path):
    """Sickness, fewer is better: from Q2 of the second year each quarter is above the year before."""
    worse = {"2019-Q2": "3.10", "2019-Q3": "4.60", "2019-Q4": "6.10"}
    head, *rows = kept("ratings-cumulative-sickness.csv").splitlines()
    cells = [row.split(",") for row in rows]
    text = "\n".join(
        [head, *(",".join([*each[:2], worse.get(each[1], each[2]), *each[3:]]) for each in cells)]
    )

    said, _ = replayed(tmp_path, with_cells(text, basis="year_to_date"))

    assert [row.split(",")[4] for row in said] == ["2019-Q4"]
