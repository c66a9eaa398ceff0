"""What PAT and DAT owe people at times. Run twice, each acts once."""

from celery import shared_task

from assurance.services import invitations
from core.clock import localdate


@shared_task
def remind_of_papers() -> int:
    """Whoever owes a paper to a meeting is reminded. Returns how many notices are new."""
    return invitations.remind_of_papers(today=localdate())
