"""What is due: jobs, reminders, and notices not yet sent. In service mode beat asks for it instead.

Embedded mode has no beat. Rounds made in the web process take its place, so that what a process that
died left behind is taken up by the next one; `manage.py run_due` does the same for cron.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from escalation.services import alert_to_missing_plans
from indicators.services import remind, remind_of_endings
from organisation import clock, jobs, services
from organisation.models import Notice
from organisation.queries import owed_a_digest
from reports.tasks import measure_compliance, owe_drawings
from sorp.services import bring_into_force

logger = logging.getLogger(__name__)


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
    """What is due is done: jobs, the SORP brought into force, reminders, notices. What fails stays owed.

    Nobody is reminded, and no digest sent, before the working day begins.
    """
    done = jobs.run_owed()
    today = clock.localdate()
    is_morning = timezone.localtime(clock.now()).hour >= settings.MORNING
    _bring_into_force(today)
    if is_morning:
        _remind_once(today)
    _measure(today, is_morning)
    if settings.DEMONSTRATION:  # its people are invented: nobody is written to
        return Done(done, 0, 0)
    sent = sum(_sent(notice_id) for notice_id in _ids(Notice.objects.to_send_now()))
    if is_morning:
        sent += sum(_sent_digest(person, today) for person in owed_a_digest(today=today))
    left = Notice.objects.to_send_now().count()
    if is_morning:
        left += len(owed_a_digest(today=today))
    return Done(done, sent, left)


def _ids(rows: Any) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def _remind_once(today: date) -> None:
    """The reminders of the day, by the first round of it. A second would only find nothing to owe."""
    key = f"reminded-{today.isoformat()}"
    if not cache.add(key, True, timeout=24 * 3600):
        return
    try:
        remind(today=today)
        remind_of_endings(today=today)
        alert_to_missing_plans(today=today)
    except Exception:
        cache.delete(key)
        logger.exception("Nobody was reminded; the next round tries again")


def _bring_into_force(today: date) -> None:
    """Versions of the SORP whose first quarter has begun are in force: nothing else says so."""
    try:
        bring_into_force(today=today, by=None)
    except Exception:
        logger.exception(
            "No version of the SORP was brought into force; the next round tries again"
        )


def _measure(today: date, is_morning: bool) -> None:
    """What was closed is measured against the SORP; once a day, the latest quarters again.

    Then, too, packs that nobody asked to be drawn are owed their drawing.
    """
    key = f"measured-{today.isoformat()}"
    again = is_morning and cache.add(key, True, timeout=24 * 3600)
    try:
        measure_compliance(again=bool(again))
        if again:
            owe_drawings()
    except Exception:
        if again:
            cache.delete(key)
        logger.exception(
            "What was closed was not all measured or drawn; the next round tries again"
        )


def _sent(notice_id: int) -> bool:
    """One notice, so that one that fails stops no other."""
    try:
        return services.send_notice(notice_id=notice_id)
    except Exception:
        logger.exception("Notice %s was not sent; it is still owed", notice_id)
        return False


def _sent_digest(recipient_id: int, today: date) -> int:
    """One person's e-mail of the day, so that one that fails stops no other."""
    try:
        return services.send_digest(recipient_id=recipient_id, today=today)
    except Exception:
        logger.exception("The digest for person %s was not sent; it is still owed", recipient_id)
        return 0


def start_rounds() -> None:
    """From now until this process ends, what is due is done every JOB_SWEEP_SECONDS.

    Where Celery does the jobs, beat asks for them, and nothing is started. Called by whatever
    serves (deploy/gunicorn.py, the command runserver), so that no other command and no check starts
    it; in each server process after it was forked, since threads do not survive that.
    """
    if settings.JOB_LANE != "thread":
        return
    threading.Thread(target=_tick, name="rounds", daemon=True).start()


def _tick() -> None:
    while True:
        try:
            done = jobs.in_lane(run_due)
        except RuntimeError:  # the lane takes no more: the process is ending
            return
        if reason := done.exception():
            logger.error("What is due was not done; the next round tries again", exc_info=reason)
        time.sleep(settings.JOB_SWEEP_SECONDS)
