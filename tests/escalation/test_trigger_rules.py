"""Triggers and the exit rule, as tables of pictures and against another reading of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Quarter
from escalation.rules.rule_files import DEFAULT_RULES
from escalation.rules.triggers import Rules, breaches, has_recovered
from sorp.lexicon import Level, NotRated, Rag, Tier
from sorp.rules.figures import Figure
from tests.escalation.conditions import trigger_of
from tests.escalation.pictures import history, nth, places

RED_RUN, AMBER_RUN = DEFAULT_RULES.triggers
SILENCE_ONCE = trigger_of("No result", NotRated.NO_RESULT, 1, 1, Level.DIRECTORATE)
SILENCE_TWICE = trigger_of("No result twice", NotRated.NO_RESULT, 2, 2, Level.PAT)


def red(at_least, within):
    return trigger_of(f"Red {at_least} of {within}", Rag.RED, at_least, within, Level.PAT)


def amber(at_least, within):
    return trigger_of(f"Amber {at_least} of {within}", Rag.AMBER, at_least, within, Level.PAT)


@pytest.mark.parametrize(
    ("picture", "trigger", "since"),
    [
        ("RR", RED_RUN, 1),
        ("GRR", RED_RUN, 2),
        ("RRR", RED_RUN, 2),  # the window is the last two: the first red is outside it
        ("AAA", AMBER_RUN, 1),
        ("ARA", AMBER_RUN, 1),
        ("GAAR", AMBER_RUN, 2),
        ("R-R", RED_RUN, 1),
        ("RxR", RED_RUN, 1),
        ("RnsR", RED_RUN, 1),
        ("RtR", RED_RUN, 1),
        ("A-A--A", AMBER_RUN, 1),
        ("R|RR", RED_RUN, 2),
        ("RR|-RR", RED_RUN, 4),
    ],
)
def test_a_run_of_poor_quarters_meets_a_trigger(picture, trigger, since):
    found = breaches(history(picture), DEFAULT_RULES.triggers)
    assert found[0].trigger is trigger
    assert found[0].since == nth(since)


@pytest.mark.parametrize(
    "picture",
    [
        *["", "-", "R", "AA", "RG", "RRG", "RGR", "AAG", "AGAA", "GGGG"],
        # A quarter that is not rated opens nothing, and a definition break ends every run.
        *["RR-", "RRx", "AAAn", "R|R", "AA|A", "R|-R", "R-|R", "RR|G", "--", "xx"],
    ],
)
def test_less_than_a_run_meets_no_trigger(picture):
    assert breaches(history(picture), DEFAULT_RULES.triggers) == ()


@pytest.mark.parametrize(
    ("picture", "trigger", "counted"),
    [
        ("RGR", red(2, 3), [1, 3]),
        ("RGGR", red(2, 3), None),
        ("RAGR", red(2, 4), [1, 4]),
        ("R-G-R", red(2, 3), [1, 5]),
        ("RR", red(2, 4), [1, 2]),  # fewer quarters than it looks at: those there are suffice
        ("R|R", red(2, 4), None),
        ("R", red(1, 1), [1]),
        ("RA", amber(1, 1), [2]),
        ("RA", amber(2, 2), [1, 2]),
        ("RA", red(1, 1), None),
        ("RRG", red(2, 3), None),  # the quarter being closed must itself count
        ("RRA", red(2, 3), None),
        ("RRA", amber(2, 3), [1, 2, 3]),
        ("GRRRR", red(2, 3), [3, 4, 5]),  # every one in the window that counted
    ],
)
def test_some_of_the_last_so_many_rated_quarters(picture, trigger, counted):
    found = breaches(history(picture), [trigger])
    assert (places(found[0].quarters) if found else None) == counted


@pytest.mark.parametrize(
    ("picture", "trigger", "counted"),
    [
        ("x", SILENCE_ONCE, [1]),
        ("Rx", SILENCE_ONCE, [2]),
        ("xR", SILENCE_ONCE, None),
        ("n", SILENCE_ONCE, None),
        ("s", SILENCE_ONCE, None),
        ("t", SILENCE_ONCE, None),
        ("-", SILENCE_ONCE, None),
        ("xx", SILENCE_TWICE, [1, 2]),
        ("xGx", SILENCE_TWICE, None),
        ("xtx", SILENCE_TWICE, None),  # a result came; that it has no target is another matter
        ("xdx", SILENCE_TWICE, None),
        ("xnx", SILENCE_TWICE, [1, 3]),  # due quarters running: the one between was not due
        ("xnsx", SILENCE_TWICE, [1, 4]),
        ("x-x", SILENCE_TWICE, [1, 3]),
        ("x|x", SILENCE_TWICE, None),
        ("xx-", SILENCE_TWICE, None),
        ("xxn", SILENCE_TWICE, None),
    ],
)
def test_non_submission_looks_at_due_quarters(picture, trigger, counted):
    found = breaches(history(picture), [trigger])
    assert (places(found[0].quarters) if found else None) == counted


def test_all_triggers_met_are_found_in_the_order_of_the_sorp():
    observations = history("RRR")
    assert [each.trigger for each in breaches(observations, [AMBER_RUN, RED_RUN])] == [
        AMBER_RUN,
        RED_RUN,
    ]
    assert [each.trigger for each in breaches(observations, [RED_RUN, AMBER_RUN])] == [
        RED_RUN,
        AMBER_RUN,
    ]


@pytest.mark.parametrize(
    ("picture", "exit_quarters", "recovered"),
    [
        ("RRG", 1, True),
        ("RRA", 1, False),
        ("RRG-", 1, False),
        ("RRGx", 1, False),
        ("G", 1, True),
        ("", 1, False),
        ("RRG", 2, False),
        ("RRGG", 2, True),
        ("RRG-G", 2, True),
        ("RRGAG", 2, False),
        ("G", 2, False),
        ("RRG|G", 2, False),  # green in the old way of measuring says nothing of the new
        ("RR|G", 1, True),
        ("RR|GG", 2, True),
        ("RRGxG", 2, False),  # nobody leaves by sending nothing
        ("RRxGG", 2, True),
        ("RRGGxxG", 3, False),
    ],
)
def test_exit_rule(picture, exit_quarters, recovered):
    assert has_recovered(history(picture), exit_quarters) is recovered


@pytest.mark.parametrize(
    ("picture", "trigger", "reason"),
    [
        (
            "RR",
            RED_RUN,
            "Red in Q1 2011/12 and Q2 2011/12, which meets “Red for two quarters” "
            "(red for 2 of the last 2 rated quarters).",
        ),
        (
            "AARR",
            AMBER_RUN,
            "Amber in Q2 2011/12, then red in Q3 2011/12 and Q4 2011/12, which meets "
            "“Amber for three quarters” (amber or worse for 3 of the last 3 rated quarters).",
        ),
        (
            "R-GRR",
            red(2, 4),
            "Red in Q1 2011/12, Q4 2011/12 and Q1 2012/13, which meets “Red 2 of 4” "
            "(red for 2 of the last 4 rated quarters).",
        ),
        (
            "Gx",
            SILENCE_ONCE,
            "No result in Q2 2011/12, which meets “No result” "
            "(no result in the latest due quarter).",
        ),
    ],
)
def test_reason_is_one_plain_sentence(picture, trigger, reason):
    (found,) = breaches(history(picture), [trigger])
    assert found.reason == reason


def test_trigger_speaks_in_plain_words():
    assert RED_RUN.sentence == "Red for 2 of the last 2 rated quarters refers an indicator to PAT."
    below = trigger_of("Red", Rag.RED, 1, 1, Level.DIVISION, frozenset({Tier.TEAM, Tier.DIVISION}))
    assert below.sentence == (
        "Red in the latest rated quarter refers a division or team indicator "
        "to its divisional management team."
    )


@pytest.mark.parametrize(
    ("status", "at_least", "within"),
    [
        (Rag.RED, 0, 2),
        (Rag.RED, 3, 2),
        (Rag.RED, -1, 1),
        (Rag.GREEN, 1, 1),
        (NotRated.NOT_DUE, 1, 1),
    ],
)
def test_trigger_refuses_what_cannot_be_met_or_meant(status, at_least, within):
    with pytest.raises(ValueError, match=r"quarters|trigger"):
        trigger_of("Odd", status, at_least, within, Level.PAT)


def test_trigger_looks_at_one_tier_at_least():
    with pytest.raises(ValueError, match="at least one"):
        trigger_of("Odd", Rag.RED, 1, 1, Level.PAT, frozenset())


def test_rules_refuse_an_exit_without_a_green_quarter():
    with pytest.raises(ValueError, match="at least 1 green"):
        Rules((RED_RUN,), exit_quarters=0)
    with pytest.raises(ValueError, match="relapse"):
        Rules((RED_RUN,), relapse_within=-1)


def test_rules_leave_out_triggers_for_other_tiers():
    corporate = trigger_of("Corporate", Rag.RED, 1, 1, Level.PAT, frozenset({Tier.CORPORATE}))
    rules = Rules((corporate, RED_RUN))
    assert rules.triggers_for(Tier.TEAM) == (RED_RUN,)
    assert rules.triggers_for(Tier.CORPORATE) == (corporate, RED_RUN)
    assert rules.triggers_for(None) == (corporate, RED_RUN)


def test_observation_is_rated_or_not_rated_never_both():
    with pytest.raises(ValueError, match="never both"):
        Figure(Quarter(2011, 1), Rag.RED, NotRated.NO_RESULT)


# Another reading of the same rules, on the picture itself, by counting letters.

PICTURES = st.lists(st.sampled_from([*"RRRRAAAAGGG-xxnstd", "|R", "|-"]), max_size=14).map("".join)


def letters_since_break(picture: str) -> list[tuple[int, str]]:
    """Place and letter of each quarter since the last bar, oldest first."""
    before, _, after = picture.rpartition("|")
    behind = len(before.replace("|", ""))
    return [(behind + i, letter) for i, letter in enumerate(after, start=1)]


def read_by_counting(picture: str, worst: str, looked_at: str, m: int, n: int) -> list[int] | None:
    if not picture or picture[-1] not in worst:
        return None
    seen = [(i, letter) for i, letter in letters_since_break(picture) if letter in looked_at]
    hits = [i for i, letter in seen[max(0, len(seen) - n) :] if letter in worst]
    return hits if len(hits) >= m else None


@given(PICTURES, st.integers(1, 5), st.integers(0, 4), st.sampled_from("RAx"))
def test_trigger_agrees_with_counting_letters(picture, at_least, more, status):
    word = {"R": Rag.RED, "A": Rag.AMBER, "x": NotRated.NO_RESULT}[status]
    trigger = trigger_of("Any", word, at_least, at_least + more, Level.PAT)
    expected = read_by_counting(
        picture,
        worst={"R": "R", "A": "RA", "x": "x"}[status],
        looked_at="RAGtdx" if status == "x" else "RAG",
        m=at_least,
        n=at_least + more,
    )
    found = breaches(history(picture), [trigger])
    assert (places(found[0].quarters) if found else None) == expected
    if found:
        assert found[0].since == nth(expected[0])


@given(PICTURES, st.integers(1, 4))
def test_exit_agrees_with_reading_the_end_of_the_picture(picture, exit_quarters):
    answered = "RAGd"  # data-only figures have no RAG status: given, they answer
    letters = [letter for _, letter in letters_since_break(picture)]
    places = [place for place, letter in enumerate(letters) if letter in answered]
    last = letters[places[-exit_quarters] :] if len(places) >= exit_quarters else ["R"]
    expected = picture[-1:] in tuple(answered) and not set(last) & set("RAx")
    assert has_recovered(history(picture), exit_quarters) is expected


@given(PICTURES, st.integers(1, 5), st.integers(0, 4))
def test_what_red_sets_off_amber_sets_off_too(picture, at_least, more):
    observations = history(picture)
    if breaches(observations, [red(at_least, at_least + more)]):
        assert breaches(observations, [amber(at_least, at_least + more)])


@pytest.mark.parametrize(
    ("picture", "opened_at", "exit_quarters", "recovered"),
    [
        ("GGRG", 2, 1, True),
        ("GGRG", 2, 2, False),  # what was green before it opened says nothing of what followed
        ("RRGG", 1, 2, True),
        ("RR-G", 1, 1, True),  # not due: it neither counts nor stands in the way
        ("RRG-G", 1, 2, True),
        ("GGxG", 2, 3, False),  # opened for want of a result: three greens are asked for since
        ("GGxGGG", 2, 3, True),
        ("GGxxG", 2, 3, False),
    ],
)
def test_only_quarters_after_the_one_it_opened_in_count_for_the_exit(
    picture, opened_at, exit_quarters, recovered
):
    figures = history(picture)

    found = has_recovered(figures, exit_quarters, figures[opened_at].quarter)

    assert found is recovered
