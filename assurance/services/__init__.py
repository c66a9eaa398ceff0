"""What is done on PAT and DAT: seating, meeting, calling in, deciding, freezing packs."""

from .calling import call_in, decline, defer, withdraw
from .meetings import establish_team, hold_meeting, plan_meeting, table_paper
from .outcomes import agree_action, challenge, complete_action, decide
from .packs import attach_drawn, freeze_pack
from .seats import end_seat, seat

__all__ = [
    "agree_action",
    "attach_drawn",
    "call_in",
    "challenge",
    "complete_action",
    "decide",
    "decline",
    "defer",
    "end_seat",
    "establish_team",
    "freeze_pack",
    "hold_meeting",
    "plan_meeting",
    "seat",
    "table_paper",
    "withdraw",
]
