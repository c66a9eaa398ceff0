"""escalations.csv and variations.csv: the record of what was referred up, and of what was agreed otherwise."""

from __future__ import annotations

from core.tables.writing import written
from escalation.queries.evaluation import agreed_variations, as_varied
from escalation.queries.register import EXPORT_COLUMNS, exported_escalations
from escalation.rules.variations import COLUMNS, variation_rows


def escalations_csv() -> str:
    """Every escalation, open and recovered."""
    rows = exported_escalations()
    return written(EXPORT_COLUMNS, ([row[name] for name in EXPORT_COLUMNS] for row in rows))


def variations_csv() -> str:
    """The agreed variations of triggers and of the exit rule."""
    agreed = [each for rows in agreed_variations().values() for each in rows]
    in_order = sorted(agreed, key=lambda each: (each.indicator.reference, each.from_quarter))
    return written(
        COLUMNS,
        (
            row
            for each in in_order
            for spell in as_varied(each)
            for row in variation_rows(each.indicator.reference, spell)
        ),
    )
