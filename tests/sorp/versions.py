"""Versions of the SORP for tests. One that was approved can't be changed, so others are made of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from core.quarters import Quarter
from sorp.models.clauses import RiskAppetite
from sorp.models.conditions import TriggerTier
from sorp.models.statement import Version

ROWS = (
    "clauses",
    "rag_definitions",
    "terms",
    "level_duties",
    "calendar_rules",
    "reminder_rules",
)


def draft_like(version: Version, *, number: str = "2", **settings: Any) -> Version:
    """A draft with every row of a version, and these settings of its own."""
    kept = {
        name: getattr(version, name)
        for name in (
            "travel_method",
            "exit_quarters",
            "relapse_within",
            "relapse_shortens_by",
            "plan_within",
            "action_on_amber",
        )
    }
    fields = kept | {"summary": "Mends a rule", "edition": 2} | settings
    draft = Version.objects.create(
        statement=version.statement, number=number, drafted_from=version, **fields
    )
    for rows in ROWS:
        _copied(getattr(version, rows).all(), draft)
    _triggers_copied(version, draft)
    return draft


def version_like(
    version: Version,
    *,
    from_quarter: Quarter,
    number: str = "2",
    change: Callable[[Version], object] | None = None,
    **settings: Any,
) -> Version:
    """An approved version with a version's rows, changed by `change` while it was a draft.

    It rules from its quarter on, as `Version.objects.ruling` tells.
    """
    draft = draft_like(version, number=number, from_quarter=from_quarter, **settings)
    if change is not None:
        change(draft)
    draft.refresh_from_db()
    draft.state = Version.State.APPROVED
    draft.approved_on = date(2010, 1, 4)
    draft.save()
    return draft


def _copied(rows: Any, draft: Version) -> None:
    fresh = list(rows)
    for row in fresh:
        row.pk, row._state.adding, row.version = None, True, draft
    type(fresh[0])._default_manager.bulk_create(fresh) if fresh else None


def _triggers_copied(version: Version, draft: Version) -> None:
    fresh = {}
    for row in version.trigger_rules.prefetch_related("tiers"):
        tiers, old = [each.tier for each in row.tiers.all()], row.pk
        row.pk, row._state.adding, row.version = None, True, draft
        row.save()
        fresh[old] = row
        TriggerTier.objects.bulk_create(TriggerTier(trigger=row, tier=tier) for tier in tiers)
    for appetite in version.appetites.prefetch_related("triggers"):
        linked = [fresh[each.pk] for each in appetite.triggers.all()]
        twin = RiskAppetite.objects.create(
            version=draft,
            area=appetite.area,
            appetite=appetite.appetite,
            wording=appetite.wording,
        )
        twin.triggers.set(linked)
