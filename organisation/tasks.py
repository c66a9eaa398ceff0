"""Doors by which the clock and the broker come in. Each may be knocked on twice, to no effect."""

from celery import shared_task

from organisation import jobs
from organisation.models import Notice
from organisation.services import send_notice as send


@shared_task
def run_job(job_id: int) -> bool:
    """Do one job, if it is still owed."""
    return jobs.run(job_id)


@shared_task
def run_owed_jobs() -> int:
    """Do whatever is owed and was not rung for, or whose worker died. Beat calls it often."""
    return jobs.run_owed()


@shared_task
def send_owed_notices() -> None:
    """Send every notice still owed. The unsent row is the retry: nothing else need be."""
    for notice_id in Notice.objects.unsent().values_list("pk", flat=True):
        send_notice.delay(notice_id)


@shared_task
def send_notice(notice_id: int) -> bool:
    """Send one notice, so that one that fails stops no other."""
    return send(notice_id=notice_id)
