"""What may be asked about PAT and DAT."""

from .boards import BoardLine, CallInBoard, call_in_board
from .documents import pack_document
from .meetings import MeetingSheet, TeamSheet, called_in_sheet, meeting_sheet, team_sheet
from .seats import seats_on, vacancies

__all__ = [
    "BoardLine",
    "CallInBoard",
    "MeetingSheet",
    "TeamSheet",
    "call_in_board",
    "called_in_sheet",
    "meeting_sheet",
    "pack_document",
    "seats_on",
    "team_sheet",
    "vacancies",
]
