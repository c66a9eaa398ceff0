"""What is asked about a figure, and what is not: tables of cases, and how often a true figure is asked about."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from indicators.rules.entry import QuarterRequirements, read_entry
from indicators.rules.questions import (
    ANSWER_FIELDS,
    CAUTIONS,
    IT_IS_RIGHT,
    Background,
    ConfidenceLevel,
    EarlierFigure,
    FigureQuestion,
    QuestionKey,
    answers_typed,
    data_confidence,
    questions,
)
from sorp.lexicon import Basis, Confidence, Frequency
from sorp.rules.patterns import EVERY_QUARTER, Pattern

NOW = Quarter(2023, 4)
FROM_APRIL = Pattern(basis=Basis.YEAR_TO_DATE)
ANNUAL = Pattern(basis=Basis.ROLLING_12_MONTHS, frequency=Frequency.ANNUAL)
EACH_Q2 = Pattern(basis=Basis.ROLLING_12_MONTHS, frequency=Frequency.ANNUAL, due=(2,))
BY_SEASON = Pattern(seasonal=True)


def asked(
    value=None,
    earlier=(),
    *,
    quarter=NOW,
    unit="",
    decimals=0,
    every=1,
    counts=(),
    earlier_counts=(),
    limits=(),
    definition_break=False,
    **background,
):
    """What is asked of a figure; `earlier` are the values before it, latest first, `every` quarters apart."""
    typed = {"value": "" if value is None else str(value), "confidence": "final"}
    if counts:
        typed |= dict(zip(("numerator", "denominator"), map(str, counts), strict=True))
    if definition_break:
        typed["definition_break"] = "on"
    entry = read_entry(typed, QuarterRequirements(quarter, unit, decimals))
    before = [
        EarlierFigure(
            quarter.back(every * back),
            Decimal(str(figure)),
            *(map(Decimal, earlier_counts[back - 1]) if earlier_counts else ()),
        )
        for back, figure in enumerate(earlier, start=1)
    ]
    about = Background(
        quarter=quarter,
        measure_unit=unit,
        decimals=decimals,
        earlier=before,
        limits=[Decimal(str(each)) for each in limits],
        target=Decimal(str(limits[0])) if limits else None,
        given=background.pop("given", [each.quarter for each in before]),
        **background,
    )
    return {each.key.value: each.words for each in questions(entry, about)}


def keys(*args, **kwargs):
    return set(asked(*args, **kwargs))


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"value": 0, "earlier": [104, 99, 101, 96]}, "0 after 104: is there a figure at all?"),
        ({"value": 0, "earlier": [12]}, "0 after 12: is there a figure at all?"),
        (
            {"value": 0, "earlier": ["0.41", "0.42", "0.39"], "unit": "share", "decimals": 2},
            "0.00\N{NO-BREAK SPACE}share after 0.41\N{NO-BREAK SPACE}share: is there a figure at all?",
        ),
        ({"value": 0, "earlier": [-20, -25, -22], "unit": "£"}, "is there a figure at all?"),
        # Among many figures one nought before excuses nothing: it may be such a hole itself.
        ({"value": 0, "earlier": [104, 99, 0, 101]}, "0 after 104"),
        ({"value": 0, "limits": [40]}, "0, where the target is 40: is there a figure at all?"),
        ({"value": 0, "earlier": [91, 90], "unit": "%", "decimals": 1}, "0.0% after 91.0%"),
    ],
)
def test_a_nought_among_figures_far_from_it_is_asked_about(figure, words):
    assert words in asked(**figure)["nought"]


@pytest.mark.parametrize(
    "figure",
    [
        {"value": 0, "earlier": [1, 2, 0, 1]},  # small counts come to nought by themselves
        {"value": 0, "earlier": [0, 104]},  # it stood there last time
        {"value": 0, "earlier": [3, 4, 2]},
        {"value": 0, "earlier": [12, 0, 9, 0, 11]},  # every other quarter has none
        {"value": 0, "earlier": ["0.3", "-0.2", "0.1"], "unit": "£m", "decimals": 1},
        {"value": 0, "limits": [2]},
        {"value": 0},
        {"value": 0, "earlier": ["0.3", "0.9", "0.1"], "unit": "days", "decimals": 1},
    ],
)
def test_a_nought_that_may_well_be_one_is_not(figure):
    assert "nought" not in keys(**figure)


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (
            {"value": "0.764", "earlier": [75, 77], "unit": "%", "decimals": 1},
            "a fraction? 0.8% would",
        ),
        (
            {"value": "0.915", "unit": "%", "decimals": 1, "limits": [90]},
            "where the target is 90.0%",
        ),
        (
            {"value": 92, "earlier": ["0.91", "0.93"], "unit": "share", "decimals": 2},
            "is it a percentage, and not the fraction that is asked for?",
        ),
        ({"value": 8511, "earlier": [85, 86, 84], "unit": "£"}, "is it a hundred times too large?"),
        (
            {"value": "3.1", "earlier": [310, 300], "unit": "days", "decimals": 1},
            "a hundredth of it?",
        ),
    ],
)
def test_a_figure_a_hundred_times_off_is_asked_about_once(figure, words):
    said = asked(**figure)

    assert words in said["hundredfold"]
    assert not {"times", "change"} & set(said)


@pytest.mark.parametrize(
    "figure",
    [
        {"value": "0.8", "earlier": ["0.7", "0.9"], "unit": "%", "decimals": 1},
        {"value": "0.5", "unit": "%", "decimals": 1, "limits": [2]},
        {"value": 21, "earlier": [900, 25, 30], "unit": "days", "decimals": 1},
    ],
)
def test_a_small_figure_among_small_ones_is_not_taken_for_a_fraction(figure):
    assert "hundredfold" not in keys(**figure)


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ({"value": 60, "earlier": [5]}, "60 is 12 times the 5 of Q3 2023/24: is this right?"),
        ({"value": 15, "earlier": [5]}, "15 is 3 times the 5"),
        ({"value": 14, "earlier": [5]}, ""),
        ({"value": 5, "earlier": [60]}, "5 is 12 times less than the 60"),
        ({"value": 6, "earlier": [1]}, ""),  # small counts
        ({"value": 60, "earlier": [5, 61, 4, 60, 5]}, ""),  # it has been there before
        # By season: four times the quarter before, and as in the same quarter last year.
        ({"value": 400, "earlier": [100, 90, 110, 410], "pattern": BY_SEASON}, ""),
        ({"value": 400, "earlier": [100, 90, 110, 98], "pattern": BY_SEASON}, "of Q4 2022/23"),
        # Counted from April: Q1 is not a quarter of last Q4, but of last Q1.
        (
            {"value": 25, "earlier": [100, 76, 51, 24], "quarter": Quarter(2023, 1)}
            | {"pattern": FROM_APRIL},
            "",
        ),
        ({"value": 100, "earlier": [24, 100, 76, 51], "pattern": FROM_APRIL}, ""),
        ({"value": 100, "earlier": [5], "definition_break": True}, ""),
    ],
)
def test_many_times_the_comparable_figure_is_asked_about(figure, expected):
    said = asked(**figure).get("times", "")

    assert expected in said
    assert bool(said) is bool(expected)


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (
            {"value": 90, "earlier": [70, 71, 72, 71, 70]},
            "90 after 70; the last 5 results lay between 70",
        ),
        ({"value": 74, "earlier": [70, 71, 72, 71, 70]}, ""),
        ({"value": 90, "earlier": [70, 71, 72, 71]}, ""),
        ({"value": 70, "earlier": [70, 70, 70, 70, 70]}, ""),
        ({"value": 71, "earlier": [70, 70, 70, 70, 70]}, ""),
        ({"value": 80, "earlier": [70, 70, 70, 70, 70]}, "were all 70"),
        # A total since April: compared with first quarters alone, of which five years say enough.
        (
            {"value": 60, "earlier": [25, 24, 26, 25, 24], "every": 4, "pattern": FROM_APRIL},
            "60 after 25",
        ),
        ({"value": 60, "earlier": [90, 75, 50, 25, 92, 74, 49], "pattern": FROM_APRIL}, ""),
        # By season: its change on the year before, beside earlier such changes.
        (
            {"value": 200, "earlier": [10, 12, 11, 100, 10, 12, 11, 98, 10, 12, 11, 101]}
            | {"pattern": BY_SEASON},
            "in the same quarter of the year before",
        ),
        (
            {"value": 103, "earlier": [10, 12, 11, 100, 10, 12, 11, 98, 10, 12, 11, 101]}
            | {"pattern": BY_SEASON},
            "",
        ),
        ({"value": 90, "earlier": [70, 71, 72, 71, 70], "definition_break": True}, ""),
    ],
)
def test_a_change_beyond_the_series_own_spread_is_asked_about(figure, expected):
    said = asked(**figure)
    said = said.get("change", "") or ("" if expected else said.get("times", ""))

    assert expected in said
    assert bool(said) is bool(expected)


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ({"counts": (61, 57), "unit": "%"}, {"share"}),
        ({"counts": (1_020, 1_000), "unit": "%", "earlier": [99, 98]}, {"share"}),
        ({"counts": (57, 61), "unit": "%"}, set()),
        ({"counts": (61, 57), "unit": "visits each", "decimals": 1}, set()),
        ({"counts": (105, 100), "unit": "%", "limits": [110]}, set()),  # of the number planned
        ({"value": 104, "unit": "%"}, {"percentage"}),
        ({"value": 104, "unit": "%", "earlier": [101]}, set()),
        ({"value": 104, "unit": "%", "limits": [110]}, set()),
        ({"value": 100, "unit": "%"}, set()),
        ({"value": 104, "unit": "£"}, set()),
    ],
)
def test_more_than_all_is_asked_about(figure, expected):
    assert keys(**figure) == expected


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ({"value": -5, "unit": "£"}, {"negative"}),
        ({"value": -5, "unit": "£", "earlier": [12]}, {"negative"}),
        ({"value": -1, "unit": "%"}, {"negative"}),
        ({"value": -28, "unit": "points", "may_be_negative": True}, set()),
        ({"value": -28, "unit": "points", "earlier": [-20, 4]}, set()),
        ({"value": -3, "unit": "£", "limits": [-2]}, set()),
        ({"value": 28, "unit": "points", "earlier": [-20, -24, -27]}, {"negative"}),
        ({"value": 28, "unit": "points", "earlier": [-20, 24, -27]}, set()),
    ],
)
def test_the_other_side_of_nought_is_asked_about_where_nobody_said_that_it_may_be(figure, expected):
    assert keys(**figure) & {"negative"} == expected


MOVING = ["76.43", "81.27", "79.94", "83.12"]


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ({"value": "76.43", "earlier": MOVING, "unit": "%", "decimals": 2}, {"same"}),
        ({"value": 12_345, "earlier": [12_345]}, {"same"}),
        (
            {"counts": (645, 650), "unit": "%", "earlier": ["99.230769"]}
            | {"earlier_counts": [(645, 650)]},
            {"same"},
        ),
        ({"value": "76.44", "earlier": MOVING, "unit": "%", "decimals": 2}, set()),
        ({"value": 0, "earlier": [0, 0, 0, 0]}, set()),
        ({"value": 3, "earlier": [3, 2, 4, 3]}, set()),  # small counts
        ({"value": 98, "earlier": [98, 97, 99, 98], "unit": "%"}, set()),  # moves by ones
        ({"value": 100, "earlier": [100, 40, 55, 72], "unit": "%"}, set()),  # at its limit
        ({"value": 4_012, "earlier": [4_012, 4_012, 3_950, 4_100]}, set()),  # it stands at times
        ({"counts": (9, 12), "unit": "%", "earlier": [75], "earlier_counts": [(9, 12)]}, set()),
        (
            {"counts": (200, 200), "unit": "%", "earlier": [100], "earlier_counts": [(200, 200)]},
            set(),
        ),
        (
            {
                "value": "76.43",
                "earlier": MOVING,
                "unit": "%",
                "decimals": 2,
                "definition_break": True,
            },
            set(),
        ),
        # A total since April like last quarter's: nothing was added, which Q4 cannot say of Q3.
        ({"value": 12_345, "earlier": [12_345], "pattern": FROM_APRIL}, set()),
    ],
)
def test_the_same_figure_to_the_digit_is_asked_about_where_the_series_moves(figure, expected):
    assert keys(**figure) & {"same"} == expected


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ({"value": 500, "earlier": [487, 512, 498, 503]}, {"rounded"}),
        ({"value": 12_000, "earlier": [11_874, 12_310, 12_077, 11_931]}, {"rounded"}),
        (
            {"counts": (7_000, 7_612), "unit": "%", "earlier": [91, 92, 91, 93]}
            | {"earlier_counts": [(6_812, 7_455), (6_977, 7_561), (6_901, 7_577), (7_013, 7_544)]},
            {"rounded"},
        ),
        ({"value": 500, "earlier": [487, 500, 498, 503]}, set()),
        ({"value": 500, "earlier": [487, 512, 498]}, set()),  # too few to see a habit
        ({"value": 490, "earlier": [487, 512, 498, 503]}, set()),  # one nought in ten by chance
        # In steps of five all the same: a hundred is no rounder than one in twenty.
        ({"value": 600, "earlier": [585, 595, 610, 615]}, set()),
        ({"value": 12_000, "earlier": [11_000, 13_000, 12_000, 14_000]}, set()),
        ({"value": 100, "earlier": [99, 98, 97, 99], "unit": "%"}, set()),
        ({"value": 0, "earlier": [3, 2, 1, 4]}, set()),
    ],
)
def test_a_round_number_is_asked_about_where_others_are_not(figure, expected):
    assert keys(**figure) & {"rounded"} == expected


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ({"quarter": Quarter(2023, 3), "pattern": EACH_Q2}, "but for Q2 each year: is it meant"),
        ({"quarter": Quarter(2023, 2), "pattern": EACH_Q2}, ""),
        ({"quarter": Quarter(2023, 2), "pattern": ANNUAL}, ""),  # nobody named its quarter
        (
            {"quarter": Quarter(2023, 3), "pattern": ANNUAL, "given": [Quarter(2023, 2)]},
            "A result was given for Q2 2023/24 already",
        ),
        (
            {"quarter": Quarter(2023, 3), "pattern": ANNUAL}
            | {"given": [Quarter(2022, 2), Quarter(2021, 2)]},
            "Earlier results were for Q2, and this is for Q3 2023/24",
        ),
        (
            {"quarter": Quarter(2023, 2), "pattern": ANNUAL}
            | {"given": [Quarter(2022, 2), Quarter(2021, 2)]},
            "",
        ),
        ({"quarter": Quarter(2023, 3), "pattern": EVERY_QUARTER}, ""),
        (
            {
                "quarter": Quarter(2023, 3),
                "pattern": Pattern(
                    basis=Basis.SNAPSHOT,
                    frequency=Frequency.TWO_YEARLY,
                    first_due=Quarter(2022, 3),
                ),
            },
            "every second year",
        ),
    ],
)
def test_a_result_for_a_quarter_in_which_none_is_due_is_asked_about(figure, expected):
    said = asked(82, **figure).get("not_due", "")

    assert expected in said
    assert bool(said) is bool(expected)


@pytest.mark.parametrize(
    ("figure", "is_asked"),
    [
        ({"target_since": Quarter(2022, 1)}, True),
        ({"target_since": Quarter(2022, 3)}, True),
        ({"target_since": Quarter(2023, 1)}, False),
        ({"target_since": Quarter(2020, 1)}, False),  # it was asked about after its first year
        ({"target_since": Quarter(2020, 1), "target_is_renewed": True}, True),
        ({"target_since": Quarter(2022, 1), "given": [Quarter(2023, 1)]}, False),  # with the first
        ({"target_since": Quarter(2022, 1), "given": []}, False),  # nothing was held to it yet
        ({"target_since": Quarter(2022, 1), "pattern": FROM_APRIL}, False),  # before it opens
        ({"target_since": Quarter(2022, 1), "limits": []}, False),
    ],
)
def test_a_target_not_renewed_is_asked_about_with_the_years_first_result(figure, is_asked):
    said = asked(
        82, **({"quarter": Quarter(2023, 2), "limits": [80], "given": [Quarter(2022, 4)]} | figure)
    )

    assert ("target" in said) is is_asked
    if is_asked:
        assert said["target"].startswith("The target, 80, has stood since")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((2, 4), "fewer than 5"),
        ((2, 5), "moves the result by 20 percentage points"),
        ((2, 10), ""),
    ],
)
def test_small_denominators_are_cautioned_about_and_want_no_answer(counts, expected):
    entry = read_entry(
        {"numerator": str(counts[0]), "denominator": str(counts[1]), "confidence": "final"},
        QuarterRequirements(NOW, "%", 0),
    )

    found = questions(entry, Background(quarter=NOW, measure_unit="%"))

    assert expected in " ".join(each.words for each in found)
    assert not any(each.wants_answer for each in found)


def test_nothing_is_asked_about_what_cannot_be_read():
    assert not asked("ninety", [5, 5, 5])


@given(
    st.sampled_from([EVERY_QUARTER, FROM_APRIL, ANNUAL, EACH_Q2, BY_SEASON]),
    st.decimals(-999_999, 999_999, places=3),
    st.lists(st.decimals(-999_999, 999_999, places=3), max_size=12),
    st.sampled_from(["", "%", "£", "days"]),
)
def test_whatever_the_figures_are_each_thing_is_asked_once_and_at_most_six(
    pattern, value, earlier, unit
):
    entry = read_entry(
        {"value": str(value), "confidence": "final"}, QuarterRequirements(NOW, unit, 3)
    )
    about = Background(
        quarter=NOW,
        pattern=pattern,
        measure_unit=unit,
        decimals=3,
        earlier=[EarlierFigure(NOW.back(n), each) for n, each in enumerate(earlier, start=1)],
    )

    found = questions(entry, about)

    assert len({each.key for each in found}) == len(found) <= 6
    assert all(0 < len(each.words) <= 500 for each in found)


# How often a true figure is asked about, and a false one


LGBF = Path(__file__).resolve().parents[1] / "data/lgbf_quarterly.csv"


def lgbf(form):
    """Each published figure as a form would take it, with those before it: 668 of 32 series."""
    with LGBF.open(newline="") as file:
        rows = sorted(
            csv.DictReader(file),
            key=lambda row: (row["indicator_code"], row["local_authority"], row["period"]),
        )
    series = defaultdict(list)
    for row in rows:
        year, number = row["period"].split(";")
        quarter = Quarter(int(year[:4]), int(number[1]))
        earlier = series[row["indicator_code"], row["local_authority"]]
        typed, unit, decimals = form(row)
        entry = read_entry(
            typed | {"confidence": "final"}, QuarterRequirements(quarter, unit, decimals)
        )
        about = Background(
            quarter=quarter,
            measure_unit=unit,
            decimals=decimals,
            earlier=earlier[::-1],
            given=[each.quarter for each in earlier],
        )
        yield typed, about
        earlier.append(EarlierFigure(quarter, entry.worked_out, entry.numerator, entry.denominator))


def by_counts(row):
    counts = {name: str(int(float(row[name]))) for name in ("numerator", "denominator")}
    return counts, "%", 1


def by_percentage(row):
    return {"value": str(Decimal(row["value"]) * 100)}, "%", 0


def by_fraction(row):
    return {"value": row["value"]}, "", 2


def asked_of(typed, about):
    entry = read_entry(
        typed | {"confidence": "final"},
        QuarterRequirements(about.quarter, about.measure_unit, about.decimals),
    )
    return [each for each in questions(entry, about) if each.wants_answer]


@pytest.mark.parametrize("form", [by_counts, by_percentage, by_fraction])
def test_fewer_than_one_in_ten_true_figures_is_asked_about(form):
    """On the published LGBF series it is 3.3, 2.4 and 2.2 in a hundred; one in twenty is the bound."""
    figures = list(lgbf(form))
    false_alarms = sum(bool(asked_of(typed, about)) for typed, about in figures)

    assert len(figures) == 668
    assert 0 < false_alarms / len(figures) < 0.05


@pytest.mark.parametrize(
    ("form", "spoil"),
    [
        (by_percentage, lambda typed, about: {"value": "0"}),
        (by_percentage, lambda typed, about: {"value": str(Decimal(typed["value"]) / 100)}),
        (by_fraction, lambda typed, about: {"value": str(Decimal(typed["value"]) * 100)}),
        (by_counts, lambda typed, about: {"numerator": "0", "denominator": typed["denominator"]}),
    ],
    ids=["nought", "a fraction for a percentage", "a percentage for a fraction", "none of so many"],
)
def test_nine_of_ten_spoilt_figures_are_asked_about_from_the_second_on(form, spoil):
    spoilt = [asked_of(spoil(typed, about), about) for typed, about in lgbf(form) if about.earlier]

    assert sum(map(bool, spoilt)) > 0.9 * len(spoilt)


# Answers and data confidence


def question(key, words="0 after 104: is there a figure at all?"):
    return FigureQuestion(QuestionKey(key), words)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ({"right_nought": "on"}, IT_IS_RIGHT),
        ({"answer_nought": " None \n came "}, "None came"),
        ({"answer_nought": "None came", "right_nought": "on"}, "None came"),
        ({"answer_nought": " "}, None),
        ({}, None),
    ],
)
def test_a_tick_or_a_short_text_is_an_answer(typed, answer):
    asked_now = question("nought")
    typed = {"asked_nought": asked_now.words} | typed

    assert answers_typed(typed, [asked_now]).get(QuestionKey.NOUGHT) == answer


def test_an_answer_about_another_figure_answers_nothing():
    typed = {"asked_nought": "0 after 99: is there a figure at all?", "right_nought": "on"}

    assert not answers_typed(typed, [question("nought")])


def test_every_question_that_wants_an_answer_has_its_fields_and_no_caution_has():
    assert {name.partition("_")[2] for name in ANSWER_FIELDS} == {
        key.value for key in QuestionKey if key not in CAUTIONS
    }


@pytest.mark.parametrize(
    ("unanswered", "confidence", "level", "words"),
    [
        ([], Confidence.FINAL, ConfidenceLevel.HIGH, "no question is open"),
        ([], Confidence.PROVISIONAL, ConfidenceLevel.HIGH, "no question is open"),
        ([], Confidence.ESTIMATED, ConfidenceLevel.MEDIUM, "an estimate"),
        (["change"], Confidence.FINAL, ConfidenceLevel.MEDIUM, "1 question not answered"),
        (["nought"], Confidence.FINAL, ConfidenceLevel.LOW, "1 question not answered"),
        (["change", "target"], Confidence.FINAL, ConfidenceLevel.LOW, "2 questions not answered"),
        (
            ["target"],
            Confidence.ESTIMATED,
            ConfidenceLevel.MEDIUM,
            "1 question not answered, an estimate",
        ),
    ],
)
def test_data_confidence_counts_what_stands_open(unanswered, confidence, level, words):
    found = data_confidence([QuestionKey(each) for each in unanswered], confidence)

    assert (found.level, found.words, found.unanswered) == (level, words, len(unanswered))
