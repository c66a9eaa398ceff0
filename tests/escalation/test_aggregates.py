"""Units referred up for their many poor indicators, and successes brought to notice: by the rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.rules.exceptions import (
    UnitIndicator,
    close_positives,
    close_units,
    replay_units,
    units_meeting,
)
from escalation.rules.triggers import Rules
from sorp.lexicon import Level, NotRated, Rag, Tier
from tests.escalation.conditions import aggregate, measured, positive, trigger
from tests.escalation.pictures import FIRST, history, nth, place

ADULTS, CHILDREN, COUNCIL = 1, 2, 9


def members(*pictures, unit=ADULTS, tier=Tier.DIVISION, prefix="A"):
    """A member of a division for each picture: A1, A2 and so on."""
    units = {"division": unit, "council": COUNCIL}
    return [
        UnitIndicator.of(f"{prefix}{number}", tier, units, history(picture))
        for number, picture in enumerate(pictures, start=1)
    ]


@pytest.mark.parametrize(
    ("pictures", "asked", "counted"),
    [
        (["R", "R", "R"], aggregate(3), ["A1", "A2", "A3"]),
        (["R", "R", "A"], aggregate(3), None),
        (["R", "R", "A"], aggregate(3, status=Rag.AMBER), ["A1", "A2", "A3"]),  # the worst first
        (["A", "R", "R"], aggregate(3, status=Rag.AMBER), ["A2", "A3", "A1"]),
        (["R", "R", "x"], aggregate(3), None),  # what is missing is not counted
        (["x", "x", "R"], aggregate(2, status=NotRated.NO_RESULT), ["A1", "A2"]),
        (["x", "n", "s"], aggregate(2, status=NotRated.NO_RESULT), None),
        # Over several quarters it is results that count, of the same indicator or of others.
        (["RGGR", "GGGG"], aggregate(2, within=4), ["A1", "A1"]),
        (["RGGG", "GGGR"], aggregate(2, within=4), ["A1", "A2"]),
        (["RGGGR", "GGGGG"], aggregate(2, within=4), None),  # the first is too long ago
        (["RRG", "GGG"], aggregate(2, within=4), None),  # the quarter being closed must count
        (["R-R", "G-G"], aggregate(2, within=2), None),  # quarters of the calendar
        (["R|R", "GG"], aggregate(2, within=4), ["A1", "A1"]),  # a red was a red
    ],
)
def test_an_aggregate_counts_results_across_a_unit(pictures, asked, counted):
    quarter = nth(len(history(pictures[0])))
    found = units_meeting(members(*pictures), asked, quarter)
    assert [[each.reference for each in unit.counted] for unit in found] == (
        [counted] if counted else []
    )


def test_each_unit_of_the_tier_is_counted_by_itself():
    both = members("R", "R") + members("R", "R", unit=CHILDREN, prefix="C")
    assert [each.unit for each in units_meeting(both, aggregate(2), FIRST)] == [ADULTS, CHILDREN]
    assert units_meeting(both, aggregate(3), FIRST) == ()
    (council,) = units_meeting(both, aggregate(4, "council"), FIRST)
    assert council.unit == COUNCIL


def test_indicators_of_other_tiers_and_of_no_such_unit_are_left_out():
    mixed = members("R", "R") + members("R", tier=Tier.TEAM, prefix="T")
    mixed.append(UnitIndicator.of("X", Tier.DIVISION, {"council": COUNCIL}, history("R")))
    asked = aggregate(3, tiers=frozenset({Tier.DIVISION}))
    assert units_meeting(mixed, asked, FIRST) == ()
    (found,) = units_meeting(mixed, aggregate(3), FIRST)
    assert [each.reference for each in found.counted] == ["A1", "A2", "T1"]


def test_the_reason_names_what_counted():
    (found,) = units_meeting(members("AR", "GA", "RR"), aggregate(3, status=Rag.AMBER), nth(2))
    assert found.reason == (
        "A1 and A3 red in Q2 2011/12; A2 amber in Q2 2011/12, which meets “Any” (3 or more"
        " indicators amber or worse in one division in one quarter)."
    )
    (many,) = units_meeting(members(*["R"] * 11), aggregate(3), FIRST)
    assert many.reason.startswith("A1, A10, A11, A2, A3, A4, A5, A6 and 3 more red in Q1 2011/12,")
    assert len(many.counted) == 11


def spells(pictures, asked, exit_quarters=1, quarters=None):
    rules = Rules((asked,), exit_quarters)
    last = nth(quarters or max(map(len, pictures)))
    found = replay_units(members(*pictures), rules, FIRST.until(last))
    return [
        f"{place(each.since)}:{place(each.opened_in)}-{place(each.recovered_in) or ''}"
        for each in found
    ]


@pytest.mark.parametrize(
    ("pictures", "asked", "exit_quarters", "expected"),
    [
        (["RR", "RR"], aggregate(2), 1, ["1:1-"]),
        (["RRG", "RRR"], aggregate(2), 1, ["1:1-3"]),
        (["RGR", "RRR"], aggregate(2), 1, ["1:1-2", "3:3-"]),
        (["RGR", "RRR"], aggregate(2), 2, ["1:1-"]),  # one better quarter is not enough
        (["RGGR", "RRRR"], aggregate(2), 2, ["1:1-3", "4:4-"]),
        # What is missing is not taken for better: it stands until it is known to be fewer.
        (["RxG", "RRR"], aggregate(2), 1, ["1:1-3"]),
        (["RxxR", "RRRR"], aggregate(2), 1, ["1:1-"]),
        (["RR", "x-"], aggregate(2), 1, []),
        # Over four quarters a red is remembered until it falls out of the window.
        (["RGGGGG", "GRGGGG"], aggregate(2, within=4), 1, ["1:2-5"]),
    ],
)
def test_a_unit_is_referred_until_fewer_count(pictures, asked, exit_quarters, expected):
    assert spells(pictures, asked, exit_quarters) == expected


def test_what_a_trigger_asked_for_recovers_when_no_rule_asks_any_more():
    poor = members("RR", "RR")
    (opened,) = close_units(poor, (), Rules((aggregate(2),)), FIRST).opened
    outcome = close_units(poor, (opened,), Rules((trigger(status=Rag.RED),)), nth(2))
    assert (outcome.opened, outcome.recovered) == ((), (replace(opened, recovered_in=nth(2)),))


@given(
    st.lists(st.text(alphabet="RRRAAGGx-n", min_size=8, max_size=8), min_size=1, max_size=5),
    st.integers(2, 4),
    st.integers(1, 4),
    st.sampled_from([Rag.RED, Rag.AMBER, NotRated.NO_RESULT]),
    st.integers(1, 3),
)
def test_units_agree_with_counting_letters(pictures, count, within, status, exit_quarters):
    """By counting letters of the pictures in columns, and by walking along them."""
    worst = {Rag.RED: "R", Rag.AMBER: "RA", NotRated.NO_RESULT: "x"}[status]

    def column(end):
        return Counter(letter for each in pictures for letter in each[max(0, end - within) : end])

    def number(end, letters):
        return sum(column(end)[letter] for letter in letters)

    expected, opened = [], None
    silent = "" if status is NotRated.NO_RESULT else "x"
    for end in range(1, 9):
        if opened is None:
            now = sum(each[end - 1] in worst for each in pictures)
            if now and number(end, worst) >= count:
                opened = end
        elif end - opened >= 1 and all(
            number(each, worst + silent) < count
            for each in range(end - exit_quarters + 1, end + 1)
            if each > 0
        ):
            expected.append((opened, end))
            opened = None
    if opened is not None:
        expected.append((opened, None))

    asked = aggregate(count, within=within, status=status)
    found = replay_units(members(*pictures), Rules((asked,), exit_quarters), FIRST.until(nth(8)))
    assert [(place(each.opened_in), place(each.recovered_in)) for each in found] == expected


@given(st.lists(st.text(alphabet="RRAGx", min_size=6, max_size=6), min_size=2, max_size=4))
def test_closing_a_quarter_again_gives_nothing_more(pictures):
    rules = Rules((aggregate(2), aggregate(3, status=Rag.AMBER, name="Other")))
    recorded = []
    for quarter in FIRST.until(nth(6)):
        outcome = close_units(members(*pictures), recorded, rules, quarter)
        gone = {each.key for each in outcome.recovered}
        recorded = [each for each in recorded if not (each.is_open and each.key in gone)]
        recorded += [*outcome.recovered, *outcome.opened]
        again = close_units(members(*pictures), recorded, rules, quarter)
        assert (again.opened, again.recovered) == ((), ())


# Success, one indicator at a time.


def successes(cells, asked):
    """Each spell as since:opened-ended, closing every quarter twice."""
    observations = measured(cells, target=Decimal(90))
    recorded = []
    for end in range(1, len(observations) + 1):
        opened, ended = close_positives(observations[:end], recorded, [asked])
        recorded = [
            next((new for new in ended if new.opened_in == each.opened_in), each)
            for each in recorded
        ] + [*opened]
        assert close_positives(observations[:end], recorded, [asked]) == ((), ())
    return [
        f"{place(each.since)}:{place(each.opened_in)}-{place(each.ended_in) or ''}"
        for each in recorded
    ]


@pytest.mark.parametrize(
    ("cells", "asked", "expected"),
    [
        ("G99 G99", positive(10), ["1:1-"]),
        ("G99 G91", positive(10), ["1:1-2"]),
        ("G99 R70 G99", positive(10), ["1:1-2", "3:3-"]),
        ("G99 x G99 G91", positive(10), ["1:1-4"]),  # silence neither opens nor ends it
        ("G99 G99 G91", positive(10, 2, 2), ["1:2-3"]),
        ("G99 G99 G91 G99", positive(10, 2, 3), ["1:2-"]),  # two of three still hold
        ("G99 G99 G91 G91", positive(10, 2, 3), ["1:2-4"]),
        ("G91 G99 G91", positive(10, 1, 3), ["2:2-"]),
        ("G99 |G91", positive(10, 1, 3), ["1:1-2"]),
    ],
)
def test_a_positive_exception_stands_while_its_words_are_true(cells, asked, expected):
    assert successes(cells, asked) == expected


def test_a_positive_exception_ends_when_no_rule_asks_for_it():
    observations = measured("G99 G99", target=Decimal(90))
    (opened,), _ = close_positives(observations[:1], [], [positive(10)])
    assert opened.level is Level.PAT
    _, (ended,) = close_positives(observations, [opened], [])
    assert ended.ended_in == nth(2)
