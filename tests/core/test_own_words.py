"""A council's own words in place of ours, wherever we would say ours."""

import pytest

from core.own_words import in_own_words, spoken, word, words
from kcc_perf.templatetags.kcc_words import in_own_html, own

THEIRS = {
    "sorp": "Rulebook",
    "pat": "the Panel",
    "pat_in_full": "Performance Panel",
    "floor": "lower limit",
}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The SORP’s rules", "The Rulebook’s rules"),
        ("Clause 4.1 of the SORP.", "Clause 4.1 of the Rulebook."),
        ("two SORPs", "two Rulebooks"),
        ("referred to PAT", "referred to the Panel"),
        ("PAT meets", "the Panel meets"),
        ("Performance Assurance Team (PAT)", "Performance Panel (the Panel)"),
        ("below the floor standard of 80 %", "below the lower limit of 80 %"),
        ("Floor standard", "Lower limit"),
        ("on DAT", "on DAT"),  # for which it has no word
        ("PAT-1 and HW.SORP", "PAT-1 and HW.SORP"),  # references of indicators
        ("SORPTION, /SORP/ and PATH", "SORPTION, /SORP/ and PATH"),
    ],
)
def test_a_sentence_of_ours_is_said_as_the_council_says_it(ours, theirs):
    with spoken(THEIRS):
        assert in_own_words(ours) == theirs
    assert in_own_words(ours) == ours


def test_every_word_has_one_of_ours_where_the_council_has_none():
    with spoken({"sorp": "Rulebook", "pat": "", "council": "Wealdshire"}):
        assert word("sorp") == "Rulebook"
        assert word("pat") == words()["pat"] == "PAT"
    with pytest.raises(KeyError):
        word("council")


def test_a_word_of_the_council_s_cannot_become_markup():
    with spoken({"sorp": "<b>Rules</b>"}):
        assert in_own_html("<p>The SORP</p>") == "<p>The &lt;b&gt;Rules&lt;/b&gt;</p>"
        assert own("The SORP") == "The <b>Rules</b>"  # plain, and escaped where it is printed
        assert not hasattr(own("The SORP"), "__html__")
