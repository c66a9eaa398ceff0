"""The rules by which indicators are rated and their travel is told. Pure: no Django, no clock."""

from .entering import Asked, Entry, ForecastRead, read_entry
from .questions import Background, questions
from .rating import Reading, Thresholds, judge, rate, scale_of, stale, value_of
from .travel import TravelFound, direction_of_travel

__all__ = [
    "Asked",
    "Background",
    "Entry",
    "ForecastRead",
    "Reading",
    "Thresholds",
    "TravelFound",
    "direction_of_travel",
    "judge",
    "questions",
    "rate",
    "read_entry",
    "scale_of",
    "stale",
    "value_of",
]
