"""A row of the grid: what two people typed, how firm a figure is, and that every way in reads alike."""

from decimal import Decimal

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from core.quarters import Quarter
from indicators.forms.grid import typed_rows
from indicators.forms.results import posted_draft
from indicators.queries.entry import entry_sheet
from indicators.queries.grid import grid_rows
from indicators.rules.entry import read_entry
from indicators.rules.grid import cell_marks, how_firm, is_given, merged, read_marks
from indicators.workbooks.preview import preview
from indicators.workbooks.status import status_formula
from indicators.workbooks.writing import write_workbook
from sorp.lexicon import Polarity, Rag, RatingMethod
from sorp.rules.thresholds import Thresholds, rate
from tests.indicators.formulas import worked_out
from tests.indicators.workbooks import Filled, manager_of

Q1 = Quarter(2011, 1)
BEFORE = {"value": "85", "numerator": "", "commentary": "Kept.", "management_action": ""}


@pytest.mark.parametrize(
    ("sent", "stands", "keep", "becomes", "touched", "clashing"),
    [
        ({}, {}, "", {}, "", ""),
        ({"value": "86"}, {}, "", {"value": "86"}, "value", ""),
        ({}, {"value": "87"}, "", {"value": "87"}, "", ""),
        # Two people in different cells: both stay.
        (
            {"commentary": "Mine."},
            {"value": "87"},
            "",
            {"value": "87", "commentary": "Mine."},
            "commentary",
            "",
        ),
        # In the same cell: a question, unless both typed the same.
        ({"value": "86"}, {"value": "86"}, "", {"value": "86"}, "", ""),
        ({"value": "86"}, {"value": "87"}, "", {"value": "86"}, "value", "value numerator"),
        ({"value": "86"}, {"value": "87"}, "mine", {"value": "86"}, "value", ""),
        ({"value": "86"}, {"value": "87"}, "theirs", {"value": "87"}, "", ""),
        # What is settled of one cell leaves the rest alone.
        (
            {"value": "86", "commentary": "Mine."},
            {"value": "87"},
            "theirs",
            {"value": "87", "commentary": "Mine."},
            "commentary",
            "",
        ),
        # A value and counts are one answer.
        (
            {"value": ""},
            {"numerator": "4"},
            "",
            {"value": "", "numerator": ""},
            "value numerator",
            "value numerator",
        ),
        ({"commentary": ""}, {}, "", {"commentary": ""}, "commentary", ""),
    ],
)
def test_what_two_people_typed_in_a_row(sent, stands, keep, becomes, touched, clashing):
    found = merged(BEFORE | sent, read_marks(cell_marks(BEFORE)), BEFORE | stands, keep)

    assert found.cells == BEFORE | becomes
    assert found.touched == set(touched.split())
    assert found.clashing == set(clashing.split())


@pytest.mark.parametrize(
    ("chosen", "value", "firm"),
    [
        ("", "85", "final"),
        ("", "85 (p)", "provisional"),
        ("", "85 [e]", "estimated"),
        ("estimated", "85", "estimated"),
        ("estimated", "85 (p)", "estimated"),  # which the rules then ask about
        ("", "eighty", "final"),
        ("", " ", ""),
    ],
)
def test_how_firm_a_figure_is(chosen, value, firm):
    assert how_firm(chosen, [value, ""], "%") == firm


# The same typed, by whichever way it comes in ----------------------------------------------------

TYPED = [
    {"value": text}
    for text in (
        *("92", " 92.5 % ", "85", "1,250", "−3.5", ".5", "85 (p)", "85 [e]", "<5", "[c]", "0"),
        *("eighty", "12,5", "1e999", "9999999999", "85 (x)"),
    )
] + [
    {"numerator": "9", "denominator": "10"},
    {"numerator": "9 (p)", "denominator": "10"},
    {"numerator": "9"},
    {"numerator": "0", "denominator": "0"},
    {"numerator": "9", "denominator": "-1"},
    {"value": "90", "numerator": "9", "denominator": "10"},
    {"value": "80", "numerator": "9", "denominator": "10"},
    {"not_available": "The system was down"},
    {"value": "92", "not_available": "The system was down"},
    {"value": "92", "confidence": "provisional"},
    {"value": "85", "management_action": "Two started in July."},
    {"value": "92", "commentary": "Better.\nMuch better."},
    {"value": "92", "year_end_rag": "amber", "year_end_why": "Two vacancies"},
    {"value": "92", "year_end_rag": "amber"},
    {"commentary": "Figures come on Friday."},
]


def told(entry):
    """What an entry comes to."""
    return (
        entry.worked_out,
        entry.rag,
        entry.not_rated,
        entry.confidence,
        entry.withheld,
        entry.not_available,
        entry.commentary,
        entry.management_action,
        entry.year_end,
    )


