"""What partners give, and what becomes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from core.words import Word
from indicators.rules.entry import QuarterRequirements, read_entry

GIVEN = ("value", "numerator", "denominator", "not_available", "commentary")
LONGEST_GIVEN = 4000  # characters in one box


class GivenState(Word):
    """What became of a figure that a partner gave."""

    WAITING = "waiting", "Waits for its manager"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Not accepted"
    REPLACED = "replaced", "Replaced by a later one"


def as_given(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed in the boxes that a partner has, without those left empty."""
    return {name: text for name in GIVEN if (text := str(typed.get(name, "")).strip())}


def what_is_wrong(typed: Mapping[str, str], requirements: QuarterRequirements) -> dict[str, str]:
    """By box, why a figure cannot be taken so. What the manager says about it is not asked of a partner."""
    given = as_given(typed)
    wrong = {
        name: f"Write at most {LONGEST_GIVEN:,} characters"
        for name, text in given.items()
        if len(text) > LONGEST_GIVEN
    }
    said = read_entry(given, requirements).problems
    return {name: said[name] for name in GIVEN if name in said} | wrong
