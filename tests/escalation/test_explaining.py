"""Explanations: what is said of a close, and that it can be worked out again from what is kept."""

import json
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from escalation.rules.explanations import (
    ExplanationSubject,
    Outcome,
    check_indicator,
    dump,
    dump_inputs,
    explain,
    inputs_at,
    load,
    load_inputs,
    recompute,
    wants_explaining,
)
from escalation.rules.ladder import Episode, Origin, close, replay, restate
from escalation.rules.referrals import referral_name
from escalation.rules.rule_files import DEFAULT_RULES
from escalation.rules.triggers import Rules
from escalation.rules.variations import Varied, Window, varied_rules
from sorp.lexicon import (
    ComparedWith,
    ForecastBy,
    Level,
    Movement,
    NotRated,
    Polarity,
    Rag,
    Tier,
    Travel,
)
from sorp.rules.figures import Figure
from tests.escalation.conditions import trigger_of
from tests.escalation.pictures import FIRST, history, nth

PAT, DMT, DIVMT = Level.PAT, Level.DIRECTORATE, Level.DIVISION
SORP = Rules(
    (
        trigger_of("Red for two quarters", Rag.RED, 2, 2, PAT, clause="4.1"),
        trigger_of("Amber for three quarters", Rag.AMBER, 3, 3, PAT, clause="4.2"),
        trigger_of("No result for two quarters", NotRated.NO_RESULT, 2, 2, PAT, clause="4.3"),
        trigger_of(
            "Red at division", Rag.RED, 1, 1, DIVMT, frozenset({Tier.DIVISION}), clause="4.4"
        ),
        trigger_of("No result when due", NotRated.NO_RESULT, 1, 1, DMT, clause="4.7"),
    )
)
TWO_GREEN = replace(SORP, exit_quarters=2)
UNTIL_Q4 = {"what": "Easier triggers", "until": Quarter(2011, 4)}


def explained(picture, rules=SORP, tier=Tier.CORPORATE, variation=None, recorded=None):
    """What is said of the last quarter of a picture, once every quarter was closed in order."""
    seen = history(picture)
    episodes = replay(seen, rules, tier) if recorded is None else recorded
    inputs = inputs_at(seen, episodes, rules, tier)
    return explain(inputs, ExplanationSubject("PI-1", "Bins emptied on time", "1", dump(variation)))


def said(*args, **kwargs):
    told = explained(*args, **kwargs)
    return told.outcome, told.sentence


SENTENCES = {
    "first red": (
        "R",
        "Red in Q1 2011/12: “Red for two quarters” (clause 4.1) asks for red for 2 of the last 2"
        " rated quarters, and finds 1, so 1 more such quarter would refer it to PAT.",
    ),
    "one amber": (
        "GA",
        "Amber in Q2 2011/12: “Amber for three quarters” (clause 4.2) asks for amber or worse for 3"
        " of the last 3 rated quarters, and finds 1, so 2 more such quarters would refer it to PAT.",
    ),
    "two ambers": (
        "AGAA",
        "Amber in Q4 2011/12: “Amber for three quarters” (clause 4.2) asks for amber or worse for 3"
        " of the last 3 rated quarters, and finds 2, so 1 more such quarter would refer it to PAT.",
    ),
    "a run that green has broken": (
        "AGA",
        "Amber in Q3 2011/12: “Amber for three quarters” (clause 4.2) asks for amber or worse for 3"
        " of the last 3 rated quarters, and finds 2, of which 1 would still count, so 2 more such"
        " quarters would refer it to PAT.",
    ),
    "silence between does not help": (
        "A-A",
        "Amber in Q3 2011/12: “Amber for three quarters” (clause 4.2) asks for amber or worse for 3"
        " of the last 3 rated quarters, and finds 2, so 1 more such quarter would refer it to PAT.",
    ),
    "a break begins anew": (
        "AA|A",
        "Amber in Q3 2011/12: “Amber for three quarters” (clause 4.2) asks for amber or worse for 3"
        " of the last 3 rated quarters, and finds 1, so 2 more such quarters would refer it to PAT.",
    ),
}


