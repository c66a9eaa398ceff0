"""Doors by which jobs come in. Each may be knocked on twice, to no further effect."""

from __future__ import annotations

from celery import shared_task

from assurance.models.packs import Pack
from core import jobs
from core.jobs import Progress, work
from core.models.jobs import Job
from core.quarters import Quarter
from organisation.models.people import User
from reports.packs import draw_pack
from reports.services.files import build_report

BUILD_REPORT = "build_report"
DRAW_PACK = "draw_pack"


@work(BUILD_REPORT)
def run_build_report(*, progress: Progress, quarter: str, by: int | None = None) -> str:
    """Build a quarter's report. A second run finds the edition frozen and its files kept."""
    person = User.objects.filter(pk=by).first() if by else None
    built = build_report(quarter=Quarter.parse(quarter), by=person, tell=progress)
    return built.sentence


@work(DRAW_PACK)
def run_draw_pack(*, progress: Progress, pack: int) -> str:
    """Draw a frozen pack. A second run finds it drawn."""
    progress(0, 1, "Drawing the pack")
    drawn = draw_pack(pack=Pack.objects.get(pk=pack))
    progress(1, 1, "Drawn")
    return f"{drawn} is drawn."


@shared_task
def owe_drawings() -> int:
    """Every frozen pack that was never asked to be drawn is owed its drawing; how many were.

    A pack frozen otherwise than by the button has nobody to ask for it. One whose drawing failed is
    not asked for again: pressing the button does that.
    """
    asked = set(Job.objects.filter(kind=DRAW_PACK).values_list("key", flat=True))
    waiting = Pack.objects.filter(drawn_at__isnull=True).order_by("pk").values_list("pk", flat=True)
    owed = [pk for pk in waiting if f"{DRAW_PACK} {pk}" not in asked]
    return sum(_owe_drawing(pk) for pk in owed)


def _owe_drawing(pack: int) -> bool:
    try:
        jobs.request(kind=DRAW_PACK, key=f"{DRAW_PACK} {pack}", arguments={"pack": pack}, by=None)
    except jobs.AlreadyAsked:
        return False  # by the button, this very moment
    return True
