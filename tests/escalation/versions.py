"""Versions of the SORP that hold given triggers, approved and ruling from a quarter on."""

from __future__ import annotations

from datetime import date

from core.quarters import Quarter
from sorp.models.conditions import TriggerRule, TriggerTier
from sorp.models.statement import Statement, Version

SINCE = Quarter(2010, 1)


def version_of(*triggers, since=SINCE, number="1", **settings):
    """An approved version with these triggers in this order. The last of several rules."""
    statement, _ = Statement.objects.get_or_create(
        code="performance-management", defaults={"title": "Required practice"}
    )
    version = Version.objects.create(
        statement=statement, number=number, from_quarter=since, **settings
    )
    for position, trigger in enumerate(triggers, start=1):
        _write(version, position, trigger)
    version.state = Version.State.APPROVED
    version.approved_on = date(2010, 4, 1)
    version.save()
    return version


def _write(version, position, trigger):
    said = trigger.columns
    row = TriggerRule.objects.create(
        version=version,
        position=position,
        clause=trigger.clause,
        key=trigger.key,
        name=trigger.name,
        kind=trigger.kind,
        status=_status(trigger),
        at_least=trigger.at_least,
        within=trigger.within,
        movement=said["movement"] or "",
        compared_with=said["compared_with"] or "",
        percent=said["percent"],
        forecast_by=said["forecast_by"] or "",
        unit_tier=said["unit_tier"],
        count=said["count"],
        level=trigger.level,
    )
    TriggerTier.objects.bulk_create(
        TriggerTier(trigger=row, tier=tier) for tier in sorted(trigger.tiers)
    )


def _status(trigger):
    if trigger.columns["or_late"]:
        return TriggerRule.LATE
    status = trigger.columns["status"]
    return status.value if status else ""
