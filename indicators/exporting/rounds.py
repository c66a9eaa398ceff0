"""round.csv: a grid of the latest round, with what stands beside each line, as the import takes it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.figures import as_number
from core.tables.writing import written_rows
from indicators.importing.rounds import RoundRow
from indicators.models.ratings import Rating
from indicators.queries.rounds import GridRow, grid_rows, latest_round, lines_of, measured_before
from indicators.rights import NONE
from sorp.lexicon import NotRated, Rag
from sorp.rules.thresholds import LIMITS

YEARS = ("three_years_ago", "two_years_ago", "last_year")


def round_csv() -> str:
    """The latest round of the whole council; the headings alone where there is none."""
    round = latest_round()
    if round is None:
        return round_rows_csv(())
    rows, new = grid_rows(
        round, measured_before(round.year), lines_of(round), NONE, with_figures=True
    )
    return round_rows_csv([*rows, *new])


def round_rows_csv(rows: Sequence[GridRow]) -> str:
    """These rows of a grid: of what is counted from April, one for each quarter in which it is due."""
    return written_rows(RoundRow, (cells for row in rows for cells in _cells(row)))


def _cells(row: GridRow) -> Iterator[dict[str, object]]:
    indicator = row.indicator
    years = dict(zip(YEARS, map(year_in_words, row.years), strict=True))
    said: dict[str, object] = {
        "reference": indicator.reference,
        "proposal": row.line.action if row.line else "",
        "reason": row.line.reason if row.line else "",
        "title": row.line.title if row.line else indicator.title,
        "unit": indicator.unit.name,
        "manager": indicator.accountable_manager.name,
        "state": row.line.get_state_display() if row.line else "Nothing is said yet",
        "forecast": forecast_in_words(row),
        **years,
    }
    for quarter in row.quarters or (None,):
        limits = row.targets[quarter] if quarter else dict.fromkeys(LIMITS)
        yield said | {
            **{name: limits.get(name) for name in LIMITS},
            "from_quarter": quarter,
            "stands": row.stands[quarter] if quarter else "",
        }


def year_in_words(rating: Rating | None) -> str:
    """The last figure of a year, with its quarter and its status: "91.2%, Q4, green"."""
    if rating is None or rating.value is None:
        return ""
    indicator = rating.indicator
    status = Rag(rating.rag).label if rating.rag else NotRated(rating.not_rated).label
    value = as_number(rating.value, indicator.decimals, indicator.measure_unit)
    return f"{value}, Q{rating.quarter.number}, {status.lower()}"


def forecast_in_words(row: GridRow) -> str:
    """What we expect next, four times in five: "Q4 2023/24: 91% (88% to 94%)"."""
    if row.forecast is None:
        return ""
    decimals, unit = row.indicator.decimals, row.indicator.measure_unit
    value, lower, upper = (
        as_number(each, decimals, unit)
        for each in (row.forecast.value, row.forecast.lower, row.forecast.upper)
    )
    return f"{row.forecast.for_quarter}: {value} ({lower} to {upper})"
