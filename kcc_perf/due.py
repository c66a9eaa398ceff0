"""What is due: jobs still owed and notices not yet sent. In service mode beat asks for it instead.

Embedded mode has no beat. Rounds made in the web process take its place, so that what a process that
died left behind is taken up by the next one; `manage.py run_due` does the same for cron.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from django.conf import settings

from organisation import jobs, services
from organisation.models import Notice

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
    """Jobs that are owed are done and notices that are owed are sent: what fails stays owed."""
    done = jobs.run_owed()
    if settings.DEMONSTRATION:  # its people are invented: nobody is written to
        return Done(done, 0, 0)
    owed = list(Notice.objects.unsent().values_list("pk", flat=True))
    sent = sum(_sent(notice_id) for notice_id in owed)
    return Done(done, sent, Notice.objects.unsent().count())


def _sent(notice_id: int) -> bool:
    """One notice, so that one that fails stops no other."""
    try:
        return services.send_notice(notice_id=notice_id)
    except Exception:
        logger.exception("Notice %s was not sent; it is still owed", notice_id)
        return False


def start_rounds() -> None:
    """From now until this process ends, what is due is done every JOB_SWEEP_SECONDS.

    Called where the web server's door is opened, and nowhere else, so that no command and no
    check starts it; in each server process after it was forked, since threads do not survive that.
    """
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
