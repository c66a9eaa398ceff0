"""Bringing approved versions into force, as a task. Run twice, it acts once."""

from celery import shared_task

from core.clock import localdate
from sorp.services import approval


@shared_task
def bring_into_force() -> int:
    """Bring every approved version into force whose first quarter has begun."""
    return len(approval.bring_into_force(today=localdate(), by=None))
