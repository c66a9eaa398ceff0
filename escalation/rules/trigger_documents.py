"""One trigger as a document writes it: in rules.json, in an edition, beside an explanation.

A trigger that asks only for a RAG status, or for a missing result, is written as it always was.
What other kinds ask for is added in keys of their own, each left out where it would say nothing,
so that older documents are read as what they meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from escalation.rules.faults import not_whole, shown
from escalation.rules.triggers import Trigger
from sorp.lexicon import (
    ComparedWith,
    ConditionKind,
    ForecastBy,
    Level,
    Movement,
    NotRated,
    Rag,
    Tier,
    Word,
)
from sorp.rules import RefusedCondition
from sorp.rules.conditions import EVERY_TIER, MOST_QUARTERS, STATUSES, UNIT_TIERS

SomeWord = TypeVar("SomeWord", bound=Word)

REQUIRED_KEYS = ("name", "status", "at_least", "within", "level")
OTHER_KEYS = (
    *("tiers", "clause", "kind", "movement", "compared_with", "percent", "forecast_by"),
    *("or_late", "unit_tier", "count"),
)
TRIGGER_KEYS = (*REQUIRED_KEYS, *OTHER_KEYS)
LONGEST_NAME, LONGEST_CLAUSE = 100, 20  # characters, as the SORP keeps them
MOST_INDICATORS = 1000
PLAINLY = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
SAID_BY_STATUS = (ConditionKind.STATUS, ConditionKind.NO_RESULT)

Refuse = Callable[[str, str], None]  # a key, and what to do about it


def write_trigger(trigger: Trigger) -> dict[str, Any]:
    """A trigger as a document holds it. Reading it again gives the same trigger."""
    written = {
        "name": trigger.name,
        "status": trigger.status.value if trigger.status else None,
        "at_least": trigger.at_least,
        "within": trigger.within,
        "level": trigger.level.value,
        "tiers": [tier.value for tier in Tier if tier in trigger.tiers],
    }
    others = {
        "clause": trigger.clause,
        "kind": "" if trigger.kind in SAID_BY_STATUS else trigger.kind.value,
        "movement": trigger.movement.value if trigger.movement else "",
        "compared_with": trigger.compared_with.value if trigger.compared_with else "",
        "percent": "" if trigger.percent is None else f"{trigger.percent.normalize():f}",
        "forecast_by": trigger.forecast_by.value if trigger.forecast_by else "",
        "or_late": trigger.or_late,
        "unit_tier": trigger.unit_tier,
        "count": trigger.count,
    }
    return written | {key: value for key, value in others.items() if value}


def read_trigger(written: Mapping[str, Any]) -> Trigger:
    """The trigger a document holds. Raises ValueError with everything that must be put right."""
    faults: list[str] = []
    trigger = TriggerReading(lambda key, advice: faults.append(f"{key}: {advice}")).read(written)
    if trigger is None:
        raise ValueError("; ".join(faults))
    return trigger


class TriggerReading:
    """One reading of a trigger, which says of each key what must be put right."""

    def __init__(self, refuse: Refuse, called: str = "the trigger") -> None:
        self.faults = 0
        self.called = called
        self._tell = refuse

    def refuse(self, key: str, advice: str) -> None:
        self.faults += 1
        self._tell(key, advice)

    def read(self, written: Mapping[str, Any]) -> Trigger | None:
        """The trigger, or None once all that is wrong with it has been told."""
        self._refuse_unknown(written)
        kind = self._kind(written)
        if kind is None or self._is_missing_a_key(written, kind):
            return None
        at_least = self._whole(written, "at_least", (1, MOST_QUARTERS), default=1)
        fewest = at_least or 1
        fields = {
            "name": self._name(written["name"]),
            "status": self._status(written.get("status"), kind),
            "at_least": at_least,
            "within": self._whole(written, "within", (fewest, MOST_QUARTERS), default=fewest),
            "level": self._word(tuple(Level), written["level"], "level"),
            "tiers": self._tiers(written),
            "clause": self._clause(written.get("clause", "")),
            "kind": kind,
            "movement": self._word_or_none(tuple(Movement), written, "movement"),
            "compared_with": self._word_or_none(tuple(ComparedWith), written, "compared_with"),
            "percent": self._percent(written),
            "forecast_by": self._word_or_none(tuple(ForecastBy), written, "forecast_by"),
            "or_late": self._yes_or_no(written, "or_late"),
            "unit_tier": self._unit_tier(written),
            "count": self._count(written),
        }
        return None if self.faults else self._born(fields)

    def _born(self, fields: Mapping[str, Any]) -> Trigger | None:
        """A trigger that contradicts itself is refused at birth, in the key it says."""
        try:
            return Trigger(**fields)
        except RefusedCondition as refused:
            key = refused.field if refused.field in TRIGGER_KEYS else "kind"
            self.refuse(key, str(refused).removeprefix(f"“{fields['name']}”: "))
            return None

    def _refuse_unknown(self, written: Mapping[str, Any]) -> None:
        for key in written:
            if key not in TRIGGER_KEYS:
                known = ", ".join(TRIGGER_KEYS)
                self.refuse(shown(key), f"remove this key: the keys here are {known}")

    def _kind(self, written: Mapping[str, Any]) -> ConditionKind | None:
        """Without a kind, a trigger is what its status says."""
        if "kind" in written:
            return self._word(tuple(ConditionKind), written["kind"], "kind")
        is_silence = written.get("status") == NotRated.NO_RESULT.value
        return ConditionKind.NO_RESULT if is_silence else ConditionKind.STATUS

    def _is_missing_a_key(self, written: Mapping[str, Any], kind: ConditionKind) -> bool:
        """Runs say how many quarters; other kinds look at the latest one where they don't say."""
        required = REQUIRED_KEYS if kind in SAID_BY_STATUS else ("name", "level")
        missing = [key for key in required if key not in written]
        for key in missing:
            self.refuse(key, f"add this key to {self.called}")
        return bool(missing)

    def _status(self, written: Any, kind: ConditionKind) -> Rag | NotRated | None:
        known = STATUSES[kind]
        if kind is ConditionKind.STATUS:
            known = (*known, NotRated.NO_RESULT)
        if written in (None, "") and None in known:
            return None
        return self._word(tuple(each for each in known if each), written, "status")

    def _name(self, written: Any) -> str:
        if not (isinstance(written, str) and written.strip() and written.isprintable()):
            self.refuse("name", f"give {self.called} a name in words, on one line")
        elif len(written) > LONGEST_NAME:
            self.refuse(
                "name",
                f"give {self.called} a name of at most {LONGEST_NAME} characters,"
                f" not {len(written):,}",
            )
        else:
            return written
        return ""

    def _clause(self, written: Any) -> str:
        if not (isinstance(written, str) and written.isprintable()):
            self.refuse("clause", f"write it in words, on one line, not {shown(written)}")
        elif len(written) > LONGEST_CLAUSE:
            self.refuse("clause", f"write at most {LONGEST_CLAUSE} characters")
        else:
            return written
        return ""

    def _word(self, words: tuple[SomeWord, ...], written: Any, key: str) -> SomeWord | None:
        for word in words:
            if isinstance(written, str) and written == word.value:
                return word
        choices = ", ".join(word.value for word in words)
        self.refuse(key, f"write one of {choices}, not {shown(written)}")
        return None

    def _word_or_none(
        self, words: tuple[SomeWord, ...], written: Mapping[str, Any], key: str
    ) -> SomeWord | None:
        said = written.get(key)
        return None if said in (None, "") else self._word(words, said, key)

    def _whole(
        self, written: Mapping[str, Any], key: str, bounds: tuple[int, int], *, default: int
    ) -> int:
        value = written.get(key, default)
        if (advice := not_whole(value, *bounds)) is not None:
            self.refuse(key, advice)
            return 0
        return int(value)

    def _count(self, written: Mapping[str, Any]) -> int | None:
        if written.get("count") is None:
            return None
        return self._whole(written, "count", (2, MOST_INDICATORS), default=2)

    def _percent(self, written: Mapping[str, Any]) -> Decimal | None:
        """As people write a per cent: a power of ten says in a line what fills a book of noughts."""
        said = written.get("percent")
        if said in (None, ""):
            return None
        text = str(said) if type(said) in (int, float, str) else ""
        if PLAINLY.fullmatch(text) and Decimal(text) <= 1000:
            return Decimal(text)
        self.refuse(
            "percent",
            f"write for {shown(written['name'])} a number from 0 to 1000, with at most two"
            f" decimals, not {shown(said)}",
        )
        return None

    def _yes_or_no(self, written: Mapping[str, Any], key: str) -> bool:
        said = written.get(key, False)
        if isinstance(said, bool):
            return said
        self.refuse(key, f"write true or false, not {shown(said)}")
        return False

    def _unit_tier(self, written: Mapping[str, Any]) -> str:
        said = written.get("unit_tier", "")
        if said in ("", None):
            return ""
        if said in UNIT_TIERS:
            return str(said)
        self.refuse("unit_tier", f"write one of {', '.join(UNIT_TIERS)}, not {shown(said)}")
        return ""

    def _tiers(self, written: Mapping[str, Any]) -> frozenset[Tier]:
        if "tiers" not in written:
            return EVERY_TIER
        if not isinstance(written["tiers"], list) or not written["tiers"]:
            self.refuse("tiers", "give a list of at least one tier, or leave the key out")
            return EVERY_TIER
        read = [self._word(tuple(Tier), each, "tiers") for each in written["tiers"]]
        return frozenset(tier for tier in read if tier) or EVERY_TIER
