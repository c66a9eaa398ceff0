"""variations.csv: what was agreed to be judged otherwise for one indicator, why, by whose leave, how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import PlainValidator

from core.tables.cells import Day, Figure, QuarterKey, choice, line, prose, whole_number
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow, optional_column
from indicators.importing.definitions import (
    Reference,
    indicators_named,
    refuse_unknown_indicators,
)
from indicators.models.definitions import Indicator
from indicators.models.variations import Variation
from indicators.services.variations import (
    RefusedVariation,
    VariedWindow,
    bring_agreed_variation,
)
from organisation.importing.people import Email, people_named
from organisation.models.people import User
from sorp.lexicon import RatingMethod
from sorp.rules.conditions.base import MOST_QUARTERS

Window = Annotated[int, PlainValidator(whole_number(1, MOST_QUARTERS))]


class AgreedVariationRow(TableRow):
    """One trigger that an agreed variation varies, with all that it says; or a variation of none."""

    reference: Reference
    from_quarter: QuarterKey
    until_quarter: QuarterKey
    exit_quarters: Annotated[int, PlainValidator(whole_number(1, 8))] | None = None
    trigger_key: Annotated[str, PlainValidator(line(100))] = ""
    at_least: Window | None = None
    within: Window | None = None
    carried_from: QuarterKey | None = optional_column()
    trigger: Annotated[str, PlainValidator(line(100))] = optional_column("")
    what: Annotated[str, PlainValidator(prose())]
    reason: Annotated[str, PlainValidator(prose())]
    clause: Annotated[str, PlainValidator(line(20))] = ""
    method: Annotated[str, PlainValidator(choice(RatingMethod))] = ""
    tolerance: Figure | None = None
    target: Figure | None = None
    floor: Figure | None = None
    proposed_by: Email
    proposed_on: Day
    decided_by: Email
    decided_on: Day
    decision: Annotated[str, PlainValidator(prose())] = ""

    @property
    def window(self) -> VariedWindow:
        return VariedWindow(
            self.trigger_key, self.at_least, self.within, self.trigger, self.carried_from
        )


# What each row of one variation says alike.
OF_A_TRIGGER = {"row_number", "trigger_key", "at_least", "within", "carried_from", "trigger"}
ALIKE = tuple(name for name in AgreedVariationRow.model_fields if name not in OF_A_TRIGGER)


def import_variations(
    content: bytes, *, file: str, today: date, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every variation of the file is agreed as it says; none that stands is changed.

    What was agreed is a decision: it is ended on its page, not by a file. Raises RefusedFileError.
    """
    work = Import(content, AgreedVariationRow, file=file)
    work.once_each(
        "reference", "from_quarter", "trigger_key", "carried_from", to_blame="trigger_key"
    )
    indicators = indicators_named(work.named("reference"))
    refuse_unknown_indicators(work, indicators)
    people = people_named(work, "proposed_by", "decided_by")
    variations: dict[tuple[str, object], list[AgreedVariationRow]] = defaultdict(list)
    for row in work.rows:
        variations[row.reference, row.from_quarter].append(row)
    known = set(Variation.objects.agreed().values_list("indicator_id", "from_quarter"))
    with work.all_or_none(dry_run=dry_run):
        for rows in variations.values():
            first = rows[0]
            indicator = indicators.get(first.reference)
            if indicator is None or not {first.proposed_by, first.decided_by} <= set(people):
                continue
            existed = (indicator.pk, first.from_quarter) in known
            _settle(work, indicator, rows, people, today=today, by=by, existed=existed)
    return work.outcome()


def _settle(
    work: Import[AgreedVariationRow],
    indicator: Indicator,
    rows: Sequence[AgreedVariationRow],
    people: dict[str, User],
    *,
    today: date,
    by: User | None,
    existed: bool,
) -> None:
    """The variation is agreed; or it is said why it can't be."""
    first = rows[0]
    for row in rows[1:]:
        for name in ALIKE:
            if getattr(row, name) != getattr(first, name):
                work.refuse(row, name, f"write what row {first.row_number} says of this variation")
                return
    said = {name: getattr(first, name) for name in ALIKE if name != "reference"}
    said |= {name: people[said[name]] for name in ("proposed_by", "decided_by")}
    try:
        changed = bring_agreed_variation(
            indicator=indicator,
            triggers=[row.window for row in rows if row.trigger_key],
            today=today,
            by=by,
            **said,
        )
    except RefusedVariation as refused:
        field = {"triggers": "trigger_key"}.get(refused.field or "", refused.field)
        work.refuse(first, field or "what", refused)
    else:
        name = f"{first.reference} from {first.from_quarter.key}"
        work.count(name, existed=existed, changed=changed)
