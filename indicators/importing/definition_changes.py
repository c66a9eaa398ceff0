"""definition_changes.csv: what the definition of an indicator said before, who changed it, when and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field, PlainValidator

from core.tables.cells import Day, QuarterKey, Text, line, whole_number
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow
from indicators.importing.definitions import (
    Reference,
    indicators_named,
    refuse_unknown_indicators,
)
from indicators.models.definitions import DefinitionChange, Indicator
from indicators.services.definitions import bring_definition_change, parts_said_otherwise
from organisation.importing.people import Email, people_named
from organisation.models.people import User

OF_THE_VERSION = ("reason", "break_from", "changed_by", "changed_on")


class DefinitionChangeRow(TableRow):
    """One part of a definition that a version changed, named as in indicators.csv: what it was, and is since."""

    reference: Reference
    version: Annotated[int, PlainValidator(whole_number(2, 30_000))]
    part: Annotated[str, PlainValidator(line(60))]
    was: Text = ""
    becomes: Text = Field("", alias="is")
    reason: Annotated[str, PlainValidator(line(500))] = ""
    break_from: QuarterKey | None = None
    changed_by: Email | None = None
    changed_on: Day


def import_definition_changes(
    content: bytes, *, file: str, today: date, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every version of the file stands, each a row for each part it changed; none that stands is changed.

    indicators.csv says what a definition says now; what the last version made of each part must be that.
    Raises RefusedFileError.
    """
    work = Import(content, DefinitionChangeRow, file=file)
    work.once_each("reference", "version", "part", to_blame="part")
    indicators = indicators_named(work.named("reference"))
    refuse_unknown_indicators(work, indicators)
    people = people_named(work, "changed_by")
    versions: dict[tuple[str, int], list[DefinitionChangeRow]] = defaultdict(list)
    for row in work.rows:
        versions[row.reference, row.version].append(row)
    known = set(DefinitionChange.objects.values_list("indicator_id", "number"))
    with work.all_or_none(dry_run=dry_run):
        for (reference, number), rows in sorted(versions.items()):
            indicator = indicators.get(reference)
            if indicator is None or (rows[0].changed_by and rows[0].changed_by not in people):
                continue
            writer = people[rows[0].changed_by] if rows[0].changed_by else None
            existed = (indicator.pk, number) in known
            _settle(work, indicator, rows, writer=writer, today=today, by=by, existed=existed)
        _refuse_other_definitions(work, indicators)
    return work.outcome()


def _refuse_other_definitions(
    work: Import[DefinitionChangeRow], indicators: Mapping[str, Indicator]
) -> None:
    """What the last version made of each part is what the definition says now."""
    last = {
        (row.reference, row.part): row for row in sorted(work.rows, key=lambda row: row.version)
    }
    for reference in {row.reference for row in work.rows} & set(indicators):
        for part, now in parts_said_otherwise(indicators[reference]).items():
            if (row := last.get((reference, part))) is not None:
                work.refuse(row, "becomes", f"import the definition first: now it says “{now}”")


def _settle(
    work: Import[DefinitionChangeRow],
    indicator: Indicator,
    rows: Sequence[DefinitionChangeRow],
    *,
    writer: User | None,
    today: date,
    by: User | None,
    existed: bool,
) -> None:
    """The version stands; or it is said why it can't."""
    first = rows[0]
    for row in rows[1:]:
        for name in OF_THE_VERSION:
            if getattr(row, name) != getattr(first, name):
                work.refuse(row, name, f"write what row {first.row_number} says of this version")
                return
    try:
        changed = bring_definition_change(
            indicator=indicator,
            number=first.version,
            changes={row.part: {"was": row.was, "is": row.becomes} for row in rows},
            reason=first.reason,
            break_from=first.break_from,
            changed_by=writer,
            changed_on=first.changed_on,
            today=today,
            by=by,
        )
    except ValueError as reason:
        work.refuse(first, getattr(reason, "field", None) or "version", reason)
    else:
        work.count(
            f"{first.reference}, definition {first.version}", existed=existed, changed=changed
        )
