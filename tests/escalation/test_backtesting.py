"""What other rules would have done: a council worked out by hand, and what holds of any council."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.quarters import Quarter
from escalation.rules.backtests import (
    AMBERS,
    REDS,
    IndicatorRecord,
    RunLengths,
    backtest,
    differences,
    in_sentences,
    rules_with_runs,
    run_lengths_of,
)
from escalation.rules.ladder import replay
from escalation.rules.triggers import Rules
from escalation.rules.variations import Varied, Window
from sorp.lexicon import ComparedWith, Level, Movement, NotRated, Rag, Tier
from tests.escalation.conditions import trigger_of
from tests.escalation.pictures import history, nth

MISSING = trigger_of("No result for two quarters", NotRated.NO_RESULT, 2, 2, Level.PAT)
RED = trigger_of("Red", Rag.RED, 2, 2, Level.PAT)
AMBER = trigger_of("Amber", Rag.AMBER, 3, 3, Level.PAT)
IN_FORCE = Rules((RED, AMBER, MISSING))
TRIED = Rules((replace(RED, at_least=1, within=1), replace(AMBER, at_least=4, within=4), MISSING))

# Eight quarters of five indicators. To PAT, by the rules in force (red 2 of 2, amber or worse 3 of
# 3, no result 2 of 2) and by those tried (red 1 of 1, amber or worse 4 of 4, no result 2 of 2),
# each escalation as the quarter in which it opens and the one in which it recovers:
#
#                              in force      tried             so
COUNCIL = {
    # 12345678
    "CS-1": ("xxGGGGGG", "Care"),  # 2-3           2-3               the same
    "ED-1": ("GGAAAGGG", "Education"),  # 5-6           none              lost
    "ED-2": ("GRGRGGRR", "Education"),  # 8-            2-3, 4-5, 7-      two gained, one moved
    "HW-1": ("GRRGGGGG", "Highways"),  # 3-4           2-4               moved
    "HW-2": ("AAAAGGGG", "Highways"),  # 3-5           4-5               moved
}


def subject(reference, picture, directorate="Highways", **more):
    return IndicatorRecord(
        reference, f"Indicator {reference}", directorate, Tier.CORPORATE, tuple(history(picture)),
        **more,
    )  # fmt: skip


def council():
    return [subject(name, picture, where) for name, (picture, where) in COUNCIL.items()]


def found(tried=TRIED, in_force=IN_FORCE, subjects=None, **options):
    return backtest(subjects or council(), lambda quarter: in_force, tried, until=nth(8), **options)


def at(level, rows):
    return next(each for each in rows if each["level"] == level.value)


def test_the_totals_are_those_worked_out_by_hand():
    assert at(Level.PAT, found()["levels"]) == {
        "level": "pat",
        "before": 5,  # one each
        "after": 6,  # ED-1 none, ED-2 three, the others one each
        "gained": 2,
        "lost": 1,
        "moved": 3,
        "same": 1,
    }


def test_each_that_is_gained_or_lost_is_named_with_its_quarters_and_its_reason():
    changes = found()

    assert [(each["reference"], each["opened_in"], each["recovered_in"]) for each in changes["gained"]] == [
        ("ED-2", nth(2).key, nth(3).key),
        ("ED-2", nth(4).key, nth(5).key),
    ]  # fmt: skip
    assert [each["relapse"] for each in changes["gained"]] == [False, True]
    (lost,) = changes["lost"]
    assert (lost["reference"], lost["opened_in"], lost["recovered_in"], lost["trigger"]) == (
        "ED-1", nth(5).key, nth(6).key, "Amber",
    )  # fmt: skip
    assert lost["reason"].startswith("Amber in Q3 2011/12")


def test_each_that_moves_says_from_where_to_where():
    moved = {each["reference"]: (each["before"], each["after"]) for each in found()["moved"]}

    assert {
        name: tuple((spell["opened_in"], spell["recovered_in"]) for spell in spells)
        for name, spells in moved.items()
    } == {
        "ED-2": ((nth(8).key, None), (nth(7).key, None)),
        "HW-1": ((nth(3).key, nth(4).key), (nth(2).key, nth(4).key)),
        "HW-2": ((nth(3).key, nth(5).key), (nth(4).key, nth(5).key)),
    }


def test_the_load_on_pat_is_counted_quarter_by_quarter():
    load = found()["load"]

    assert [each["quarter"] for each in load] == [nth(place).key for place in range(1, 9)]
    assert [each["before"]["opened"] for each in load] == [0, 1, 2, 0, 1, 0, 0, 1]
    assert [each["after"]["opened"] for each in load] == [0, 3, 0, 2, 0, 0, 1, 0]
    # Open once the quarter is closed: what recovers in it is open no more.
    assert [each["before"]["open"] for each in load] == [0, 1, 2, 1, 1, 0, 0, 1]
    assert [each["after"]["open"] for each in load] == [0, 3, 1, 2, 0, 0, 1, 1]
    # A month's load is a third of its quarter's.
    assert [each["after"]["a_month"] for each in load] == [0, 1, 0, 0.67, 0, 0, 0.33, 0]


def test_directorates_sum_to_the_council():
    rows = {each["directorate"]: each for each in found()["directorates"]}

    assert list(rows) == ["Care", "Education", "Highways"]
    assert rows["Education"] == {
        "directorate": "Education",
        "indicators": 2,
        "before": 2,
        "after": 3,
        "gained": 2,
        "lost": 1,
        "open_before": 1,
        "open_after": 1,
    }
    assert (rows["Highways"]["before"], rows["Highways"]["after"]) == (2, 2)
    assert sum(each["after"] for each in rows.values()) == 6


def test_the_time_to_recover_is_counted_from_opening_and_leaves_out_what_is_still_open():
    recovery = at(Level.PAT, found()["recovery"])

    # CS-1 took 1 quarter, ED-1 1, HW-1 1 and HW-2 2; ED-2 is open still.
    assert recovery["before"] == {"recovered": 4, "median": 1.0, "mean": 1.25, "still_open": 1}
    # CS-1 1, ED-2 1 and 1, HW-1 2, HW-2 1; the third of ED-2 is open still.
    assert recovery["after"] == {"recovered": 5, "median": 1.0, "mean": 1.2, "still_open": 1}


def test_the_grid_has_a_cell_for_each_length_of_run():
    document = found()
    cells = {(each["red"], each["amber"]): each for each in document["grid"]}

    assert len(cells) == len(REDS) * len(AMBERS) == 24
    # As tried, and as in force: the sums of the load above, over eight quarters.
    assert (cells[1, 4]["opened"], cells[1, 4]["open_on_average"]) == (6, 8 / 8)
    assert (cells[2, 3]["opened"], cells[2, 3]["open_on_average"]) == (5, 6 / 8)
    # Amber or worse, once: CS-1 by its missing results, ED-1, HW-1, HW-2, and ED-2 three times.
    assert cells[4, 1]["opened"] == 7
    # So long that only CS-1 is left.
    assert cells[4, 6]["opened"] == 1
    assert document["cells"] == {
        "before": {"red": 2, "amber": 3},
        "after": {"red": 1, "amber": 4},
    }


def test_the_summary_says_the_totals_in_sentences():
    first, changes, load = found()["summary"]

    assert first == (
        "Over the 8 quarters from Q1 2011/12 to Q4 2012/13, the rules tried would have referred"
        " indicators to PAT 6 times; those in force then did so 5 times."
    )
    assert changes == (
        "2 would be gained and 1 lost; 3 would open or recover in another quarter, and"
        " 1 would be the same."
    )
    assert load == (
        "PAT would have been sent 0.2 a month on average instead of 0.2, and would have 1 open at"
        " the end of Q4 2012/13 instead of 1."
    )


def test_a_gain_within_a_longer_escalation_says_so():
    """Two became one: matched once, and the one left over names the one in which it lies."""
    document = found(
        tried=Rules((RED, AMBER, MISSING), exit_quarters=2), subjects=[subject("HW-3", "RRGRRGGG")]
    )

    assert at(Level.PAT, document["levels"])["lost"] == 1
    assert document["lost"][0]["opened_in"] == nth(5).key
    assert document["lost"][0]["within"] == {"opened_in": nth(2).key, "recovered_in": nth(7).key}


def test_levels_are_not_mixed():
    division = trigger_of("Red at division", Rag.RED, 1, 1, Level.DIVISION)
    document = found(in_force=Rules((RED,)), tried=Rules((division,)))

    pat, at_division = (at(level, document["levels"]) for level in (Level.PAT, Level.DIVISION))
    assert (pat["before"], pat["after"], pat["lost"]) == (2, 0, 2)  # ED-2 and HW-1
    assert (at_division["before"], at_division["after"], at_division["gained"]) == (0, 4, 4)
    assert document["summary"][-1] == (
        "At other levels: 4 gained and 0 lost at the divisional management team."
    )


def test_a_variation_holds_under_either_set_of_rules():
    """HW-1 was let be while its road was closed: other rules do not take that back."""
    agreed = Varied(nth(1), nth(8), triggers={"Red": None})
    varied = subject("HW-1", "GRRGGGGG", varied=(agreed,))
    document = found(subjects=[varied])

    assert document["gained"] == document["lost"] == document["moved"] == []
    assert {each["opened"] for each in document["grid"] if each["amber"] >= 3} == {0}


def test_what_speaks_of_no_single_indicator_is_named_as_not_replayed():
    aggregate = trigger_of(
        "Three reds in a division", Rag.RED, 1, 1, Level.PAT,
        kind="aggregate", count=3, unit_tier="division",
    )  # fmt: skip
    document = found(tried=Rules((*TRIED.triggers, aggregate)))

    assert document["not_replayed"] == ["Three reds in a division"]
    assert at(Level.PAT, document["levels"])["after"] == 6


def test_progress_is_told_indicator_by_indicator():
    told = []
    found(progress=lambda done, total: told.append((done, total)))

    assert told == [(number, 5) for number in range(1, 6)]


def test_without_a_history_there_is_nothing_to_replay():
    with pytest.raises(ValueError, match="there is nothing to replay"):
        found(subjects=[subject("HW-9", "")])


# Agreement with the record


def on_record(name, picture, **more):
    made = subject(name, picture, **more)
    return replace(made, recorded=replay(made.history, IN_FORCE, made.tier))


def test_replaying_the_rules_in_force_gives_what_is_on_record_and_says_so():
    recorded = [on_record(name, picture) for name, (picture, _) in COUNCIL.items()]

    assert found(subjects=recorded)["agreement"] == {
        "recorded": 5,
        "referred_by_people": 0,
        "differences": [],
        "sentence": "Replaying the rules in force gives exactly the 5 escalations on record.",
    }


def test_each_indicator_whose_record_differs_is_named_with_how():
    late = on_record("HW-1", "GRRGGGGG")
    late = replace(late, recorded=(replace(late.recorded[0], recovered_in=nth(6)),))
    forgotten = replace(on_record("HW-2", "AAAAGGGG"), recorded=())
    agreement = found(subjects=[late, forgotten])["agreement"]

    assert agreement["sentence"] == (
        "Replaying the rules in force does not give what is on record for HW-1 and HW-2: look at"
        " each below before relying on this back-test."
    )
    assert [each["sentence"] for each in agreement["differences"]] == [
        "On record to the Performance Assurance Team by “Red” in Q3 2011/12 (counted from"
        " Q2 2011/12), recovered in Q2 2012/13; by the rules to the Performance Assurance Team by"
        " “Red” in Q3 2011/12 (counted from Q2 2011/12), recovered in Q4 2011/12.",
        "By the rules to the Performance Assurance Team by “Amber” in Q3 2011/12 (counted from"
        " Q1 2011/12), recovered in Q1 2012/13; there is none on record.",
    ]


def test_what_a_revision_restated_is_told_apart_and_is_no_fault():
    """Recorded as red twice; a result was then revised to green, and the record stands."""
    recorded = replace(on_record("HW-1", "GRRGGGGG").recorded[0], restated=True)
    restated = replace(subject("HW-1", "GRGGGGGG"), recorded=(recorded,))

    assert found(subjects=[restated])["agreement"]["sentence"] == (
        "Replaying the rules in force differs from what is on record only where a revised result"
        " restated it, which takes nothing back: HW-1."
    )


def test_what_a_person_referred_up_is_left_out_and_counted():
    """It was referred to PAT at the first red; while it is open, the second red opens no other."""
    whole = on_record("HW-1", "GRRGGGGG")
    referred = replace(whole.recorded[0], opened_in=nth(2), trigger="Referred up")
    by_hand = replace(whole, recorded=(), referred=(referred,))
    agreement = found(subjects=[by_hand])["agreement"]

    assert agreement["differences"] == []
    assert agreement["sentence"] == (
        "Replaying the rules in force gives no escalation, and none is on record. 1 escalation was"
        " referred up by a person, not by a rule, and left out."
    )


# The cell of a set of rules


@pytest.mark.parametrize(
    ("rules", "cell"),
    [
        (IN_FORCE, RunLengths(2, 3)),
        (TRIED, RunLengths(1, 4)),
        (Rules((replace(RED, at_least=2, within=3), AMBER)), None),  # no run
        (Rules((RED,)), None),  # no amber
        (Rules((RED, AMBER, replace(RED, name="Red thrice", key="thrice", at_least=3, within=3))), None),
        (Rules((replace(RED, at_least=5, within=5), AMBER)), None),  # off the grid
        (Rules((RED, AMBER, replace(AMBER, name="Of DMT", key="dmt", level=Level.DIRECTORATE, within=9))), RunLengths(2, 3)),
    ],
)  # fmt: skip
def test_rules_stand_in_a_cell_where_pat_asks_for_runs_of_one_length(rules, cell):
    assert run_lengths_of(rules) == cell


def test_a_cell_keeps_what_it_does_not_vary():
    moving = trigger_of(
        "Red and not improving", Rag.RED, 2, 2, Level.PAT,
        movement=Movement.NOT_BETTER, compared_with=ComparedWith.TRAVEL,
    )  # fmt: skip
    division = trigger_of("Red at division", Rag.RED, 1, 1, Level.DIVISION)
    tried = Rules((replace(RED, tiers=frozenset({Tier.CORPORATE})), moving, division), 2, 3)
    rules = rules_with_runs(tried, RunLengths(4, 6))

    assert (rules.exit_quarters, rules.relapse_within) == (2, 3)
    assert [(each.name, each.at_least, each.within) for each in rules.triggers] == [
        ("Red", 4, 4),
        ("Red and not improving", 2, 2),
        ("Amber for 6 quarters running", 6, 6),
    ]
    assert rules.triggers[0].tiers == {Tier.CORPORATE}


# Differences in words


def test_differences_are_told_trigger_by_trigger_and_setting_by_setting():
    told = differences(
        IN_FORCE,
        Rules((replace(AMBER, at_least=2), RED), exit_quarters=2, relapse_shortens_by=1),
    )

    assert told == [
        f"“Amber” is changed from: {AMBER.sentence} To: {replace(AMBER, at_least=2).sentence}",
        f"“No result for two quarters” is removed. It said: {MISSING.sentence}",
        "“The order” is changed from: “Red”, then “Amber”. To: “Amber”, then “Red”.",
        "“Recovery” is changed from: An escalation recovers when the latest rated quarter is"
        " green. To: An escalation recovers when the last 2 rated quarters are all green.",
        "“Relapse” is changed from: An escalation within 4 quarters of a recovery is a relapse."
        " To: An escalation within 4 quarters of a recovery is a relapse, and its trigger asks for"
        " 1 quarter fewer.",
    ]
    assert differences(IN_FORCE, IN_FORCE) == []
    assert in_sentences(Rules((RED,), relapse_within=0)) == [
        RED.sentence,
        "An escalation recovers when the latest rated quarter is green.",
        "No escalation counts as a relapse.",
    ]


# What holds of any council

pictures = st.text(alphabet="RAG-xnd|", min_size=1, max_size=14).filter(
    lambda picture: picture.replace("|", "")
)
windows = st.tuples(st.integers(1, 4), st.integers(0, 2)).map(lambda two: (two[0], sum(two)))


@st.composite
def rule_sets(draw):
    (red, of_reds), (amber, of_ambers), (own, of_own) = (draw(windows) for _ in range(3))
    triggers = (
        trigger_of("Red", Rag.RED, red, of_reds, Level.PAT),
        trigger_of("Amber", Rag.AMBER, amber, of_ambers, Level.PAT),
        trigger_of("Own red", Rag.RED, own, of_own, Level.DIVISION),
        MISSING,
    )
    return Rules(triggers, draw(st.integers(1, 3)), 4, draw(st.integers(0, 2)))


@st.composite
def councils(draw):
    drawn = draw(st.lists(pictures, min_size=1, max_size=4))
    varied = st.lists(
        st.builds(
            Varied, st.just(nth(2)), st.just(nth(6)), st.none() | st.just(2),
            st.dictionaries(st.just("Red"), st.none() | st.just(Window(1, 2))),
        ),
        max_size=1,
    )  # fmt: skip
    return [
        subject(f"PI-{number}", picture, varied=tuple(draw(varied)))
        for number, picture in enumerate(drawn, start=1)
    ]


def tried_on(subjects, in_force, tried):
    return backtest(subjects, lambda quarter: in_force, tried, until=nth(14))


@given(councils(), rule_sets())
@settings(max_examples=40)
def test_trying_the_rules_in_force_gains_and_loses_nothing(subjects, rules):
    document = tried_on(subjects, rules, rules)

    assert document["gained"] == document["lost"] == document["moved"] == []
    assert document["differences"] == []
    for each in (*document["load"], *document["recovery"]):
        assert each["before"] == each["after"]


@given(councils(), rule_sets(), rule_sets())
@settings(max_examples=40)
def test_what_was_and_what_is_gained_less_what_is_lost_is_what_would_be(subjects, one, other):
    document = tried_on(subjects, one, other)

    for row in document["levels"]:
        assert row["before"] + row["gained"] - row["lost"] == row["after"]
        assert row["same"] + row["moved"] + row["lost"] == row["before"]
    pat = at(Level.PAT, document["levels"])
    assert sum(each["after"]["opened"] for each in document["load"]) == pat["after"]
    assert sum(each["before"] for each in document["directorates"]) == pat["before"]
    last = document["load"][-1]["after"]["open"]
    assert last == at(Level.PAT, document["recovery"])["after"]["still_open"]


@given(councils(), rule_sets())
@settings(max_examples=30)
def test_every_cell_is_what_replaying_its_own_rules_gives(subjects, rules):
    """Cells are replayed once for many; that must not show."""
    cells = {
        (each["red"], each["amber"]): each for each in tried_on(subjects, rules, rules)["grid"]
    }

    for red, amber in ((1, 1), (2, 3), (3, 2), (4, 6)):
        own = rules_with_runs(rules, RunLengths(red, amber))
        load = tried_on(subjects, rules, own)["load"]
        cell = cells[red, amber]
        assert cell["opened"] == sum(each["after"]["opened"] for each in load)
        assert cell["open_on_average"] == round(
            sum(each["after"]["open"] for each in load) / len(load), 2
        )


@given(councils(), rule_sets())
@settings(max_examples=30)
def test_whatever_the_rules_opened_agrees_with_its_replay(subjects, rules):
    recorded = [replace(each, recorded=each.replayed(lambda quarter: rules)) for each in subjects]

    assert tried_on(recorded, rules, rules)["agreement"]["differences"] == []


def test_rules_may_differ_from_quarter_to_quarter():
    """From the fifth quarter on, one red is enough: before it, two are asked for."""
    document = backtest(
        [subject("ED-2", "RGGGRGGG")],
        lambda quarter: TRIED if quarter >= nth(5) else IN_FORCE,
        TRIED,
        until=nth(8),
    )

    assert at(Level.PAT, document["levels"])["before"] == 1
    assert [each["opened_in"] for each in document["gained"]] == [nth(1).key]
    assert document["quarters"] == [each.key for each in nth(1).until(Quarter(2012, 4))]
