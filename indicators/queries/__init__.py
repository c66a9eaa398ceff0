"""What may be asked about indicators, their results and ratings."""

from .histories import (
    Judged,
    chances_foreseen,
    forecasts_judged,
    rag_histories,
    value_series,
)
from .quarters import last_closed, open_quarters, quarter_state
from .sheets import ResultSheet, result_sheet
from .targets import targets_in_force, thresholds_of

__all__ = [
    "Judged",
    "ResultSheet",
    "chances_foreseen",
    "forecasts_judged",
    "last_closed",
    "open_quarters",
    "quarter_state",
    "rag_histories",
    "result_sheet",
    "targets_in_force",
    "thresholds_of",
    "value_series",
]
