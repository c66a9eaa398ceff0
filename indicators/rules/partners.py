"""What partners give, and what becomes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.words import Word
from indicators.rules.entry import (
    ANSWERS,
    MONTHS,
    MONTHS_SEEN,
    QuarterRequirements,
    month_field,
    read_entry,
)
from sorp.lexicon import Rag

PLACES = (1, 2, 3)
MONTHLY = tuple(month_field(place, part) for place in PLACES for part in ANSWERS)
# The boxes that a partner has. What it thinks of the figure itself rates nothing: its manager reads it.
GIVEN = (*ANSWERS, *MONTHLY, "status", "commentary")
LONGEST_GIVEN = 4000  # characters in one box


class GivenState(Word):
    """What became of a figure that a partner gave."""

    WAITING = "waiting", "Waits for its manager"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Not accepted"
    REPLACED = "replaced", "Replaced by a later one"


def as_given(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed in the boxes that a partner has, without those left empty."""
    given = {name: text for name in GIVEN if (text := str(typed.get(name, "")).strip())}
    if "status" in given:
        given["status"] = given["status"].lower()
    return given


def what_is_wrong(typed: Mapping[str, str], requirements: QuarterRequirements) -> dict[str, str]:
    """By box, why a figure cannot be taken so. What the manager says about it is not asked of a partner."""
    given = as_given(typed)
    wrong = {
        name: f"Write at most {LONGEST_GIVEN:,} characters"
        for name, text in given.items()
        if len(text) > LONGEST_GIVEN
    }
    if given.get("status", Rag.RED.value) not in set(Rag):
        wrong["status"] = "Choose red, amber or green, or nothing"
    if requirements.made_of_months is None:
        said = read_entry(given, requirements).problems
        return {name: said[name] for name in GIVEN if name in said} | wrong
    # Some of its months are enough: what a quarter is made of is its manager's to see to.
    bare = replace(requirements, months=())
    said = read_entry(given | {MONTHS_SEEN: ""}, bare).problems
    wrong |= {name: said[name] for name in MONTHLY if name in said}
    if not any(name in given for name in MONTHLY) and MONTHS in said:
        wrong[month_field(1, "value")] = said[MONTHS]
    return wrong


def in_draft(given: Mapping[str, str], draft: Mapping[str, str], *, partner: str) -> dict[str, str]:
    """A manager's draft with what a partner gave in it: its figures alone, its note after what stands."""
    typed = dict(draft)
    boxes = [ANSWERS, *([month_field(place, part) for part in ANSWERS] for place in PLACES)]
    for answers in boxes:
        if any(name in given for name in answers):
            typed = {name: text for name, text in typed.items() if name not in answers}
            typed |= {name: given[name] for name in answers if name in given}
    note = given.get("commentary", "")
    if status := given.get("status"):
        note = f"{note}\n\n{partner} itself rates it {Rag(status).label.lower()}.".strip()
    if note and note not in (before := typed.get("commentary", "")):
        typed["commentary"] = f"{before}\n\n{note}".strip()
    return typed
