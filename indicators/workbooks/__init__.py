"""The workbook in which a return is filled in away from the service, out and back."""

from .checking import LARGEST_FILE, check_size
from .committing import NotSaved, commit_workbook, keep_preview, preview_kept
from .found import Change, Preview, Rejection
from .previewing import preview
from .refusals import Fault, Refused
from .writing import NothingDue, write_workbook

__all__ = [
    "LARGEST_FILE",
    "Change",
    "Fault",
    "NotSaved",
    "NothingDue",
    "Preview",
    "Refused",
    "Rejection",
    "check_size",
    "commit_workbook",
    "keep_preview",
    "preview",
    "preview_kept",
    "write_workbook",
]
