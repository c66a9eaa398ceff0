"""suspensions.csv, as the import takes it back."""

from __future__ import annotations

from core.tables.writing import written_rows
from indicators.importing.suspensions import SuspensionRow
from indicators.models.definitions import Suspension


def suspensions_csv() -> str:
    """Every suspension, in order of reference and of the quarter from which it holds."""
    rows = Suspension.objects.select_related("indicator")
    return written_rows(
        SuspensionRow,
        (
            {**vars(each), "reference": each.indicator.reference}
            for each in sorted(rows, key=lambda each: (each.indicator.reference, each.from_quarter))
        ),
    )
