"""Keeping what the close of the open quarter would do: as results arrive, and all of it each hour."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from core import audit
from core.clock import now
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from escalation.models.close_previews import ClosePreview, UnitClosePreview
from escalation.queries.close_previews import (
    quarter_previewed,
    work_out_close_previews,
    work_out_unit_previews,
)
from escalation.queries.evaluation import RulesByIndicator, rules_by_indicator
from organisation.models.people import User
from sorp.queries.ruling import NoVersionInForce

AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class PreviewsStored:
    """What working out anew changed: of how many indicators and units, of how many looked at."""

    looked_at: int = 0
    indicators: int = 0
    units: int = 0

    @property
    def changed(self) -> int:
        return self.indicators + self.units


NOTHING_STORED = PreviewsStored()


@transaction.atomic
def update_close_previews(*, indicators: Iterable[int]) -> PreviewsStored:
    """What the close would do is known anew of these indicators, and of the units they stand in.

    Where nothing of the quarter was worked out before, all of it is. Nothing is done while no quarter
    is open, or none that a version of the SORP rules.
    """
    quarter, touched = quarter_previewed(), set(indicators)
    if quarter is None or not touched:
        return NOTHING_STORED
    try:
        return _store(quarter, touched)
    except NoVersionInForce:
        return NOTHING_STORED


@transaction.atomic
def update_all_close_previews(*, by: User | None) -> PreviewsStored:
    """What the close would do is known anew of every indicator and unit. Run again it changes nothing.

    What it finds otherwise than it was kept is on record: results are followed up as they arrive, so
    that there should be nothing, but for what changes with the calendar or with the council itself.
    """
    quarter = quarter_previewed()
    if quarter is None:
        return NOTHING_STORED
    try:
        stored = _store(quarter, None)
    except NoVersionInForce:
        return NOTHING_STORED
    if stored.changed:
        row = ReportingQuarter.objects.get(quarter=quarter)
        audit.record(
            "worked out what its close would do",
            row,
            by=by,
            indicators=stored.indicators,
            units=stored.units,
        )
    return stored


def drop_close_previews(*, quarter: Quarter) -> None:
    """The quarter is closed: what the close did is on record, and what it would have done is not kept."""
    ClosePreview.objects.filter(quarter__lte=quarter).delete()
    UnitClosePreview.objects.filter(quarter__lte=quarter).delete()


def _store(quarter: Quarter, touched: Collection[int] | None) -> PreviewsStored:
    """Worked out and kept, one after the other: whoever comes meanwhile waits, and then knows all."""
    ReportingQuarter.objects.select_for_update().get(quarter=quarter)
    if touched is not None and not ClosePreview.objects.filter(quarter=quarter).exists():
        touched = None
    rules_of = rules_by_indicator(touched)
    found = work_out_close_previews(quarter, touched, rules_of=rules_of)
    before = ClosePreview.objects.filter(quarter=quarter)
    if touched is not None:
        before = before.filter(indicator__in=touched)
    changed = _keep_indicators({each.indicator_id: each for each in before}, found)
    return PreviewsStored(len(found), changed, _keep_units(quarter, touched, rules_of))


def _keep_indicators(before: dict[int, ClosePreview], found: Sequence[ClosePreview]) -> int:
    """What is found stands; what is no longer looked at is gone. Returns how many differ."""
    fresh, changed = [], []
    for each in found:
        was = before.pop(each.indicator_id, None)
        if was is None:
            fresh.append(each)
        elif any(getattr(was, name) != getattr(each, name) for name in ClosePreview.COMPARED):
            for name in ClosePreview.COMPARED:
                setattr(was, name, getattr(each, name))
            was.worked_out_at = now()
            changed.append(was)
    ClosePreview.objects.filter(pk__in=[each.pk for each in before.values()]).delete()
    ClosePreview.objects.bulk_create(fresh, batch_size=AT_A_TIME)
    columns = [*ClosePreview.COMPARED, "worked_out_at"]
    ClosePreview.objects.bulk_update(changed, columns, batch_size=AT_A_TIME)
    return len(fresh) + len(changed) + len(before)


def _keep_units(
    quarter: Quarter, touched: Collection[int] | None, rules_of: RulesByIndicator
) -> int:
    """The same of units. One with which the close would do nothing any more keeps its row, to be told of."""
    found = work_out_unit_previews(quarter, touched, rules_of)
    rows = UnitClosePreview.objects.filter(quarter=quarter)
    if touched is not None:
        rows = rows.filter(unit__in=list(found))
    before = {each.unit_id: each for each in rows}
    changed = 0
    for unit in {*found, *before}:
        follows = [each.dump() for each in found.get(unit, ())]
        was = before.get(unit)
        if (was.follows if was else []) == follows:
            continue
        changed += 1
        row = was or UnitClosePreview(unit_id=unit, quarter=quarter)
        row.follows, row.worked_out_at = follows, now()
        row.save()
    return changed
