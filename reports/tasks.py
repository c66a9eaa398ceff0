"""Doors by which jobs come in. Each may be knocked on twice, to no further effect."""

from __future__ import annotations

from assurance.models import Pack
from organisation.jobs import Progress, work
from organisation.models import User
from reports.packs import draw_pack
from reports.services import build_report
from sorp.lexicon import Quarter

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
