"""data_quality.csv: the register of data quality, entry by entry."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import PlainValidator

from core.tables.cells import Day, choice, line, prose, whole_number
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow, optional_column
from indicators.importing.definitions import (
    Reference,
    indicators_named,
    refuse_unknown_indicators,
)
from indicators.models.data_quality import DataQualityEntry
from indicators.rules.data_quality import Risk
from indicators.services.data_quality import (
    CannotWriteEntry,
    DataQualityGiven,
    bring_data_quality,
)
from organisation.importing.people import Email, people_named
from organisation.models.people import User

SAID = ("source", "risk", "why", "checked_on", "checked_by", "finding", "mend", "mend_due_on")


class DataQualityRow(TableRow):
    """One entry of the register: all that it says of an indicator, and whose it is."""

    reference: Reference
    number: Annotated[int, PlainValidator(whole_number(1, 30_000))] | None = optional_column()
    source: Annotated[str, PlainValidator(prose())]
    risk: Annotated[Risk, PlainValidator(choice(Risk))]
    why: Annotated[str, PlainValidator(line(500))]
    checked_on: Day | None = None
    checked_by: Annotated[str, PlainValidator(line(200))] = ""
    finding: Annotated[str, PlainValidator(prose())] = ""
    mend: Annotated[str, PlainValidator(prose())] = ""
    mend_due_on: Day | None = None
    mended_on: Day | None = None
    written_by: Email
    written_on: Day


def import_data_quality(
    content: bytes, *, file: str, today: date, by: User | None = None, dry_run: bool = False
) -> Imported:
    """Every entry of the file is in the register, in the file's order; none that stands is changed.

    An entry says all that it says: an empty cell says nothing. Raises RefusedFileError.
    """
    work = Import(content, DataQualityRow, file=file)
    indicators = indicators_named(work.named("reference"))
    refuse_unknown_indicators(work, indicators)
    people = people_named(work, "written_by")
    known = set(DataQualityEntry.objects.values_list("indicator_id", "number"))
    with work.all_or_none(dry_run=dry_run):
        for row in work.rows:
            indicator, writer = indicators.get(row.reference), people.get(row.written_by)
            if indicator is None or writer is None:
                continue
            try:
                entry, is_new = bring_data_quality(
                    indicator=indicator,
                    given=DataQualityGiven(
                        **{name: getattr(row, name) for name in (*SAID, "mended_on")}
                    ),
                    number=row.number,
                    written_by=writer,
                    written_on=row.written_on,
                    today=today,
                    by=by,
                )
            except CannotWriteEntry as refused:
                work.refuse(row, refused.field or "reference", refused)
            else:
                name = f"{row.reference}, entry {entry.number}"
                existed = (indicator.pk, entry.number) in known
                work.count(name, existed=existed, changed=is_new)
    return work.outcome()
