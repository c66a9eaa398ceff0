"""The default SORP, as it comes with the product."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from organisation import audit
from organisation.models import User
from sorp.defaults import CALENDAR, PURPOSE, RAG_DEFINITIONS, REMINDERS, TITLE, TRIGGERS
from sorp.lexicon import ConditionKind, Quarter
from sorp.models import (
    CalendarRule,
    RagDefinition,
    ReminderRule,
    Statement,
    TriggerRule,
    TriggerTier,
    Version,
)

CODE = "performance-management"


@transaction.atomic
def seed_default_statement(
    *, in_force_from: Quarter, approved_on: date, by: User | None
) -> tuple[Version, bool]:
    """The default SORP is in force from a quarter. Returns it, and whether this call wrote it.

    A statement that already stands is left as it is, whatever its rules.
    """
    statement, is_new = Statement.objects.get_or_create(
        code=CODE, defaults={"title": TITLE, "purpose": PURPOSE}
    )
    if not is_new:
        return statement.versions.earliest("in_force_from"), False
    version = Version.objects.create(
        statement=statement,
        number="1",
        state=Version.State.IN_FORCE,
        in_force_from=in_force_from.first_day,
        approved_by=by,
        approved_on=approved_on,
        approval_note="The default rules, as they come with the product",
    )
    for clause, rag, wording in RAG_DEFINITIONS:
        RagDefinition.objects.create(version=version, clause=clause, rag=rag, wording=wording)
    for position, default in enumerate(TRIGGERS, start=1):
        trigger = TriggerRule.objects.create(
            version=version,
            position=position,
            clause=default.clause,
            name=default.name,
            kind=ConditionKind.NO_RESULT if default.status == "no_result" else ConditionKind.STATUS,
            status=default.status,
            at_least=default.at_least,
            within=default.within,
            level=default.level,
        )
        for tier in default.tiers:
            TriggerTier.objects.create(trigger=trigger, tier=tier)
    ReminderRule.objects.bulk_create(
        ReminderRule(version=version, **reminder._asdict()) for reminder in REMINDERS
    )
    for day in CALENDAR:
        CalendarRule.objects.create(
            version=version,
            step=day.step,
            tier=day.tier or "",
            counted_from=day.counted_from,
            working_days=day.working_days,
        )
    audit.record("brought SORP version into force", version, by=by, from_quarter=in_force_from.key)
    return version, True
