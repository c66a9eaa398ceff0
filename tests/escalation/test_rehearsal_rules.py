"""What a rehearsal finds of one quarter: a table of histories, records and rules."""

from datetime import date

import pytest

from core.quarters import Quarter
from escalation.rules.ladder import Episode, Origin
from escalation.rules.rehearsals import (
    RehearsedIndicator,
    before_close,
    compared,
    open_after,
    rehearse,
    rehearse_close,
    rehearsed_days,
)
from escalation.rules.triggers import Rules
from escalation.rules.variations import Varied
from sorp.lexicon import CountedFrom, Level, NotRated, Rag, Step, Tier, Travel, TravelMethod
from sorp.rules.calendar import DayRule
from sorp.rules.figures import Figure
from tests.escalation.conditions import trigger_of

Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))
LETTERS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN, "-": None}
ONE_RED = Rules(
    (trigger_of("Red", Rag.RED, 1, 1, Level.PAT, key="red"),),
)
TWO_REDS = Rules(
    (trigger_of("Red for two quarters", Rag.RED, 2, 2, Level.PAT, key="red"),),
)
TWO_GREENS_OUT = Rules(ONE_RED.triggers, exit_quarters=2)
TO_DMT = Rules((trigger_of("Red", Rag.RED, 1, 1, Level.DIRECTORATE, key="red"),))
UNSHORTENED = Rules(TWO_REDS.triggers, relapse_within=4)
SHORTENED = Rules(TWO_REDS.triggers, relapse_within=4, relapse_shortens_by=1)


def history(picture, *, travel=None):
    """A figure a quarter, ending with Q4."""
    quarter, figures = Q4, []
    for letter in reversed(picture):
        rag = LETTERS[letter]
        figures.append(Figure(quarter, rag, None if rag else NotRated.NO_RESULT, travel=travel))
        quarter = quarter.previous()
    return tuple(reversed(figures))


def episode(opened_in, recovered_in=None, *, level=Level.PAT, origin=Origin.RULE, ended_in=None):
    return Episode(
        level=level,
        trigger="Red",
        since=opened_in,
        opened_in=opened_in,
        recovered_in=recovered_in,
        relapse=False,
        all_met=("red",),
        reason=f"Opened in {opened_in}.",
        trigger_key="red",
        origin=origin,
        ended_in=ended_in,
    )


def indicator(picture, recorded=(), varied=(), **fields):
    given = {"reference": "PI-1", "title": "Calls answered", "directorate": "Highways"}
    return RehearsedIndicator(
        **given | {"tier": Tier.TEAM, "travel": None} | fields,
        history=history(picture),
        recorded=tuple(recorded),
        varied=tuple(varied),
    )


def against(then, now):
    return [(how.value, each.level.value) for how, each in compared(then, now)]


@pytest.mark.parametrize(
    ("picture", "recorded", "rules", "opened", "recovered"),
    [
        pytest.param("GR", [], ONE_RED, [("only_now", "pat")], [], id="opens sooner"),
        pytest.param("GR", [], TWO_REDS, [], [], id="opens neither then nor now"),
        pytest.param("RR", [episode(Q4)], TWO_REDS, [("same", "pat")], [], id="opens as it did"),
        pytest.param("GR", [episode(Q4)], TWO_REDS, [("only_then", "pat")], [], id="opens later"),
        pytest.param(
            "GR",
            [episode(Q4)],
            TO_DMT,
            [("only_now", "directorate"), ("only_then", "pat")],
            [],
            id="another level is another escalation",
        ),
        pytest.param(
            "RR", [episode(Q3)], ONE_RED, [], [], id="what stood open opens no second time"
        ),
        pytest.param(
            "RG", [episode(Q3, Q4)], ONE_RED, [], [("same", "pat")], id="recovers as it did"
        ),
        pytest.param(
            "RG",
            [episode(Q3, Q4)],
            TWO_GREENS_OUT,
            [],
            [("only_then", "pat")],
            id="one green is no longer enough",
        ),
        pytest.param(
            "RGG", [episode(Q2)], TWO_GREENS_OUT, [], [("only_now", "pat")], id="recovers sooner"
        ),
        pytest.param("RG-", [episode(Q2)], ONE_RED, [], [], id="silence lets nobody go"),
        pytest.param("RGR", [episode(Q2, Q3)], UNSHORTENED, [], [], id="a recovery is remembered"),
        pytest.param(
            "RGR",
            [episode(Q2, Q3)],
            SHORTENED,
            [("only_now", "pat")],
            [],
            id="and a relapse is asked for less",
        ),
        pytest.param(
            "GR", [episode(Q4, Q4)], TWO_REDS, [], [], id="what a revision undid never opened"
        ),
        pytest.param(
            "GR",
            [episode(Q4, origin=Origin.MANUAL)],
            TWO_REDS,
            [],
            [],
            id="what a person referred up is no rule's",
        ),
    ],
)
def test_what_would_open_and_recover_beside_what_did(picture, recorded, rules, opened, recovered):
    found = rehearse_close(indicator(picture, recorded), rules, Q4)

    assert against(found.opened_then, found.opened_now) == opened
    assert against(found.recovered_then, found.recovered_now) == recovered


