"""rules.json: the rules for escalation, written so that anyone can replay them.

    {"triggers": [{"name": "Red for two quarters", "status": "red", "at_least": 2, "within": 2,
                   "level": "pat", "tiers": ["corporate"]},
                  {"name": "Far from target", "kind": "variance", "percent": "10",
                   "level": "directorate"}],
     "exit_quarters": 1, "relapse_within": 4, "relapse_shortens_by": 0}

`tiers` (default: every tier), `exit_quarters` (1), `relapse_within` (4) and `relapse_shortens_by`
(0) may be left out, and are 16, 40 and 16 at the most. What triggers of each kind ask for is in `sorp/rules/conditions.py`, and how
they are written in `trigger_documents`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from escalation.rules.faults import Fault, RefusedFileError, decoded, not_whole, shown
from escalation.rules.trigger_documents import TriggerReading, write_trigger
from escalation.rules.triggers import Rules, Trigger
from sorp.lexicon import Level, Rag

DEFAULT_RULES = Rules(
    (
        Trigger("Red for two quarters", Rag.RED, 2, 2, Level.PAT),
        Trigger("Amber for three quarters", Rag.AMBER, 3, 3, Level.PAT),
    )
)

TOP_KEYS = ("triggers", "exit_quarters", "relapse_within", "relapse_shortens_by")
MOST_TRIGGERS = 100
MOST_TO_RECOVER, MOST_FOR_RELAPSE, MOST_FEWER = 16, 40, 16  # quarters
TOP = 1  # the row given for the document as a whole; trigger n is given row n


def write_rules(rules: Rules) -> str:
    """The rules as rules.json. Reading it again gives the same rules."""
    document: dict[str, Any] = {
        "triggers": [write_trigger(trigger) for trigger in rules.triggers],
        "exit_quarters": rules.exit_quarters,
        "relapse_within": rules.relapse_within,
    }
    if rules.relapse_shortens_by:
        document["relapse_shortens_by"] = rules.relapse_shortens_by
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
        exit_quarters = self._whole(document, "exit_quarters", (1, MOST_TO_RECOVER), default=1)
        relapse_within = self._whole(document, "relapse_within", (0, MOST_FOR_RELAPSE), default=4)
        shortens_by = self._whole(document, "relapse_shortens_by", (0, MOST_FEWER), default=0)
        return None if self.faults else Rules(triggers, exit_quarters, relapse_within, shortens_by)

    def _triggers(self, written: Any) -> tuple[Trigger, ...]:
        if not isinstance(written, list) or not written:
            self.refuse(TOP, "triggers", "give a list of at least one trigger")
            return ()
        if len(written) > MOST_TRIGGERS:
            advice = f"give at most {MOST_TRIGGERS} triggers, not {len(written):,}"
            self.refuse(TOP, "triggers", advice)
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
        reading = TriggerReading(
            lambda key, advice: self.refuse(row, key, advice), called=f"trigger {row}"
        )
        return reading.read(written)

    def _refuse_unknown(self, written: Mapping[str, Any], known: tuple[str, ...], row: int) -> None:
        for key in written:
            if key not in known:
                advice = f"remove this key: the keys here are {', '.join(known)}"
                self.refuse(row, shown(key), advice)

    def _whole(
        self, written: Mapping[str, Any], key: str, bounds: tuple[int, int], *, default: int
    ) -> int:
        value = written.get(key, default)
        if (advice := not_whole(value, *bounds)) is not None:
            self.refuse(TOP, key, advice)
            return default
        return int(value)
