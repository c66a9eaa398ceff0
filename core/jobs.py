"""Jobs: asking for work, and doing what is pending, on either of two backends.

A service asks (`request`), which writes a row; once the transaction is through, a worker of the
backend (a thread of this process, or Celery) is notified. A notification that is lost loses
nothing: the sweep (`run_pending`) finds the row again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models import F, QuerySet
from django.utils.timezone import now

from core import audit, clock, own_words
from core.models.jobs import Job
from core.models.people import Person

logger = logging.getLogger(__name__)
Done = TypeVar("Done")
MOST_ATTEMPTS = 3
# What is raised where the database went away, not where the work is wrong.
LOST_DATABASE = (OperationalError, InterfaceError)
_work_by_kind: dict[str, Callable[..., str]] = {}
_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")


class AlreadyAsked(Exception):
    """The same work is already waiting or under way. Carries the job that is."""

    def __init__(self, job: Job | None) -> None:
        super().__init__("This is already under way. Follow it on your home page.")
        self.job = job


@dataclass(frozen=True, slots=True)
class Progress:
    """Tells how far a job has come, from inside the work. A worker that was overtaken tells nothing."""

    job_id: int
    attempt: int

    def __call__(self, done: int, total: int, message: str = "") -> None:
        _this_attempt(self.job_id, self.attempt).update(
            done=min(done, total), total=total, message=message[:500], leased_until=_lease_end()
        )


def work(kind: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Register what a kind of job does: called with `progress` and the job's arguments.

    What it returns is the job's closing message. It may be run twice.
    """

    def register(function: Callable[..., str]) -> Callable[..., str]:
        _work_by_kind[kind] = function
        return function

    return register


@transaction.atomic
def request(
    *,
    kind: str,
    key: str,
    arguments: dict[str, Any],
    by: Person | None,
    asked_by: Person | None = None,
) -> Job:
    """A piece of work is pending, and a worker is notified once this transaction is through.

    It stands on the home page of whoever asked for it: another than `by`, where that one's word only
    set it going. Raises AlreadyAsked when an unfinished job has the same key.
    """
    try:
        with transaction.atomic():
            whose = asked_by or by
            job = Job.objects.create(
                kind=kind, key=key, arguments=arguments, requested_by_id=whose.pk if whose else None
            )
    except IntegrityError:
        raise AlreadyAsked(Job.objects.unfinished().filter(key=key).first()) from None
    audit.record("asked for a job", job, by=by, kind=kind, arguments=arguments)
    transaction.on_commit(lambda: notify_worker(job.pk))
    return job


def notify_worker(job_id: int) -> None:
    """A worker is told that a job is pending. Failing to is no error: the sweep will find it."""
    if settings.JOB_BACKEND == "thread":
        submit_to_thread(lambda: run(job_id))
        return
    from celery import current_app

    try:
        current_app.send_task("core.tasks.run_job", args=[job_id])
    except Exception:
        logger.exception("No worker was notified of job %s; the sweep will find it", job_id)


def submit_to_thread(act: Callable[[], Done]) -> Future[Done]:
    """Have something done on the one thread of this process that does jobs, after what waits there."""
    return _executor.submit(_with_own_connection, act)


def run(job_id: int) -> bool:
    """Do one job if it is pending. Returns whether this call was the one that ended it.

    A job that lost its database half-way has not failed: it is given back, to be done from the
    start by whoever comes next, three times at most.
    """
    claimed = (
        Job.objects.pending()
        .filter(pk=job_id)
        .update(
            state=Job.State.RUNNING,
            attempts=F("attempts") + 1,
            started_at=clock.now(),
            leased_until=_lease_end(),
        )
    )
    if not claimed:
        return False
    job = Job.objects.get(pk=job_id)
    own_words.speak_as_council()
    if job.attempts > MOST_ATTEMPTS:
        return _finish(job, Job.State.FAILED, "This stopped part-way three times. Start it again.")
    try:
        try:
            with _lease_renewed(job):
                message = _work_by_kind[job.kind](
                    progress=Progress(job.pk, job.attempts), **job.arguments
                )
        except LOST_DATABASE:
            raise
        except Exception as reason:
            logger.exception("Job %s (%s) failed", job.pk, job.kind)
            return _finish(job, Job.State.FAILED, _failure_sentence(reason))
        return _finish(job, Job.State.DONE, message)
    except LOST_DATABASE:
        logger.exception("Job %s (%s) lost the database and is given back", job.pk, job.kind)
        _give_back(job)
        return False


def run_pending() -> int:
    """Do everything that is pending, oldest first. Returns how many jobs this call did."""
    pending = list(Job.objects.pending().order_by("id").values_list("pk", flat=True))
    return sum(run(job_id) for job_id in pending)


def _lease_end() -> datetime:
    """By the machine's clock, whatever day the demonstration lives in: the database compares it."""
    return now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _this_attempt(job_id: int, attempt: int) -> QuerySet[Job]:
    """The job, as long as this attempt at it is still the one that holds it."""
    return Job.objects.filter(pk=job_id, state=Job.State.RUNNING, attempts=attempt)


@contextmanager
def _lease_renewed(job: Job) -> Iterator[None]:
    """The lease is renewed while the work goes on, however long a step of it takes.

    By a thread, so that it ends with the process: a worker that was killed loses its lease. On
    SQLite a renewal waits for the work's own transaction, and may be told that it waited too long;
    then it tries again.
    """
    over = threading.Event()

    def renew() -> None:
        while not over.wait(settings.JOB_LEASE_SECONDS / 3):
            try:
                _this_attempt(job.pk, job.attempts).update(leased_until=_lease_end())
            except (DatabaseError, InterfaceError) as reason:
                logger.warning("The lease of job %s was not renewed: %s", job.pk, reason)
            finally:
                connection.close()

    keeper = threading.Thread(target=renew, name=f"lease-{job.pk}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _give_back(job: Job) -> None:
    """The job is pending again at once; where not even that can be written, once its lease ends."""
    if not connection.in_atomic_block:
        connection.close()  # it may be the one that was lost: the next question opens another
    try:
        _this_attempt(job.pk, job.attempts).update(state=Job.State.PENDING, leased_until=None)
    except LOST_DATABASE as reason:
        logger.warning("Job %s waits for its lease to end: %s", job.pk, reason)


def _finish(job: Job, state: Job.State, message: str) -> bool:
    """Write how it ended, unless the lease ran out meanwhile and another holds the job now."""
    return bool(
        _this_attempt(job.pk, job.attempts).update(
            state=state, message=message[:500], finished_at=clock.now(), leased_until=None
        )
    )


def _failure_sentence(reason: Exception) -> str:
    """What a person is told: our own sentences as they are, anything else in general words."""
    if isinstance(reason, ValueError):
        return str(reason)
    return "Something went wrong with the service. The performance team can see what, in the log."


def _with_own_connection(act: Callable[[], Done]) -> Done:
    close_old_connections()
    try:
        return act()
    finally:
        connection.close()
