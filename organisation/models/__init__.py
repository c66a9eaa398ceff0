"""Who we are: people, units, posts, committees; the record of what was done; work to be done."""

from .audit import AuditEvent
from .jobs import Job
from .people import Appointment, Post, User
from .units import Committee, Placement, Unit

__all__ = ["Appointment", "AuditEvent", "Committee", "Job", "Placement", "Post", "Unit", "User"]
