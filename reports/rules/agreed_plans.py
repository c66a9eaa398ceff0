"""An agreed plan's own small edition: what of it is public, and its sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.dates import as_date
from core.quarters import Quarter
from reports.rules.projection import PLAN, copied
from reports.rules.sentences import action_words

SCHEMA_NAME = "agreed-plan/1"


def public_plan(
    *, reference: str, title: str, after: str, agreed_on: str, plan: Mapping[str, Any]
) -> dict[str, Any]:
    """The document of an agreed plan, without whoever is named in it."""
    document = {
        "schema": SCHEMA_NAME,
        "reference": reference,
        "title": title,
        "after": after,
        "agreed_on": agreed_on,
        "plan": copied(plan, PLAN),
    }
    return {**document, "sentences": sentences_of_plan(document)}


def sentences_of_plan(document: Mapping[str, Any]) -> dict[str, str]:
    """What is said of it that nobody wrote, by key, from the document's own facts."""
    plan = document["plan"]
    after = Quarter.parse(document["after"])
    said = {
        "agreed": (
            f"This action plan was agreed on {as_date(document['agreed_on'])}, after the report for"
            f" {after}."
        ),
        **{
            f"action-{row}": action_words(each) for row, each in enumerate(plan["actions"], start=1)
        },
    }
    if plan["expected_recovery"] is not None:
        said["expected-recovery"] = (
            f"Recovery is expected in {Quarter.parse(plan['expected_recovery'])}."
        )
    return said


def wrong_plan_sentences(document: Mapping[str, Any]) -> Iterator[str]:
    """Each sentence that does not follow from the document's facts, by key."""
    due, held = sentences_of_plan(document), document["sentences"]
    yield from (key for key in sorted({*due, *held}) if due.get(key) != held.get(key))
