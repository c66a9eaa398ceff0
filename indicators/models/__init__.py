"""What is measured: definitions, targets, results with revisions, the return, ratings."""

from .definitions import Indicator, Suspension, Target
from .quarters import ReportingQuarter
from .ratings import Rating
from .results import Result, Revision
from .returns import (
    Attestation,
    CalendarDay,
    Draft,
    Evidence,
    ManagersForecast,
    SignOff,
    Submission,
    Unlock,
)

__all__ = [
    "Attestation",
    "CalendarDay",
    "Draft",
    "Evidence",
    "Indicator",
    "ManagersForecast",
    "Rating",
    "ReportingQuarter",
    "Result",
    "Revision",
    "SignOff",
    "Submission",
    "Suspension",
    "Target",
    "Unlock",
]
