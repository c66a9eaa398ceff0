"""What is measured: definitions, targets, results with revisions, the return, ratings."""

from .definitions import Indicator, Suspension, Target
from .feeds import CalendarFeed
from .forecasts import ForecastMethod, SystemForecast
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
from .variations import Variation, VariedTrigger
from .workbooks import WorkbookUpload

__all__ = [
    "Attestation",
    "CalendarDay",
    "CalendarFeed",
    "Draft",
    "Evidence",
    "ForecastMethod",
    "Indicator",
    "ManagersForecast",
    "Rating",
    "ReportingQuarter",
    "Result",
    "Revision",
    "SignOff",
    "Submission",
    "Suspension",
    "SystemForecast",
    "Target",
    "Unlock",
    "Variation",
    "VariedTrigger",
    "WorkbookUpload",
]
