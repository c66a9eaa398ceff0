"""Differences between two versions: word by word, and rule by rule in sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorp.queries.comparison import rules_compared
from sorp.rules.clause_numbers import by_clause, containing_clause, depth_of
from sorp.rules.differences import (
    ChangeKind,
    ClauseText,
    Group,
    Mark,
    Piece,
    applied,
    clauses_between,
    grouped,
    rules_between,
    undone,
    words_between,
)
from tests.sorp.versions import draft_like

SAME, OUT, IN = Mark.SAME, Mark.TAKEN_OUT, Mark.PUT_IN


def pieces(old, new):
    return [(each.mark, each.text) for each in words_between(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", []),
        ("Red.", "Red.", [(SAME, "Red.")]),
        ("", "All new", [(IN, "All new")]),
        ("All gone", "", [(OUT, "All gone")]),
        (
            "red for two quarters",
            "red for three quarters",
            [(SAME, "red for "), (OUT, "two"), (IN, "three"), (SAME, " quarters")],
        ),
        (
            "the target is missed",
            "the floor standard is missed",
            [(SAME, "the "), (OUT, "target"), (IN, "floor standard"), (SAME, " is missed")],
        ),
        # Two words that both change are one change, and not two with a space between.
        ("a b c", "a x y", [(SAME, "a "), (OUT, "b c"), (IN, "x y")]),
        # A comma is its own word: the words around it did not change.
        ("red amber", "red, amber", [(SAME, "red"), (IN, ","), (SAME, " amber")]),
        ("Kent’s plan", "Kent plan", [(OUT, "Kent’s"), (IN, "Kent"), (SAME, " plan")]),
    ],
)
def test_words_between(old, new, found):
    assert pieces(old, new) == found


TEXT = st.text(alphabet="ab ,.’\n£é-", max_size=60) | st.text(max_size=60)


@given(old=TEXT, new=TEXT)
def test_a_difference_applied_gives_the_new_text_and_undone_the_old(old, new):
    found = words_between(old, new)

    assert applied(found) == new
    assert undone(found) == old


@given(text=TEXT)
def test_nothing_is_marked_where_nothing_changed(text):
    assert {each.mark for each in words_between(text, text)} <= {SAME}


@given(old=TEXT, new=TEXT)
def test_no_piece_is_empty_and_no_two_of_a_mark_stand_together(old, new):
    found = words_between(old, new)

    assert all(each.text for each in found)
    assert all(one.mark is not next_one.mark for one, next_one in pairwise(found))


# Clauses


def clause(number, heading, words="As before", *, key=""):
    return ClauseText(key or number, number, {"heading": heading, "wording": words})


def became(old, new):
    return [
        (each.number, each.change, each.was)
        for each in clauses_between(old, new, heading="heading")
    ]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ([clause("1", "Purpose")], [clause("1", "Purpose")], [("1", ChangeKind.SAME, "")]),
        ([clause("1", "Purpose")], [clause("1", "Aim")], [("1", ChangeKind.CHANGED, "")]),
        ([clause("1", "A")], [clause("1", "A", "Now")], [("1", ChangeKind.CHANGED, "")]),
        ([], [clause("1", "A")], [("1", ChangeKind.ADDED, "")]),
        ([clause("1", "A")], [], [("1", ChangeKind.REMOVED, "")]),
        (
            [clause("3.4", "A", key="a")],
            [clause("3.5", "B", key="a")],
            [("3.5", ChangeKind.CHANGED, "3.4")],
        ),
        (
            [clause("1", "A", key="a")],
            [clause("1", "A", key="b")],
            [("1", ChangeKind.ADDED, ""), ("1", ChangeKind.REMOVED, "")],
        ),
        (
            [clause("1", "A"), clause("2", "B")],
            [clause("2", "B"), clause("3", "C")],
            [
                ("2", ChangeKind.SAME, ""),
                ("3", ChangeKind.ADDED, ""),
                ("1", ChangeKind.REMOVED, ""),
            ],
        ),
    ],
)
def test_clauses_between(old, new, found):
    assert became(old, new) == found


def test_only_the_part_that_changed_is_marked():
    who, now = "Managers", "Directors"
    [found] = clauses_between(
        [ClauseText("5", "5.1", {"heading": "Returns", "wording": "On time", "responsible": who})],
        [ClauseText("5", "5.1", {"heading": "Returns", "wording": "On time", "responsible": now})],
        heading="heading",
    )

    assert {each.name: each.is_changed for each in found.parts} == {
        "heading": False,
        "wording": False,
        "responsible": True,
    }


# Rules


RED = {"Red": "Red refers an indicator to PAT."}


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        (RED, RED, []),
        ({}, RED, ["“Red” is added: Red refers an indicator to PAT."]),
        (RED, {}, ["“Red” is removed. It said: Red refers an indicator to PAT."]),
        (
            RED,
            {"Red": "Red refers an indicator to Cabinet."},
            [
                "“Red” is changed from: Red refers an indicator to PAT."
                " To: Red refers an indicator to Cabinet."
            ],
        ),
        (
            {"A": "One.", "B": "Two."},
            {"B": "Two.", "A": "One."},
            ["“The order” is changed from: “A”, then “B”. To: “B”, then “A”."],
        ),
        ({"A": "One.", "B": "Two."}, {"B": "Two."}, ["“A” is removed. It said: One."]),
    ],
)
def test_rules_between(old, new, sentences):
    found = rules_between([Group("Triggers", old, True)], [Group("Triggers", new, True)])

    assert [each.sentence for each in found] == sentences


@pytest.mark.parametrize(
    ("says", "became", "sentence"),
    [
        ("One.", ChangeKind.RENAMED, "“A” is now called “B”. It says as before: One."),
        ("Two.", ChangeKind.CHANGED, "“A” is now called “B”, and is changed from: One. To: Two."),
    ],
)
def test_a_renamed_rule_is_renamed_and_not_removed_and_added(says, became, sentence):
    old, new = ({"k": "One."}, {"k": "A"}), ({"k": says}, {"k": "B"})

    [found] = rules_between(*([Group("Triggers", each[0], True, each[1])] for each in (old, new)))

    assert (found.change, found.sentence) == (became, sentence)


def test_the_order_says_nothing_where_it_means_nothing():
    old, new = {"A": "1", "B": "2"}, {"B": "2", "A": "1"}

    assert rules_between([Group("Calendar", old)], [Group("Calendar", new)]) == ()


def test_a_group_that_only_one_version_has_is_told_of_too():
    found = rules_between([Group("Old", {"a": "1."})], [Group("New", {"b": "2."})])

    assert [(title, [each.change for each in rules]) for title, rules in grouped(found)] == [
        ("New", [ChangeKind.ADDED]),
        ("Old", [ChangeKind.REMOVED]),
    ]


RULES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["1.", "2."]))


@given(old=RULES, new=RULES)
def test_rule_changes_applied_to_the_old_rules_give_the_new(old, new):
    built = dict(old)
    for each in rules_between([Group("G", old)], [Group("G", new)]):
        if each.change is ChangeKind.REMOVED:
            assert built.pop(each.name) == each.old
        else:
            assert built.get(each.name, "") == each.old
            built[each.name] = each.new

    assert built == new


# Where a rule stands


@pytest.mark.parametrize(
    ("number", "home"),
    [("4", "4"), ("4.1", "4"), ("3.4", "3.4"), ("3.4.1", "3.4"), ("9.1", ""), ("", ""), ("44", "")],
)
def test_a_rule_stands_under_its_clause_or_its_chapter(number, home):
    assert containing_clause(number, ["3", "3.4", "4"]) == home


def test_rules_are_gathered_under_their_clauses_in_their_order():
    assert by_clause(["4"], [("4.2", "b"), ("4.1", "a"), ("7", "c")]) == {
        "4": ["b", "a"],
        "": ["c"],
    }


@pytest.mark.parametrize(("number", "deep"), [("4", 0), ("4.1", 1), ("4.1.2", 1)])
def test_a_chapter_s_heading_stands_above_its_clauses(number, deep):
    assert depth_of(number) == deep


def test_a_piece_says_what_became_of_it_in_words():
    assert Piece(OUT, "two").mark.label == "Taken out"


# Days and reminders of two versions


@pytest.mark.django_db
def test_a_day_and_a_reminder_that_were_changed_are_not_removed_and_added(sorp_in_force):
    draft = draft_like(sorp_in_force)
    day = draft.calendar_rules.get(step="entry", tier="corporate")
    reminder = draft.reminder_rules.filter(step="entry", side="before").order_by("working_days")[1]
    draft.calendar_rules.filter(pk=day.pk).update(tier="", working_days=9)
    draft.reminder_rules.filter(pk=reminder.pk).update(working_days=7)

    found = rules_compared(sorp_in_force, draft)

    assert {each.group: (each.change, each.was_called) for each in found} == {
        "Calendar": (ChangeKind.CHANGED, "Results submitted of corporate indicators"),
        "Reminders": (ChangeKind.CHANGED, ""),
    }
