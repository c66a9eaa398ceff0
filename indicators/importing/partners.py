"""The workbook that a partner fills in: one row a figure, the same that its page asks for."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator

from core.tables.cells import QuarterKey
from core.tables.importing import Import, Imported
from core.tables.rows import TableRow, optional_column
from core.tables.spreadsheets import as_csv
from core.tables.writing import written_rows
from indicators.importing.definitions import Reference
from indicators.models.partners import Partner
from indicators.queries.partners import asked_of
from indicators.rules.partners import GIVEN, MONTHLY, as_given
from indicators.services.partners import NotTaken, give_figure

COLUMNS = tuple(name for name in GIVEN if name not in MONTHLY)
AsTyped = Annotated[str, PlainValidator(str)]


class PartnerRow(TableRow):
    """One figure of one quarter. Figures are read as the page reads them: 76.4, 1,250 or 80 %."""

    reference: Reference
    title: AsTyped = optional_column("")
    quarter: QuarterKey
    value: AsTyped = optional_column("")
    numerator: AsTyped = optional_column("")
    denominator: AsTyped = optional_column("")
    not_available: AsTyped = optional_column("")
    status: AsTyped = optional_column("")
    commentary: AsTyped = optional_column("")


def partner_csv(partner: Partner) -> str:
    """What is asked of a partner now, a row each, with what still waits as it was typed.

    What is made of months has no row: each of them has its own boxes on its page.
    """
    return written_rows(
        PartnerRow,
        (
            {name: each.row.get(name, "") for name in COLUMNS}
            | {
                "reference": each.indicator.reference,
                "title": each.indicator.title,
                "quarter": each.quarter,
            }
            for each in asked_of(partner)
            if not each.indicator.made_of_months
        ),
    )


def import_partner(
    content: bytes, *, file: str, partner: Partner, dry_run: bool = False
) -> Imported:
    """Every figure of the file waits for its manager, or none does. Rows left empty are passed over.

    Raises RefusedFileError with every cell that cannot be taken.
    """
    work = Import(as_csv(content, file=file), PartnerRow, file=file)
    rows = work.once_each("reference", "quarter", to_blame="reference")
    asked = {(each.indicator.reference, each.quarter): each for each in asked_of(partner)}
    with work.all_or_none(dry_run=dry_run):
        for row in rows:
            typed = as_given({name: getattr(row, name) for name in COLUMNS})
            if not typed:
                continue
            found = asked.get((row.reference, row.quarter))
            if found is not None and found.indicator.made_of_months:
                work.refuse(row, "reference", "leave this row out: give its months on its page")
                continue
            if found is None:
                work.refuse(row, "reference", "leave this row out: you are not asked for it now")
                continue
            try:
                _, is_new = give_figure(
                    partner=partner, indicator=found.indicator, quarter=row.quarter, typed=typed
                )
            except NotTaken as reason:
                work.refuse(row, reason.field or "reference", reason)
            else:
                name = f"{row.reference} {row.quarter.key}"
                work.count(name, existed=not is_new, changed=False)
    return work.outcome()
