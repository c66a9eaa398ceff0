"""Doing what is due, where no beat asks for it: by rounds in the web process, or by cron.

Embedded mode has no beat. Rounds made in the web process take its place, so that what a process that
died left behind is taken up by the next one; `manage.py run_due` does the same for cron. What is done
at which times stands in kcc_perf/schedule.py, for beat as well.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from core import clock, jobs
from core.models.notices import Notice
from core.queries import owed_a_digest
from core.tasks import StillOwed
from kcc_perf.schedule import MORNING, Entry, entries

logger = logging.getLogger(__name__)
AN_HOUR_AND_MORE = 2 * 3600  # seconds


def counted(number: int, noun: str) -> str:
    """One job, two jobs."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True, slots=True)
class Done:
    """What one round did."""

    jobs: int
    notices: int
    notices_still_owed: int

    @property
    def sentence(self) -> str:
        told = f"{counted(self.jobs, 'job')} done, {counted(self.notices, 'notice')} sent"
        return (
            f"{told}, {self.notices_still_owed} still owed."
            if self.notices_still_owed
            else f"{told}."
        )


def run_due() -> Done:
    """Each entry of the schedule whose time has come is done, in their order. What fails stays owed.

    Nobody is reminded, and no digest sent, before the working day begins.
    """
    listed = entries(demonstration=settings.DEMONSTRATION)
    did = {entry.task: do_if_due(entry) for entry in listed}
    notices = sum(did[entry.task] for entry in listed if entry.writes_to_people)
    return Done(did["core.tasks.run_pending_jobs"], notices, _notices_still_owed())


def do_if_due(entry: Entry) -> int:
    """What the entry's task says it did: nought before its hour, or where this hour's was done.

    Which hour's was done is kept in the cache, which all processes share; what failed is not kept.
    """
    moment = timezone.localtime(clock.now())
    if moment.hour < entry.from_hour:
        return 0
    mark = f"done {entry.task} {moment:%Y-%m-%d %H}".replace(" ", "-")
    is_hourly = entry.minute is not None
    try:
        if is_hourly and not cache.add(mark, True, timeout=AN_HOUR_AND_MORE):
            return 0
        try:
            return import_string(entry.task)() or 0
        except Exception:
            if not connection.in_atomic_block:
                connection.close()  # it may be what failed: the next question opens another
            if is_hourly:
                cache.delete(mark)
            raise
    except StillOwed as reason:
        return reason.done
    except Exception:
        logger.exception("Could not %s; the next round tries again", entry.name)
        return 0


def _notices_still_owed() -> int:
    if settings.DEMONSTRATION:
        return 0
    left = Notice.objects.to_send_now().count()
    if timezone.localtime(clock.now()).hour >= MORNING:
        left += len(owed_a_digest(today=clock.localdate()))
    return left


def start_rounds() -> None:
    """From now until this process ends, what is due is done every JOB_SWEEP_SECONDS.

    Where Celery does the jobs, beat asks for them, and nothing is started. Called by whatever
    serves (deploy/gunicorn.py, the command runserver), so that no other command and no check starts
    it; in each server process after it was forked, since threads do not survive that.
    """
    if settings.JOB_BACKEND != "thread":
        return
    threading.Thread(target=_tick, name="rounds", daemon=True).start()


def _tick() -> None:
    while True:
        try:
            done = jobs.submit_to_thread(run_due)
        except RuntimeError:  # the executor takes no more: the process is ending
            return
        if reason := done.exception():
            logger.error("What is due was not done; the next round tries again", exc_info=reason)
        time.sleep(settings.JOB_SWEEP_SECONDS)
