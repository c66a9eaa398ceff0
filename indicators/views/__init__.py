"""Where managers enter results and answer for them, and the centre keeps the calendar."""

from .entry import enter_result, may_revise, quarter_or_404

__all__ = ["enter_result", "may_revise", "quarter_or_404"]
