"""What is done about escalations; action plans are in the module beside it."""

from .closing import CannotClose, Closing, close_quarter, preview_close

__all__ = ["CannotClose", "Closing", "close_quarter", "preview_close"]
