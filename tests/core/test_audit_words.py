"""The record in words: days, quarters and moments as people write them, and acts as sentences say them."""

import pytest

from core.audit import act_in_words, in_words
from core.models.audit import AuditEvent


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        (
            {"publish_at": "2026-11-30T21:24:18.553419+00:00"},
            "Publish at: 21:24 on 30 November 2026",
        ),
        ({"publish_at": "2026-07-01T08:00:00Z"}, "Publish at: 09:00 on 1 July 2026"),
        ({"starts_on": "2027-04-01"}, "Starts on: 1 April 2027"),
        ({"said": "2026-11-30T21:24 or so"}, "Said: 2026-11-30T21:24 or so"),
        (
            {"name": {"was": "", "is": "Area"}, "whole": {"was": "", "is": "True"}},
            "Name: Area. Whole: yes",
        ),
        ({"name": {"was": "Area", "is": "District"}}, "Name: was Area, is District"),
    ],
)
def test_what_is_on_record_is_told_as_people_write_it(detail, words):
    assert in_words(AuditEvent(act="approved edition", detail=detail)) == words


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("froze edition", "froze the edition"),
        ("kept files of edition", "kept the files of the edition"),
        ("sent back edition", "sent back the edition"),
        ("closed quarter", "closed quarter"),
    ],
)
def test_an_act_is_told_as_a_sentence_says_it(act, words):
    assert act_in_words(AuditEvent(act=act)) == words
