"""What the checks stand on: one closed quarter, its indicators and what was said of them by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q

from indicators.models import Indicator, ReportingQuarter, Revision, Suspension
from organisation.clock import day_of
from organisation.working_days import working_day_after
from sorp.lexicon import Frequency, Quarter
from sorp.models import Version


class Seen(NamedTuple):
    """One thing that a check looked at: whose it is, and in what it lapsed, or nothing."""

    unit: int
    reference: str
    lapse: str = ""


@dataclass(frozen=True)
class Ground:
    """One closed quarter as the checks see it."""

    quarter: Quarter
    version: Version
    closed_at: datetime
    today: date
    measured: Mapping[int, Indicator]  # in use in the quarter, and not suspended
    first: Mapping[int, Revision]  # by indicator: what was said first of its result
    standing: Mapping[int, Revision]  # by indicator: what stood at the close

    @property
    def closed_on(self) -> date:
        return day_of(self.closed_at)

    @cached_property
    def due(self) -> list[Indicator]:
        """Those whose result was due by their frequency."""
        return [
            each
            for each in self.measured.values()
            if Frequency(each.frequency).due_in(self.quarter)
        ]

    @cached_property
    def plan_due_on(self) -> date:
        """By when what the close referred up has its action plan."""
        return working_day_after(self.closed_on, self.version.plan_within)


def ground_of(*, row: ReportingQuarter, version: Version, today: date) -> Ground:
    """A closed quarter's ground, in two queries."""
    assert row.closed_at is not None  # as the database has it for every closed quarter
    quarter = row.quarter
    measured = {each.pk: each for each in _measured(quarter)}
    first: dict[int, Revision] = {}
    standing: dict[int, Revision] = {}
    said = (
        Revision.objects.filter(
            result__quarter_start=quarter.first_day,
            result__indicator__in=measured,
            after_close=False,
        )
        .select_related("result")
        .order_by("result", "number")
    )
    for revision in said:
        first.setdefault(revision.result.indicator_id, revision)
        standing[revision.result.indicator_id] = revision
    return Ground(quarter, version, row.closed_at, today, measured, first, standing)


def _measured(quarter: Quarter) -> list[Indicator]:
    suspended = Suspension.objects.filter(from_quarter_start__lte=quarter.first_day).filter(
        Q(until_quarter_start__isnull=True) | Q(until_quarter_start__gte=quarter.first_day)
    )
    rows = Indicator.objects.in_use(quarter).exclude(pk__in=suspended.values("indicator"))
    return list(rows.select_related("accountable_manager"))
