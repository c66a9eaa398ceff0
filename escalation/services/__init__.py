"""What is done about escalations, action plans and notices."""

from .closing import CannotClose, Closing, close_quarter
from .notices import owe_notice, send_notice

__all__ = ["CannotClose", "Closing", "close_quarter", "owe_notice", "send_notice"]
