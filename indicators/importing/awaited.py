"""awaited.csv: figures that their publishers have not issued, and until when."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import PlainValidator

from core.tables.cells import Day, QuarterKey, line
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow
from indicators.importing.definitions import (
    Reference,
    indicators_named,
    refuse_unknown_indicators,
)
from indicators.models.definitions import Awaited
from indicators.services.awaited import say_awaited
from organisation.models.people import User


class AwaitedRow(TableRow):
    """One figure, from whom it is awaited, and until the end of which day."""

    reference: Reference
    quarter: QuarterKey
    publisher: Annotated[str, PlainValidator(line(200))]
    until: Day


def import_awaited(
    content: bytes, *, file: str, today: date, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every figure of the file is awaited until its day; others stay as they are.

    Raises RefusedFileError.
    """
    work = Import(content, AwaitedRow, file=file)
    rows = work.once_each("reference", "quarter", to_blame="quarter")
    indicators = indicators_named(work.named("reference"))
    refuse_unknown_indicators(work, indicators)
    standing = {(each.indicator_id, each.quarter) for each in Awaited.objects.all()}
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            if (indicator := indicators.get(row.reference)) is None:
                continue
            try:
                _, changed = say_awaited(
                    indicator=indicator,
                    quarter=row.quarter,
                    publisher=row.publisher,
                    until=row.until,
                    today=today,
                    by=by,
                    is_of_the_past=True,
                )
            except ValueError as reason:
                work.refuse(row, "quarter", reason)
            else:
                if row.until < today:
                    work.note(
                        row,
                        "until",
                        "this day has passed: it counts only for quarters closed before it",
                    )
                existed = (indicator.pk, row.quarter) in standing
                work.count(f"{row.reference} {row.quarter.key}", existed=existed, changed=changed)
    return work.outcome()
