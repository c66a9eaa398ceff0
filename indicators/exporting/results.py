"""results.csv, as the import takes it back."""

from __future__ import annotations

from collections.abc import Iterator

from core.tables.writing import written_rows
from indicators.importing.results import ResultRow
from indicators.models.months import MonthlyFigure
from indicators.models.results import Revision
from indicators.queries.histories import breaks_by_definition


def results_csv() -> str:
    """What is said now of every result, in order of reference and quarter, and before it its months."""
    rows = [*_results(), *_months()]
    rows.sort(key=lambda each: (each["reference"], each["day"], isinstance(each["of"], Revision)))
    return written_rows(ResultRow, rows)


def _results() -> Iterator[dict[str, object]]:
    breaks = breaks_by_definition()
    for each in Revision.objects.latest_ones().select_related("result__indicator"):
        quarter = each.result.quarter
        yield {
            **vars(each),
            "reference": each.result.indicator.reference,
            "quarter": quarter,
            "value": "[c]" if each.withheld else each.value,
            "definition_break": each.definition_break
            or (each.result.indicator_id, quarter) in breaks,
            "day": quarter.last_day,
            "of": each,
        }


def _months() -> Iterator[dict[str, object]]:
    for each in MonthlyFigure.objects.latest_ones().select_related("indicator"):
        yield {
            **dict.fromkeys(ResultRow.model_fields),
            **vars(each),
            "reference": each.indicator.reference,
            "quarter": each.month,
            "value": "[c]" if each.withheld else each.value,
            "day": each.month.last_day,
            "of": each,
        }
