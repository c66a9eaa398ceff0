"""What is measured: definitions, targets, results with their revisions, ratings."""

from .definitions import Indicator, Suspension, Target
from .quarters import ReportingQuarter
from .ratings import Rating
from .results import Result, Revision

__all__ = [
    "Indicator",
    "Rating",
    "ReportingQuarter",
    "Result",
    "Revision",
    "Suspension",
    "Target",
]
