"""Published figures of several publishers on one council: nothing false is said of them.

`make published` does the same with every series there is; here are some of each kind.
"""

import pytest

from core.months import Month
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from tests.cases.published_council import false_of, lived_through
from tests.cases.published_figures import (
    CALENDAR_YEAR,
    HALF_YEAR,
    MONTH,
    OTHER_YEARS,
    QUARTER,
    ROLLING,
    SNAPSHOT,
    SO_FAR,
    SURVEY,
    THREE_YEARS,
    YEAR,
    every_series,
    read_period,
)

KINDS = (
    QUARTER, MONTH, ROLLING, SNAPSHOT, HALF_YEAR, YEAR, CALENDAR_YEAR, SURVEY, THREE_YEARS,
    OTHER_YEARS, SO_FAR,
)  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "span", "quarter", "month"),
    [
        ("2023/24 Q2", QUARTER, "2023-Q2", None),
        ("R12M to 2022-06", ROLLING, "2022-Q1", None),
        ("2019-05", MONTH, "2019-Q1", "2019-05"),
        ("2024-03", MONTH, "2023-Q4", "2024-03"),
        ("2023/24 (first report)", QUARTER, "2023-Q1", None),
        ("2015/16", YEAR, "2015-Q4", None),
        ("2017/18 (in year)", YEAR, "2017-Q4", None),
        ("2023-01 to 2023-06", HALF_YEAR, "2023-Q1", None),
        ("2023-07 to 2023-12", HALF_YEAR, "2023-Q3", None),
        ("2013 survey", SURVEY, "2013-Q3", None),
        ("2023", CALENDAR_YEAR, "2023-Q3", None),
    ],
)
def test_what_a_printed_period_speaks_of(printed, span, quarter, month):
    assert read_period(printed) == (
        span,
        Quarter.parse(quarter),
        Month.parse(month) if month else None,
    )


def test_every_row_of_the_files_is_in_a_series():
    series = every_series()

    assert len({each.reference for each in series}) == len(series)
    assert {each.span for each in series} == set(KINDS)
    by_unit = {unit: [each for each in series if each.unit == unit] for unit in ("KCC", "SCO")}
    assert sum(len(each.figures) for each in by_unit["SCO"]) == 565
    assert (
        sum(len(each.figures) for each in by_unit["KCC"]) == 88 - 3
    )  # three are told again, or a month later


def some_of_each_kind():
    """Of each span the shortest and the longest series that were printed, and of each publisher two."""
    series = sorted(every_series(), key=lambda each: (len(each.figures), each.reference))
    chosen = {}
    for kind in KINDS:
        of_kind = [each for each in series if each.span == kind]
        for each in (of_kind[0], of_kind[-1]):
            chosen[each.reference] = each
    without = [each for each in series if any(e.value is None for e in each.figures)]
    ranged = [each for each in series if each.middle is not None]
    for each in (*without[-2:], *ranged[:1]):
        chosen[each.reference] = each
    return list(chosen.values())


@pytest.mark.long
@pytest.mark.django_db
def test_nothing_false_is_said_of_some_of_each_kind_and_what_is_so_is_noticed():
    series = some_of_each_kind()

    found = lived_through(series, with_cases=True)

    assert found.false == []
    assert found.verdicts["no_result"] == sum(len(each.unpublished) for each in series) > 0
    # And were it said falsely, it would be noticed: of what was printed one figure less, one more.
    given = next(each for each in series if len(each.figures) > 3)
    gone = given.figures.pop(1)
    assert any(
        f"{given.reference} {gone.quarter}: nothing was printed" in each
        for each in false_of(series)
    )
    given.figures.append(gone)
    assert list(false_of(series)) == []
    assert Indicator.objects.filter(reference="YTD-1").exists()
