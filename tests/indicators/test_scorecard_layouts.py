"""A council's own scorecard is read as it is kept, whatever its layout: facts, their cells, and what is asked."""

from collections import Counter
from decimal import Decimal
from functools import cache

import pytest

from core.quarters import Quarter
from indicators.scorecards.facts import ScorecardReader, quarter_of
from indicators.scorecards.grids import grids_of
from indicators.scorecards.reading import read_scorecard, sheets_of
from tests.indicators.further_layouts import FURTHER_LAYOUTS
from tests.indicators.scorecard_layouts import LAYOUTS, coloured_figures

EVERY_LAYOUT = (*LAYOUTS, *FURTHER_LAYOUTS)
each_layout = pytest.mark.parametrize("make", EVERY_LAYOUT, ids=lambda make: make.__name__)


@cache
def found_in(make):
    """A layout, what was read of it, and each indicator by its reference in the truth."""
    layout = make()
    read = read_scorecard(layout.files)
    by_reference = {}
    for known in layout.known:
        same = [
            item
            for item in read.indicators
            if (
                item.reference == known.reference
                if layout.has_references
                else item.title.startswith(known.title) and len(item.title) < len(known.title) + 10
            )
        ]
        assert len(same) == 1, known.title
        by_reference[known.reference] = same[0]
    return layout, read, by_reference


@each_layout
def test_every_indicator_is_found_and_nothing_else_is_taken_for_one(make):
    layout, read, by_reference = found_in(make)
    assert len(read.indicators) == len(layout.known), [item.title for item in read.indicators]
    assert len(by_reference) == len(layout.known)


@each_layout
def test_every_figure_is_read_under_its_quarter_and_none_is_invented(make):
    layout, _, found = found_in(make)
    wanted = Counter()
    for (reference, key), value in layout.results.items():
        result = found[reference].result(key)
        assert result is not None, (reference, key)
        if value == "withheld":
            assert result.value is None
            assert result.not_available
        else:
            assert result.value == value, (reference, key, result.place)
            wanted[reference] += 1
    for reference, item in found.items():
        assert sum(each.value is not None for each in item.results) == wanted[reference]


@each_layout
def test_numerators_and_denominators_stand_beside_their_values(make):
    layout, _, found = found_in(make)
    for (reference, key), counts in layout.counts.items():
        result = found[reference].result(key)
        assert (result.numerator, result.denominator) == counts


@each_layout
def test_a_target_holds_in_the_last_quarter_that_is_printed(make):
    layout, _, found = found_in(make)
    last = max(quarter_of(key) for _, key in layout.results)
    for reference, target in layout.targets.items():
        held = found[reference].target_in(last)
        assert (held.target if held else None) == target, reference


@each_layout
def test_printed_statuses_are_read_as_printed_by_word_symbol_or_colour(make):
    layout, _, found = found_in(make)
    read = {
        (reference, status.key): status.rag
        for reference, item in found.items()
        for status in item.statuses
        if status.rag
    }
    assert read == {key: rag for key, rag in layout.statuses.items() if rag}


@each_layout
def test_what_an_indicator_is_comes_out_as_the_source_says(make):
    layout, _, found = found_in(make)
    for known in layout.known:
        item = found[known.reference]
        assert item.frequency == layout.frequency
        if layout.polarities and known.target is not None:
            assert item.polarity == known.polarity, item.place
        if layout.says_percent and known.unit == "%":
            assert item.unit == "%"
        elif layout.has_units:
            assert item.unit == known.unit


@each_layout
def test_at_most_one_question_is_asked_for_two_indicators_and_each_names_its_cells(make):
    layout, read, _ = found_in(make)
    assert len(read.doubts) <= max(len(layout.known) / 2, 1)
    for doubt in read.doubts:
        assert doubt.cell, doubt
        assert doubt.field, doubt
        assert doubt.why, doubt


def test_reading_the_same_file_twice_says_the_same():
    layout, read, _ = found_in(coloured_figures)
    assert read_scorecard(layout.files) == read


def test_the_rule_that_explains_the_printed_statuses_is_told():
    layout, read, _ = found_in(coloured_figures)
    assert read.rule.method == "tolerance"
    assert read.rule.amount == 10
    assert read.rule.explained == read.rule.of == len(layout.statuses)
    assert read.unexplained == []


def test_a_quarter_is_the_financial_years_in_whatever_layout():
    for make in LAYOUTS:
        layout, read, _ = found_in(make)
        keys = [quarter_of(key) for _, key in layout.results]
        assert Quarter.parse(read.first_quarter) == min(keys)
        assert Quarter.parse(read.last_quarter) == max(keys)


def test_figures_are_kept_as_decimals():
    _, _, found = found_in(LAYOUTS[0])
    assert all(
        isinstance(result.value, Decimal) for item in found.values() for result in item.results
    )


def facts_of(reader):
    return {
        (item.title, each.key, each.value, each.not_available)
        for item in reader.finish().indicators
        for each in item.results
    }


@each_layout
def test_a_sheet_with_rows_for_columns_says_the_same(make):
    """Whoever lays it out may go down or across."""
    as_kept, turned = ScorecardReader(), ScorecardReader()
    for name, content in make().files:
        grids = grids_of(sheets_of(content), name)
        as_kept.add(grids, name)
        turned.add([grid if grid.is_text else grid.turned() for grid in grids], name)
    assert facts_of(turned) == facts_of(as_kept)
