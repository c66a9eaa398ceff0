"""The default SORP, as it comes with the product."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from core import audit
from core.clock import localdate
from core.models.notices import Notice
from core.own_words import in_own_words
from core.quarters import Quarter
from core.refusals import Refused
from core.services.notices import owe_notice
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from sorp import defaults
from sorp.defaults import meanings, rules
from sorp.models.clauses import Clause, RagDefinition, RiskAppetite, Term
from sorp.models.conditions import CalendarRule, LevelDuty, ReminderRule, TriggerRule, TriggerTier
from sorp.models.keys import key_made_of
from sorp.models.statement import Authorship, Statement, Version
from sorp.queries.consultation import people_approving
from sorp.rules.conditions.no_result import NoResult
from sorp.rules.conditions.status import Status

CODE = "performance-management"


@transaction.atomic
def seed_default_statement(
    *, from_quarter: Quarter, approved_on: date, by: User | None
) -> tuple[Version, bool]:
    """The default SORP is in force from a quarter. Returns it, and whether this call wrote it.

    Its sentences are in the council’s own words, where it has said some. A statement that already
    stands is left as it is, whatever its rules. The version is written as
    a draft and then brought into force, since the rows of one in force can no longer be written.
    """
    version, is_new = _default_version(from_quarter=from_quarter, drafted_by=None)
    if not is_new:
        return version.statement.versions.earliest("from_quarter"), False
    version.state = Version.State.IN_FORCE
    version.approved_by = by
    version.approved_on = approved_on
    version.approval_note = "The default rules, as they come with the product"
    version.save(update_fields=["state", "approved_by", "approved_on", "approval_note"])
    audit.record("brought SORP version into force", version, by=by, from_quarter=from_quarter.key)
    return version, True


@transaction.atomic
def propose_default_statement(*, from_quarter: Quarter, by: User) -> Version:
    """The default SORP stands as a draft, to be approved by somebody else from this quarter on.

    Asked again while it is a draft, only its quarter is another. Raises PermissionDenied, and
    Refused where a version is in force, or people are being consulted on this one.
    """
    if not allowed(by, Permission.MANAGE_FRAMEWORK):
        raise PermissionDenied
    version, is_new = _default_version(from_quarter=from_quarter, drafted_by=by)
    if is_new:
        Authorship.objects.create(version=version, author=by)
        audit.record("proposed the default SORP", version, by=by, from_quarter=from_quarter.key)
        for person in people_approving(on=localdate()):
            owe_notice(
                key=f"first-sorp-{version.pk}-{person.pk}",
                kind=Notice.Kind.TO_DECIDE,
                recipient=person,
                subject="The first version of the SORP is waiting for your approval",
                body=f"{by} proposes to bring the default rules into force from {from_quarter}.",
                address=reverse("first_version"),
            )
        return version
    if version.statement.versions.exclude(state=Version.State.DRAFT).exists():
        raise Refused("The SORP is past its first draft: draft its next version from there")
    if version.from_quarter != from_quarter:
        version.from_quarter = from_quarter
        version.save(update_fields=["from_quarter"])
        Authorship.objects.get_or_create(version=version, author=by)
        audit.record(
            "moved the first quarter of the SORP", version, by=by, from_quarter=from_quarter.key
        )
    return version


def _default_version(*, from_quarter: Quarter, drafted_by: User | None) -> tuple[Version, bool]:
    """The first version, locked, and whether this call wrote it, as a draft."""
    statement, is_new = Statement.objects.get_or_create(
        code=CODE,
        defaults={
            "title": in_own_words(defaults.TITLE),
            "purpose": in_own_words(defaults.PURPOSE),
        },
    )
    if not is_new:
        return statement.versions.select_for_update().earliest("pk"), False
    version = Version.objects.create(
        statement=statement,
        number="1",
        from_quarter=from_quarter,
        summary=in_own_words(defaults.SUMMARY),
        drafted_by=drafted_by,
    )
    _write_words(version)
    _write_appetites(version, _write_triggers(version))
    _write_rules(version)
    return version, True


def _in_own_words(row: Any) -> dict[str, Any]:
    """A row of the defaults, its sentences as the council says them on the day on which they become its own."""
    return {
        name: in_own_words(value) if type(value) is str else value
        for name, value in row._asdict().items()
    }


def _write_words(version: Version) -> None:
    Clause.objects.bulk_create(
        Clause(
            version=version,
            position=position,
            key=key_made_of(clause.heading),
            **_in_own_words(clause),
        )
        for position, clause in enumerate(defaults.CLAUSES, start=1)
    )
    RagDefinition.objects.bulk_create(
        RagDefinition(version=version, clause=clause, rag=rag, wording=in_own_words(wording))
        for clause, rag, wording in rules.RAG_DEFINITIONS
    )
    Term.objects.bulk_create(
        Term(version=version, term=in_own_words(term), meaning=in_own_words(meaning))
        for term, meaning in meanings.TERMS
    )


def _write_triggers(version: Version) -> dict[str, TriggerRule]:
    """Every trigger with its tiers, by name."""
    triggers = TriggerRule.objects.bulk_create(
        TriggerRule(
            version=version,
            position=position,
            key=each.key,
            clause=each.clause,
            name=each.name,
            kind=NoResult.kind if each.status == "no_result" else Status.kind,
            status=each.status,
            at_least=each.at_least,
            within=each.within,
            level=each.level,
        )
        for position, each in enumerate(rules.TRIGGERS, start=1)
    )
    TriggerTier.objects.bulk_create(
        TriggerTier(trigger=trigger, tier=tier)
        for trigger, each in zip(triggers, rules.TRIGGERS, strict=True)
        for tier in each.tiers
    )
    return {trigger.name: trigger for trigger in triggers}


def _write_appetites(version: Version, triggers: dict[str, TriggerRule]) -> None:
    """The statements of risk appetite, each linked to the triggers that stand for it."""
    appetites = RiskAppetite.objects.bulk_create(
        RiskAppetite(
            version=version,
            area=each.area,
            appetite=each.appetite,
            wording=in_own_words(each.wording),
        )
        for each in meanings.APPETITES
    )
    link = RiskAppetite.triggers.through
    link.objects.bulk_create(
        link(riskappetite_id=appetite.pk, triggerrule_id=triggers[name].pk)
        for appetite, each in zip(appetites, meanings.APPETITES, strict=True)
        for name in each.triggers
    )


def _write_rules(version: Version) -> None:
    LevelDuty.objects.bulk_create(
        LevelDuty(version=version, **_in_own_words(duty)) for duty in rules.LADDER
    )
    CalendarRule.objects.bulk_create(
        CalendarRule(version=version, **day._asdict() | {"tier": day.tier or ""})
        for day in rules.CALENDAR
    )
    ReminderRule.objects.bulk_create(
        ReminderRule(version=version, **reminder._asdict()) for reminder in rules.REMINDERS
    )