@pytest.mark.parametrize(
    ("recorded", "stood"),
    [
        ([episode(Q3)], [episode(Q3)]),
        ([episode(Q2, Q3)], [episode(Q2, Q3)]),
        ([episode(Q3, Q4)], [episode(Q3)]),
        ([episode(Q3, ended_in=Q4)], [episode(Q3)]),
        ([episode(Q3, Q4.next())], [episode(Q3)]),
        ([episode(Q4)], []),
        ([episode(Q4.next())], []),
    ],
)
def test_before_a_close_stands_what_it_had_not_yet_done(recorded, stood):
    assert before_close(recorded, Q4) == tuple(stood)


@pytest.mark.parametrize(
    ("recorded", "levels"),
    [
        ([], set()),
        ([episode(Q3)], {Level.PAT}),
        ([episode(Q4)], {Level.PAT}),
        ([episode(Q3, Q4)], set()),
        ([episode(Q3, ended_in=Q4)], set()),
        ([episode(Q3, Q4.next())], {Level.PAT}),
        ([episode(Q4.next())], set()),
        ([episode(Q3), episode(Q4, level=Level.CABINET)], {Level.PAT, Level.CABINET}),
    ],
)
def test_what_stands_open_after_a_close(recorded, levels):
    assert open_after(recorded, Q4) == levels


def test_what_a_person_referred_up_in_the_quarter_stands_then_and_now():
    by_hand = episode(Q4, level=Level.CABINET, origin=Origin.MANUAL)

    found = rehearse_close(indicator("GR", [by_hand]), ONE_RED, Q4)

    assert found.open_then == {Level.CABINET}
    assert found.open_now == {Level.PAT, Level.CABINET}


def test_a_variation_agreed_for_the_indicator_holds_under_the_version_too():
    varied = Varied(Q1, Q4, triggers={"red": None})

    assert rehearse_close(indicator("RR", varied=[varied]), ONE_RED, Q4).opened_now == ()
    lapsed = Varied(Q1, Q3, triggers={"red": None})
    assert rehearse_close(indicator("RR", varied=[lapsed]), ONE_RED, Q4).opened_now


def found_of(*indicators, rules=ONE_RED, method=TravelMethod.PREVIOUS):
    return rehearse(indicators, rules, quarter=Q4, version="2.0", travel_method=method)


def test_every_count_said_is_that_of_a_list():
    found = found_of(
        indicator("GR", reference="PI-1"),
        indicator("RR", [episode(Q4)], reference="PI-2"),
        indicator("GG", [episode(Q4)], reference="PI-3"),
        indicator("RG", [episode(Q3, Q4)], reference="PI-4"),
        indicator("R-", reference="PI-5"),
    )

    assert found["ratings"] == {"red": 2, "amber": 0, "green": 2, "not_rated": 1}
    assert [(row["reference"], row["against"]) for row in found["opened"]] == [
        ("PI-1", "only_now"),
        ("PI-3", "only_then"),
        ("PI-2", "same"),
    ]
    assert [row["reference"] for row in found["third_layer"]] == ["PI-1", "PI-3", "PI-2"]
    assert found["open"] == {
        "PI-1": {"then": [], "now": ["pat"]},
        "PI-2": {"then": ["pat"], "now": ["pat"]},
        "PI-3": {"then": ["pat"], "now": []},
    }
    assert found["summary"] == [
        "Q4 2011/12 would be rated as it was: 2 red, 0 amber, 2 green and 1 not rated. Statuses"
        " follow each indicator’s own thresholds, which no version changes.",
        "Directions of travel would be found by the method by which they were.",
        "2 escalations would open under version 2.0: 1 that opened, and 1 that did not. 1 that"
        " opened would not.",
        "1 escalation would recover under version 2.0, as it did.",
        "2 indicators would stand in the report’s third layer, before PAT or Cabinet: 1 that stood"
        " there, and 1 that did not. 1 that stood there would not.",
    ]


