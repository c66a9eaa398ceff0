"""Jobs and tasks that build reports and render packs. Each may run twice, to no further effect."""

from __future__ import annotations

from celery import shared_task
from django.urls import reverse

from assurance.models.packs import Pack
from core import jobs
from core.canonical_json import digest
from core.clock import now
from core.jobs import Progress, work
from core.models.jobs import Job
from core.models.notices import Notice
from core.quarters import Quarter
from core.services.notices import owe_notice
from organisation.models.people import User
from reports.models import Edition, Withdrawal
from reports.packs import render_pack, render_redacted_pack
from reports.services import publishing
from reports.services.files import build_report
from reports.services.publishing import CannotPublish, publish_edition

BUILD_REPORT = "build_report"
RENDER_PACK = "draw_pack"
RENDER_REDACTED_PACK = "draw_redacted_pack"


@work(BUILD_REPORT)
def run_build_report(
    *, progress: Progress, quarter: str, by: int | None = None, note: str = ""
) -> str:
    """Build a quarter's report. A second run finds the edition frozen and its files kept."""
    person = User.objects.filter(pk=by).first() if by else None
    built = build_report(quarter=Quarter.parse(quarter), by=person, note=note, tell=progress)
    return built.sentence


@work(RENDER_PACK)
def run_render_pack(*, progress: Progress, pack: int) -> str:
    """Render a frozen pack. A second run finds it rendered."""
    progress(0, 1, "Drawing the pack")
    drawn = render_pack(pack=Pack.objects.get(pk=pack))
    progress(1, 1, "Drawn")
    return f"{drawn} is drawn."


@work(RENDER_REDACTED_PACK)
def run_render_redacted_pack(*, progress: Progress, pack: int, reader: int) -> str:
    """Draw a pack as somebody may read it. A second run finds it drawn."""
    progress(0, 1, "Drawing the pack")
    found = Pack.objects.get(pk=pack)
    render_redacted_pack(pack=found, reader=User.objects.get(pk=reader))
    progress(1, 1, "Drawn")
    return f"{found} is drawn without what is exempt."


@shared_task
def publish_due_editions() -> int:
    """Publish every approved edition whose time has come; how many were.

    One that cannot be published stops no other: whoever approved it is owed a notice that says what
    stands in the way, and it is tried again at each look.
    """
    return sum(_publish_due(edition) for edition in Edition.objects.due(now()).without_documents())


def _publish_due(edition: Edition) -> bool:
    try:
        publish_edition(edition=edition)
    except CannotPublish as reason:
        assert edition.approved_by is not None  # as the database has it for what is approved
        owe_notice(
            key=f"not-published-{edition.pk}-{digest(str(reason).encode())[:12]}",
            recipient=edition.approved_by,
            kind=Notice.Kind.OVERDUE,
            subject=f"The report for {edition.quarter} could not be published",
            body=f"{reason}.",
            address=reverse("reports"),
        )
        return False
    return True


@shared_task
def remove_withdrawn_files() -> int:
    """Take away the files of withdrawn editions of which a process died before it did; how many."""
    left = Withdrawal.objects.filter(files_gone_at__isnull=True)
    return sum(publishing.remove_withdrawn_files(withdrawal=each) for each in left)


@shared_task
def request_missing_renderings() -> int:
    """Every frozen pack of which no rendering was asked for has one requested; how many were.

    A pack frozen otherwise than by the button has nobody to ask for it. One whose drawing failed is
    not asked for again: pressing the button does that.
    """
    asked = set(Job.objects.filter(kind=RENDER_PACK).values_list("key", flat=True))
    waiting = Pack.objects.filter(drawn_at__isnull=True).order_by("pk").values_list("pk", flat=True)
    owed = [pk for pk in waiting if f"{RENDER_PACK} {pk}" not in asked]
    return sum(_request_rendering(pk) for pk in owed)


def _request_rendering(pack: int) -> bool:
    try:
        jobs.request(
            kind=RENDER_PACK, key=f"{RENDER_PACK} {pack}", arguments={"pack": pack}, by=None
        )
    except jobs.AlreadyAsked:
        return False  # by the button, this very moment
    return True
