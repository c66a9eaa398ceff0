"""rules.json: the rules for escalation, written so that anyone can replay them.

    {"triggers": [{"name": "Red for two quarters", "status": "red", "at_least": 2, "within": 2,
                   "level": "pat", "tiers": ["corporate"]}],
     "exit_quarters": 1, "relapse_within": 4}

`tiers` (default: every tier), `exit_quarters` (1) and `relapse_within` (4) may be left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from escalation.rules.faults import Fault, RefusedFileError, decoded, shown
from escalation.rules.triggers import Rules, Trigger
from sorp.lexicon import Level, NotRated, Rag, Tier, Word
from sorp.rules.conditions import EVERY_TIER

DEFAULT_RULES = Rules(
    (
        Trigger("Red for two quarters", Rag.RED, 2, 2, Level.PAT),
        Trigger("Amber for three quarters", Rag.AMBER, 3, 3, Level.PAT),
    )
)

SomeWord = TypeVar("SomeWord", bound=Word)

STATUSES: tuple[Rag | NotRated, ...] = (Rag.RED, Rag.AMBER, NotRated.NO_RESULT)
REQUIRED_KEYS = ("name", "status", "at_least", "within", "level")
TRIGGER_KEYS = (*REQUIRED_KEYS, "tiers")
TOP_KEYS = ("triggers", "exit_quarters", "relapse_within")
TOP = 1  # the row given for the document as a whole; trigger n is given row n


def write_rules(rules: Rules) -> str:
    """The rules as rules.json. Reading it again gives the same rules."""
    triggers = [
        {
            "name": trigger.name,
            "status": trigger.status.value,
            "at_least": trigger.at_least,
            "within": trigger.within,
            "level": trigger.level.value,
            "tiers": [tier.value for tier in Tier if tier in trigger.tiers],
        }
        for trigger in rules.triggers
    ]
    document = {
        "triggers": triggers,
        "exit_quarters": rules.exit_quarters,
        "relapse_within": rules.relapse_within,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def read_rules(content: bytes, file: str) -> Rules:
    """The rules in a rules.json. Raises RefusedFileError with everything that must be put right."""
    document = _loaded(content, file)
    reading = _Reading(file)
    rules = reading.rules(document)
    if rules is None:
        raise RefusedFileError(reading.faults)
    return rules


def _loaded(content: bytes, file: str) -> Any:
    try:
        return json.loads(decoded(content, file), object_pairs_hook=_each_key_once)
    except json.JSONDecodeError as error:
        advice = f"write it as JSON: {error.msg.lower()}"
        raise RefusedFileError([Fault(file, error.lineno, str(error.colno), advice)]) from None
    except (ValueError, RecursionError) as error:
        advice = "write it as JSON, with each key once and no number that is too long"
        column = error.args[0] if isinstance(error, _RepeatedKeyError) else "triggers"
        raise RefusedFileError([Fault(file, TOP, column, advice)]) from None


class _RepeatedKeyError(ValueError):
    """A key stands twice in one JSON object, so one of the two would be lost."""


def _each_key_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(shown(key))
        found[key] = value
    return found


class _Reading:
    """One reading of rules.json, gathering every fault on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def refuse(self, row: int, column: str, advice: str) -> None:
        self.faults.append(Fault(self.file, row, column, advice))

    def rules(self, document: Any) -> Rules | None:
        if not isinstance(document, dict):
            self.refuse(TOP, "triggers", 'write an object: {"triggers": [...], "exit_quarters": 1}')
            return None
        self._refuse_unknown(document, TOP_KEYS, TOP)
        triggers = self._triggers(document.get("triggers"))
        exit_quarters = self._whole(document, "exit_quarters", TOP, least=1, default=1)
        relapse_within = self._whole(document, "relapse_within", TOP, least=0, default=4)
        if self.faults or exit_quarters is None or relapse_within is None:
            return None
        return Rules(triggers, exit_quarters, relapse_within)

    def _triggers(self, written: Any) -> tuple[Trigger, ...]:
        if not isinstance(written, list) or not written:
            self.refuse(TOP, "triggers", "give a list of at least one trigger")
            return ()
        read = [self._trigger(each, row) for row, each in enumerate(written, start=1)]
        names: dict[str, int] = {}
        for row, trigger in enumerate(read, start=1):
            if trigger and names.setdefault(trigger.name, row) != row:
                self.refuse(
                    row, "name", f"trigger {names[trigger.name]} has this name: use another"
                )
        return tuple(trigger for trigger in read if trigger is not None)

    def _trigger(self, written: Any, row: int) -> Trigger | None:
        if not isinstance(written, dict):
            self.refuse(row, "triggers", f"write trigger {row} as an object with a name")
            return None
        found = len(self.faults)
        self._refuse_unknown(written, TRIGGER_KEYS, row)
        missing = [key for key in REQUIRED_KEYS if key not in written]
        for key in missing:
            self.refuse(row, key, f"add this key to trigger {row}")
        if missing:
            return None
        name = self._name(written["name"], row)
        status = self._word(STATUSES, written["status"], row, "status")
        at_least = self._whole(written, "at_least", row, least=1)
        within = self._whole(written, "within", row, least=at_least or 1)
        level = self._word(tuple(Level), written["level"], row, "level")
        tiers = self._tiers(written, row)
        if len(self.faults) > found or not (status and at_least and within and level):
            return None
        return Trigger(name, status, at_least, within, level, tiers)

    def _refuse_unknown(self, written: Mapping[str, Any], known: tuple[str, ...], row: int) -> None:
        for key in written:
            if key not in known:
                advice = f"remove this key: the keys here are {', '.join(known)}"
                self.refuse(row, shown(key), advice)

    def _name(self, written: Any, row: int) -> str:
        if isinstance(written, str) and written.strip() and written.isprintable():
            return written
        self.refuse(row, "name", f"give trigger {row} a name in words, on one line")
        return ""

    def _word(
        self, words: tuple[SomeWord, ...], written: Any, row: int, key: str
    ) -> SomeWord | None:
        for word in words:
            if isinstance(written, str) and written == word.value:
                return word
        choices = ", ".join(word.value for word in words)
        self.refuse(row, key, f"write one of {choices}, not {shown(written)}")
        return None

    def _whole(
        self, written: Mapping[str, Any], key: str, row: int, *, least: int, default: int = 0
    ) -> int | None:
        value = written.get(key, default)
        if type(value) is int and value >= least:
            return value
        self.refuse(row, key, f"write a whole number, {least} or more, not {shown(value)}")
        return None

    def _tiers(self, written: Mapping[str, Any], row: int) -> frozenset[Tier]:
        if "tiers" not in written:
            return EVERY_TIER
        if not isinstance(written["tiers"], list) or not written["tiers"]:
            self.refuse(row, "tiers", "give a list of at least one tier, or leave the key out")
            return EVERY_TIER
        read = [self._word(tuple(Tier), each, row, "tiers") for each in written["tiers"]]
        return frozenset(tier for tier in read if tier) or EVERY_TIER
