"""Versions of the SORP that hold given triggers, approved and ruling from a quarter on."""

from __future__ import annotations

from datetime import date

from core.quarters import Quarter
from sorp.lexicon import NotRated, Rag
from sorp.models.conditions import TriggerRule, TriggerTier
from sorp.models.statement import Statement, Version

SINCE = Quarter(2010, 1)


def version_of(*triggers, since=SINCE, number="1", **settings):
    """An approved version with these triggers in this order. The last of several rules."""
    statement, _ = Statement.objects.get_or_create(
        code="performance-management", defaults={"title": "Required practice"}
    )
    version = Version.objects.create(
        statement=statement, number=number, in_force_from=since.first_day, **settings
    )
    for position, trigger in enumerate(triggers, start=1):
        _write(version, position, trigger)
    version.state = Version.State.APPROVED
    version.approved_on = date(2010, 4, 1)
    version.save()
    return version


def _write(version, position, trigger):
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
        movement=trigger.movement or "",
        compared_with=trigger.compared_with or "",
        percent=trigger.percent,
        forecast_by=trigger.forecast_by or "",
        unit_tier=trigger.unit_tier,
        count=trigger.count,
        level=trigger.level,
    )
    TriggerTier.objects.bulk_create(
        TriggerTier(trigger=row, tier=tier) for tier in sorted(trigger.tiers)
    )


def _status(trigger):
    if trigger.or_late:
        return TriggerRule.LATE
    if isinstance(trigger.status, NotRated):
        return TriggerRule.NO_RESULT
    return trigger.status.value if isinstance(trigger.status, Rag) else ""
