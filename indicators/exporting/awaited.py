"""awaited.csv, as the import takes it back."""

from __future__ import annotations

from core.clock import localdate
from core.tables.writing import written_rows
from indicators.importing.awaited import AwaitedRow
from indicators.models.definitions import Awaited


def awaited_csv() -> str:
    """What is awaited today, in order of reference and quarter. What came, or is late by now, is not."""
    rows = Awaited.objects.filter(until__gte=localdate()).select_related("indicator")
    return written_rows(
        AwaitedRow,
        (
            {**vars(each), "reference": each.indicator.reference}
            for each in sorted(rows, key=lambda each: (each.indicator.reference, each.quarter))
        ),
    )
