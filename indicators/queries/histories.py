"""Series of values and of ratings, for the rules to read. Two queries, however many indicators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from indicators.models import Rating, Revision
from sorp.lexicon import NotRated, Quarter, Rag

Point = tuple[Quarter, Decimal | None, bool]


@dataclass(frozen=True, slots=True)
class Judged:
    """How an indicator was judged in one quarter, as far as escalation needs to know."""

    quarter: Quarter
    rag: Rag | None
    not_rated: NotRated | None
    definition_break: bool


def value_series(
    *, until: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, list[Point]]:
    """What is now said of each quarter: value (None where there is none) and definition break.

    Chronological; quarters of which nothing was said are absent.
    """
    rows = Revision.objects.latest_ones().filter(result__quarter_start__lte=until.first_day)
    if indicators is not None:
        rows = rows.filter(result__indicator__in=list(indicators))
    series: dict[int, list[Point]] = defaultdict(list)
    for indicator, start, value, is_break in (
        rows.order_by("result__quarter_start")
        .values_list("result__indicator_id", "result__quarter_start", "value", "definition_break")
        .iterator()
    ):
        series[indicator].append((Quarter.containing(start), value, is_break))
    return series


def rag_histories(
    *, until: Quarter, indicators: Iterable[int] | None = None
) -> dict[int, list[Judged]]:
    """How each indicator is now judged in each quarter up to one, chronological."""
    rows = Rating.objects.latest_ones().filter(quarter_start__lte=until.first_day)
    if indicators is not None:
        rows = rows.filter(indicator__in=list(indicators))
    histories: dict[int, list[Judged]] = defaultdict(list)
    quarters: dict[object, Quarter] = {}
    for indicator, start, rag, not_rated, is_break in (
        rows.order_by("quarter_start")
        .values_list("indicator_id", "quarter_start", "rag", "not_rated", "definition_break")
        .iterator()
    ):
        quarter = quarters.setdefault(start, Quarter.containing(start))
        histories[indicator].append(
            Judged(
                quarter,
                Rag(rag) if rag else None,
                NotRated(not_rated) if not_rated else None,
                is_break,
            )
        )
    return histories
