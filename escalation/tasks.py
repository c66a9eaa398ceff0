"""Doors by which the clock and the broker come in. Each may be knocked on twice, to no effect."""

from celery import shared_task

from escalation import services
from escalation.models import Notice
from organisation.clock import localdate
from organisation.jobs import Progress, work
from organisation.models import User
from sorp.lexicon import Quarter


@shared_task
def close_quarter(quarter_key: str) -> str:
    """Close a quarter, and say in a sentence what that did."""
    closing = services.close_quarter(quarter=Quarter.parse(quarter_key), today=localdate(), by=None)
    return closing.sentence


@work("close_quarter")
def close_quarter_as_job(*, progress: Progress, quarter: str, by: int | None = None) -> str:
    """The same, asked for on a page, with its progress shown there."""
    progress(0, 1, f"Closing {Quarter.parse(quarter)}")
    closing = services.close_quarter(
        quarter=Quarter.parse(quarter),
        today=localdate(),
        by=User.objects.get(pk=by) if by is not None else None,
    )
    return closing.sentence


@shared_task
def send_owed_notices() -> None:
    """Send every notice still owed. The unsent row is the retry: nothing else need be."""
    for notice_id in Notice.objects.unsent().values_list("pk", flat=True):
        send_notice.delay(notice_id)


@shared_task
def send_notice(notice_id: int) -> bool:
    """Send one notice, so that one that fails stops no other."""
    return services.send_notice(notice_id=notice_id)
