"""What is done about indicators, their targets, results and ratings."""

from .definitions import define_indicator, redefine_indicator, set_target, suspend_indicator
from .quarters import open_quarter
from .rating import rate_quarter
from .results import ResultGiven, revise_result, submit_result
from .submissions import Submission, submit_results

__all__ = [
    "ResultGiven",
    "Submission",
    "define_indicator",
    "open_quarter",
    "rate_quarter",
    "redefine_indicator",
    "revise_result",
    "set_target",
    "submit_result",
    "submit_results",
    "suspend_indicator",
]
