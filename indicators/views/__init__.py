"""Where managers enter results and answer for them, and the centre keeps the calendar."""

from .entry import enter_result, may_revise, quarter_or_404
from .signing import sign_off, sign_off_sheet, unlock

__all__ = [
    "enter_result",
    "may_revise",
    "quarter_or_404",
    "sign_off",
    "sign_off_sheet",
    "unlock",
]
