"""The whole demonstration, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from assurance.models.meetings import Meeting
from assurance.models.packs import Pack
from core import clock
from core.kept_files import keep_file
from core.quarters import Quarter
from dashboards.services.compliance import measure_compliance
from indicators.services.reminders import remind
from kcc_perf.demonstration import figures, ladder, meetings, plan, rule_book
from kcc_perf.demonstration.diary import Diary
from kcc_perf.schedule import MORNING
from organisation.models.people import User
from reports.models import Edition
from reports.packs import render_pack
from reports.services.editions import freeze_edition
from reports.services.files import build_edition
from reports.services.publishing import approve_edition, check_edition, publish_edition

PASSWORD = "wealdshire-summer-2023"  # noqa: S105 known to all, for an invented council
# One for each kind of person, and what they come for.
SIGN_INS = (
    (
        "tomasz.halloran@wealdshire.example",
        "Accountable manager: results to submit, plans to write",
    ),
    ("stuart.ballantrae-cole@wealdshire.example", "Director of a division: its dashboard"),
    ("fiona.castellane@wealdshire.example", "Director of a directorate: its dashboard"),
    ("gareth.penhallow@wealdshire.example", "Chair of PAT: the call-in board, the pack"),
    ("rosalind.achterberg@wealdshire.example", "Chair of DAT"),
    ("adaeze.whitcombe@wealdshire.example", "Cabinet Member: the report and full papers"),
    ("malcolm.entwistle-jha@wealdshire.example", "Chair of Governance and Audit: full papers"),
    ("imogen.sattar@wealdshire.example", "Performance team: quarters, reports, publication"),
    (
        "callum.wrexley-boyd@wealdshire.example",
        "Performance team, the second person: approves what the first has checked",
    ),
)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What there is to draw once everything is loaded."""

    editions: tuple[Edition, ...]
    pack: Pack

    def draw(self, *, tell: Say) -> dict[str, Path]:
        """The files of the published editions and of the next meeting's pack. Returns the PDFs."""
        built = {}
        for edition in self.editions:
            tell(f"Drawing the report for {edition.quarter}")
            with clock.at(figures_day(edition.quarter)):
                build_edition(edition=edition, by=figures.officer())
                publish(edition)
            built["The quarterly performance report"] = report_file(edition)
        tell("Drawing the pack of PAT's next meeting")
        built["PAT's pack"] = pack_file(render_pack(pack=self.pack))
        return built


def load(*, tell: Say) -> Loaded:
    """Council, plan, sixteen quarters, meetings, editions and the quarter now open."""
    today = settings.DEMONSTRATION_TODAY
    if today is None:
        raise ValueError("DEMONSTRATION is off, so that there is no day to load it for")
    tell("Founding the council: units, people, the SORP, indicators and targets")
    figures.found_the_council()
    figures.let_members_see()
    give_everyone_a_password()
    meetings.seat_the_teams()
    diary = Diary()
    plan.tell_the_plan(today, diary)
    ladder.climb(diary)
    tell("Reporting and closing sixteen quarters")
    for quarter in figures.FIRST.until(figures.LAST.previous()):
        figures.report_quarter(quarter)
        if quarter == rule_book.AFTER:
            rule_book.write_the_second_version()
            rule_book.vary_by_agreement(quarter.last_day, quarter.next().last_day)
    diary.catch_up(figures_day(figures.LAST.previous()))
    editions = [freeze(figures.LAST.previous())]
    held = list(meetings.hold_meetings_on(figures.LAST.previous(), today, diary))
    figures.report_quarter(figures.LAST)
    diary.catch_up(figures_day(figures.LAST))
    editions.append(freeze(figures.LAST))
    held += meetings.hold_meetings_on(figures.LAST, today, diary)
    diary.catch_up(today)
    tell("Opening the present quarter")
    rule_book.vary_by_agreement(figures.LAST.last_day, today)
    figures.open_the_present_quarter(today)
    figures.keep_the_register()
    remind_since(figures.OPEN.last_day, today)
    measure_every_quarter()
    return Loaded(tuple(editions), next_pack(held, today))


def remind_since(day: date, today: date) -> None:
    """Every morning from the day after one until today, whoever was due a reminder was owed it."""
    while day < today:
        day += timedelta(days=1)
        with clock.at(day, hour=MORNING):
            remind(today=day)


def measure_every_quarter() -> None:
    """How far the SORP was kept in each closed quarter was found once its plans were due."""
    for quarter in figures.FIRST.until(figures.LAST):
        day = figures_day(quarter)
        with clock.at(day):
            measure_compliance(quarter=quarter, today=day, by=None)


def give_everyone_a_password() -> None:
    person = User()
    person.set_password(PASSWORD)
    User.objects.update(password=person.password)


def freeze(quarter: Quarter) -> Edition:
    with clock.at(figures_day(quarter)):
        edition, _ = freeze_edition(quarter=quarter, by=figures.officer())
    return edition


def publish(edition: Edition) -> Edition:
    """As a council does it: one officer checks it, another approves it, for this moment."""
    check_edition(edition=edition, by=figures.officer())
    approve_edition(edition=edition, publish_at=clock.now(), by=figures.second_officer())
    return publish_edition(edition=edition)


def figures_day(quarter: Quarter) -> date:
    """The day on which a quarter's report is published."""
    return quarter.last_day + timedelta(days=45)


def next_pack(held: list[Meeting], today: date) -> Pack:
    """The pack of PAT's next meeting, or of its latest where none is planned."""
    of_pat = [meeting for meeting in held if meeting.team.code == "pat"]
    meeting = next((each for each in of_pat if each.meets_on >= today), of_pat[-1])
    return meeting.packs.latest("number")


def report_file(edition: Edition) -> Path:
    file = edition.files.get(name="report.pdf")
    return Path(settings.MEDIA_ROOT) / file.path


def pack_file(pack: Pack) -> Path:
    """The pack as a file of its own, beside the published editions."""
    meeting = pack.meeting
    name = f"{meeting.team.code}-{meeting.meets_on}-pack-{pack.number}.pdf"
    path = Path(settings.MEDIA_ROOT) / "packs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    keep_file(path, pack.drawn_pdf)
    return path
