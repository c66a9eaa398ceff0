"""What is done about escalations; action plans are in the module beside it."""

from .alerting import alert_to_missing_plans
from .backtests import ask_backtest, keep_as_evidence, run_backtest
from .closing import CannotClose, Closing, close_quarter, preview_close
from .exceptions import Exceptions, close_exceptions
from .handling import deal_with, refer_up
from .judging import agree_plan, review_plan

__all__ = [
    "CannotClose",
    "Closing",
    "Exceptions",
    "agree_plan",
    "alert_to_missing_plans",
    "ask_backtest",
    "close_exceptions",
    "close_quarter",
    "deal_with",
    "keep_as_evidence",
    "preview_close",
    "refer_up",
    "review_plan",
    "run_backtest",
]