@pytest.mark.parametrize(
    ("indicators", "sentence"),
    [
        ([], "No escalation would open under version 2.0; none opened."),
        (["GG then"], "No escalation would open under version 2.0; 1 opened."),
        (["GR"], "1 escalation would open under version 2.0, and did not."),
        (["GR", "GR"], "2 escalations would open under version 2.0, none of which did."),
        (["GR then"], "1 escalation would open under version 2.0, as it did."),
        (["GR then", "GR then"], "2 escalations would open under version 2.0, as they did."),
        (
            ["GR then", "GG then"],
            "1 escalation would open under version 2.0, as it did. 1 that opened would not.",
        ),
    ],
)
def test_what_would_open_is_said_in_a_sentence(indicators, sentence):
    found = found_of(
        *(
            indicator(picture.split()[0], [episode(Q4)] if "then" in picture else [])
            for picture in indicators
        )
    )

    assert found["summary"][2] == sentence


def test_below_pat_nothing_is_in_the_third_layer():
    found = found_of(indicator("GR"), rules=TO_DMT)

    assert found["opened"][0]["level"] == "directorate"
    assert found["third_layer"] == []


def test_travel_is_told_where_the_method_makes_it_another():
    figure = {"value": 3, "travel": Travel.STEADY, "travel_method": TravelMethod.REGRESSION}
    moved, still = (
        RehearsedIndicator(
            reference=reference,
            title="Calls",
            directorate="Highways",
            tier=Tier.TEAM,
            history=(Figure(Q4, Rag.GREEN, **figure),),
            travel=travel,
        )
        for reference, travel in (("PI-1", Travel.IMPROVING), ("PI-2", Travel.STEADY))
    )

    found = found_of(moved, still)

    assert [(row["reference"], row["then"], row["now"]) for row in found["travel"]] == [
        ("PI-1", "steady", Travel.IMPROVING.value)
    ]
    assert found["summary"][1] == (
        f"Directions of travel would be found by another method"
        f" ({TravelMethod.PREVIOUS.label.lower()}): of 2 figures, 1 would travel otherwise."
    )
    assert not found_of(moved, method=TravelMethod.REGRESSION)["retravelled"]


# The calendar


def day(step, days, counted_from=CountedFrom.QUARTER_END, tier=None):
    return DayRule(step, tier, counted_from, days)


def test_the_days_of_the_next_quarter_stand_beside_those_of_the_version_that_rules_it():
    meeting = date(2012, 9, 17)
    rows = rehearsed_days(
        [day(Step.ENTRY, 5), day(Step.PAT, 20), day(Step.MEETING, 0, CountedFrom.CABINET)],
        [day(Step.ENTRY, 10), day(Step.CLOSE, 15), day(Step.MEETING, 0, CountedFrom.CABINET)],
        quarter=Quarter(2012, 1),
        cabinet_meets_on=meeting,
    )

    assert [(row["step"], row["same"]) for row in rows] == [
        ("Results submitted", False),
        ("Quarter closed", False),
        ("PAT meets", False),
        ("Cabinet meets", True),
    ]
    entry, closed, pat, cabinet = rows
    assert (entry["now"]["due_on"], entry["then"]["due_on"]) == ("2012-07-06", "2012-07-13")
    assert (closed["now"], pat["then"]) == (None, None)
    assert cabinet["now"]["due_on"] == "2012-09-17"


def test_without_a_day_of_cabinet_what_hangs_on_it_is_said_in_words_alone():
    rules = [day(Step.ENTRY, 5), day(Step.PUBLICATION, 5, CountedFrom.CABINET)]

    entry, publication = rehearsed_days(
        rules, rules, quarter=Quarter(2012, 1), cabinet_meets_on=None
    )

    assert entry["now"]["due_on"] == "2012-07-06"
    assert publication["now"] == {
        "words": "5 clear days before Cabinet meets",
        "due_on": None,
    }
    assert publication["same"]
