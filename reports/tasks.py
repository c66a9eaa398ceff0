"""Jobs and tasks that build reports and render packs. Each may run twice, to no further effect."""

from __future__ import annotations

from celery import shared_task

from assurance.models.packs import Pack
from core import jobs
from core.jobs import Progress, work
from core.models.jobs import Job
from core.quarters import Quarter
from organisation.models.people import User
from reports.packs import render_pack
from reports.services.files import build_report

BUILD_REPORT = "build_report"
RENDER_PACK = "draw_pack"


@work(BUILD_REPORT)
def run_build_report(*, progress: Progress, quarter: str, by: int | None = None) -> str:
    """Build a quarter's report. A second run finds the edition frozen and its files kept."""
    person = User.objects.filter(pk=by).first() if by else None
    built = build_report(quarter=Quarter.parse(quarter), by=person, tell=progress)
    return built.sentence


@work(RENDER_PACK)
def run_render_pack(*, progress: Progress, pack: int) -> str:
    """Render a frozen pack. A second run finds it rendered."""
    progress(0, 1, "Drawing the pack")
    drawn = render_pack(pack=Pack.objects.get(pk=pack))
    progress(1, 1, "Drawn")
    return f"{drawn} is drawn."


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
