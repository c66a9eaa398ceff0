"""Who we are: people, units, posts, committees; the record of what was done; work to be done."""

from .audit import AuditEvent
from .jobs import Job
from .notices import Notice, NoticePreference
from .people import Appointment, Post, User
from .units import Committee, Placement, Unit

__all__ = [
    "Appointment",
    "AuditEvent",
    "Committee",
    "Job",
    "Notice",
    "NoticePreference",
    "Placement",
    "Post",
    "Unit",
    "User",
]