@pytest.mark.django_db
def test_grid_form_and_workbook_give_the_same_answers_for_the_same_text(sorp_in_force):
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        manager = manager_of(len(TYPED))
        indicators = list(manager.indicators.order_by("reference"))
        rows = grid_rows(indicators, Q1, manager)
        posted = {f"{each.pk}-marks": "" for each in indicators}
        book = Filled(write_workbook(manager, Q1))
        for indicator, typed in zip(indicators, TYPED, strict=True):
            posted |= {f"{indicator.pk}-{name}": text for name, text in typed.items()}
            book.answer(indicator, **{"confidence": None} | typed)
        by_grid = {each.row.indicator.pk: each.typed for each in typed_rows(posted, rows)}
        by_book = preview(book.content, manager, Q1)
        kept = {each.indicator_id: each for each in by_book.to_save}
        refused = {each.reference for each in by_book.rejected}

        for row, typed in zip(rows, TYPED, strict=True):
            indicator = row.indicator
            sheet = entry_sheet(indicator=indicator, quarter=Q1, user=manager)
            firm = how_firm(
                typed.get("confidence", ""),
                [typed.get("value", ""), typed.get("numerator", "")],
                "%",
            )
            on_form = sheet.read(posted_draft({**typed, "confidence": firm}, sheet))
            in_grid = row.read(by_grid[indicator.pk])
            assert told(in_grid) == told(on_form), typed
            assert in_grid.problems == on_form.problems, typed
            finished = is_given(by_grid[indicator.pk], in_grid, by_month=False)
            if indicator.reference in refused:
                assert in_grid.problems, typed
            else:
                change = kept[indicator.pk]
                assert told(read_entry(change.typed, row.requirements)) == told(in_grid), typed
                assert change.is_complete == finished, typed
                assert bool(change.problem) == (finished and bool(in_grid.problems)), typed


# The status that a spreadsheet program works out -------------------------------------------------

NUMBERS = st.decimals(min_value=-200, max_value=200, places=2)
COUNTS = st.integers(min_value=0, max_value=400).map(Decimal)


@st.composite
def thresholds(draw):
    method = draw(st.sampled_from(list(RatingMethod)))
    one_way = method in (RatingMethod.FLOOR, RatingMethod.TOLERANCE)
    polarity = draw(st.sampled_from([Polarity.HIGHER, Polarity.LOWER]))
    if not one_way:
        polarity = Polarity.RANGE if method is RatingMethod.RANGE else Polarity.NONE
    numbers = sorted(draw(st.lists(NUMBERS, min_size=4, max_size=4)))
    given = {}
    if one_way:
        low, high = numbers[0], numbers[3]
        target, floor = (high, low) if polarity is Polarity.HIGHER else (low, high)
        given["target"] = draw(st.sampled_from([target, None]))
        if method is RatingMethod.FLOOR:
            given["floor"] = draw(st.sampled_from([floor, None]))
        else:
            given["tolerance"] = Decimal(draw(st.integers(0, 30)))
    else:
        given["outer_lower"], given["lower"], given["upper"], given["outer_upper"] = numbers
        for name in ("outer_lower", "outer_upper"):
            if draw(st.booleans()):
                given[name] = None
    return Thresholds(method=method, polarity=polarity, **given)


@settings(max_examples=300)
@given(thresholds(), NUMBERS, st.none() | st.tuples(COUNTS, COUNTS), st.data())
def test_the_formula_of_a_status_says_what_the_rules_say(expected, value, counts, data):
    """Also on the bounds themselves, where being one too far on either side would show."""
    bounds = [
        each for each in (expected.target, expected.floor, expected.lower) if each is not None
    ]
    value = data.draw(st.sampled_from([value, *bounds]))
    cells = {"N5": float(value), "O5": None, "P5": None}
    scale = Decimal(100)
    if counts is not None:
        cells |= {"O5": float(counts[0]), "P5": float(counts[1])}
        value = counts[0] * scale / counts[1] if counts[1] else None
    verdict = rate(None if value is None else round(value, 6), expected)

    formula = status_formula(expected, scale, value="N5", numerator="O5", denominator="P5")

    wanted = verdict.label if isinstance(verdict, Rag) else "—"
    assert worked_out(formula, cells) == wanted


@pytest.mark.parametrize(
    "cells",
    [
        {"N5": None, "O5": None, "P5": None},
        {"N5": "<5", "O5": None, "P5": None},
        {"N5": None, "O5": 9.0, "P5": None},
        {"N5": 85.0, "O5": None, "P5": 10.0},
        {"N5": None, "O5": 0.0, "P5": 0.0},
    ],
)
def test_the_formula_rates_nothing_that_is_not_there(cells):
    expected = Thresholds(
        method=RatingMethod.FLOOR, polarity=Polarity.LOWER, target=Decimal(5), floor=Decimal(8)
    )
    formula = status_formula(expected, Decimal(1), value="N5", numerator="O5", denominator="P5")

    assert worked_out(formula, cells) == "—"
