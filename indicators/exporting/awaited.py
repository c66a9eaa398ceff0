"""awaited.csv, as the import takes it back."""

from __future__ import annotations

from core.tables.writing import written_rows
from indicators.importing.awaited import AwaitedRow
from indicators.models.definitions import Awaited


def awaited_csv() -> str:
    """What is awaited, and what was, in order of reference and quarter: closes of then rest on it."""
    rows = Awaited.objects.select_related("indicator")
    return written_rows(
        AwaitedRow,
        (
            {**vars(each), "reference": each.indicator.reference}
            for each in sorted(rows, key=lambda each: (each.indicator.reference, each.quarter))
        ),
    )
