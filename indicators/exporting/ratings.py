"""ratings.csv: every rating as it now stands, with what it was computed from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.quarters import Quarter
from core.queries import last_closed
from core.tables.writing import written
from indicators.models.definitions import Indicator
from indicators.queries.histories import rag_histories

OF_A_FIGURE = (
    "value",
    "target",
    "floor",
    "rag",
    "not_rated",
    "method",
    "travel",
    "travel_method",
    "sorp_version",
    "confidence",
    "definition_break",
)
READ_BY_SOME_RULES = (
    "polarity",
    "lower",
    "upper",
    "late",
    "forecast",
    "chance_red",
    "chance_amber_or_worse",
)
SPEAKS_OF = ("basis", "frequency", "due", "made_of_months")
COLUMNS = ("reference", "quarter", *OF_A_FIGURE, "tier", *READ_BY_SOME_RULES, *SPEAKS_OF)


def ratings_csv(quarter: Quarter | None = None, *, closed_only: bool = False) -> str:
    """The latest rating of each indicator in one quarter, or in every quarter, as CSV.

    Escalation follows closed quarters alone: with `closed_only`, what is exported is what it saw.

    In order of reference and quarter. After the columns that were always there stand those that
    some rules read: the tier, and what was expected of the indicator and by whom.
    """
    return written(COLUMNS, _rows(quarter, last_closed() if closed_only else None))


def _rows(quarter: Quarter | None, until: Quarter | None) -> Iterator[tuple[Any, ...]]:
    if quarter is not None:
        until = quarter if until is None else min(quarter, until)
    histories = rag_histories(since=quarter, until=until)
    measured = Indicator.objects.in_bulk(histories)
    # Databases order text each in its own way, and the file is the same from all of them.
    for indicator in sorted(measured.values(), key=lambda each: each.reference):
        for figure in histories[indicator.pk]:
            yield (
                indicator.reference,
                figure.quarter.key,
                *(getattr(figure, name) for name in OF_A_FIGURE),
                indicator.tier,
                *(getattr(figure, name) for name in READ_BY_SOME_RULES),
                *(getattr(indicator, name) for name in SPEAKS_OF),
            )
