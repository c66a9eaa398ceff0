"""suspensions.csv: quarters in which an indicator is not measured, by agreement, and why."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator

from core.tables.cells import QuarterKey, line
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow
from indicators.importing.definitions import (
    Reference,
    indicators_named,
    refuse_unknown_indicators,
)
from indicators.models.definitions import Suspension
from indicators.services.definitions import suspend_indicator
from organisation.models.people import User


class SuspensionRow(TableRow):
    """One indicator, from which quarter until which; without an end, until further notice."""

    reference: Reference
    from_quarter: QuarterKey
    until_quarter: QuarterKey | None = None
    reason: Annotated[str, PlainValidator(line(500))]
    approved_by: Annotated[str, PlainValidator(line(200))]


def import_suspensions(
    content: bytes, *, file: str, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every suspension of the file stands; others stay as they are.

    Of one that stands from the same quarter an empty `until_quarter` leaves its end as it is, and
    `(clear)` takes it away. Raises RefusedFileError.
    """
    work = Import(content, SuspensionRow, file=file)
    rows = work.once_each("reference", "from_quarter", to_blame="from_quarter")
    indicators = indicators_named(work.named("reference"))
    refuse_unknown_indicators(work, indicators)
    standing = {(each.indicator_id, each.from_quarter): each for each in Suspension.objects.all()}
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            if (indicator := indicators.get(row.reference)) is None:
                continue
            before = standing.get((indicator.pk, row.from_quarter))
            until = row.until_quarter
            if before is not None and "until_quarter" not in row.filled:
                until = before.until_quarter
            try:
                _, changed = suspend_indicator(
                    indicator=indicator,
                    from_quarter=row.from_quarter,
                    until_quarter=until,
                    reason=row.reason,
                    approved_by=row.approved_by,
                    by=by,
                )
            except ValueError as reason:
                is_its_end = "until" in str(reason).lower() or "ends" in str(reason)
                work.refuse(row, "until_quarter" if is_its_end else "from_quarter", reason)
            else:
                name = f"{row.reference} from {row.from_quarter.key}"
                work.count(name, existed=before is not None, changed=changed)
    return work.outcome()
