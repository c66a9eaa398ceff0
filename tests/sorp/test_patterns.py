"""What a figure speaks of, by tables: when it is due, what it compares with, which target is its own."""

from dataclasses import dataclass

import pytest

from core.quarters import Quarter
from sorp.rules.patterns import EVERY_QUARTER, Pattern, due_quarters


def q(key: str) -> Quarter:
    return Quarter.parse(key)


def pattern(text: str) -> Pattern:
    """Such as "annual calendar_year Q2 lag1": frequency, span, then what else is said."""
    frequency, basis, *others = text.split()
    said = {"due": "", "lag_quarters": 0, "made_of_months": "", "seasonal": False}
    for word in others:
        if word.startswith("lag"):
            said["lag_quarters"] = int(word[3:])
        elif word in ("sum", "mean", "last"):
            said["made_of_months"] = word
        else:
            said["due"] = f"{said['due']} {word}".strip()
    return Pattern.dated(frequency=frequency, basis=basis, **said)


@pytest.mark.parametrize(
    ("of", "due"),
    [
        ("quarterly quarter", "Q1 Q2 Q3 Q4 | Q1 Q2 Q3 Q4 | Q1 Q2 Q3 Q4"),
        ("monthly month sum", "Q1 Q2 Q3 Q4 | Q1 Q2 Q3 Q4 | Q1 Q2 Q3 Q4"),
        ("quarterly quarter Q1 Q3 Q4", "Q1 Q3 Q4 | Q1 Q3 Q4 | Q1 Q3 Q4"),
        ("half_yearly snapshot", "Q2 Q4 | Q2 Q4 | Q2 Q4"),
        ("half_yearly snapshot Q1 Q3", "Q1 Q3 | Q1 Q3 | Q1 Q3"),
        ("annual quarter", "Q4 | Q4 | Q4"),
        ("annual school_year Q2", "Q2 | Q2 | Q2"),
        ("annual rolling_36_months Q3", "Q3 | Q3 | Q3"),
        ("two_yearly snapshot 2020-Q3", "- | Q3 | -"),
        ("two_yearly snapshot 2019-Q1", "Q1 | - | Q1"),
        ("two_yearly snapshot 2021-Q4", "- | - | Q4"),
    ],
)
def test_due_in_the_three_years_from_2019(of, due):
    found = " | ".join(
        " ".join(f"Q{n}" for n in (1, 2, 3, 4) if pattern(of).due_in(Quarter(year, n))) or "-"
        for year in (2019, 2020, 2021)
    )

    assert found == due


@pytest.mark.parametrize(
    ("of", "quarter", "given", "is_due"),
    [
        ("annual quarter", "2019-Q4", ["2019-Q2"], False),  # the summer's was the year's
        ("annual quarter", "2019-Q4", ["2018-Q2"], True),  # last year's answers last year
        ("annual quarter", "2019-Q4", ["2019-Q4"], True),
        ("half_yearly quarter", "2019-Q2", ["2019-Q1"], False),
        ("half_yearly quarter", "2019-Q4", ["2019-Q1"], True),
        ("annual quarter Q4", "2019-Q4", ["2019-Q2"], True),  # it said when it is due
        ("quarterly quarter", "2019-Q4", ["2019-Q3"], True),
    ],
)
def test_a_result_that_came_earlier_in_its_year_was_the_one_due(of, quarter, given, is_due):
    assert pattern(of).due_in(q(quarter), map(q, given)) is is_due


@pytest.mark.parametrize(
    ("of", "quarter", "known", "with_"),
    [
        ("quarterly quarter", "2020-Q1", "2019-Q3 2019-Q4", "2019-Q4"),
        ("quarterly quarter", "2020-Q1", "2019-Q3", None),  # no gap is bridged
        ("quarterly rolling_12_months", "2020-Q1", "2019-Q4", "2019-Q4"),
        ("monthly month mean", "2020-Q1", "2019-Q4", "2019-Q4"),
        ("quarterly quarter Q1 Q3 Q4", "2020-Q3", "2020-Q1 2019-Q4", "2020-Q1"),
        ("quarterly year_to_date", "2020-Q1", "2019-Q1 2019-Q4", "2019-Q1"),
        ("quarterly year_to_date", "2020-Q2", "2020-Q1", None),  # never with the quarter before
        ("half_yearly year_to_date", "2020-Q4", "2019-Q4 2020-Q2", "2019-Q4"),
        ("half_yearly quarter", "2020-Q2", "2019-Q2 2019-Q4", "2019-Q4"),
        ("annual calendar_year Q2", "2020-Q2", "2018-Q2 2019-Q2", "2019-Q2"),
        ("annual calendar_year Q2", "2020-Q2", "2019-Q3", "2019-Q3"),  # it came late last year
        ("annual calendar_year Q2", "2020-Q2", "2018-Q2", None),  # a year was left out
        ("annual quarter", "2020-Q2", "2019-Q2", "2019-Q2"),
        ("two_yearly snapshot 2018-Q3", "2020-Q3", "2018-Q3", "2018-Q3"),
    ],
)
def test_which_earlier_figure_one_is_compared_with(of, quarter, known, with_):
    found = pattern(of).compared_with(q(quarter), map(q, known.split()))

    assert found == (q(with_) if with_ else None)


