"""What is wrong with a file, and what to do about it: one line each, file:row:column: advice."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeVar

from core.quarters import Quarter
from core.words import Word
from escalation.rules.triggers import Rules
from escalation.rules.variations import Varied, Window
from sorp.lexicon import (
    ComparedWith,
    ForecastBy,
    Level,
    Movement,
    NotRated,
    Rag,
    Tier,
)
from sorp.rules.conditions.aggregate import MOST_INDICATORS, UNIT_TIERS
from sorp.rules.conditions.base import EVERY_TIER, MOST_QUARTERS, Condition, RefusedCondition, plain
from sorp.rules.conditions.kinds import condition, every_kind
from sorp.rules.conditions.no_result import NoResult
from sorp.rules.conditions.status import Status

LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right in a file. The header is row 1."""

    file: str
    row: int
    column: str
    advice: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row}:{self.column}: {self.advice}"


class RefusedFileError(Exception):
    """A file is refused whole, with every fault that was found in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def decoded(content: bytes, file: str) -> str:
    """The text of a UTF-8 file, without its byte-order mark. Raises RefusedFileError if it is not."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        row = before.count(b"\n") + 1
        column = str(error.start - before.rfind(b"\n"))
        raise RefusedFileError(
            [Fault(file, row, column, "save the file as UTF-8, then try again")]
        ) from None


def shown(cell: object) -> str:
    """A cell as it may stand in one line of a message, cut short if it is long."""
    text = repr(cell)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def not_whole(value: object, least: int, most: int) -> str | None:
    """What to write where this is no whole number within its bounds; None where it is one."""
    if type(value) is not int or value < least:
        return f"write a whole number, {least} or more, not {shown(value)}"
    if value > most:
        return f"write a whole number, {most} or less, not {shown(value)}"
    return None


SomeWord = TypeVar("SomeWord", bound=Word)

REQUIRED_KEYS = ("name", "status", "at_least", "within", "level")
OTHER_KEYS = (
    "key",
    *("tiers", "clause", "kind", "movement", "compared_with", "percent", "forecast_by"),
    *("or_late", "unit_tier", "count"),
)
TRIGGER_KEYS = (*REQUIRED_KEYS, *OTHER_KEYS)
LONGEST_NAME, LONGEST_CLAUSE = 100, 20  # characters, as the SORP keeps them
PLAINLY = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
SAID_BY_STATUS = (Status.kind, NoResult.kind)

Refuse = Callable[[str, str], None]  # a key, and what to do about it


def write_trigger(trigger: Condition) -> dict[str, Any]:
    """A trigger as a document holds it. Reading it again gives the same trigger."""
    said = trigger.columns
    written = {
        "key": trigger.key,
        "name": trigger.name,
        "status": said["status"].value if said["status"] else None,
        "at_least": trigger.at_least,
        "within": trigger.within,
        "level": trigger.level.value,
        "tiers": [tier.value for tier in Tier if tier in trigger.tiers],
    }
    others = {
        "clause": trigger.clause,
        "kind": "" if trigger.kind in SAID_BY_STATUS else trigger.kind,
        "movement": said["movement"].value if said["movement"] else "",
        "compared_with": said["compared_with"].value if said["compared_with"] else "",
        "percent": "" if said["percent"] is None else plain(said["percent"]),
        "forecast_by": said["forecast_by"].value if said["forecast_by"] else "",
        "or_late": said["or_late"],
        "unit_tier": said["unit_tier"],
        "count": said["count"],
    }
    return written | {key: value for key, value in others.items() if value}


