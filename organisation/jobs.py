"""Jobs: asking for work, and doing what is owed, on either of two lanes.

A service asks (`request`), which writes a row; when the transaction is through, the lane's bell
is rung. A lost bell loses nothing: the sweep (`run_owed`) finds the row again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.utils.timezone import now

from organisation import audit
from organisation.models import Job, User

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 3
_works: dict[str, Callable[..., str]] = {}
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")


class AlreadyAsked(Exception):
    """The same work is already waiting or under way. Carries the job that is."""

    def __init__(self, job: Job | None) -> None:
        super().__init__("This work is already under way. Follow it on your home page.")
        self.job = job


@dataclass(frozen=True, slots=True)
class Progress:
    """Tells how far a job has come, and keeps its lease, from inside the work."""

    job_id: int

    def __call__(self, done: int, total: int, message: str = "") -> None:
        Job.objects.filter(pk=self.job_id).update(
            done=min(done, total), total=total, message=message[:500], leased_until=now() + LEASE
        )


def work(kind: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Register what a kind of job does: called with `progress` and the job's arguments.

    What it returns is the job's closing message. It may be run twice.
    """

    def register(function: Callable[..., str]) -> Callable[..., str]:
        _works[kind] = function
        return function

    return register


@transaction.atomic
def request(*, kind: str, key: str, arguments: dict[str, Any], by: User | None) -> Job:
    """Owe a piece of work, and ring for it once this transaction is through.

    Raises AlreadyAsked when an unfinished job has the same key.
    """
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, key=key, arguments=arguments, requested_by=by)
    except IntegrityError:
        raise AlreadyAsked(Job.objects.unfinished().filter(key=key).first()) from None
    audit.record("asked for a job", job, by=by, kind=kind, arguments=arguments)
    transaction.on_commit(lambda: ring(job.pk))
    return job


def ring(job_id: int) -> None:
    """Tell the lane that a job is owed. Failing to is not an error: the sweep will find it."""
    if settings.JOB_LANE == "thread":
        _thread.submit(_run_in_thread, job_id)
        return
    from celery import current_app

    try:
        current_app.send_task("organisation.tasks.run_job", args=[job_id])
    except Exception:
        logger.exception("The bell for job %s did not ring; the sweep will find it", job_id)


def run(job_id: int) -> bool:
    """Do one job if it is owed. Returns whether this call was the one that did it."""
    claimed = (
        Job.objects.owed()
        .filter(pk=job_id)
        .update(state=Job.State.RUNNING, started_at=now(), leased_until=now() + LEASE)
    )
    if not claimed:
        return False
    job = Job.objects.get(pk=job_id)
    job.attempts += 1
    Job.objects.filter(pk=job_id).update(attempts=job.attempts)
    if job.attempts > MOST_ATTEMPTS:
        return _finish(job, Job.State.FAILED, "Stopped part-way three times. Ask for it again.")
    try:
        message = _works[job.kind](progress=Progress(job.pk), **job.arguments)
    except Exception as reason:
        logger.exception("Job %s (%s) failed", job.pk, job.kind)
        return _finish(job, Job.State.FAILED, _told(reason))
    return _finish(job, Job.State.DONE, message)


def run_owed() -> int:
    """Do everything that is owed, oldest first. Returns how many jobs this call did."""
    owed = list(Job.objects.owed().order_by("id").values_list("pk", flat=True))
    return sum(run(job_id) for job_id in owed)


def _finish(job: Job, state: Job.State, message: str) -> bool:
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(
        state=state, message=message[:500], finished_at=now(), leased_until=None
    )
    return True


def _told(reason: Exception) -> str:
    """What a person is told: our own sentences as they are, anything else in general words."""
    if isinstance(reason, ValueError):
        return str(reason)
    return "Something went wrong with the service. The performance team can see what, in the log."


def _run_in_thread(job_id: int) -> None:
    close_old_connections()
    try:
        run(job_id)
    finally:
        connection.close()
