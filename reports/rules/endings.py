"""What a report says of what ended, of what is now known, and of definitions that changed, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.dates import as_date
from core.quarters import Quarter
from sorp.lexicon import Level, NotRated, Rag


def _listed(words: list[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def status_in_words(status: str) -> str:
    """Red; data only."""
    return (Rag(status) if status in set(Rag) else NotRated(status)).label.lower()


def replaced_by(facts: Mapping[str, Any]) -> str:
    """What replaces it, and whether figures compare; empty where nothing does."""
    successor = facts.get("successor")
    if not successor:
        return ""
    compares = (
        "continue its own" if successor["is_comparable"] else "are not comparable with its own"
    )
    return f"Replaced by {successor['reference']} {successor['title']}, whose figures {compares}."


def ending_in_words(facts: Mapping[str, Any]) -> str:
    """No longer measured after Q4 2018/19; last status red; its referral to PAT ended with it. …"""
    last = Quarter.parse(facts["last_quarter"])
    parts = [f"No longer measured after {last}"]
    if facts["last_status"]:
        when = facts.get("last_status_in", facts["last_quarter"])
        late = "" if when == facts["last_quarter"] else f" in {Quarter.parse(when)}"
        parts.append(f"last status {status_in_words(facts['last_status'])}{late}")
    if facts["referred_to"]:
        levels = sorted(
            (Level(each) for each in facts["referred_to"]), key=lambda each: each.height
        )
        named = _listed([each.label for each in levels])
        parts.append(f"its referral to {named} ended, neither recovered nor open")
    return " ".join(each for each in (f"{'; '.join(parts)}.", replaced_by(facts)) if each)


def definition_change_in_words(change: Mapping[str, Any]) -> str:
    """Changed on 3 May 2019 (Clearer): Definition, which was “…”. …"""
    parts = _listed(
        [
            f"{each['part'].lower()}, which was “{each['was']}”"
            if each["was"]
            else each["part"].lower()
            for each in change["parts"]
        ]
    )
    why = f" ({change['reason'].rstrip('.')})" if change["reason"] else ""
    breaks = ""
    if change.get("break_from"):
        breaks = (
            f" Figures from {Quarter.parse(change['break_from'])} do not compare with those before."
        )
    return f"Changed on {as_date(date.fromisoformat(change['changed_on']))}{why}: {parts}.{breaks}"
