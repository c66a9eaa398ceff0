"""Beginning a quarter: its returns are asked for, with a day for every step. Changing a day."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core import audit
from core.clock import now
from core.dates import in_full
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from core.services.quarters import open_quarter
from indicators.models.calendar import CalendarDay, CalendarFeed
from indicators.models.definitions import Indicator
from indicators.queries.calendar import unowned_indicators
from indicators.rules.calendar import MovedDay, begun_plan, refusal_of_day
from organisation.models.people import User
from sorp.lexicon import CountedFrom, Step, Tier
from sorp.queries.ruling import day_rules

STEPS_UP_TO_CLOSE = (Step.ENTRY, Step.DIVISION, Step.DIRECTORATE, Step.CLOSE)


class UnownedIndicators(Refused):
    """Indicators that nobody in post answers for stop a quarter from beginning."""

    def __init__(self, quarter: Quarter, indicators: list[Indicator]) -> None:
        self.indicators = indicators
        named = ", ".join(each.reference for each in indicators)
        super().__init__(
            f"{quarter} cannot begin: nobody in post answers for {named}. Move each to another "
            f"manager, or suspend it"
        )


@transaction.atomic
def begin_quarter(
    *, quarter: Quarter, cabinet_meets_on: date, today: date, by: User | None
) -> ReportingQuarter:
    """The quarter's returns are asked for, each step with its day by the SORP in force, none of them past.

    Beginning again for the same meeting changes nothing. Raises UnownedIndicators; NotOpen where the quarter
    has not ended or is closed; ValueError for a day on which Cabinet cannot meet, and where the
    quarter has begun for another.
    """
    row = open_quarter(quarter=quarter, today=today, by=by)
    if row.begun_at is not None and row.cabinet_meets_on is not None:
        if row.cabinet_meets_on == cabinet_meets_on:
            return row
        raise ValueError(
            f"{quarter} has begun already, for Cabinet on {in_full(row.cabinet_meets_on)}: change"
            " that day on the calendar"
        )
    if refusal := refusal_of_day(quarter, cabinet_meets_on):
        raise ValueError(refusal)
    if cabinet_meets_on <= today:
        raise ValueError(
            f"{in_full(cabinet_meets_on)} has passed: give the day of a meeting still to come"
        )
    if unowned := unowned_indicators(quarter):
        raise UnownedIndicators(quarter, unowned)
    moved = days_if_begun(quarter=quarter, cabinet_meets_on=cabinet_meets_on, today=today)
    planned = [each.planned for each in moved]
    if not planned:
        raise ValueError(
            f"The SORP in force for {quarter} has no calendar: give its version calendar rules first"
        )
    CalendarDay.objects.bulk_create(
        CalendarDay(quarter=quarter, step=day.step, tier=day.tier or "", due_on=day.due_on)
        for day in planned
    )
    row.begun_at, row.cabinet_meets_on = now(), cabinet_meets_on
    row.save(update_fields=["begun_at", "cabinet_meets_on"])
    audit.record(
        "began quarter",
        row,
        by=by,
        quarter=quarter.key,
        cabinet_meets_on=cabinet_meets_on.isoformat(),
        days={str(day): day.due_on.isoformat() for day in planned},
        past_by_the_rule={
            str(each.planned): each.by_rule.isoformat() for each in moved if each.is_moved
        },
    )
    return row


def days_if_begun(*, quarter: Quarter, cabinet_meets_on: date, today: date) -> tuple[MovedDay, ...]:
    """The days that a quarter would have if it began today, and which of them are not by the rule."""
    return begun_plan(
        quarter=quarter, cabinet_meets_on=cabinet_meets_on, rules=day_rules(quarter), today=today
    )


@transaction.atomic
def set_due_day(
    *,
    quarter: Quarter,
    step: Step,
    tier: Tier | None = None,
    due_on: date,
    reason: str,
    by: User | None,
) -> CalendarDay:
    """A step is due by another day, and why. Saying the same day again changes nothing.

    When Cabinet's own day moves, the steps counted back from it move with it, but for those whose
    day somebody had set by hand. Raises ValueError, in words, for a day that cannot be, for a step
    that the quarter does not have, without a reason, and for returns of a closed quarter.
    """
    if not reason.strip():
        raise ValueError("Say why the day is changed")
    state = ReportingQuarter.objects.select_for_update()
    row = state.filter(quarter=quarter).first()
    if row is None or row.begun_at is None:
        raise ValueError(f"{quarter} has not begun: begin it first")
    if row.is_closed and step in STEPS_UP_TO_CLOSE:
        raise ValueError(
            f"{quarter} is closed: its returns are in, and their days stay as they were"
        )
    day = CalendarDay.objects.filter(quarter=quarter, step=step, tier=tier or "").first()
    if day is None:
        raise ValueError(f"{quarter} has no such step: choose one from its calendar")
    if day.due_on == due_on:
        return day
    if refusal := refusal_of_day(quarter, due_on):
        raise ValueError(refusal)
    following = _move_meeting(row, day.due_on, due_on) if step is Step.MEETING else []
    _set_day(day, due_on, reason, by=by)
    for each, new_day in following:
        _set_day(each, new_day, f"Cabinet now meets on {in_full(due_on)}", by=by)
    return day


def _set_day(day: CalendarDay, due_on: date, reason: str, *, by: User | None) -> None:
    was, day.due_on = day.due_on, due_on
    day.save(update_fields=["due_on"])
    audit.record(
        "changed due day",
        day,
        by=by,
        quarter=day.quarter.key,
        step=day.step,
        tier=day.tier,
        was=was.isoformat(),
        due_on=due_on.isoformat(),
        reason=reason.strip(),
    )


def _move_meeting(
    row: ReportingQuarter, was: date, meeting: date
) -> list[tuple[CalendarDay, date]]:
    """Cabinet meets on another day. Returns the steps that follow it, each with its new day."""
    quarter = row.quarter
    row.cabinet_meets_on = meeting
    row.save(update_fields=["cabinet_meets_on"])
    rules = [rule for rule in day_rules(quarter) if rule.counted_from is CountedFrom.CABINET]
    days = {(day.step, day.tier): day for day in CalendarDay.objects.filter(quarter=quarter)}
    return [
        (day, rule.day(quarter.last_day, meeting))
        for rule in rules
        if rule.step is not Step.MEETING
        and (day := days.get((rule.step, rule.tier or "")))
        and day.due_on == rule.day(quarter.last_day, was)
    ]


@transaction.atomic
def renew_feed(*, by: User) -> CalendarFeed:
    """The person's calendar feed has a new address; the old one leads nowhere from now on."""
    feed, _ = CalendarFeed.objects.select_for_update().get_or_create(user=by)
    feed.serial += 1
    feed.renewed_at = now()
    feed.save(update_fields=["serial", "renewed_at"])
    audit.record("renewed calendar feed", feed, by=by)
    return feed