def read_trigger(written: Mapping[str, Any]) -> Condition:
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

    def read(self, written: Mapping[str, Any]) -> Condition | None:
        """The trigger, or None once all that is wrong with it has been told."""
        self._refuse_unknown(written)
        kind = self._kind(written)
        if kind is None or self._is_missing_a_key(written, kind):
            return None
        at_least = self._whole(written, "at_least", (1, MOST_QUARTERS), default=1)
        fewest = at_least or 1
        fields = {
            "name": self._name(written["name"], "name"),
            "key": self._name(written["key"], "key") if "key" in written else "",
            "status": self._status(written.get("status"), kind),
            "at_least": at_least,
            "within": self._whole(written, "within", (fewest, MOST_QUARTERS), default=fewest),
            "level": self._word(tuple(Level), written["level"], "level"),
            "tiers": self._tiers(written),
            "clause": self._clause(written.get("clause", "")),
            "kind": kind.kind,
            "movement": self._word_or_none(tuple(Movement), written, "movement"),
            "compared_with": self._word_or_none(tuple(ComparedWith), written, "compared_with"),
            "percent": self._percent(written),
            "forecast_by": self._word_or_none(tuple(ForecastBy), written, "forecast_by"),
            "or_late": self._yes_or_no(written, "or_late"),
            "unit_tier": self._unit_tier(written),
            "count": self._count(written),
        }
        return None if self.faults else self._born(fields)

    def _born(self, fields: Mapping[str, Any]) -> Condition | None:
        """A trigger that contradicts itself is refused at birth, in the key it says."""
        try:
            return condition(**fields)
        except RefusedCondition as refused:
            key = refused.field if refused.field in TRIGGER_KEYS else "kind"
            self.refuse(key, str(refused).removeprefix(f"“{fields['name']}”: "))
            return None

    def _refuse_unknown(self, written: Mapping[str, Any]) -> None:
        for key in written:
            if key not in TRIGGER_KEYS:
                known = ", ".join(TRIGGER_KEYS)
                self.refuse(shown(key), f"remove this key: the keys here are {known}")

    def _kind(self, written: Mapping[str, Any]) -> type[Condition] | None:
        """Without a kind, a trigger is what its status says. Some older files say so with one."""
        said = written.get("kind", Status.kind)
        kinds = {each.kind: each for each in every_kind()}
        if not isinstance(said, str) or said not in kinds:
            self.refuse("kind", f"write one of {', '.join(kinds)}, not {shown(said)}")
            return None
        is_silence = written.get("status") == NotRated.NO_RESULT.value
        return NoResult if said == Status.kind and is_silence else kinds[said]

    def _is_missing_a_key(self, written: Mapping[str, Any], kind: type[Condition]) -> bool:
        """Runs say how many quarters; other kinds look at the latest one where they don't say."""
        required = REQUIRED_KEYS if kind.kind in SAID_BY_STATUS else ("name", "level")
        missing = [key for key in required if key not in written]
        for key in missing:
            self.refuse(key, f"add this key to {self.called}")
        return bool(missing)

    def _status(self, written: Any, kind: type[Condition]) -> Rag | NotRated | None:
        known = kind.statuses()
        if kind is Status:
            known = (*known, NotRated.NO_RESULT)
        if written in (None, "") and None in known:
            return None
        return self._word(tuple(each for each in known if each), written, "status")

    def _name(self, written: Any, key: str) -> str:
        if not (isinstance(written, str) and written.strip() and written.isprintable()):
            self.refuse(key, f"give {self.called} a {key} in words, on one line")
        elif len(written) > LONGEST_NAME:
            self.refuse(
                key,
                f"give {self.called} a {key} of at most {LONGEST_NAME} characters,"
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


DEFAULT_RULES = Rules(
    (
        Status(
            name="Red for two quarters",
            status=Rag.RED,
            at_least=2,
            within=2,
            level=Level.PAT,
            key="red-two-quarters",
        ),
        Status(
            name="Amber for three quarters",
            status=Rag.AMBER,
            at_least=3,
            within=3,
            level=Level.PAT,
            key="amber-three-quarters",
        ),
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
    reading = _RulesReading(file)
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


class _RulesReading:
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

    def _triggers(self, written: Any) -> tuple[Condition, ...]:
        if not isinstance(written, list) or not written:
            self.refuse(TOP, "triggers", "give a list of at least one trigger")
            return ()
        if len(written) > MOST_TRIGGERS:
            advice = f"give at most {MOST_TRIGGERS} triggers, not {len(written):,}"
            self.refuse(TOP, "triggers", advice)
            return ()
        read = [self._trigger(each, row) for row, each in enumerate(written, start=1)]
        names: dict[str, int] = {}
        keys: dict[str, int] = {}
        for row, trigger in enumerate(read, start=1):
            if trigger is None:
                continue
            if (first := names.setdefault(trigger.name, row)) != row:
                self.refuse(row, "name", f"trigger {first} has this name: use another")
            elif (first := keys.setdefault(trigger.key, row)) != row:
                self.refuse(row, "key", f"trigger {first} has this key: use another")
        return tuple(trigger for trigger in read if trigger is not None)

    def _trigger(self, written: Any, row: int) -> Condition | None:
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


COLUMNS = (
    *("reference", "from_quarter", "until_quarter"),
    *("exit_quarters", "trigger_key", "at_least", "within"),
)
NONE: Mapping[str, tuple[Varied, ...]] = MappingProxyType({})


def variation_rows(reference: str, varied: Varied) -> Iterable[tuple[str, ...]]:
    """One variation as rows: none where it changes no rule."""
    until, exit_quarters = varied.until_quarter.key, str(varied.exit_quarters or "")
    head = (reference, varied.from_quarter.key, until, exit_quarters)
    for key, window in varied.triggers.items():
        numbers = (str(window.at_least), str(window.within)) if window else ("", "")
        yield (*head, key, *numbers)
    if not varied.triggers and varied.exit_quarters:
        yield (*head, "", "", "")


def read_variations(content: bytes, file: str) -> dict[str, tuple[Varied, ...]]:
    """The variations in a variations.csv, by reference.

    Raises RefusedFileError with a fault for everything that must be put right.
    """
    reader = csv.DictReader(io.StringIO(decoded(content, file), newline=""), strict=True)
    names = tuple(reader.fieldnames or ())
    if missing := [each for each in COLUMNS if each not in names]:
        advice = "give the file that export_variations writes: this column is not in it"
        raise RefusedFileError(Fault(file, 1, column, advice) for column in missing)
    reading = _VariationsReading(file)
    try:
        for number, row in enumerate(reader, start=2):
            reading.add(number, row)
    except csv.Error as error:
        reading.refuse(reader.line_num, "1", f"mend the quoting ({error})")
    if reading.faults:
        raise RefusedFileError(reading.faults)
    return reading.found()


class _VariationsReading:
    """One reading of the file, gathering every fault on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.read: dict[tuple[str, Quarter, Quarter, int | None], dict[str, Window | None]] = {}

    def refuse(self, row: int, column: str, advice: str) -> None:
        self.faults.append(Fault(self.file, row, column, advice))

    def found(self) -> dict[str, tuple[Varied, ...]]:
        by_reference: dict[str, list[Varied]] = {}
        for (reference, first, last, exit_quarters), triggers in self.read.items():
            varied = Varied(first, last, exit_quarters, triggers)
            by_reference.setdefault(reference, []).append(varied)
        return {reference: tuple(varied) for reference, varied in by_reference.items()}

    def add(self, number: int, row: Mapping[str, str | None]) -> None:
        known = len(self.faults)
        first, last = (self._quarter(number, row, f"{side}_quarter") for side in ("from", "until"))
        if first and last and last < first:
            self.refuse(number, "until_quarter", f"write {first.key} or a later quarter")
        exit_quarters = self._whole(number, row, "exit_quarters", most=8)
        window = self._window(number, row)
        if not row["reference"]:
            self.refuse(number, "reference", "enter the indicator's reference")
        if len(self.faults) > known or first is None or last is None:
            return
        key = (str(row["reference"]), first, last, exit_quarters)
        triggers = self.read.setdefault(key, {})
        if row["trigger_key"]:
            triggers[str(row["trigger_key"])] = window

    def _quarter(self, number: int, row: Mapping[str, str | None], column: str) -> Quarter | None:
        try:
            return Quarter.parse(row[column] or "")
        except ValueError:
            advice = f"write the quarter like 2021-Q4, not {shown(row[column])}"
            self.refuse(number, column, advice)
            return None

    def _window(self, number: int, row: Mapping[str, str | None]) -> Window | None:
        at_least = self._whole(number, row, "at_least", most=MOST_QUARTERS)
        within = self._whole(number, row, "within", most=MOST_QUARTERS)
        if at_least is None and within is None:
            return None
        if at_least is None or within is None or at_least > within:
            self.refuse(number, "within", "write both numbers, and at_least no greater than within")
            return None
        return Window(at_least, within)

    def _whole(
        self, number: int, row: Mapping[str, str | None], column: str, *, most: int
    ) -> int | None:
        cell = row[column] or ""
        if not cell:
            return None
        if cell.isascii() and cell.isdecimal() and len(cell) < 4 and 1 <= int(cell) <= most:
            return int(cell)
        self.refuse(number, column, f"write a whole number from 1 to {most}, or nothing")
        return None
