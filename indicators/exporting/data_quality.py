"""data_quality.csv, as the import takes it back."""

from __future__ import annotations

from core.clock import day_of
from core.tables.writing import written_rows
from indicators.importing.data_quality import DataQualityRow
from indicators.models.data_quality import DataQualityEntry


def data_quality_csv() -> str:
    """Every entry of the register, in order of reference and number."""
    rows = DataQualityEntry.objects.select_related("indicator", "written_by")
    return written_rows(
        DataQualityRow,
        (
            {
                **vars(each),
                "reference": each.indicator.reference,
                "written_by": each.written_by.email,
                "written_on": day_of(each.written_at),
            }
            for each in sorted(rows, key=lambda each: (each.indicator.reference, each.number))
        ),
    )
