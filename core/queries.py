"""Which quarters are open for results and which are closed."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q

from core.clock import now
from core.models.jobs import Job
from core.models.notices import Notice, NoticePreference
from core.models.people import Person
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter


def quarter_state(quarter: Quarter) -> ReportingQuarter | None:
    """The quarter's row, or None where nothing has been reported in it yet."""
    return ReportingQuarter.objects.filter(quarter=quarter).first()


def last_closed() -> Quarter | None:
    """The latest quarter that is closed for good."""
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    return closed.order_by("-quarter").values_list("quarter", flat=True).first()


def open_quarters() -> list[Quarter]:
    """The quarters that take results now, earliest first."""
    rows = ReportingQuarter.objects.filter(state=ReportingQuarter.State.OPEN)
    return [row.quarter for row in rows]


def waiting_for_undo() -> set[Quarter]:
    """The closed quarters whose close can still be taken back: what would follow it waits."""
    moment = now()
    rows = ReportingQuarter.objects.filter(undo_until__gt=moment)
    return {row.quarter for row in rows if row.waits_for_undo(moment)}


JOBS_SHOWN_FOR = timedelta(days=14)  # finished work is old news after that


def recent_jobs(user: Person, *, kind: str = "", most: int = 5) -> list[Job]:
    """The latest work this person asked for, newest first: under way, or finished of late.

    Of one kind, if it is named, whoever asked for it: two people may have to ask.
    """
    since = now() - JOBS_SHOWN_FOR
    told = Q(finished_at__isnull=True) | Q(finished_at__gte=since)
    whose = Q(requested_by=user.pk) | Q(kind=kind)
    return list(Job.objects.filter(told, whose)[:most])


def quarters_under_way(kind: str) -> set[Quarter]:
    """The quarters of which work of a kind is asked for and not ended, so that nobody asks again."""
    jobs = Job.objects.unfinished().filter(kind=kind)
    return {Quarter.parse(job.arguments["quarter"]) for job in jobs if "quarter" in job.arguments}


def owed_a_digest(*, today: date) -> list[int]:
    """Who wants one e-mail a day, had none on this day, and is owed a notice."""
    waiting = Notice.objects.unsent().filter(
        recipient__notice_preference__how=NoticePreference.How.DAILY
    )
    waiting = waiting.exclude(recipient__notice_preference__digest_on__gte=today)
    return list(waiting.order_by("recipient").values_list("recipient_id", flat=True).distinct())
