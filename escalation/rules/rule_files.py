"""rules.json: the triggers and the exit rule, as a file and an edition hold them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from core.refusals import Refused
from core.tables.documents import (
    DocumentObject,
    list_of,
    one_line,
    one_of,
    or_nothing,
    read_document,
    refusals,
    some_of,
    true_or_false,
    whole_number,
)
from core.tables.faults import Faults, shown
from core.words import Word
from escalation.rules.triggers import Rules
from sorp.lexicon import ComparedWith, ForecastBy, Level, Movement, NotRated, Rag, Tier
from sorp.rules.conditions.aggregate import MOST_INDICATORS, UNIT_TIERS
from sorp.rules.conditions.base import EVERY_TIER, MOST_QUARTERS, Condition, RefusedCondition, plain
from sorp.rules.conditions.kinds import condition, every_kind
from sorp.rules.conditions.no_result import NoResult
from sorp.rules.conditions.status import Status

LONGEST_NAME, LONGEST_CLAUSE = 100, 20  # characters, as the SORP keeps them
MOST_TRIGGERS = 100
MOST_TO_RECOVER, MOST_FOR_RELAPSE, MOST_FEWER = 16, 40, 16  # quarters
PLAINLY = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
SAID_BY_STATUS = (Status.kind, NoResult.kind)  # kinds that a document need not name
ALWAYS_WRITTEN = ("key", "name", "status", "at_least", "within", "level", "tiers")


def per_cent(written: Any) -> Decimal:
    """As people write a per cent: a power of ten says in a line what fills a book of noughts."""
    text = str(written) if type(written) in (int, float, str) else ""
    if PLAINLY.fullmatch(text) and Decimal(text) <= 1000:
        return Decimal(text)
    raise ValueError(
        f"write a number from 0 to 1000, with at most two decimals, not {shown(written)}"
    )


class TriggerDocument(DocumentObject):
    """A trigger, laid flat: each kind of condition reads some of the keys, and refuses the others.

    Runs say how many quarters; other kinds look at the latest one where they don't say.
    """

    key: Annotated[str, PlainValidator(one_line(LONGEST_NAME, least=1))] = ""
    name: Annotated[str, PlainValidator(one_line(LONGEST_NAME, least=1))]
    clause: Annotated[str, PlainValidator(one_line(LONGEST_CLAUSE))] = ""
    kind: str = Status.kind
    status: Rag | NotRated | None = Field(default=None, validate_default=True)
    at_least: int = Field(default=None, validate_default=True)
    within: int = Field(default=None, validate_default=True)
    level: Annotated[Level, PlainValidator(one_of(Level))]
    tiers: Annotated[frozenset[Tier], PlainValidator(some_of(Tier))] = EVERY_TIER
    movement: Annotated[Movement | None, PlainValidator(or_nothing(one_of(Movement)))] = None
    compared_with: Annotated[
        ComparedWith | None, PlainValidator(or_nothing(one_of(ComparedWith)))
    ] = None
    percent: Annotated[Decimal | None, PlainValidator(or_nothing(per_cent))] = None
    forecast_by: Annotated[ForecastBy | None, PlainValidator(or_nothing(one_of(ForecastBy)))] = None
    or_late: Annotated[bool, PlainValidator(true_or_false)] = False
    unit_tier: Annotated[str | None, PlainValidator(or_nothing(one_of(UNIT_TIERS)))] = None
    count: Annotated[int | None, PlainValidator(or_nothing(whole_number(2, MOST_INDICATORS)))] = (
        None
    )

    @field_validator("kind", mode="plain")
    @classmethod
    def known_kind(cls, written: Any) -> str:
        return str(one_of(each.kind for each in every_kind())(written))

    @field_validator("status", mode="plain")
    @classmethod
    def status_of_kind(cls, written: Any, info: ValidationInfo) -> Rag | NotRated | None:
        """A word that the kind looks for; without a kind, also that there is no result."""
        if "kind" not in info.data:
            return None
        known = Condition.KINDS[info.data["kind"]].statuses()
        if info.data["kind"] == Status.kind:
            known = (*known, NotRated.NO_RESULT)
        if written in (None, ""):
            if None in known:
                return None
            raise ValueError("add this key")
        found: Rag | NotRated = one_of(each for each in known if each)(written)
        return found

    @field_validator("at_least", "within", mode="plain")
    @classmethod
    def so_many_quarters(cls, written: Any, info: ValidationInfo) -> int:
        """A run says how many; another kind looks at as few as it may where it doesn't say."""
        fewest: int = info.data.get("at_least", 1)
        if written is not None:
            return int(whole_number(fewest, MOST_QUARTERS)(written))
        if info.data.get("kind") in SAID_BY_STATUS:
            raise ValueError("add this key")
        return fewest

    @model_validator(mode="after")
    def stands(self) -> Self:
        """A trigger that contradicts itself is refused, in the key that says so."""
        try:
            self.condition  # noqa: B018 made to see whether it can be
        except RefusedCondition as refused:
            field = refused.field if refused.field in type(self).model_fields else "kind"
            advice = str(refused).removeprefix(f"“{self.name}”: ")
            raise Refused(advice, field=field) from None
        return self

    @cached_property
    def condition(self) -> Condition:
        is_silence = self.kind == Status.kind and self.status is NotRated.NO_RESULT
        columns = dict(self) | {"unit_tier": self.unit_tier or ""}
        return condition(**columns | {"kind": NoResult.kind if is_silence else self.kind})

    @field_serializer("status", "level", "movement", "compared_with", "forecast_by")
    def key_of_word(self, word: Word | None) -> str | None:
        return word.value if word else None

    @field_serializer("tiers")
    def tiers_in_order(self, tiers: frozenset[Tier]) -> list[str]:
        return [tier.value for tier in Tier if tier in tiers]

    @field_serializer("percent")
    def percent_plainly(self, number: Decimal | None) -> str:
        return "" if number is None else plain(number)


