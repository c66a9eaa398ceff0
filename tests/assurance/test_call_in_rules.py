"""Who may be called in and why; what a pack's digest is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.rules import (
    Eligibility,
    RatedQuarter,
    action_state,
    eligibility,
    eligibility_sentence,
    overlaps,
    pack_bytes,
    pack_digest,
)
from core.quarters import Quarter
from sorp.lexicon import Rag

COLOURS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN, "-": None}
NOW = Quarter(2011, 4)


def seen(picture):
    """One letter a quarter, the last being Q4 2011/12; "/" before a letter is a break in it."""
    history, is_break = [], False
    for letter in picture:
        if letter == "/":
            is_break = True
            continue
        history.append((COLOURS[letter], is_break))
        is_break = False
    first = NOW.back(len(history) - 1)
    return [
        RatedQuarter(Quarter.from_ordinal(first.ordinal + n), rag, broken)
        for n, (rag, broken) in enumerate(history)
    ]


@pytest.mark.parametrize(
    ("picture", "escalated", "in_report", "found"),
    [
        ("R", False, True, "red_now"),
        ("GR", False, True, "red_now"),
        ("A", False, True, None),
        ("GA", False, True, None),
        ("AA", False, True, "amber_again"),
        ("RA", False, True, "amber_again"),  # red before is amber or worse before
        ("A-A", False, True, "amber_again"),  # a quarter not rated does not end the run
        ("AGA", False, True, None),
        ("A/A", False, True, None),  # a break in the definition ends the run
        ("/AA", False, True, "amber_again"),  # both since the break
        ("/A-A", False, True, "amber_again"),
        ("A/-A", False, True, None),
        ("G", False, True, None),
        ("RG", False, True, None),
        ("R-", False, True, None),  # not rated now: non-submission has its own trigger
        ("", False, True, None),
        ("R", False, False, None),  # not in the report
        ("AA", False, False, None),
        ("G", True, True, "escalated"),  # escalated until it recovers, whatever the colour
        ("-", True, False, "escalated"),
        ("R", True, True, "escalated"),
    ],
)
def test_who_may_be_called_in(picture, escalated, in_report, found):
    assert (
        eligibility(seen(picture), quarter=NOW, escalated=escalated, in_report=in_report) == found
    )


def test_later_quarters_than_the_meetings_are_not_looked_at():
    history = [*seen("G"), RatedQuarter(NOW.next(), Rag.RED)]

    assert eligibility(history, quarter=NOW, escalated=False, in_report=True) is None


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        ("R", "Red in Q4 2011/12"),
        ("AR", "Red in Q4 2011/12; it was amber in Q3 2011/12"),
        ("AA", "Amber in Q4 2011/12, and amber in Q3 2011/12"),
        ("R-A", "Amber in Q4 2011/12, and red in Q2 2011/12"),
    ],
)
def test_the_sentence_says_which_quarters(picture, sentence):
    found = eligibility(seen(picture), quarter=NOW, escalated=False, in_report=True)

    assert eligibility_sentence(found, seen(picture), NOW) == sentence


@given(st.text("RAG-", max_size=8))
def test_worse_now_is_never_less_eligible(picture):
    def weight(now):
        found = eligibility(seen(picture + now), quarter=NOW, escalated=False, in_report=True)
        return {None: 0, Eligibility.AMBER_AGAIN: 1, Eligibility.RED_NOW: 2}[found]

    assert weight("G") == 0
    assert weight("G") <= weight("A") <= weight("R") == 2


DAY = date(2011, 4, 1)
days = st.dates(DAY, DAY + timedelta(days=40))


@given(days, st.none() | days, days, st.none() | days)
def test_two_stretches_overlap_when_they_share_a_day(a, a_end, b, b_end):
    if (a_end and a_end < a) or (b_end and b_end < b):
        return
    far = DAY + timedelta(days=99)

    def held(start, end):
        return {start + timedelta(n) for n in range(((end or far) - start).days + 1)}

    assert overlaps(a, a_end, b, b_end) == bool(held(a, a_end) & held(b, b_end))
    assert overlaps(a, a_end, b, b_end) == overlaps(b, b_end, a, a_end)


@pytest.mark.parametrize(
    ("done_on", "day", "state"),
    [
        (None, DAY, "open"),
        (None, DAY + timedelta(1), "overdue"),
        (DAY, DAY + timedelta(9), "done"),
        (DAY + timedelta(1), DAY + timedelta(9), "done_late"),
        (DAY + timedelta(1), DAY, "open"),
    ],
)
def test_action_state(done_on, day, state):
    assert action_state(due_on=DAY, done_on=done_on, day=day) == state


def test_a_document_has_one_digest_however_its_keys_are_ordered():
    assert pack_digest({"a": 1, "b": ["é", None]}) == pack_digest({"b": ["é", None], "a": 1})
    assert pack_bytes({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
    assert pack_digest({"a": 1}) != pack_digest({"a": 2})
