"""Escalations with their explanations and handling, plans, exceptions, back-tests."""

from .backtests import Backtest
from .escalations import Escalation, Explanation, Handling
from .exceptions import PositiveException, UnitEscalation
from .plans import Action, ActionPlan, PlanReview

__all__ = [
    "Action",
    "ActionPlan",
    "Backtest",
    "Escalation",
    "Explanation",
    "Handling",
    "PlanReview",
    "PositiveException",
    "UnitEscalation",
]
