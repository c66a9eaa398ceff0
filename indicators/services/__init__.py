"""What is done about indicators, their targets, results and ratings."""

from .accountability import attest, reassign_indicators
from .calendar import Unowned, begin_quarter, renew_feed, set_due_day
from .definitions import define_indicator, redefine_indicator, set_target, suspend_indicator
from .drafts import ChangedMeanwhile, discard_draft, save_draft
from .endings import remind_of_endings
from .evidence import RefusedFile, attach_evidence, remove_evidence
from .forecasting import forecast_after
from .forecasts import state_forecasts
from .quarters import open_quarter
from .rating import rate_quarter
from .reminding import remind
from .results import Locked, ResultGiven, revise_result, submit_result
from .signing import approve_results, return_result, unlock_result
from .submissions import Submission, submit_results
from .submitting import NotReady, submit_return
from .variations import (
    TriggerVaried,
    agree_variation,
    end_variation,
    propose_variation,
    refuse_variation,
)
from .varying import RefusedVariation

__all__ = [
    "ChangedMeanwhile",
    "Locked",
    "NotReady",
    "RefusedFile",
    "RefusedVariation",
    "ResultGiven",
    "Submission",
    "TriggerVaried",
    "Unowned",
    "agree_variation",
    "approve_results",
    "attach_evidence",
    "attest",
    "begin_quarter",
    "define_indicator",
    "discard_draft",
    "end_variation",
    "forecast_after",
    "open_quarter",
    "propose_variation",
    "rate_quarter",
    "reassign_indicators",
    "redefine_indicator",
    "refuse_variation",
    "remind",
    "remind_of_endings",
    "remove_evidence",
    "renew_feed",
    "return_result",
    "revise_result",
    "save_draft",
    "set_due_day",
    "set_target",
    "state_forecasts",
    "submit_result",
    "submit_results",
    "submit_return",
    "suspend_indicator",
    "unlock_result",
]
