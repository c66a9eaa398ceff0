"""How a target comes to stand, and what it says in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.figures import as_number, decimals_of
from core.words import Word
from indicators.rules.definitions import LIMIT_WORDS
from sorp.rules.thresholds import LIMITS


class ProposalState(Word):
    """How far a proposed target has got."""

    PROPOSED = "proposed", "Waits to be approved"
    RECORDED = "recorded", "Minute recorded, waits to be checked"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


WAITING = (ProposalState.PROPOSED, ProposalState.RECORDED)
Limits = Mapping[str, Decimal | None]


def limits_in_words(limits: Limits, unit: str = "") -> str:
    """What is aimed at, in words: "target 92 %, floor standard 85 %"; "nothing is aimed at"."""
    said = [
        f"{LIMIT_WORDS[name].lower()} {as_number(value, decimals_of(value, 6), unit)}"
        for name in LIMITS
        if (value := limits.get(name)) is not None
    ]
    return ", ".join(said) or "nothing is aimed at"


def changed_limits(standing: Limits, typed: Limits) -> dict[str, Decimal | None]:
    """All numbers as they would be: what was typed takes its place, what was left empty stays."""
    return {
        name: typed[name] if typed.get(name) is not None else standing.get(name) for name in LIMITS
    }
