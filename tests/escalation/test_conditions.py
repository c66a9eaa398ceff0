"""Conditions of every kind held against histories: tables, then what must be true of any history."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from escalation.rules.triggers import breaches
from sorp.lexicon import ComparedWith, Movement, NotRated, Polarity, Rag, Travel
from sorp.rules.conditions.kinds import condition
from sorp.rules.figures import Figure
from tests.escalation.conditions import (
    by_manager,
    by_system,
    measured,
    positive,
    silence,
    trigger,
    triggers,
    variance,
    worsening,
)
from tests.escalation.pictures import FIRST, history, places

YEAR_BEFORE, PREVIOUS = ComparedWith.YEAR_BEFORE, ComparedWith.PREVIOUS
WORSE, NOT_BETTER = Movement.WORSE, Movement.NOT_BETTER


def met(observations, asked):
    """The places of the quarters that counted, or None where the trigger is not met."""
    (*found,) = breaches(observations, [asked])
    return places(found[0].quarters) if found else None


def moving(at_least, within, movement, compared_with, status=Rag.RED):
    return trigger(
        status=status,
        at_least=at_least,
        within=within,
        movement=movement,
        compared_with=compared_with,
    )


def travelling(picture, *travels):
    return [
        replace(each, travel=travel) for each, travel in zip(history(picture), travels, strict=True)
    ]


BETTER_T, WORSE_T, STEADY_T = Travel.IMPROVING, Travel.WORSENING, Travel.STEADY
UNCLEAR_T, THIN_T = Travel.NO_CLEAR_TREND, Travel.NOT_ENOUGH_DATA


@pytest.mark.parametrize(
    ("observations", "asked", "counted"),
    [
        (travelling("R", WORSE_T), moving(1, 1, NOT_BETTER, ComparedWith.TRAVEL), [1]),
        (travelling("R", STEADY_T), moving(1, 1, NOT_BETTER, ComparedWith.TRAVEL), [1]),
        (travelling("R", UNCLEAR_T), moving(1, 1, NOT_BETTER, ComparedWith.TRAVEL), [1]),
        (travelling("R", BETTER_T), moving(1, 1, NOT_BETTER, ComparedWith.TRAVEL), None),
        # What is not known is never counted, though it is not improving either.
        (travelling("R", THIN_T), moving(1, 1, NOT_BETTER, ComparedWith.TRAVEL), None),
        (travelling("R", None), moving(1, 1, NOT_BETTER, ComparedWith.TRAVEL), None),
        (travelling("R", STEADY_T), moving(1, 1, WORSE, ComparedWith.TRAVEL), None),
        (travelling("R", WORSE_T), moving(1, 1, WORSE, ComparedWith.TRAVEL), [1]),
        (travelling("G", WORSE_T), moving(1, 1, WORSE, ComparedWith.TRAVEL), None),
        # Each quarter that counts must have moved so.
        (travelling("RR", BETTER_T, WORSE_T), moving(2, 2, WORSE, ComparedWith.TRAVEL), None),
        (travelling("RR", WORSE_T, WORSE_T), moving(2, 2, WORSE, ComparedWith.TRAVEL), [1, 2]),
        (
            travelling("R-R", WORSE_T, None, WORSE_T),
            moving(2, 2, WORSE, ComparedWith.TRAVEL),
            [1, 3],
        ),
        (
            travelling("R|R", WORSE_T, WORSE_T),
            moving(2, 2, WORSE, ComparedWith.TRAVEL),
            None,
        ),
        (
            travelling("ARA", WORSE_T, STEADY_T, WORSE_T),
            moving(2, 3, WORSE, ComparedWith.TRAVEL, Rag.AMBER),
            [1, 3],
        ),
    ],
)
def test_status_with_the_direction_of_travel(observations, asked, counted):
    assert met(observations, asked) == counted


@pytest.mark.parametrize(
    ("cells", "asked", "counted"),
    [
        # Against the quarter before.
        ("R70 R65", moving(1, 1, WORSE, PREVIOUS), [2]),
        ("R70 R70", moving(1, 1, WORSE, PREVIOUS), None),
        ("R70 R70", moving(1, 1, NOT_BETTER, PREVIOUS), [2]),
        ("R70 R71", moving(1, 1, NOT_BETTER, PREVIOUS), None),
        ("R70 x R65", moving(1, 1, WORSE, PREVIOUS), None),  # the quarter before has no value
        ("R70 |R65", moving(1, 1, WORSE, PREVIOUS), None),  # measured in another way
        ("R65", moving(1, 1, NOT_BETTER, PREVIOUS), None),
        # Against the same quarter last year.
        ("R70 G95 G95 G95 R65", moving(1, 1, WORSE, YEAR_BEFORE), [5]),
        ("R70 G95 G95 G95 R70", moving(1, 1, NOT_BETTER, YEAR_BEFORE), [5]),
        ("R70 G95 G95 G95 R75", moving(1, 1, NOT_BETTER, YEAR_BEFORE), None),
        ("R70 n n n R65", moving(1, 1, WORSE, YEAR_BEFORE), [5]),  # reported once a year
        ("x G95 G95 G95 R65", moving(1, 1, WORSE, YEAR_BEFORE), None),
        ("R70 G95 |G95 G95 R65", moving(1, 1, WORSE, YEAR_BEFORE), None),
        ("|R70 G95 G95 G95 R65", moving(1, 1, WORSE, YEAR_BEFORE), [5]),  # all since the break
        ("R70 G95 G95 R60", moving(1, 1, WORSE, YEAR_BEFORE), None),
        # So many of the last so many rated quarters.
        ("R70 R65 R60", moving(2, 2, WORSE, PREVIOUS), [2, 3]),
        ("R70 R65 R66", moving(2, 2, WORSE, PREVIOUS), None),
        ("R70 R65 R66 R60", moving(2, 3, WORSE, PREVIOUS), [2, 4]),
    ],
)
def test_status_compared_with_another_quarter(cells, asked, counted):
    assert met(measured(cells), asked) == counted


@pytest.mark.parametrize(
    ("cells", "asked", "counted"),
    [
        ("G99 G98 G97 G96", worsening(3, 3), [2, 3, 4]),  # whatever its status
        ("G99 G98 G98 G97", worsening(3, 3), None),
        ("G99 G98 G97 G98", worsening(2, 3), None),  # the quarter being closed must count
        ("G99 G98 G99 G98", worsening(2, 3), [2, 4]),
        ("G99 G98 x G97 G96", worsening(2, 2), [2, 5]),  # only those that can be compared
        ("G99 G98 x G97 G96 G95", worsening(3, 3), [2, 5, 6]),
        ("G99 G98 |G97 G96", worsening(2, 2), None),
        ("G99 |G98 G97 G96", worsening(2, 2), [3, 4]),
        ("G99 A85 R70", worsening(2, 2, status=Rag.AMBER), [2, 3]),
        ("G99 G98 R70", worsening(2, 2, status=Rag.AMBER), None),
        ("G99 t98 R70", worsening(1, 1, status=Rag.AMBER), [3]),
        # Data with a better side need not be rated.
        ("d99 d98 d97", worsening(2, 2), [2, 3]),
        ("d99 d98 d97", worsening(1, 1, status=Rag.RED), None),
        # Year on year, quarter by quarter.
        ("G90 G91 G92 G93 G89 G90 G91", worsening(3, 3, YEAR_BEFORE), [5, 6, 7]),
        ("G90 G91 G92 G93 G89 G92 G91", worsening(3, 3, YEAR_BEFORE), None),
    ],
)
def test_a_run_of_worsening_results(cells, asked, counted):
    assert met(measured(cells), asked) == counted


@pytest.mark.parametrize(
    ("polarity", "cells", "known", "counted"),
    [
        (Polarity.HIGHER, "G95 G90", {}, [2]),
        (Polarity.LOWER, "G95 G90", {}, None),
        (Polarity.LOWER, "G90 G95", {}, [2]),
        (Polarity.NONE, "d95 d90", {}, None),
        # Within a range, farther from its middle is worse, on either side.
        (Polarity.RANGE, "G52 G40", {"lower": Decimal(40), "upper": Decimal(60)}, [2]),
        (Polarity.RANGE, "G52 G60", {"lower": Decimal(40), "upper": Decimal(60)}, [2]),
        (Polarity.RANGE, "G58 G45", {"lower": Decimal(40), "upper": Decimal(60)}, None),
        (Polarity.RANGE, "G52 G53", {}, None),  # no range, so no middle
        (Polarity.RANGE, "G52 G53", {"target": Decimal(50)}, [2]),  # to stay close to 50
    ],
)
def test_worse_is_by_polarity(polarity, cells, known, counted):
    assert met(measured(cells, polarity=polarity, **known), worsening(1, 1)) == counted


@pytest.mark.parametrize(
    ("cells", "asked", "counted"),
    [
        ("R79", variance(10), [1]),
        ("R81", variance(10), [1]),  # just ten per cent of 90
        ("A82", variance(10), None),
        ("A82", variance(5), [1]),
        ("G90", variance(0), None),  # on target is no miss, of whatever size
        ("A89.9", variance(0), [1]),
        ("G99", variance(10), None),
        ("R70 R70", variance(10, 2, 2), [1, 2]),
        ("R70 G95 R70", variance(10, 2, 3), [1, 3]),
        ("R70 R70 G95", variance(10, 2, 3), None),  # the quarter being closed must count
        ("R70 x R70", variance(10, 2, 2), [1, 3]),
        ("R70 |R70", variance(10, 2, 2), None),
        ("A80", variance(10, status=Rag.RED), None),
        ("R80", variance(10, status=Rag.RED), [1]),
        ("R", variance(10), None),  # a status without a value
        ("t70", variance(10), None),  # not rated
    ],
)
def test_a_miss_of_the_target_by_so_many_per_cent(cells, asked, counted):
    assert met(measured(cells, target=Decimal(90)), asked) == counted


@pytest.mark.parametrize(
    ("polarity", "cells", "known", "asked", "counted"),
    [
        (Polarity.LOWER, "R11", {"target": Decimal(10)}, variance(10), [1]),
        (Polarity.LOWER, "R10.9", {"target": Decimal(10)}, variance(10), None),
        (Polarity.LOWER, "G5", {"target": Decimal(10)}, variance(10), None),
        # Of a target of nought, any miss is a miss by more than any share of it.
        (Polarity.LOWER, "R1", {"target": Decimal(0)}, variance(500), [1]),
        (Polarity.LOWER, "G0", {"target": Decimal(0)}, variance(0), None),
        # Of the size of a target below nought.
        (Polarity.HIGHER, "R-22", {"target": Decimal(-20)}, variance(10), [1]),
        (Polarity.HIGHER, "A-21", {"target": Decimal(-20)}, variance(10), None),
        # Of a range, of the bound that it lies beyond.
        (Polarity.RANGE, "R36", {"lower": Decimal(40), "upper": Decimal(60)}, variance(10), [1]),
        (Polarity.RANGE, "A37", {"lower": Decimal(40), "upper": Decimal(60)}, variance(10), None),
        (Polarity.RANGE, "R66", {"lower": Decimal(40), "upper": Decimal(60)}, variance(10), [1]),
        (Polarity.RANGE, "G50", {"lower": Decimal(40), "upper": Decimal(60)}, variance(0), None),
        (Polarity.RANGE, "R10", {}, variance(10), None),
        (Polarity.HIGHER, "R10", {}, variance(10), None),  # no target
    ],
)
def test_what_a_miss_is_measured_by(polarity, cells, known, asked, counted):
    assert met(measured(cells, polarity=polarity, **known), asked) == counted


def foreseeing(*forecasts, picture=None):
    observations = history(picture or "G" * len(forecasts))
    return [
        replace(each, forecast=forecast)
        for each, forecast in zip(observations, forecasts, strict=True)
    ]


def chances(*pairs):
    return [
        replace(each, chance_red=red, chance_amber_or_worse=amber)
        for each, (red, amber) in zip(history("G" * len(pairs)), pairs, strict=True)
    ]


@pytest.mark.parametrize(
    ("observations", "asked", "counted"),
    [
        (foreseeing(Rag.RED), by_manager(), [1]),
        (foreseeing(Rag.AMBER), by_manager(), None),
        (foreseeing(Rag.AMBER), by_manager(Rag.AMBER), [1]),
        (foreseeing(Rag.RED), by_manager(Rag.AMBER), [1]),
        (foreseeing(Rag.GREEN), by_manager(Rag.AMBER), None),
        (foreseeing(None), by_manager(), None),
        (foreseeing(Rag.RED, None), by_manager(), None),  # an old forecast is not this one
        (foreseeing(Rag.RED, Rag.RED), by_manager(at_least=2, within=2), [1, 2]),
        (foreseeing(Rag.RED, None, Rag.RED), by_manager(at_least=2, within=2), [1, 3]),
        (foreseeing(Rag.RED, Rag.GREEN), by_manager(at_least=1, within=2), None),
        (foreseeing(Rag.RED, Rag.RED, picture="G|G"), by_manager(at_least=2, within=2), None),
        (chances((Decimal("0.6"), Decimal("0.8"))), by_system(60), [1]),
        (chances((Decimal("0.59"), Decimal("0.8"))), by_system(60), None),
        (chances((Decimal("0.1"), Decimal("0.6"))), by_system(60, Rag.AMBER), [1]),
        (chances((None, None)), by_system(0), None),
        (chances((Decimal(0), Decimal(0))), by_system(0), [1]),
    ],
)
def test_a_forecast_that_misses(observations, asked, counted):
    assert met(observations, asked) == counted


def lately(picture, late):
    return [
        replace(each, late=mark == "L") for each, mark in zip(history(picture), late, strict=True)
    ]


@pytest.mark.parametrize(
    ("picture", "late", "asked", "counted"),
    [
        ("x", ".", silence(), [1]),
        ("G", "L", silence(), None),
        ("G", "L", silence(or_late=True), [1]),
        ("x", ".", silence(or_late=True), [1]),
        ("G", ".", silence(or_late=True), None),
        ("GxGG", "L..L", silence(2, 4, or_late=True), [1, 2, 4]),
        ("GGGG", "L..L", silence(2, 4, or_late=True), [1, 4]),
        ("GGGGG", "L...L", silence(2, 4, or_late=True), None),
        ("GGG", "LL.", silence(2, 4, or_late=True), None),  # on time now
        ("GnG", "L.L", silence(2, 2, or_late=True), [1, 3]),  # nothing was due between
        ("sG", "LL", silence(2, 2, or_late=True), None),
    ],
)
def test_results_that_are_missing_or_late(picture, late, asked, counted):
    assert met(lately(picture, late), asked) == counted


@pytest.mark.parametrize(
    ("cells", "known", "asked", "counted"),
    [
        ("G99", {"target": Decimal(90)}, positive(10), [1]),
        ("G98.9", {"target": Decimal(90)}, positive(10), None),
        ("G90", {"target": Decimal(90)}, positive(0), None),  # on target is not better than it
        ("G99 G99", {"target": Decimal(90)}, positive(10, 2, 2), [1, 2]),
        ("G99 x G99", {"target": Decimal(90)}, positive(10, 2, 2), [1, 3]),
        ("G99 |G99", {"target": Decimal(90)}, positive(10, 2, 2), None),
        ("G99 G99 G95", {"target": Decimal(90)}, positive(10, 2, 3), None),
        ("A99", {"target": Decimal(90)}, positive(10), None),  # whatever made it amber
        ("G99", {}, positive(10), None),
    ],
)
def test_a_positive_exception(cells, known, asked, counted):
    assert met(measured(cells, **known), asked) == counted


def test_a_range_is_never_bettered():
    within = measured(
        "G50", polarity=Polarity.RANGE, lower=Decimal(40), upper=Decimal(60), target=Decimal(10)
    )
    assert met(within, positive(0)) is None


@pytest.mark.parametrize(
    ("observations", "asked", "reason"),
    [
        (
            measured("G95 R70 R60"),
            moving(2, 2, WORSE, PREVIOUS),
            "Red in Q2 2011/12 and Q3 2011/12, which meets “Any” (red, and worse than the quarter"
            " before, for 2 of the last 2 rated quarters).",
        ),
        (
            measured("G95 A85 R60"),
            worsening(2, 2, status=Rag.AMBER),
            "Amber and worse than the quarter before in Q2 2011/12, then red and worse than the"
            " quarter before in Q3 2011/12, which meets “Any” (worse than the quarter before, and"
            " amber or worse, for 2 of the last 2 comparable quarters).",
        ),
        (
            measured("R70 R72", target=Decimal(90)),
            variance(10, 2, 2),
            "Short of target by 22.2% in Q1 2011/12, then short of target by 20% in Q2 2011/12,"
            " which meets “Any” (short of target by 10% of it or more for 2 of the last 2 rated"
            " quarters).",
        ),
        (
            measured("R3", polarity=Polarity.LOWER, target=Decimal(0)),
            variance(10),
            "Short of a target of nought in Q1 2011/12, which meets “Any” (short of target by 10%"
            " of it or more in the latest rated quarter).",
        ),
        (
            foreseeing(Rag.RED),
            by_manager(Rag.AMBER),
            "Forecast by its accountable manager to be red at the year’s end in Q1 2011/12, which"
            " meets “Any” (forecast by its accountable manager to be amber or worse at the year’s"
            " end).",
        ),
        (
            chances((Decimal("0.725"), Decimal("0.9"))),
            by_system(60),
            "A chance of 72.5% of red next quarter in Q1 2011/12, which meets “Any” (a chance of"
            " 60% or more of red next quarter).",
        ),
        (
            foreseeing(Rag.RED, None, Rag.AMBER),
            by_manager(Rag.AMBER, at_least=2, within=3),
            "Forecast by its accountable manager to be red at the year’s end in Q1 2011/12, then"
            " forecast by its accountable manager to be amber at the year’s end in Q3 2011/12,"
            " which meets “Any” (forecast by its accountable manager to be amber or worse at the"
            " year’s end, in 2 of the last 3 quarters with a forecast).",
        ),
        (
            lately("xG", ".L"),
            silence(2, 2, or_late=True),
            "No result in Q1 2011/12, then a late result in Q2 2011/12, which meets “Any” (no"
            " result, or a late one, for 2 of the last 2 due quarters).",
        ),
        (
            measured("G99", target=Decimal(90)),
            positive(10),
            "Better than target by 10% in Q1 2011/12, which meets “Any” (green and better than"
            " target by 10% of it or more in the latest rated quarter).",
        ),
    ],
)
def test_reasons_say_what_was_found_in_which_quarters(observations, asked, reason):
    (found,) = breaches(observations, [asked])
    assert found.reason == reason


# What must be true of any trigger and any history.

VALUES = st.one_of(st.none(), st.decimals(-50, 150, places=1))
CHANCES = st.one_of(st.none(), st.decimals(0, 1, places=2))


@st.composite
def histories(draw, longest=12):
    """Histories in which anything may be known or not."""
    found = []
    quarter = FIRST
    for _ in range(draw(st.integers(1, longest))):
        quarter = quarter.next()
        if draw(st.integers(0, 9)) == 0:
            continue  # nothing is known of it: it is not there
        rag = draw(st.sampled_from([Rag.RED, Rag.AMBER, Rag.GREEN, None]))
        reason = draw(st.sampled_from([None, *NotRated])) if rag is None else None
        found.append(
            Figure(
                quarter,
                rag,
                reason,
                definition_break=draw(st.integers(0, 7)) == 0,
                value=draw(VALUES),
                target=draw(VALUES),
                polarity=draw(st.one_of(st.none(), st.sampled_from(Polarity))),
                lower=draw(VALUES),
                upper=draw(VALUES),
                travel=draw(st.one_of(st.none(), st.sampled_from(Travel))),
                late=draw(st.booleans()),
                forecast=draw(st.one_of(st.none(), st.sampled_from(Rag))),
                chance_red=draw(CHANCES),
                chance_amber_or_worse=draw(CHANCES),
            )
        )
    return found


SHORT_TRIGGERS = triggers(within=4)


@given(histories(), SHORT_TRIGGERS)
def test_what_meets_a_trigger_counts_in_the_quarter_being_closed(observations, asked):
    breach = asked.met_at_end_of(observations)
    if breach is not None:
        assert breach.counted[-1] == observations[-1]
        assert asked.matches(observations, len(observations) - 1)
        assert asked.at_least <= len(breach.counted) <= asked.within
        assert breach.reason.endswith(f"({asked.condition}).")


@given(histories(), SHORT_TRIGGERS)
def test_nothing_before_a_definition_break_counts(observations, asked):
    """The history cut at its last break gives the same."""
    breaks = [place for place, each in enumerate(observations) if each.definition_break]
    since = observations[breaks[-1] :] if breaks else observations
    assert asked.met_at_end_of(since) == asked.met_at_end_of(observations)


@given(histories(), SHORT_TRIGGERS)
def test_a_quarter_of_which_nothing_is_known_changes_nothing(observations, asked):
    """One in which nothing is known may as well not be there."""
    filled = [*observations]
    for before, after in pairwise(observations):
        between = range(before.quarter.ordinal + 1, after.quarter.ordinal)
        filled += [Figure(Quarter.from_ordinal(ordinal)) for ordinal in between]
    filled.sort(key=lambda each: each.quarter)
    assert asked.met_at_end_of(filled) == asked.met_at_end_of(observations)


@given(histories(), triggers(within=6))
def test_asking_for_less_is_met_wherever_more_is(observations, asked):
    if asked.met_at_end_of(observations) is None or asked.kind == "aggregate":
        return
    for fewer in range(1, asked.at_least + 1):
        assert asked.shortened(fewer).met_at_end_of(observations) is not None
    if asked.at_least > 1:
        assert replace(asked, at_least=asked.at_least - 1).met_at_end_of(observations) is not None
    said = asked.columns
    if said["percent"]:
        assert replace(asked, percent=asked.percent / 2).met_at_end_of(observations) is not None
    if said["status"] is Rag.RED and said["forecast_by"] is None:
        assert replace(asked, status=Rag.AMBER).met_at_end_of(observations) is not None


def mirrored(each):
    """The same quarter with every figure below nought and the other side better."""
    sides = {Polarity.HIGHER: Polarity.LOWER, Polarity.LOWER: Polarity.HIGHER}
    return replace(
        each,
        value=None if each.value is None else -each.value,
        target=None if each.target is None else -each.target,
        lower=None if each.upper is None else -each.upper,
        upper=None if each.lower is None else -each.lower,
        polarity=sides.get(each.polarity, each.polarity),
    )


@given(histories(), SHORT_TRIGGERS)
def test_lower_is_better_is_the_mirror_of_higher_is_better(observations, asked):
    reflected = [mirrored(each) for each in observations]
    assert met(reflected, asked) == met(observations, asked)


@given(SHORT_TRIGGERS)
def test_a_condition_made_again_of_what_it_is_laid_flat_is_that_condition(asked):
    again = condition(**asked.columns)
    assert again == asked
    assert again.sentence == asked.sentence


@given(histories(), SHORT_TRIGGERS)
def test_silence_brings_no_trigger_about_but_its_own(observations, asked):
    """A quarter in which nothing was submitted, and nobody foresaw anything."""
    last = observations[-1].quarter if observations else FIRST
    silent = [*observations, Figure(last.next(), None, NotRated.NO_RESULT)]
    breach = asked.met_at_end_of(silent)
    assert breach is None or asked.kind == "no_result"