class RulesDocument(DocumentObject):
    """A rules.json."""

    triggers: Annotated[
        list[TriggerDocument], BeforeValidator(list_of("trigger", most=MOST_TRIGGERS))
    ]
    exit_quarters: Annotated[int, PlainValidator(whole_number(1, MOST_TO_RECOVER))] = 1
    relapse_within: Annotated[int, PlainValidator(whole_number(0, MOST_FOR_RELAPSE))] = 4
    relapse_shortens_by: Annotated[int, PlainValidator(whole_number(0, MOST_FEWER))] = 0


def read_trigger(written: Mapping[str, Any]) -> Condition:
    """The trigger a document holds. Raises ValueError with everything that must be put right."""
    try:
        return TriggerDocument.model_validate(dict(written)).condition
    except ValidationError as refused:
        told = (
            f"{'.'.join(map(str, place))}: {advice}"
            for place, advice in refusals(refused, TriggerDocument)
        )
        raise ValueError("; ".join(told)) from None


def write_trigger(trigger: Condition) -> dict[str, Any]:
    """A trigger as a document holds it. Reading it again gives the same trigger."""
    columns = trigger.columns
    if trigger.kind in SAID_BY_STATUS:
        columns["kind"] = ""
    written = TriggerDocument.model_construct(**columns).model_dump(mode="json")
    others = {key: value for key, value in written.items() if value}
    return {key: written[key] for key in ALWAYS_WRITTEN} | others


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


def rules_document(rules: Rules) -> dict[str, Any]:
    """The rules as the document of a rules.json. Reading it again gives the same rules."""
    document: dict[str, Any] = {
        "triggers": [write_trigger(trigger) for trigger in rules.triggers],
        "exit_quarters": rules.exit_quarters,
        "relapse_within": rules.relapse_within,
    }
    if rules.relapse_shortens_by:
        document["relapse_shortens_by"] = rules.relapse_shortens_by
    return document


def write_rules(rules: Rules) -> str:
    """The rules as rules.json."""
    return json.dumps(rules_document(rules), ensure_ascii=False, indent=2) + "\n"


def read_rules(content: bytes, file: str) -> Rules:
    """The rules in a rules.json. Raises RefusedFileError with everything that must be put right."""
    document = read_document(content, RulesDocument, file=file)
    triggers = tuple(each.condition for each in document.triggers)
    faults = Faults(file)
    names: dict[str, int] = {}
    keys: dict[str, int] = {}
    for row, trigger in enumerate(triggers, start=1):
        if (first := names.setdefault(trigger.name, row)) != row:
            faults.add(row, "name", f"trigger {first} has this name: use another")
        elif (first := keys.setdefault(trigger.key, row)) != row:
            faults.add(row, "key", f"trigger {first} has this key: use another")
    faults.refuse_if_any()
    return Rules(
        triggers, document.exit_quarters, document.relapse_within, document.relapse_shortens_by
    )
