"""Parts of a figure: how they are read, what is asked about them, and what is not shown."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from indicators.rules.parts import (
    BreakdownHistory,
    PartFigure,
    PartHistory,
    PartsOf,
    PartsRevised,
    Whole,
    Withheld,
    dump_breakdown,
    judge_part,
    load_breakdown,
    point_of,
    questions_about_parts,
    read_part,
    withheld_parts,
)
from sorp.lexicon import NotRated, Polarity, Rag, RatingMethod
from sorp.rules.thresholds import Thresholds

Q1 = Quarter(2011, 1)
PER_CENT = PartsOf(measure_unit="%", decimals=1)
COUNTED = PartsOf(measure_unit="people", values_add_up=True)


def share(numerator, denominator):
    return PartFigure.of(
        None, Decimal(numerator), Decimal(denominator), measure_unit="%", decimals=1
    )


def number(value):
    return PartFigure(Decimal(value))


def typed(value="", numerator="", denominator="", reason=""):
    row = {"value": value, "numerator": numerator, "denominator": denominator}
    return read_part(row | {"not_available": reason}, measure_unit="%", decimals=1)


# Reading


@pytest.mark.parametrize(
    ("row", "figure"),
    [
        (("", "", "", ""), None),
        ((" ", "", "", ""), None),
        (("85%",), PartFigure(Decimal(85))),
        (("", "17", "20"), PartFigure(Decimal(85), Decimal(17), Decimal(20))),
        (("85.0", "17", "20"), PartFigure(Decimal(85), Decimal(17), Decimal(20))),
        (("", "0", "0"), PartFigure(None, Decimal(0), Decimal(0))),
        (("", "", "", "Not collected there"), PartFigure(not_available="Not collected there")),
        (("<5",), PartFigure(is_withheld=True)),
        (("< 10",), PartFigure(is_withheld=True)),
        (("fewer than 5",), PartFigure(is_withheld=True)),
        (("suppressed",), PartFigure(is_withheld=True)),
        (("[C]",), PartFigure(is_withheld=True)),
    ],
)
def test_a_row_is_read_as_people_write_it(row, figure):
    assert typed(*row) == figure


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("many",), "Enter the result as a number"),
        (("", "17", ""), "Give both the numerator and the denominator"),
        (("70", "17", "20"), "The numerator and denominator give 85.0"),
        (("85", "", "", "Not collected"), "not both"),
        (("5", "0", "0"), "a denominator of 0 gives none"),
        (("", "3", "-1"), "a denominator of 0 or more"),
        (("<5", "3", "7"), "Leave the other boxes empty"),
        (("", "<5", "7"), "Leave the other boxes empty"),
        (("85 (p)",), "Write the number alone"),
        (("85*",), "Write the number alone"),
        (("9999999999",), "count in thousands"),
        (("", "", "", "x" * 301), "300 characters or fewer"),
    ],
)
def test_what_cannot_be_so_is_told_in_words(row, told):
    with pytest.raises(ValueError, match=told):
        typed(*row)


def test_there_cannot_be_fewer_than_none_of_what_is_counted():
    row = {"value": "-3"}

    with pytest.raises(ValueError, match="fewer than none"):
        read_part(row, measure_unit="people", decimals=0, may_be_negative=False)
    assert read_part(row, measure_unit="days early", decimals=0).value == -3


# Adding up


@pytest.mark.parametrize(
    ("parts", "whole", "about", "asked"),
    [
        ([share(80, 100), share(15, 20)], (95, 120), PER_CENT, []),
        ([share(80, 100), share(15, 20)], (96, 120), PER_CENT, ["numerators add up to 95", "96"]),
        ([share(80, 100), share(15, 20)], (95, 130), PER_CENT, ["denominators add up to 120"]),
        # With a part to come, less is no contradiction, and more is one.
        ([share(80, 100), None], (95, 120), PER_CENT, []),
        ([share(80, 100), None], (70, 120), PER_CENT, ["numerators add up to 80"]),
        # One part of which there is only a rate: the counts cannot be summed.
        ([share(80, 100), number(60)], (95, 120), PER_CENT, ["has no counts"]),
        ([number(12), number(30)], (42,), COUNTED, []),
        ([number(12), number(30)], (45,), COUNTED, ["results add up to 42 people"]),
        (
            [number("1.1"), number("1.1")],
            ("2.3",),
            PartsOf("£m", 1, values_add_up=True, fewer_than=0),
            [],
        ),
        (
            [number("1.1"), number("1.1")],
            ("2.5",),
            PartsOf("£m", 1, values_add_up=True, fewer_than=0),
            ["results add up to £2.2m"],
        ),
        # Cases that fall in several parts, or in none, need not add up.
        ([share(80, 100), share(90, 100)], (95, 120), PartsOf("%", 1, each_case_once=False), []),
        (
            [number(50), number(60)],
            (70,),
            PartsOf("days", 0, fewer_than=0),
            ["does not lie between its parts, which go from 50 days to 60 days"],
        ),
        ([number(50), number(60)], (55,), PartsOf("days", 0, fewer_than=0), []),
        ([share(30, 20)], (30, 20), PER_CENT, ["above the denominator, 20"]),
        ([number(50)], None, PER_CENT, ["One has no counts"]),
        ([number(50)], None, PartsOf("%", 1, fewer_than=0), []),
        ([None, None], (95, 120), PER_CENT, []),
    ],
)
def test_parts_are_held_beside_the_whole(parts, whole, about, asked):
    names = ["One", "Two", "Three"][: len(parts)]
    if whole is not None:
        figures = [Decimal(each) for each in whole]
        whole = Whole(figures[0]) if len(figures) == 1 else Whole(None, *figures)

    told = questions_about_parts(dict(zip(names, parts, strict=True)), whole, about)

    assert (told == ()) is (asked == [])
    words = " ".join(told).replace("\N{NO-BREAK SPACE}", " ")
    assert [each for each in asked if each not in words] == []


# Too few


@pytest.mark.parametrize(
    ("parts", "about", "withheld"),
    [
        ({"A": share(80, 100), "B": share(15, 20)}, PER_CENT, {}),
        # Three of fifty may be known by name; so may the three of fifty who were not.
        (
            {"A": share(80, 100), "B": share(3, 50), "C": share(60, 90)},
            PER_CENT,
            {"B": "too_few", "A": "protecting"},
        ),
        (
            {"A": share(80, 100), "B": share(47, 50), "C": share(70, 90)},
            PER_CENT,
            {"B": "too_few", "A": "protecting"},
        ),
        # Nought and all are no small number, and none need be protected.
        ({"A": share(0, 100), "B": share(50, 50)}, PER_CENT, {}),
        # Two of one each: who knows that they make two together knows each of them.
        (
            {"A": share(1, 20), "B": share(1, 20), "C": share(40, 90), "D": share(50, 99)},
            PER_CENT,
            {"A": "too_few", "B": "too_few", "C": "protecting"},
        ),
        # Two that are together enough hide one another.
        (
            {"A": share(3, 20), "B": share(4, 20), "C": share(40, 90)},
            PER_CENT,
            {"A": "too_few", "B": "too_few"},
        ),
        # Where the parts do not add up to the whole, nothing can be worked out from it.
        (
            {"A": share(3, 50), "B": share(60, 90)},
            PartsOf("%", 1, each_case_once=False),
            {"A": "too_few"},
        ),
        # What a source withholds could be worked out just as well.
        (
            {"A": PartFigure(is_withheld=True), "B": share(60, 90), "C": share(20, 40)},
            PER_CENT,
            {"A": "by_source", "C": "protecting"},
        ),
        # A part of nobody hides nothing, so another goes first.
        (
            {"A": number(3), "B": number(0), "C": number(60), "D": number(20)},
            COUNTED,
            {"A": "too_few", "D": "protecting"},
        ),
        ({"A": number(3), "B": number(60)}, PartsOf("days", 0), {}),
        ({"A": share(3, 50), "B": share(60, 90)}, PartsOf("%", 1, fewer_than=0), {}),
        ({"A": share(3, 50), "B": None}, PER_CENT, {"A": "too_few"}),
    ],
)
def test_too_few_are_not_shown_nor_what_would_give_them_away(parts, about, withheld):
    assert withheld_parts(parts, about) == withheld


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8), st.integers(0, 10))
def test_nobody_works_out_a_small_count_from_the_whole_and_what_is_shown(counts, fewer_than):
    parts = {str(place): number(count) for place, count in enumerate(counts)}
    about = PartsOf("people", values_add_up=True, fewer_than=fewer_than)

    withheld = withheld_parts(parts, about)

    small = {name for name, each in parts.items() if 0 < each.value < fewer_than}
    assert small == {name for name, why in withheld.items() if why is Withheld.TOO_FEW}
    if small and len(withheld) < len(parts):
        hidden = sum(parts[name].value for name in withheld)
        assert len(withheld) > 1
        assert hidden >= fewer_than


def test_what_is_withheld_is_said_in_words_and_never_as_nought():
    told = [each.words(5) for each in Withheld]

    assert told == [
        "withheld: fewer than 5",
        "withheld: another part could be worked out",
        "withheld by its source",
    ]


# Rating

FROM_70 = Thresholds(
    method=RatingMethod.FLOOR, polarity=Polarity.HIGHER, target=Decimal(70), floor=Decimal(60)
)


@pytest.mark.parametrize(
    ("figure", "withheld", "thresholds", "verdict"),
    [
        (number(70), None, FROM_70, (Rag.GREEN, None)),
        (number(65), None, FROM_70, (Rag.AMBER, None)),
        (number(59), None, FROM_70, (Rag.RED, None)),
        (number(70), None, None, (None, NotRated.NO_TARGET)),
        (number(70), Withheld.TOO_FEW, FROM_70, (None, NotRated.WITHHELD)),
        (PartFigure(is_withheld=True), Withheld.BY_SOURCE, FROM_70, (None, NotRated.WITHHELD)),
        (share(0, 0), None, FROM_70, (None, NotRated.NO_VALUE)),
        (PartFigure(not_available="Lost"), None, FROM_70, (None, NotRated.NO_RESULT)),
    ],
)
def test_a_part_is_rated_by_a_target_of_its_own_and_never_while_withheld(
    figure, withheld, thresholds, verdict
):
    assert judge_part(figure, withheld, thresholds) == verdict


# As an edition has it


def test_a_breakdown_is_written_and_read_again_as_it_is():
    shown = point_of(share(65, 100), Q1, withheld=None, thresholds=FROM_70, revised=True)
    hidden = point_of(share(3, 50), Q1, withheld=Withheld.TOO_FEW, thresholds=FROM_70)
    lost = point_of(PartFigure(not_available="Lost"), Q1, withheld=None, thresholds=None)
    history = BreakdownHistory(
        key="district",
        name="District",
        each_case_once=True,
        values_add_up=False,
        fewer_than=5,
        parts=tuple(
            PartHistory(name.lower(), name, (point,))
            for name, point in {"Ashford": shown, "Dover": hidden, "Swale": lost}.items()
        ),
        revised=(PartsRevised(Q1, "Counted late", date(2011, 8, 2)),),
    )

    written = dump_breakdown(history)

    assert load_breakdown(json.loads(json.dumps(written))) == history
    assert '"3"' not in json.dumps(written)
    assert shown.figure.rag is Rag.AMBER
    assert hidden.figure.not_rated is NotRated.WITHHELD
