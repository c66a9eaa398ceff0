"""escalations.csv: the record of what was referred up."""

from __future__ import annotations

from core.tables.writing import written
from escalation.queries.register import EXPORT_COLUMNS, exported_escalations


def escalations_csv() -> str:
    """Every escalation, open and recovered."""
    rows = exported_escalations()
    return written(EXPORT_COLUMNS, ([row[name] for name in EXPORT_COLUMNS] for row in rows))
