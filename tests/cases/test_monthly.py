"""Figures given by month: the mean of months weighted by denominators where they are given."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from indicators.importing.results import import_results
from indicators.models.months import MonthlyFigure
from indicators.models.results import Revision
from tests.cases.council import found, kept, live_through, referred, told, with_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
HEAD = kept("annual-results.csv").splitlines()[0]
# Calls answered within eight minutes, of all: a service that slips from 2018 on. The first month
# and the last are of part-quarters.
CALLS = {
    "2018-06": (760, 1000),
    "2018-07": (1520, 2000),
    "2018-08": (780, 1000),
    "2018-09": (2310, 3000),
    "2018-10": (760, 1000),
    "2018-11": (2280, 3000),
    "2018-12": (2760, 4000),
    "2019-01": (1400, 2000),
    "2019-02": (700, 1000),
    "2019-03": (1540, 2000),
    "2019-04": (730, 1000),
}


def indicators(made, **cells):
    return with_cells(
        kept("annual-indicators.csv"),
        frequency="monthly",
        basis="month",
        made_of_months=made,
        due="",
        **cells,
    )


def values():
    rows = Revision.objects.latest_ones().order_by("result__quarter")
    return {row.result.quarter.key: (row.value, row.confidence) for row in rows}


def test_an_ambulance_standard_is_rated_by_quarters_that_months_make_by_their_calls():
    """Case B4. Q2: 4610 of 6000; Q3: 5800 of 8000, where the mean of three percentages is 73.7."""
    found("annual", indicators("mean", measure_unit="%"), with_targets("75", "72"))
    rows = [HEAD, *(f"ANN-1,{month},,{n},{d},final,,no," for month, (n, d) in CALLS.items())]

    with time_machine.travel("2019-07-22 09:00 +0000", tick=False):
        import_results("\n".join(rows).encode(), file="results.csv", today=date(2019, 7, 22))

    assert values() == {
        # Nobody drops part-quarters by hand: one is of the months there are, and says so.
        "2018-Q1": (Decimal("76"), "provisional"),
        "2018-Q2": (Decimal("76.833333"), "final"),
        "2018-Q3": (Decimal("72.5"), "final"),
        "2018-Q4": (Decimal("72.8"), "final"),
    }
    assert list(told("ANN-1")) == [
        ("2018-Q1", "green"),
        ("2018-Q2", "green"),
        ("2018-Q3", "amber"),
        ("2018-Q4", "amber"),
    ]
    # April 2019 stands as a month: nothing is submitted of a quarter that lacks two.
    assert MonthlyFigure.objects.count() == len(CALLS)


def with_targets(target, floor):
    return with_cells(kept("annual-targets.csv"), target=target, floor=floor)


def test_referrals_made_each_month_are_summed_and_a_quarter_that_lacks_one_has_no_figure():
    found("annual", indicators("sum", measure_unit="referrals"), with_targets("300", "250"))
    months = {"2018-04": 100, "2018-05": 110, "2018-06": 120, "2018-07": 90, "2018-09": 90}
    rows = [HEAD, *(f"ANN-1,{month},{value},,,final,,no," for month, value in months.items())]

    live_through("\n".join(rows), until="2018-Q2")

    assert list(told("ANN-1")) == [("2018-Q1", "green"), ("2018-Q2", "no_result")]
    assert values() == {"2018-Q1": (330, "final")}


def test_a_waiting_list_is_what_it_was_at_the_end_of_the_last_month():
    """Lower is better: 400 waited in April, and 180 at the end of June."""
    found(
        "annual",
        indicators("last", measure_unit="people", polarity="lower"),
        with_targets("200", "250"),
    )
    months = {"2018-04": 400, "2018-05": 260, "2018-06": 180, "2018-09": 260, "2018-12": 260}
    rows = [HEAD, *(f"ANN-1,{month},{value},,,final,,no," for month, value in months.items())]

    live_through("\n".join(rows), until="2018-Q3")

    assert list(told("ANN-1")) == [
        ("2018-Q1", "green"),
        ("2018-Q2", "red"),
        ("2018-Q3", "red"),
    ]
    assert set(values().values()) == {(180, "final"), (260, "final")}
    assert ("pat", "2018-Q3") in [(level, opened) for level, _, opened, _ in referred("ANN-1")]
