"""How each indicator stood in each of some quarters: read slim, since a council may hold a thousand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.figures import as_number
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.queries.questions import data_confidence_of
from indicators.rules.questions import DataConfidence
from sorp.lexicon import Kind, NotRated, Rag
from sorp.rules.thresholds import LIMITS, bounds_of

READ = (
    "indicator_id",
    "quarter",
    "rag",
    "not_rated",
    "value",
    "travel",
    "confidence",
    "stale",
    "definition_break",
    "revision__late",
    "revision__number",
    "revision_id",
    *LIMITS,
    "tolerance",
    "method",
    "polarity",
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
    data_confidence: DataConfidence | None = None
    target: Decimal | None = None
    floor: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    outer_lower: Decimal | None = None
    outer_upper: Decimal | None = None
    tolerance: Decimal | None = None
    method: str = ""
    polarity: str = ""

    @property
    def words(self) -> str:
        """Red, amber, green; or that it is not rated, and why."""
        if self.rag:
            return Rag(self.rag).label
        reason = NotRated(self.not_rated).label
        return reason if "expected range" in reason else f"Not rated, {reason.lower()}"


def standings(
    indicators: Iterable[int], *, first: Quarter, last: Quarter
) -> dict[tuple[int, Quarter], Standing]:
    """How indicators stood in each quarter from one to another: `{(indicator.pk, Q1): Standing}`."""
    stored = Rating.objects.latest_ones().filter(
        indicator__in=list(indicators),
        quarter__range=(first, last),
    )
    rows = list(stored.values_list(*READ))
    # Only the last quarter's figures are shown with what stands open about them.
    confidences = data_confidence_of(
        row[READ.index("revision_id")] for row in rows if row[1] == last
    )
    return {
        (indicator, quarter): Standing(
            rag,
            not_rated,
            value,
            travel,
            confidence,
            stale,
            is_break,
            bool(late),
            (number or 1) > 1,
            confidences.get(revision),
            *judged_by,
        )
        for (
            indicator,
            quarter,
            rag,
            not_rated,
            value,
            travel,
            confidence,
            stale,
            is_break,
            late,
            number,
            revision,
            *judged_by,
        ) in rows
    }


def cell_description(indicator: Indicator, quarter: Quarter, standing: Standing | None) -> str:
    """What a cell says to somebody who cannot see it: "Potholes, Q2 2022/23: Amber, 85.1 %"."""
    said = standing.words if standing else "Not measured"
    if standing and standing.value is not None:
        figure = as_number(
            standing.value,
            indicator.decimals,
            indicator.measure_unit,
            bounds=bounds_of(standing),
        )
        said = f"{said}, {figure}"
    return f"{indicator.title}, {quarter}: {said}"


COUNTED = ("green", "amber", "red", "not_rated")


def counted_status(standing: Standing | None) -> str:
    """Under which of these an indicator is counted: green on figures too old is not rated."""
    if standing is None or not standing.rag or (standing.rag == "green" and standing.stale):
        return "not_rated"
    return standing.rag


def counts_of(stood: Iterable[tuple[Indicator, Standing | None]]) -> dict[str, int]:
    """`{"green": 4, "amber": 1, "red": 2, "not_rated": 0}`: they sum to the performance indicators."""
    found = Counter(
        counted_status(standing) for indicator, standing in stood if indicator.kind == Kind.KPI
    )
    return {key: found.get(key, 0) for key in COUNTED}
