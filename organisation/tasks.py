"""Doors by which the clock and the broker come in. Each may be knocked on twice, to no effect."""

from celery import shared_task

from organisation import jobs


@shared_task
def run_job(job_id: int) -> bool:
    """Do one job, if it is still owed."""
    return jobs.run(job_id)


@shared_task
def run_owed_jobs() -> int:
    """Do whatever is owed and was not rung for, or whose worker died. Beat calls it often."""
    return jobs.run_owed()
