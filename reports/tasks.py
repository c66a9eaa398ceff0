"""Doors by which jobs come in. Each may be knocked on twice, to no further effect."""

from __future__ import annotations

import logging

from celery import shared_task

from assurance.models import Pack
from organisation import jobs
from organisation.clock import localdate
from organisation.jobs import Progress, work
from organisation.models import Job, User
from reports.packs import draw_pack
from reports.queries.compliance import quarters_to_measure
from reports.services import build_report
from reports.services import measure_compliance as measure
from sorp.lexicon import Quarter
from sorp.queries import NoVersionInForce

logger = logging.getLogger(__name__)

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


@shared_task
def measure_compliance(again: bool = True) -> int:
    """Measure how the SORP was kept in the closed quarters not yet measured; how many changed.

    `again` adds the two closed last, for what has fallen due or was revised since. A second run
    finds nothing different.
    """
    return sum(_measured(quarter) for quarter in quarters_to_measure(again=again))


def _measured(quarter: Quarter) -> bool:
    """One quarter, so that one that fails stops no other."""
    try:
        return measure(quarter=quarter, today=localdate(), by=None).changed
    except NoVersionInForce:
        return False  # nothing was required of it
    except Exception:
        logger.exception("How the SORP was kept in %s was not measured; it still will be", quarter)
        return False
