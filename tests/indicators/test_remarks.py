"""What is said of a series: what the eye sees and what is so; and how often a level is claimed of none."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from core.charts.trend import QuarterPoint, Trend, trend_chart
from core.quarters import Quarter
from indicators.rules.remarks import (
    new_level,
    remarks,
    state_now,
    trend_sentence,
    with_sentence,
    year_end,
)
from sorp.lexicon import Basis, Rag
from sorp.rules.patterns import EVERY_QUARTER, Pattern

FIRST = Quarter(2019, 1)
FROM_APRIL = Pattern(basis=Basis.YEAR_TO_DATE)
STEADY = [90, 88, 91, 89, 90, 87, 90, 91, 89, 90]


def series(values, *, rags="", breaks=(), **given):
    points = tuple(
        QuarterPoint(
            quarter,
            value=None if value is None else Decimal(str(value)),
            rag={"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}.get(
                rags[at] if at < len(rags) else ""
            ),
            definition_break=at in breaks,
            target=given.get("target"),
        )
        for at, (quarter, value) in enumerate(
            zip(
                FIRST.until(Quarter.from_ordinal(FIRST.ordinal + len(values) - 1)),
                values,
                strict=True,
            )
        )
    )
    return Trend(
        "x",
        "Calls answered",
        points,
        measure_unit="%",
        travel=given.get("travel", "no clear trend"),
    )


def level(values):
    quarters = [Quarter.from_ordinal(FIRST.ordinal + at) for at in range(len(values))]
    return new_level([Decimal(str(each)) for each in values], quarters)


@pytest.mark.parametrize(
    ("values", "since", "is_below", "is_beyond_all"),
    [
        ([*STEADY, 70, 72, 71, 69], 10, True, True),  # a cliff of four quarters
        ([*STEADY, 95, 96, 99, 97, 95], 10, False, True),
        ([*STEADY, 86, 88, 86, 80, 88, 86], 10, True, False),  # six below the mean, one far below
    ],
)
def test_a_series_that_left_its_level_is_said_to(values, since, is_below, is_beyond_all):
    found = level(values)

    assert found is not None
    assert found.since.ordinal - FIRST.ordinal == since
    assert (found.is_below, found.is_beyond_all) == (is_below, is_beyond_all)
    assert found.before + found.results == len(values)


@pytest.mark.parametrize(
    "values",
    [
        [],
        STEADY,
        [*STEADY, 70, 72, 71],  # three are not yet a level
        [*STEADY[:7], 70, 72, 71, 69],  # nor are seven a usual level to leave
        [*STEADY, 70, 90, 71, 69],
        [90] * 16,
    ],
)
def test_nothing_is_said_of_a_level_where_it_is_not_sure(values):
    assert level(values) is None


def false_alarms(phi, length, trials=2000, seed=9):
    """The share of series without any change of level of which one is claimed."""
    made = np.random.default_rng(seed)
    found = 0
    for _ in range(trials):
        noise = made.normal(size=length + 20)
        values = np.zeros(length + 20)
        for at in range(1, length + 20):
            values[at] = phi * values[at - 1] + noise[at]
        found += level([round(float(each), 4) for each in values[20:]]) is not None
    return found / trials


@pytest.mark.parametrize(
    ("phi", "length", "most"),
    [(0.0, 12, 0.02), (0.0, 16, 0.02), (0.5, 12, 0.06), (0.5, 16, 0.12)],
)
def test_a_level_is_claimed_of_few_series_that_have_none(phi, length, most):
    """Stated in docs/guides/sorp.md, beside the false alarms of direction of travel."""
    assert false_alarms(phi, length) <= most


@pytest.mark.parametrize(
    ("trend", "pattern", "sentence"),
    [
        (
            series([*STEADY, 70, 72, 71, 69]),
            EVERY_QUARTER,
            "Calls answered: all 4 results since Q3 2021/22 are below every one of the 10 before;"
            " 69% in Q2 2022/23. 69% is the lowest of 14 quarters. A year before it was 90%.",
        ),
        (
            series([90, 80, 85], rags="GAA", target=Decimal(88), travel="not enough data"),
            EVERY_QUARTER,
            "Calls answered fell from 90% in Q1 2019/20 to 85% in Q3 2019/20, with too few results to"
            " call it a trend, missing its target of 88%.",
        ),
        (
            series([70, 71, 72, 73, 74], rags="RRRRR", travel="improving"),
            EVERY_QUARTER,
            "Calls answered rose from 70% in Q1 2019/20 to 74% in Q1 2020/21. A year before it was"
            " 70%. It has been red in each of 5 rated quarters.",
        ),
        (
            series([26, 51, 76, 98, 27], travel="not enough data"),
            FROM_APRIL,
            "Calls answered was 27% for April to June 2020, and 26% in the same months a year before."
            " If the rest of the year goes as last year’s did, it ends at 99%.",
        ),
        (series([None]), EVERY_QUARTER, "Calls answered: no result has been reported yet."),
        (series([80]), EVERY_QUARTER, "Calls answered was 80% in Q1 2019/20."),
    ],
)
def test_the_sentence(trend, pattern, sentence):
    assert trend_sentence(trend, pattern) == sentence


def test_what_was_measured_otherwise_is_not_compared():
    said = remarks(series([*STEADY, 70, 72, 71, 69], breaks=(10,)))

    assert [each.key for each in said] == []


def test_where_a_total_since_april_would_end_the_year_stands_beside_the_years_target():
    trend = replace(series([26, 51, 76, 98, 24, 47]), year_end_target=Decimal("97.5"))

    assert year_end(trend, trend.points[-1]) == (
        "if the rest of the year goes as last year’s did, it ends at 94%; the year’s target is 97.5%"
    )
    assert year_end(trend, trend.points[3]) == ""


def test_every_remark_names_the_quarters_that_bear_it_out():
    said = remarks(series([*STEADY, 70, 72, 71, 69], rags="GGGGGGGGGGRRRR"))

    assert [each.key for each in said] == ["level", "extreme", "year_before", "red"]
    assert all(each.quarters for each in said)


def test_the_chart_of_a_total_since_april_restarts_and_shows_last_years_course():
    whole = with_sentence(series([26, 51, 76, 98, 27, 52, 77, 99]), FROM_APRIL)
    other = with_sentence(series([26, 51, 76, 98, 27, 52, 77, 99]), EVERY_QUARTER)

    assert trend_chart(whole).count('stroke-width="2.4"') == 2  # one line a year
    assert trend_chart(other).count('stroke-width="2.4"') == 1
    assert "dots show the year before" in trend_chart(whole)
    assert 'stroke-dasharray="1 4"' in trend_chart(whole)


@pytest.mark.parametrize(
    ("rags", "breaks", "said"),
    [
        ("R", (), "Red in Q1 2019/20"),
        ("GR", (), "Red in Q2 2019/20, after green in Q1 2019/20"),
        ("GRR", (), "Red in Q3 2019/20, for 2 rated quarters running"),
        ("RR-R", (), "Red in Q4 2019/20, for 3 rated quarters running"),
        ("RRR", (2,), "Red in Q3 2019/20"),  # measured otherwise: a run begins anew
        ("GA-", (), "Not rated in Q3 2019/20 (no result); last amber in Q2 2019/20"),
        ("-", (), "Not rated in Q1 2019/20 (no result)"),
        ("", (), ""),
    ],
)
def test_how_it_stands_today_is_told_first(rags, breaks, said):
    assert state_now(series([1] * len(rags), rags=rags, breaks=breaks).points) == said
