"""The rules by which indicators are rated and their travel is told. Pure: no Django, no clock."""

from .rating import Reading, Thresholds, judge, rate, scale_of, stale, value_of
from .travel import TravelFound, direction_of_travel

__all__ = [
    "Reading",
    "Thresholds",
    "TravelFound",
    "direction_of_travel",
    "judge",
    "rate",
    "scale_of",
    "stale",
    "value_of",
]
