"""ratings.csv: every rating as it now stands, with what it was computed from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.quarters import Quarter
from core.queries import last_closed
from core.tables.writing import written
from indicators.models.ratings import Rating
from indicators.queries.histories import chances_foreseen, forecasts_judged

COLUMNS = (
    "reference",
    "quarter",
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
    "tier",
    "polarity",
    "lower",
    "upper",
    "late",
    "forecast",
    "chance_red",
    "chance_amber_or_worse",
)


def ratings_csv(quarter: Quarter | None = None, *, closed_only: bool = False) -> str:
    """The latest rating of each indicator in one quarter, or in every quarter, as CSV.

    Escalation follows closed quarters alone: with `closed_only`, what is exported is what it saw.

    In order of reference and quarter. After the columns that were always there stand those that
    some rules read: the tier, and what was expected of the indicator and by whom.
    """
    return written(COLUMNS, _rows(quarter, last_closed() if closed_only else None))


def _rows(quarter: Quarter | None, until: Quarter | None) -> Iterator[tuple[Any, ...]]:
    ratings = Rating.objects.latest_ones().select_related("indicator", "sorp_version", "revision")
    if quarter is not None:
        ratings = ratings.filter(quarter=quarter)
    if until is not None:
        ratings = ratings.filter(quarter__lte=until)
    forecasts, chances = forecasts_judged(until=until), chances_foreseen(until=until)
    # Databases order text each in its own way, and the file is the same from all of them.
    for rating in sorted(ratings, key=lambda each: (each.indicator.reference, each.quarter)):
        said = rating.indicator_id, rating.quarter
        yield (
            rating.indicator.reference,
            rating.quarter.key,
            rating.value,
            rating.target,
            rating.floor,
            rating.rag,
            rating.not_rated,
            rating.method,
            rating.travel,
            rating.travel_method,
            rating.sorp_version.number,
            rating.confidence,
            rating.definition_break,
            rating.indicator.tier,
            rating.polarity,
            rating.lower,
            rating.upper,
            bool(rating.revision and rating.revision.late),
            forecasts.get(said),
            *chances.get(said, (None, None)),
        )
