"""From close to dispatch: the working days and the noted hours of each step, quarter after quarter."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, Min, Q

from assurance.models.packs import Pack
from core.clock import day_of
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from indicators.models.effort import NotedHours
from indicators.models.results import Revision
from indicators.models.returns import SignOff
from indicators.rules.effort import QuarterWork, WorkStep, finding
from indicators.rules.returns import Verdict
from organisation.models.people import User
from reports.models import Edition

SHOWN = 8  # quarters
COLUMNS = (
    "quarter",
    "step",
    "ended_on",
    "working_days",
    "officer_hours",
)


@dataclass(frozen=True, slots=True)
class DispatchLine:
    """One quarter's work, and how long its bars are beside the longest."""

    work: QuarterWork
    days_share: str  # per cent of the longest way from close to dispatch
    hours_share: str

    @property
    def cells(self) -> list[tuple[WorkStep, int | None, Decimal | None]]:
        """Each step with its working days and its hours, in the order of the columns."""
        days = self.work.days
        return [(step, days.get(step), self.work.hours.get(step)) for step in WorkStep]


@dataclass(frozen=True, slots=True)
class DispatchSheet:
    """What the last quarters took, latest first."""

    lines: tuple[DispatchLine, ...]
    finding: str
    has_hours: bool
    own: tuple[NotedHours, ...]  # what the reader noted of these quarters

    @property
    def steps(self) -> tuple[WorkStep, ...]:
        return tuple(WorkStep)


def dispatch_sheet(*, reader: User) -> DispatchSheet:
    """The page, in as many queries for eight quarters as for one."""
    works = quarters_of_work()
    longest = max((each.close_to_dispatch or 0 for each in works), default=0)
    most = max((each.hours_in_all or Decimal(0) for each in works), default=Decimal(0))
    compared = [each for each in works if each.close_to_dispatch is not None or each.hours]
    quarters = [each.quarter for each in works]
    return DispatchSheet(
        lines=tuple(
            DispatchLine(
                each,
                _share(Decimal(each.close_to_dispatch or 0), Decimal(longest)),
                _share(each.hours_in_all or Decimal(0), most),
            )
            for each in works
        ),
        finding=finding(compared[0], compared[1]) if len(compared) > 1 else "",
        has_hours=any(each.hours for each in works),
        own=tuple(NotedHours.objects.filter(noted_by=reader, quarter__in=quarters)),
    )


def quarters_worked_on() -> list[ReportingQuarter]:
    """The last quarters whose returns were asked for, or whose report was published, latest first.

    What was brought as history and never reported on took nobody's time here.
    """
    published = Edition.objects.issued().values("report__quarter")
    rows = ReportingQuarter.objects.filter(Q(begun_at__isnull=False) | Q(quarter__in=published))
    return list(rows.order_by("-quarter")[:SHOWN])


def quarters_of_work() -> list[QuarterWork]:
    """What each of those took, as far as it has come."""
    rows = quarters_worked_on()
    quarters = [row.quarter for row in rows]
    ended = _ended_on(rows)
    hours: dict[Quarter, dict[WorkStep, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for each in NotedHours.objects.filter(quarter__in=quarters, hours__gt=0):
        hours[each.quarter][WorkStep(each.step)] += each.hours
    return [
        QuarterWork(
            quarter=row.quarter,
            begun_on=day_of(row.begun_at) if row.begun_at else row.quarter.last_day,
            ended_on=ended[row.quarter],
            hours=dict(hours[row.quarter]) if row.quarter in hours else {},
        )
        for row in rows
    ]


def _ended_on(rows: list[ReportingQuarter]) -> dict[Quarter, dict[WorkStep, date]]:
    """On which day each step of each quarter ended, as the record has it.

    Returns end with the last result that came before the close, sign-off with the last approval before
    it; the papers are the first pack frozen on the quarter, and the report is the edition that was the
    first to be published.
    """
    quarters = [row.quarter for row in rows]
    closed = {row.quarter: row.closed_at for row in rows}
    found: dict[Quarter, dict[WorkStep, date]] = {each: {} for each in quarters}

    def say(quarter: Quarter, step: WorkStep, moment: datetime | None) -> None:
        if moment is not None:
            found[quarter][step] = day_of(moment)

    results = Revision.objects.filter(result__quarter__in=quarters, after_close=False)
    for quarter, last in results.values_list("result__quarter").annotate(Max("submitted_at")):
        say(quarter, WorkStep.RETURNS, last)
    signed = SignOff.objects.filter(
        revision__result__quarter__in=quarters,
        revision__after_close=False,
        verdict=Verdict.APPROVED,
    )
    for quarter, last in signed.values_list("revision__result__quarter").annotate(Max("signed_at")):
        say(quarter, WorkStep.SIGN_OFF, last)
    for quarter, moment in closed.items():
        say(quarter, WorkStep.CLOSE, moment)
    packs = Pack.objects.order_by().filter(meeting__quarter__in=quarters)
    for quarter, first in packs.values_list("meeting__quarter").annotate(Min("frozen_at")):
        say(quarter, WorkStep.PAPERS, first)
    issued = Edition.objects.issued().filter(report__quarter__in=quarters)
    for each in issued.without_documents().select_related("report").order_by("-published_at"):
        # Published before there were two steps, it has no check: then it was built.
        say(each.quarter, WorkStep.REPORT, each.checked_at or each.frozen_at)
        say(each.quarter, WorkStep.DISPATCH, each.published_at)
    return found


def _share(value: Decimal, most: Decimal) -> str:
    return f"{100 * value / most:.1f}" if most else "0"