@pytest.mark.parametrize(("picture", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_why_red_or_amber_was_not_referred_up(picture, sentence):
    assert said(picture) == (Outcome.NOT_ESCALATED, sentence)


def test_why_it_was_referred_up_stands_and_is_no_longer():
    assert said("RR") == (
        Outcome.ESCALATED,
        "Red in Q1 2011/12 and Q2 2011/12, which meets “Red for two quarters” (red for 2 of the last"
        " 2 rated quarters), so clause 4.1 of version 1 of the SORP refers it to PAT.",
    )
    assert said("RRA") == (
        Outcome.STANDS,
        "Amber in Q3 2011/12: it stays referred to PAT, as it has been since Q2 2011/12, until it is"
        " green in its next rated quarter.",
    )
    assert said("RRG") == (
        Outcome.RECOVERED,
        "Green in Q3 2011/12, which meets the exit rule (green in the latest rated quarter), so it"
        " is no longer referred to PAT.",
    )


def test_levels_that_it_was_referred_to_at_different_times_each_say_since_when():
    assert said("RRA", tier=Tier.DIVISION)[1] == (
        "Amber in Q3 2011/12: it stays referred to PAT (since Q2 2011/12) and its divisional"
        " management team (since Q1 2011/12) until it is green in its next rated quarter."
    )


def test_an_exit_of_two_greens_says_how_many_more_it_takes():
    assert said("RR", TWO_GREEN)[0] is Outcome.ESCALATED
    assert said("RRA", TWO_GREEN)[1].endswith("until it is green in its next 2 rated quarters.")
    assert said("RRG", TWO_GREEN) == (
        Outcome.STANDS,
        "Green in Q3 2011/12: it stays referred to PAT, as it has been since Q2 2011/12, until it is"
        " green in its next rated quarter.",
    )
    assert "(green for 2 rated quarters running)" in said("RRGG", TWO_GREEN)[1]


def test_a_relapse_is_called_one_and_a_lower_level_is_named_after_the_highest():
    assert "refers it, as a relapse, to PAT." in said("RRGRR")[1]
    assert said("R", tier=Tier.DIVISION)[1].endswith(
        "so clause 4.4 of version 1 of the SORP refers it to its divisional management team."
    )
    assert said("xx")[1] == (
        "No result in Q1 2011/12 and Q2 2011/12, which meets “No result for two quarters” (no result"
        " for 2 of the last 2 due quarters), so clause 4.3 of version 1 of the SORP refers it to PAT."
    )
    both = replace(
        SORP, triggers=(*SORP.triggers, trigger_of("Red twice", Rag.RED, 2, 2, DMT, clause="4.5"))
    )
    assert said("RR", both)[1].endswith("refers it to PAT, and to its directorate management team.")


def test_a_shorter_way_up_after_a_relapse_is_explained_as_one():
    shortened = replace(SORP, relapse_shortens_by=1)

    told = explained("RRGR", shortened)

    assert told.outcome is Outcome.ESCALATED
    assert "one quarter fewer than usual because it recovered in Q3 2011/12" in told.sentence
    (met, *_) = (each for each in told.document["triggers"] if each["met"])
    assert (met["fewer"], met["at_least"]) == (1, 1)


def test_silence_is_explained_as_silence_until_a_result_is_given():
    quiet = Rules((trigger_of("No result", NotRated.NO_RESULT, 2, 2, PAT, clause="4.3"),))

    assert said("Gx", quiet) == (
        Outcome.NOT_ESCALATED,
        "No result in Q2 2011/12: “No result” (clause 4.3) asks for no result for 2 of the last 2"
        " due quarters, and finds 1, so 1 more such quarter would refer it to PAT.",
    )
    assert said("dxxd", quiet) == (
        Outcome.RECOVERED,
        "Data only in Q4 2011/12, which meets the exit rule (a result was given), so it is no longer"
        " referred to PAT.",
    )
    assert said("dxxx", quiet)[1].endswith("until it is given a result when it is next due.")


def test_where_no_trigger_looks_at_its_tier_that_is_said():
    rules = Rules(
        (trigger_of("Red", Rag.RED, 1, 1, PAT, frozenset({Tier.CORPORATE}), clause="4.1"),)
    )

    assert said("RR", rules, Tier.TEAM) == (
        Outcome.NOT_ESCALATED,
        "Red in Q2 2011/12: no trigger of version 1 of the SORP that looks at team indicators asks"
        " for that.",
    )


def test_a_variation_is_named():
    varied = Varied(FIRST, nth(4), triggers={"Red for two quarters": Window(3, 3)})
    rules = varied.applied_to(SORP)

    assert "asks for red for 3 of the last 3 rated quarters, and finds 2" in said("RR", rules)[1]
    assert "(clause 4.1, as varied until Q4 2011/12)" in said("R", rules, variation=UNTIL_Q4)[1]
    told = explained("RRR", rules, variation=UNTIL_Q4)

    assert told.sentence.endswith(
        "so clause 4.1 of version 1 of the SORP, as varied until Q4 2011/12, refers it to PAT."
    )
    assert told.document["variation"] == {"what": "Easier triggers", "until": "2011-Q4"}


def test_what_a_revision_left_without_a_cause_says_so():
    recorded = replay(history("RR"), SORP, Tier.CORPORATE)
    revised = restate(history("RG"), recorded, nth(2), SORP, Tier.CORPORATE).episodes

    assert said("RG", recorded=revised) == (
        Outcome.RECOVERED,
        "Green in Q2 2011/12: it was referred to PAT on figures revised since, no trigger is met by"
        " them now, and it recovers in the quarter in which it opened.",
    )
    revised = restate(history("RA"), recorded, nth(2), SORP, Tier.CORPORATE).episodes
    assert said("RA", recorded=revised) == (
        Outcome.ESCALATED,
        "Amber in Q2 2011/12: it was referred to PAT on figures revised since, no trigger is met by"
        " them now, and it stays until it is green in its next rated quarter.",
    )
    assert said("RAA", recorded=revised)[0] is Outcome.STANDS


def test_what_a_revision_left_with_another_cause_names_it():
    recorded = replay(history("RRR"), replace(SORP, triggers=SORP.triggers[:1]), Tier.CORPORATE)
    late = replace(recorded[0], since=nth(1), opened_in=nth(3))

    assert said("RRA", recorded=[late]) == (
        Outcome.ESCALATED,
        "Amber in Q3 2011/12: it was referred to PAT on figures revised since, which now meet “Amber"
        " for three quarters” (clause 4.2), and it stays until it is green in its next rated"
        " quarter.",
    )


def test_what_a_person_referred_up_stays_until_the_exit_rule_holds():
    by_hand = Episode(
        level=Level.CABINET,
        trigger=referral_name(PAT),
        since=nth(1),
        opened_in=nth(2),
        recovered_in=None,
        relapse=False,
        all_met=(),
        reason="PAT asks Cabinet to decide.",
        origin=Origin.MANUAL,
    )
    recorded = (*replay(history("RR"), SORP, Tier.CORPORATE), by_hand)

    assert "it stays referred to Cabinet and PAT" in said("RRR", recorded=recorded)[1]


def test_the_document_shows_each_trigger_and_how_far_it_is_from_being_met():
    told = explained("GRA").document

    assert told["quarter"] == "2011-Q3"
    assert told["status"] == "Amber"
    assert told["recovery"] == {"exit_quarters": 1, "green_so_far": 0, "needs": None}
    assert {each["name"]: each["more_needed"] for each in told["triggers"]} == {
        "Red for two quarters": 2,
        "Amber for three quarters": 1,
        "No result for two quarters": 2,
        "No result when due": 1,
    }
    amber = next(each for each in told["triggers"] if each["name"].startswith("Amber"))
    assert amber == {
        "key": "Amber for three quarters",
        "name": "Amber for three quarters",
        "clause": "4.2",
        "level": "pat",
        "asks": "amber or worse for 3 of the last 3 rated quarters",
        "at_least": 3,
        "within": 3,
        "looked_at": ["2011-Q1", "2011-Q2", "2011-Q3"],
        "counted": ["2011-Q2", "2011-Q3"],
        "met": False,
        "more_needed": 1,
        "fewer": 0,
    }
    assert explained("RR").document["levels"][0]["opened_in"] == "2011-Q2"


@pytest.mark.parametrize("picture", ["R", "RA", "x", "RRG", "RRGG"])
def test_what_is_poor_missing_opened_standing_or_recovered_wants_explaining(picture):
    seen = history(picture)
    episodes = replay(seen, SORP, Tier.CORPORATE)

    assert wants_explaining(seen[-1], episodes) is (picture != "RRGG")


# Working it out again


def _facts(chance):
    """What may be known of a quarter, made up by a dice that always falls alike."""
    status = chance.choice([*Rag, *Rag, NotRated.NO_RESULT, NotRated.NOT_DUE, None])
    figures = [None, *(Decimal(number) / 2 for number in range(-5, 6))]
    return {
        "rag": status if isinstance(status, Rag) else None,
        "not_rated": status if isinstance(status, NotRated) else None,
        "definition_break": chance.random() < 0.1,
        "value": chance.choice(figures),
        "target": chance.choice(figures),
        "polarity": chance.choice([Polarity.HIGHER, Polarity.LOWER]),
        "travel": chance.choice([None, *Travel]),
        "late": chance.random() < 0.5,
        "forecast": chance.choice([None, *Rag]),
        "chance_red": chance.choice([None, Decimal("0.4"), Decimal("0.6")]),
        "chance_amber_or_worse": chance.choice([None, Decimal("0.7"), Decimal("0.9")]),
    }


# Properties hold however busy the machine is on which they are tried.
DICE = Random(4)
FACTS = st.sampled_from([_facts(DICE) for _ in range(300)])


def observed(least=1, most=20):
    """A history of all that may be known of an indicator."""
    return st.lists(FACTS, min_size=least, max_size=most).map(
        lambda known: [
            Figure(Quarter.from_ordinal(FIRST.ordinal + number), **each)
            for number, each in enumerate(known)
        ]
    )


KINDS = st.one_of(
    st.builds(lambda rag: {"status": rag}, st.sampled_from([Rag.RED, Rag.AMBER])),
    st.builds(
        lambda rag, movement, by: {"status": rag, "movement": movement, "compared_with": by},
        st.sampled_from([Rag.RED, Rag.AMBER]),
        st.sampled_from(list(Movement)),
        st.sampled_from(list(ComparedWith)),
    ),
    st.builds(
        lambda by: {
            "kind": "worsening",
            "status": None,
            "movement": Movement.WORSE,
            "compared_with": by,
        },
        st.sampled_from([ComparedWith.PREVIOUS, ComparedWith.YEAR_BEFORE]),
    ),
    st.builds(
        lambda percent: {"kind": "variance", "status": None, "percent": percent},
        st.decimals(0, 50, places=1),
    ),
    st.builds(
        lambda late: {
            "kind": "no_result",
            "status": NotRated.NO_RESULT,
            "or_late": late,
        },
        st.booleans(),
    ),
    st.just(
        {
            "kind": "forecast",
            "status": Rag.RED,
            "forecast_by": ForecastBy.SYSTEM,
            "percent": Decimal(50),
        }
    ),
)


@st.composite
def rule_sets(draw):
    """Up to four triggers of any kind, with an exit and a relapse rule."""
    triggers = []
    for number in range(draw(st.integers(1, 4))):
        within = draw(st.integers(1, 4))
        triggers.append(
            trigger_of(
                name=f"Trigger {number}",
                at_least=draw(st.integers(1, within)),
                within=within,
                level=draw(st.sampled_from(list(Level))),
                clause=f"4.{number}",
                **draw(KINDS),
            )
        )
    return Rules(
        tuple(triggers),
        exit_quarters=draw(st.integers(1, 3)),
        relapse_within=draw(st.integers(0, 6)),
        relapse_shortens_by=draw(st.integers(0, 2)),
    )


def kept(document):
    """A document as a database gives it back."""
    return json.loads(json.dumps(document))


@given(observed(), rule_sets(), st.sampled_from(list(Tier)))
def test_an_explanation_worked_out_again_is_the_same(seen, rules, tier):
    episodes = replay(seen, rules, tier)
    for end in range(1, len(seen) + 1):
        inputs = inputs_at(seen[:end], episodes, rules, tier)
        told = explain(inputs, ExplanationSubject("PI-1", "Bins", "1"))

        again = recompute(kept(told.document))

        assert (again.outcome, again.sentence) == (told.outcome, told.sentence)
        assert again.document == kept(told.document)


@given(observed(), rule_sets(), st.sampled_from(list(Tier)))
def test_what_is_explained_is_what_the_close_did(seen, rules, tier):
    """Quarter by quarter, against the evaluator on the whole history."""
    recorded = ()
    for end in range(1, len(seen) + 1):
        closed = close(seen[:end], recorded, rules, tier)
        finding = check_indicator(inputs_at(seen[:end], closed.episodes, rules, tier))
        quarter = seen[end - 1].quarter

        assert set(finding.opened) == set(closed.opened)
        assert {(e.level, e.opened_in) for e in finding.recovered} == {
            (e.level, e.opened_in) for e in closed.recovered
        }
        assert {e.level for e in (*finding.opened, *finding.standing)} == {
            e.level for e in closed.episodes if e.is_open
        }
        assert not finding.inputs.kept, "what the rules give needs nothing to be taken as given"
        assert finding.inputs.quarter == quarter
        recorded = closed.episodes


@given(observed(2, 30), rule_sets(), observed(1, 1), st.data())
def test_what_was_restated_is_explained_too_and_the_same_again(seen, rules, other, data):
    """Whatever a revision leaves on record: each quarter from it on is explained, and verifies."""
    at = data.draw(st.integers(0, len(seen) - 1))
    recorded = replay(seen, rules, Tier.CORPORATE)
    revised = list(seen)
    revised[at] = replace(other[0], quarter=seen[at].quarter)
    since = seen[at].quarter
    episodes = restate(revised, recorded, since, rules, Tier.CORPORATE).episodes
    for end in range(at + 1, len(revised) + 1):
        told = explain(
            inputs_at(revised[:end], episodes, rules, Tier.CORPORATE),
            ExplanationSubject("PI-1", "Bins", "1"),
        )
        now = revised[end - 1].quarter
        open_then = {
            each.level.value
            for each in episodes
            if each.opened_in <= now and (each.recovered_in is None or each.recovered_in > now)
        }

        assert recompute(kept(told.document)).document == kept(told.document)
        assert {
            each["level"] for each in told.document["levels"] if each["state"] != "recovered"
        } == open_then


@given(observed(1, 40), rule_sets())
def test_how_far_off_a_trigger_is_is_how_many_more_such_quarters_meet_it(seen, rules):
    """For plain statuses, whose quarters can be made up: so many more meet it, and one fewer not."""
    plain = [each for each in rules.triggers if each.kind == "status" and each.movement is None]
    rules = replace(rules, triggers=tuple(plain), relapse_shortens_by=0)
    for each in check_indicator(inputs_at(seen, (), rules, Tier.CORPORATE)).checks:
        longer = list(seen)
        for _ in range(each.more_needed - 1):
            longer.append(Figure(longer[-1].quarter.next(), each.asked.status))
        assert each.more_needed <= 1 or each.asked.met_at_end_of(longer) is None
        if each.more_needed:
            longer.append(Figure(longer[-1].quarter.next(), each.asked.status))
        assert each.asked.met_at_end_of(longer) is not None


@given(observed(1, 30), rule_sets())
def test_inputs_are_read_back_as_they_were_written(seen, rules):
    inputs = inputs_at(seen, replay(seen, rules, Tier.TEAM), rules, Tier.TEAM)

    assert load_inputs(kept(dump_inputs(inputs))) == inputs


def test_a_long_history_is_cut_to_what_matters():
    told = explained("G" * 60 + "RR")

    assert len(told.document["inputs"]["history"]) == 8
    long = Rules((trigger_of("Red now and then", Rag.RED, 2, 16, PAT),))
    seen = history("R" + "n" * 40 + "R")
    inputs = inputs_at(seen, replay(seen, long, Tier.TEAM), long, Tier.TEAM)
    assert len(inputs.history) == 42
    assert check_indicator(inputs).opened


# What was altered


@pytest.fixture
def document():
    return kept(explained("ARR").document)


def test_an_altered_input_gives_another_answer(document):
    altered = deepcopy(document)
    altered["inputs"]["history"][-1]["rag"] = "green"

    again = recompute(altered)

    assert again.sentence != document["sentence"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("inputs"),
        lambda document: document.update(inputs=[]),
        lambda document: document["inputs"].update(history=[]),
        lambda document: document["inputs"].update(tier="county"),
        lambda document: document["inputs"]["history"][0].update(rag="purple"),
        lambda document: document["inputs"]["history"][0].update(quarter="2011-Q7"),
        lambda document: document["inputs"]["history"][0].update(mood="good"),
        lambda document: document["inputs"]["rules"]["triggers"][0].update(at_least=9),
        lambda document: document["inputs"]["rules"].update(triggers=None),
        lambda document: document.update(variation={"until": "never"}),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_as_such(document, spoil):
    spoil(document)

    with pytest.raises(ValueError):  # noqa: PT011 each says what it could not read
        recompute(document)


def test_only_what_is_known_to_the_rules_can_be_written():
    with pytest.raises(TypeError, match="is not written into explanations"):
        dump(object())
    with pytest.raises(ValueError, match="is written as an object of its fields"):
        load(Figure, ["2011-Q1"])


# Variations, as rules


def test_a_variation_counts_otherwise_or_not_at_all_and_only_in_its_quarters():
    varied = Varied(
        nth(2),
        nth(3),
        exit_quarters=2,
        triggers={"red-two-quarters": None, "amber-three-quarters": Window(2, 4)},
    )
    rules_for = varied_rules(lambda _: DEFAULT_RULES, [varied])

    assert rules_for(nth(1)) == rules_for(nth(4)) == DEFAULT_RULES
    changed = rules_for(nth(3))
    assert [(each.name, each.at_least, each.within) for each in changed.triggers] == [
        ("Amber for three quarters", 2, 4)
    ]
    assert changed.exit_quarters == 2
    assert varied_rules(rules_for, []) is rules_for
