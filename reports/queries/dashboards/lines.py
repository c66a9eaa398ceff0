"""How each indicator stood in a quarter: read slim, since a dashboard may hold a thousand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from indicators.models import Indicator, Rating
from sorp.figures import as_number
from sorp.lexicon import Level, NotRated, Quarter, Rag

READ = (
    "indicator_id",
    "quarter_start",
    "rag",
    "not_rated",
    "value",
    "travel",
    "confidence",
    "stale",
    "definition_break",
    "revision__late",
    "revision__number",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The verdict on one indicator in one quarter, and how far its figure can be relied on."""

    rag: str
    not_rated: str
    value: Decimal | None
    travel: str
    confidence: str
    stale: bool
    definition_break: bool
    late: bool
    revised: bool

    @property
    def words(self) -> str:
        """Red, amber, green; or that it is not rated, and why."""
        if self.rag:
            return Rag(self.rag).label
        reason = NotRated(self.not_rated).label
        return reason if "expected range" in reason else f"Not rated, {reason.lower()}"


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator on a dashboard: how it stands, how it stood before, where it is escalated."""

    indicator: Indicator
    now: Standing | None
    before: Standing | None
    levels: tuple[Level, ...] = ()

    @property
    def moved(self) -> int:
        """How many steps of RAG better (or, below nought, worse) than the quarter before.

        Nought where either quarter is not rated: missing data is no movement.
        """
        if not (self.now and self.before and self.now.rag and self.before.rag):
            return 0
        return Rag(self.before.rag).severity - Rag(self.now.rag).severity

    @property
    def movement(self) -> str:
        """The same in words, for a table and a file."""
        if not (self.now and self.before and self.now.rag and self.before.rag):
            return ""
        if not self.moved:
            return "No change"
        return (
            f"{'Better' if self.moved > 0 else 'Worse'}, was {Rag(self.before.rag).label.lower()}"
        )

    @property
    def got_worse(self) -> bool:
        return self.moved < 0

    @property
    def got_better(self) -> bool:
        return self.moved > 0


def standings(
    indicators: Iterable[int], *, first: Quarter, last: Quarter
) -> dict[tuple[int, Quarter], Standing]:
    """How indicators stood in each quarter from one to another, in one query."""
    stored = Rating.objects.latest_ones().filter(
        indicator__in=list(indicators),
        quarter_start__range=(first.first_day, last.first_day),
    )
    quarters = {each.first_day: each for each in first.until(last)}
    return {
        (indicator, quarters[start]): Standing(
            rag,
            not_rated,
            value,
            travel,
            confidence,
            stale,
            is_break,
            bool(late),
            (number or 1) > 1,
        )
        for (
            indicator,
            start,
            rag,
            not_rated,
            value,
            travel,
            confidence,
            stale,
            is_break,
            late,
            number,
        ) in stored.values_list(*READ)
    }


def described(indicator: Indicator, quarter: Quarter, standing: Standing | None) -> str:
    """What a cell says to somebody who cannot see it: "Potholes, Q2 2022/23: Amber, 85.1 %"."""
    said = standing.words if standing else "Not measured"
    if standing and standing.value is not None:
        figure = as_number(standing.value, indicator.decimals, indicator.measure_unit)
        said = f"{said}, {figure}"
    return f"{indicator.title}, {quarter}: {said}"