@pytest.mark.parametrize(
    ("of", "after", "due"),
    [
        ("quarterly quarter", "2020-Q4", "2021-Q1"),
        ("half_yearly quarter", "2020-Q2", "2020-Q4"),
        ("quarterly quarter Q1 Q2 Q3", "2020-Q3", "2021-Q1"),
        ("annual quarter Q2", "2020-Q2", "2021-Q2"),
        ("quarterly quarter Q1 Q3 Q4", "2020-Q1", "2020-Q3"),
        ("annual quarter Q2", "2020-Q1", "2020-Q2"),
        ("two_yearly snapshot 2020-Q3", "2020-Q3", "2022-Q3"),
        ("two_yearly snapshot 2020-Q3", "2020-Q4", "2022-Q3"),
        ("two_yearly snapshot 2020-Q3", "2001-Q1", "2020-Q3"),
    ],
)
def test_the_next_quarter_due(of, after, due):
    assert pattern(of).next_due(q(after)) == q(due)


@pytest.mark.parametrize(
    ("of", "quarter", "words"),
    [
        ("quarterly quarter", "2022-Q2", "July to September 2022"),
        ("quarterly quarter lag1", "2022-Q2", "April to June 2022"),
        ("quarterly snapshot", "2022-Q4", "31 March 2023"),
        ("quarterly year_to_date", "2022-Q1", "April to June 2022"),
        ("quarterly year_to_date", "2022-Q4", "April 2022 to March 2023"),
        ("quarterly rolling_12_months", "2022-Q2", "the year to September 2022"),
        ("annual rolling_36_months Q3", "2022-Q3", "the three years to December 2022"),
        ("annual calendar_year Q2", "2022-Q2", "the calendar year 2021"),
        ("annual calendar_year Q3", "2022-Q3", "the calendar year 2022"),
        ("annual calendar_year Q4", "2022-Q4", "the calendar year 2022"),
        ("annual school_year Q2", "2022-Q2", "the school year 2021/22"),
        ("annual school_year Q1", "2022-Q1", "the school year 2020/21"),
        ("monthly month sum", "2022-Q2", "July to September 2022"),
        ("monthly month last", "2022-Q2", "September 2022"),
        ("annual quarter", "2022-Q4", "January to March 2023"),
    ],
)
def test_the_stretch_of_time_a_figure_speaks_of(of, quarter, words):
    assert pattern(of).speaks_of(q(quarter)) == words


@dataclass(frozen=True)
class Row:
    from_quarter: Quarter


@pytest.mark.parametrize(
    ("of", "rows", "quarter", "in_force"),
    [
        ("quarterly quarter", ["2018-Q1", "2019-Q1"], "2019-Q4", "2019-Q1"),
        ("quarterly quarter", ["2019-Q1"], "2018-Q4", None),
        ("annual calendar_year Q2", ["2018-Q1"], "2022-Q2", "2018-Q1"),
        ("quarterly year_to_date", ["2018-Q1", "2018-Q2"], "2018-Q2", "2018-Q2"),
        ("quarterly year_to_date", ["2018-Q1"], "2018-Q2", None),  # 25 % of a year is not 50 %
        ("quarterly year_to_date", ["2018-Q4"], "2019-Q1", None),  # nothing crosses 1 April
    ],
)
def test_the_target_in_force(of, rows, quarter, in_force):
    found = pattern(of).target_in(q(quarter), [Row(q(each)) for each in rows])

    assert found == (Row(q(in_force)) if in_force else None)


@pytest.mark.parametrize(
    "of",
    [
        "quarterly quarter",
        "monthly month sum",
        "annual school_year Q2 lag1",
        "two_yearly snapshot 2020-Q3",
        "half_yearly year_to_date Q1 Q3",
    ],
)
def test_what_is_written_down_is_read_as_the_same(of):
    assert Pattern.load(pattern(of).dump()) == pattern(of)


@pytest.mark.parametrize(
    ("of", "refusal"),
    [
        ("two_yearly snapshot", "first quarter"),
        ("two_yearly snapshot Q3", "first quarter"),
        ("annual quarter 2024-Q3", "without a year"),
        ("annual quarter Q1 Q2", "Name 1 quarter"),
        ("half_yearly quarter Q1", "Name 2 quarters"),
        ("quarterly quarter Q1", "Name 3 or 4 quarters"),
        ("monthly month", "how months make a quarter"),
        ("quarterly quarter sum", "Leave out how months"),
        ("quarterly month", "given monthly"),
        ("quarterly school_year", "once a year"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused_in_words(of, refusal):
    with pytest.raises(ValueError, match=refusal):
        pattern(of)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ((), None)),
        ("q2", ((2,), None)),
        ("Q3 Q1", ((1, 3), None)),
        ("Q1, Q3", ((1, 3), None)),
        ("2024-Q3", ((), q("2024-Q3"))),
    ],
)
def test_the_column_due_is_read(text, read):
    assert due_quarters(text) == read


@pytest.mark.parametrize("text", ["Q5", "summer", "Q1 Q1", "2024-Q3 Q1", "2024"])
def test_the_column_due_is_refused_with_what_to_write(text):
    with pytest.raises(ValueError, match=r"(Write|Name) "):
        due_quarters(text)


def test_an_indicator_of_which_nothing_is_said_reports_each_quarter():
    assert [EVERY_QUARTER.due_in(q(key)) for key in ("2022-Q1", "2022-Q4")] == [True, True]
    assert EVERY_QUARTER.due_in_words == "each quarter"
    assert pattern("annual school_year Q2").due_in_words == "Q2 each year"
    assert pattern("quarterly quarter Q1 Q3 Q4").due_in_words == "Q1, Q3 and Q4 each year"
    assert (
        pattern("two_yearly snapshot 2024-Q3").due_in_words
        == "every second year, first for Q3 2024/25"
    )
