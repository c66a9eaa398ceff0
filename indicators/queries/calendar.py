"""By when each step of a quarter is due, for everybody and for one person; what has no owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from core.clock import localdate
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import open_quarters
from indicators.models.calendar import CalendarDay
from indicators.models.definitions import Indicator, Suspension
from indicators.rules.calendar import PlannedDay, StepLine, own_steps, step_lines, warnings
from organisation.models.people import Appointment, User
from organisation.queries import posts_held
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Step, Tier


@dataclass(frozen=True, slots=True)
class CalendarSheet:
    """One quarter's steps with their slack, and what is wrong with them."""

    quarter: Quarter
    begun_at: datetime | None = None
    cabinet_meets_on: date | None = None
    is_closed: bool = False
    steps: tuple[StepLine, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        return warnings(self.steps)

    def line(self, step: Step, tier: Tier | None = None) -> StepLine | None:
        """The line of exactly this step and tier."""
        same = (each for each in self.steps if each.step is step and each.tier is tier)
        return next(same, None)


def calendar_of(quarter: Quarter) -> CalendarSheet:
    """A quarter's calendar; without steps where it has not begun."""
    row = ReportingQuarter.objects.filter(quarter=quarter).first()
    days = CalendarDay.objects.filter(quarter=quarter)
    return _sheet(quarter, row, days)


def calendars() -> tuple[CalendarSheet, ...]:
    """The calendar of every quarter that has begun, latest first."""
    days: dict[Quarter, list[CalendarDay]] = defaultdict(list)
    for day in CalendarDay.objects.all():
        days[day.quarter].append(day)
    begun = ReportingQuarter.objects.filter(begun_at__isnull=False).order_by("-quarter")
    return tuple(_sheet(row.quarter, row, days[row.quarter]) for row in begun)


def _sheet(
    quarter: Quarter, row: ReportingQuarter | None, days: Iterable[CalendarDay]
) -> CalendarSheet:
    if row is None:
        return CalendarSheet(quarter)
    planned = [
        PlannedDay(Step(day.step), Tier(day.tier) if day.tier else None, day.due_on) for day in days
    ]
    return CalendarSheet(
        quarter=quarter,
        begun_at=row.begun_at,
        cabinet_meets_on=row.cabinet_meets_on,
        is_closed=row.is_closed,
        steps=step_lines(quarter, planned),
    )


def due_on(quarter: Quarter, step: Step, tier: Tier | str | None = None) -> date | None:
    """By when a step is due for a tier; without a tier, by when it is due for all of them."""
    days = CalendarDay.objects.filter(quarter=quarter, step=step)
    by_tier = dict(days.values_list("tier", "due_on"))
    if tier and tier in by_tier:
        return by_tier[tier]
    return by_tier.get("", max(by_tier.values(), default=None))


def quarters_to_begin(today: date) -> list[Quarter]:
    """Those that have ended, are not closed and have not begun, latest first."""
    rows = list(ReportingQuarter.objects.order_by("-quarter"))
    waiting = {row.quarter for row in rows if not row.is_closed and row.begun_at is None}
    ended = Quarter.containing(today).previous()
    if ended not in {row.quarter for row in rows}:
        waiting.add(ended)
    return sorted((each for each in waiting if each.last_day < today), reverse=True)


def unowned_indicators(quarter: Quarter) -> list[Indicator]:
    """Indicators measured in a quarter that nobody in post answers for today.

    Their accountable manager may not sign in, or holds no accountable manager's post. What is
    suspended in the quarter needs no owner for it.
    """
    today = localdate()
    in_post = Appointment.objects.held_on(today).filter(
        user=OuterRef("accountable_manager"), post__kind=PostKind.ACCOUNTABLE_MANAGER
    )
    suspended = Suspension.objects.filter(
        indicator=OuterRef("pk"), from_quarter__lte=quarter
    ).filter(Q(until_quarter__isnull=True) | Q(until_quarter__gte=quarter))
    return list(
        Indicator.objects.in_use(quarter)
        .filter(Q(accountable_manager__is_active=False) | ~Exists(in_post))
        .exclude(Exists(suspended))
        .select_related("unit", "accountable_manager")
    )


def own_calendar(*, user: User) -> tuple[CalendarSheet, ...]:
    """One person's own steps of every quarter that has begun."""
    today = localdate()
    posts = [(PostKind(post.kind), UnitTier(post.unit.tier)) for post in posts_held(user, on=today)]
    tiers = {Tier(tier) for tier in Indicator.objects.own_of(user).values_list("tier", flat=True)}
    return tuple(
        CalendarSheet(
            quarter=sheet.quarter,
            begun_at=sheet.begun_at,
            cabinet_meets_on=sheet.cabinet_meets_on,
            is_closed=sheet.is_closed,
            steps=own_steps(sheet.steps, posts, tiers),
        )
        for sheet in calendars()
    )


def latest_open_quarter() -> Quarter:
    """The latest quarter open for results, or that which has just ended."""
    return max(open_quarters(), default=Quarter.containing(localdate()).previous())
