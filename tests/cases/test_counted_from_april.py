"""What is counted from April is compared with the same quarter of earlier years, and with its own profile."""

import io
from decimal import Decimal

import pytest
from django.core.management import call_command

from core.quarters import Quarter
from escalation.queries.early_warning import early_warning_of
from indicators.models.definitions import Indicator
from indicators.models.forecasts import SystemForecast
from tests.cases.council import FILES, found, kept, live_through, referred, told, with_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]


def test_a_total_ahead_of_its_profile_in_every_quarter_is_not_warned_of():
    """Case A5: the first quarter after a year's end is no collapse of the year's total."""
    found("ytd", kept("ytd-indicators.csv"), kept("ytd-targets.csv"))

    live_through(kept("ytd-results.csv"))

    assert {verdict for _, verdict in told("YTD-1")} == {"green"}
    assert referred("YTD-1") == []


def test_early_warning_gives_it_no_chance_of_red_where_its_next_quarter_has_no_target():
    """Case A5: it stood first, with a chance of red of more than 99%."""
    found("ytd", kept("ytd-indicators.csv"), kept("ytd-targets.csv"))

    live_through(kept("ytd-results.csv"))

    for quarter in (Quarter(2020, 1), Quarter(2020, 2), Quarter(2020, 3)):
        made = SystemForecast.objects.get(for_quarter=quarter, is_latest=True)
        assert made.chance_red < Decimal("0.1")
    warning = early_warning_of(Indicator.objects.get())
    assert warning.silence == "No target is set for Q1 2021/22 yet"
    assert (warning.forecast.method, warning.chance, warning.soonest) == ("so_far", "", None)
    assert warning.follows == []


def test_early_warning_of_it_is_by_its_profile_where_there_is_one():
    """The next year's profile is set before the year begins, and is met as every year before."""
    rows = kept("ytd-targets.csv").splitlines()
    next_year = [each.replace("2020-Q", "2021-Q") for each in rows if "2020-Q" in each]
    found("ytd", kept("ytd-indicators.csv"), "\n".join([*rows, *next_year]))

    live_through(kept("ytd-results.csv"))

    warning = early_warning_of(Indicator.objects.get())
    assert [each["rag"] for each in warning.inputs["to_come"]] == ["green"] * 4
    assert (warning.soonest, warning.leads) == (
        None,
        "as last year went on, it would hold it for the year",
    )
    assert warning.forecast.chance_red < Decimal("0.1")


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
