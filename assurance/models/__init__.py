"""PAT and DAT: seats, meetings, call-ins, what came of them, papers and packs."""

from .meetings import AgreedAction, CallIn, Challenge, Decision, Meeting
from .packs import Pack, Paper
from .teams import Seat, Team

__all__ = [
    "AgreedAction",
    "CallIn",
    "Challenge",
    "Decision",
    "Meeting",
    "Pack",
    "Paper",
    "Seat",
    "Team",
]
