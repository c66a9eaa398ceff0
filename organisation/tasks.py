"""Doors by which the clock and the broker come in. Each may be knocked on twice, to no effect."""

from celery import shared_task

from organisation import jobs, services
from organisation.clock import localdate
from organisation.models import Notice
from organisation.queries import owed_a_digest


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
    for notice_id in Notice.objects.to_send_now().values_list("pk", flat=True):
        send_notice.delay(notice_id)


@shared_task
def send_notice(notice_id: int) -> bool:
    """Send one notice, so that one that fails stops no other."""
    return services.send_notice(notice_id=notice_id)


@shared_task
def send_owed_digests() -> None:
    """Send what is owed to those who want one e-mail a day and had none today."""
    for recipient_id in owed_a_digest(today=localdate()):
        send_digest.delay(recipient_id)


@shared_task
def send_digest(recipient_id: int) -> int:
    """Send one person's e-mail of the day, so that one that fails stops no other."""
    return services.send_digest(recipient_id=recipient_id, today=localdate())
