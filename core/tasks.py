"""Tasks that do pending jobs and send what is owed. Each may run twice, to no further effect."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from celery import Task, shared_task

from core import jobs
from core.clock import localdate
from core.models.notices import Notice
from core.queries import owed_a_digest
from core.services import notices

logger = logging.getLogger(__name__)


@shared_task
def run_job(job_id: int) -> bool:
    """Do one job, if it is still owed."""
    return jobs.run(job_id)


@shared_task
def run_pending_jobs() -> int:
    """Do whatever is pending of which no worker was notified, or whose worker died. Beat calls it often."""
    return jobs.run_pending()


@shared_task(bind=True)
def send_owed_notices(self: Task) -> int:
    """Send every notice still owed. The unsent row is the retry: nothing else need be."""
    return _each(self, send_notice, Notice.objects.to_send_now().values_list("pk", flat=True))


@shared_task
def send_notice(notice_id: int) -> bool:
    """Send one notice, so that one that fails stops no other."""
    return notices.send_notice(notice_id=notice_id)


@shared_task(bind=True)
def send_owed_digests(self: Task) -> int:
    """Send what is owed to those who want one e-mail a day and had none today."""
    return _each(self, send_digest, owed_a_digest(today=localdate()))


@shared_task
def send_digest(recipient_id: int) -> int:
    """Send one person's e-mail of the day, so that one that fails stops no other."""
    return notices.send_digest(recipient_id=recipient_id, today=localdate())


class StillOwed(Exception):
    """Some of what was to be done failed, and is logged. Carries how much was done."""

    def __init__(self, done: int) -> None:
        super().__init__("Some of it failed and is still owed")
        self.done = done


def _each(caller: Task, one: Task, keys: Iterable[int]) -> int:
    """One task for each: sent to the workers by a worker, and done here and now where there is none.

    Returns how much was done here. Raises StillOwed, when all were tried, where any failed.
    """
    if not caller.request.called_directly:
        for key in keys:
            one.delay(key)
        return 0
    done, failed = 0, False
    for key in list(keys):
        try:
            done += one(key)
        except Exception:
            failed = True
            logger.exception("%s %s failed; it is still owed", one.name, key)
    if failed:
        raise StillOwed(done)
    return done
