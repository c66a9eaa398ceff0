"""results.csv, as the import takes it back."""

from __future__ import annotations

from core.tables.writing import written_rows
from indicators.importing.results import ResultRow
from indicators.models.results import Revision
from indicators.queries.histories import breaks_by_definition


def results_csv() -> str:
    """What is said now of every result, in order of reference and quarter."""
    rows = Revision.objects.latest_ones().select_related("result__indicator")
    breaks = breaks_by_definition()
    return written_rows(
        ResultRow,
        (
            {
                **vars(each),
                "reference": each.result.indicator.reference,
                "quarter": each.result.quarter,
                "definition_break": each.definition_break
                or (each.result.indicator_id, each.result.quarter) in breaks,
            }
            for each in sorted(
                rows, key=lambda each: (each.result.indicator.reference, each.result.quarter)
            )
        ),
    )
