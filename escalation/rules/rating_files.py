"""ratings.csv: a rating history as a file holds it.

Three columns are required. Of the others, some are read by every replay, and some only where a
trigger asks for what they hold: the value and what was expected of it, its travel, the forecasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import PlainValidator, model_validator

from core.refusals import Refused
from core.tables.cells import QuarterKey, Text, YesOrNo, choice, decimal, yes_or_no
from core.tables.faults import Fault, RefusedFileError, shown
from core.tables.reading import read
from core.tables.rows import TableRow, optional_column
from escalation.rules.triggers import Rules
from sorp.lexicon import (
    Basis,
    Frequency,
    MadeOfMonths,
    NotRated,
    Polarity,
    Rag,
    Tier,
    Travel,
)
from sorp.rules.conditions.base import EVERY_TIER
from sorp.rules.figures import Figure
from sorp.rules.patterns import Pattern


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell that cannot be read, in a column that few triggers read: what to do if one reads it."""

    what_to_do: str


def _or_doubt(read_cell: Callable[[str], Any]) -> PlainValidator:
    def read_or_doubt(text: str) -> Any:
        try:
            return read_cell(text)
        except ValueError as advice:
            return Doubt(str(advice))

    return PlainValidator(read_or_doubt)


Number = Annotated[Decimal | Doubt, _or_doubt(decimal(before_point=30, after_point=30))]


class RatingRow(TableRow, extra="ignore"):
    """What a replay needs of one indicator's rating in one quarter.

    With neither a RAG status nor a reason it counts as not rated: it neither adds to a run nor ends it.
    """

    reference: Text
    quarter: QuarterKey
    rag: Annotated[Rag, PlainValidator(choice(Rag))] | None = None
    not_rated: Annotated[NotRated, PlainValidator(choice(NotRated))] | None = optional_column()
    definition_break: YesOrNo = optional_column(False)
    sorp_version: Text = optional_column("")
    tier: Annotated[Tier, PlainValidator(choice(Tier))] | None = optional_column()
    # Read only where a trigger asks for what they hold.
    value: Number | None = optional_column()
    target: Number | None = optional_column()
    lower: Number | None = optional_column()
    upper: Number | None = optional_column()
    polarity: Annotated[Polarity | Doubt, _or_doubt(choice(Polarity))] | None = optional_column()
    travel: Annotated[Travel | Doubt, _or_doubt(choice(Travel))] | None = optional_column()
    late: Annotated[bool | Doubt, _or_doubt(yes_or_no)] = optional_column(False)
    forecast: Annotated[Rag | Doubt, _or_doubt(choice(Rag))] | None = optional_column()
    chance_red: Number | None = optional_column()
    chance_amber_or_worse: Number | None = optional_column()
    # What its figures speak of, and so which of them are compared.
    basis: Annotated[Basis, PlainValidator(choice(Basis))] = optional_column(Basis.QUARTER)
    frequency: Annotated[Frequency, PlainValidator(choice(Frequency))] = optional_column(
        Frequency.QUARTERLY
    )
    due: Text = optional_column("")
    made_of_months: Annotated[MadeOfMonths, PlainValidator(choice(MadeOfMonths))] | None = (
        optional_column()
    )

    @model_validator(mode="after")
    def rated_or_not(self) -> Self:
        if self.rag is not None and self.not_rated is not None:
            advice = "leave empty either this or rag: it is rated or not"
            raise Refused(advice, field="not_rated")
        return self

    @model_validator(mode="after")
    def one_pattern(self) -> Self:
        try:
            _ = self.pattern
        except ValueError as reason:
            raise Refused(str(reason), field="frequency") from None
        return self

    @cached_property
    def pattern(self) -> Pattern:
        """What the row says its figure speaks of."""
        return Pattern.dated(
            basis=self.basis,
            frequency=self.frequency,
            due=self.due,
            made_of_months=self.made_of_months or "",
        )

    @cached_property
    def figure(self) -> Figure:
        """What is known of the quarter. A cell in doubt says nothing."""
        known: dict[str, Any] = {
            name: cell
            for name, cell in self
            if name in Figure.__dataclass_fields__ and not isinstance(cell, Doubt)
        }
        return Figure(**known | {"pattern": self.pattern})


@dataclass(frozen=True, slots=True)
class RatingFile:
    """A ratings.csv: its rows, in order of reference and quarter, and which columns it has."""

    name: str
    columns: frozenset[str]
    rows: tuple[RatingRow, ...]


def read_ratings(content: bytes, file: str) -> RatingFile:
    """The rows of a ratings.csv. Raises RefusedFileError with a fault for everything to be put right.

    What stands in the columns that only some triggers read is refused when such a trigger reads it.
    """
    reading = read(content, RatingRow, file=file, may_have_no_rows=True)
    rows = reading.once_each("reference", "quarter", to_blame="quarter")
    reading.faults.refuse_if_any()
    in_order = sorted(rows, key=lambda row: (row.reference, row.quarter))
    return RatingFile(file, reading.columns, tuple(in_order))


def refuse_unread(ratings: RatingFile, rows: Iterable[RatingRow], rules: Rules) -> None:
    """Raises RefusedFileError where a trigger reads what these rows do not say, or say unreadably."""
    faults = list(dict.fromkeys(_unread(ratings, tuple(rows), rules)))
    if faults:
        raise RefusedFileError(faults)


def _unread(ratings: RatingFile, rows: tuple[RatingRow, ...], rules: Rules) -> Iterator[Fault]:
    triggers = rules.triggers_for(None)
    choosy = next((each.name for each in triggers if each.tiers != EVERY_TIER), None)
    for row in rows:
        if choosy is not None and row.tier is None:
            advice = f"give the indicator's tier: {shown(choosy)} looks at some tiers only"
            yield Fault(ratings.name, row.row_number, "tier", advice)
    for trigger in triggers:
        for column in sorted(trigger.columns_read):
            if rows and column not in ratings.columns:
                advice = f"add this column: {shown(trigger.name)} reads it"
                yield Fault(ratings.name, 1, column, advice)
            for row in rows:
                if isinstance(doubt := getattr(row, column), Doubt):
                    yield Fault(ratings.name, row.row_number, column, doubt.what_to_do)
