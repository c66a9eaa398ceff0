"""Variations: for one indicator and for a time, some rules count otherwise, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import PlainValidator, model_validator

from core.quarters import Quarter
from core.refusals import Refused
from core.tables.cells import QuarterKey, Text, whole_number
from core.tables.reading import read
from core.tables.rows import TableRow, optional_column
from escalation.rules.triggers import Rules
from sorp.rules.conditions.base import MOST_QUARTERS, Condition


@dataclass(frozen=True, slots=True)
class Window:
    """How many of how many quarters a trigger asks for under a variation."""

    at_least: int
    within: int


@dataclass(frozen=True, slots=True)
class Varied:
    """What an agreed variation changes of the rules for escalation, and in which quarters.

    Triggers are named by their keys. One with a window counts by that window; one with None does
    not apply. What it doesn't name is as the SORP has it.
    """

    from_quarter: Quarter
    until_quarter: Quarter
    exit_quarters: int | None = None
    triggers: Mapping[str, Window | None] = field(default_factory=dict)

    def rules(self, quarter: Quarter) -> bool:
        """Whether a quarter is judged by it."""
        return self.from_quarter <= quarter <= self.until_quarter

    def applied_to(self, rules: Rules) -> Rules:
        """The rules with its changes. A trigger they do not hold is passed over."""
        kept = (self._varied(trigger) for trigger in rules.triggers)
        return replace(
            rules,
            triggers=tuple(trigger for trigger in kept if trigger is not None),
            exit_quarters=self.exit_quarters or rules.exit_quarters,
        )

    def _varied(self, trigger: Condition) -> Condition | None:
        if trigger.key not in self.triggers:
            return trigger
        window = self.triggers[trigger.key]
        if window is None:
            return None
        return replace(trigger, at_least=window.at_least, within=window.within)


def varied_rules(
    rules_for: Callable[[Quarter], Rules], variations: Sequence[Varied]
) -> Callable[[Quarter], Rules]:
    """Each quarter's rules for an indicator: the SORP's, but for the quarters of its variations."""
    if not variations:
        return rules_for

    def rules_varied(quarter: Quarter) -> Rules:
        rules = rules_for(quarter)
        for varied in variations:
            if varied.rules(quarter):
                return varied.applied_to(rules)
        return rules

    return rules_varied


# variations.csv -----------------------------------------------------------------------------------

MOST_TO_RECOVER = 8  # quarters that a variation may ask for
NONE: Mapping[str, tuple[Varied, ...]] = MappingProxyType({})


class VariationRow(TableRow, extra="ignore"):
    """One trigger varied for one indicator, or none where only the exit rule is.

    What the import of variations reads besides is left alone here.
    """

    reference: Text
    from_quarter: QuarterKey
    until_quarter: QuarterKey
    exit_quarters: Annotated[int, PlainValidator(whole_number(1, MOST_TO_RECOVER))] | None = None
    trigger_key: Text = ""
    at_least: Annotated[int, PlainValidator(whole_number(1, MOST_QUARTERS))] | None = None
    within: Annotated[int, PlainValidator(whole_number(1, MOST_QUARTERS))] | None = None
    # From which quarter, where a later version of the SORP carried it over from a trigger it dropped.
    carried_from: QuarterKey | None = optional_column()

    @model_validator(mode="after")
    def spans_and_counts(self) -> Self:
        if self.until_quarter < self.from_quarter:
            advice = f"write {self.from_quarter.key} or a later quarter"
            raise Refused(advice, field="until_quarter")
        neither = self.at_least is None and self.within is None
        if not neither and (self.within or 0) < (self.at_least or MOST_QUARTERS + 1):
            advice = "write both numbers, and at_least no greater than within"
            raise Refused(advice, field="within")
        return self

    @property
    def window(self) -> Window | None:
        return Window(self.at_least, self.within) if self.at_least and self.within else None


def read_variations(content: bytes, file: str) -> dict[str, tuple[Varied, ...]]:
    """The variations in a variations.csv, by reference.

    Raises RefusedFileError with a fault for everything that must be put right.
    """
    reading = read(content, VariationRow, file=file, may_have_no_rows=True)
    reading.faults.refuse_if_any()
    variations: dict[tuple[str, Quarter, Quarter, int | None], list[VariationRow]] = {}
    for row in reading.rows:
        of = (row.reference, row.from_quarter, row.until_quarter, row.exit_quarters)
        variations.setdefault(of, []).append(row)
    found: dict[str, tuple[Varied, ...]] = {}
    for (reference, first, last, exit_quarters), rows in variations.items():
        named = [row for row in rows if row.trigger_key]
        varied = spells(
            Varied(
                first,
                last,
                exit_quarters,
                {row.trigger_key: row.window for row in named if row.carried_from is None},
            ),
            [(row.carried_from, row.trigger_key, row.window) for row in named if row.carried_from],
        )
        found[reference] = (*found.get(reference, ()), *varied)
    return found


def spells(
    agreed: Varied, carried: Sequence[tuple[Quarter, str, Window | None]]
) -> tuple[Varied, ...]:
    """A variation as the rules read it: one spell, or one more from each version that carried it over.

    What was carried is from which quarter, which trigger, and how it counts. A trigger that a version
    dropped is passed over from then on, and what it was carried over to counts instead.
    """
    first, last = agreed.from_quarter, agreed.until_quarter
    begins = sorted({first, *(since for since, _, _ in carried if first < since <= last)})
    ends = [*(each.previous() for each in begins[1:]), last]
    return tuple(
        replace(
            agreed,
            from_quarter=begin,
            until_quarter=end,
            triggers={
                **agreed.triggers,
                **{key: window for since, key, window in carried if since <= begin},
            },
        )
        for begin, end in zip(begins, ends, strict=True)
    )
