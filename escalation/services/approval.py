"""Approving a version of the SORP, with what becomes of all that stands by what it drops."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core import audit
from core.quarters import Quarter
from core.refusals import Refused
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.models.successions import Succession
from escalation.queries.dropped import BY_THE_RULES, Dropped, dropped_by
from indicators.models.variations import VariedTrigger
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from sorp.models.statement import Version
from sorp.services import approval


@transaction.atomic
def approve_with_answers(
    *,
    version: Version,
    from_quarter: Quarter,
    approved_on: date,
    note: str,
    answers: Mapping[str, str],
    closed_until: Quarter | None,
    today: date,
    by: User,
) -> Version:
    """A version is approved, and of all that stands by what it drops it is on record what becomes.

    `answers` holds the answer to each of `dropped_by`, by its name. What is carried over counts, and
    what stands under another trigger does so, from the first quarter that the version rules; until
    then, and where the approval is withdrawn, all stands as it did. Raises Refused at the field of
    what is not answered, or is answered with what is not on offer; and what `approve_version` raises.
    """
    if not allowed(by, Permission.APPROVE_SORP):
        raise PermissionDenied
    held = Version.objects.select_for_update().get(pk=version.pk)
    asked = dropped_by(held, from_quarter=from_quarter)
    names: dict[tuple[str, object, str, str], str] = {}
    for each in asked:
        answer = answers.get(each.name, "")
        if answer != BY_THE_RULES and answer not in each.otherwise:
            raise Refused(f"Say what becomes of this: {each.what}", field=each.name)
        place = _place(each, answer)
        if place is not None and names.setdefault(place, each.name) != each.name:
            raise Refused(
                f"Two things cannot both stand under “{each.otherwise[answer]}”: {each.what}",
                field=each.name,
            )
    done = approval.approve_version(
        version=held,
        from_quarter=from_quarter,
        approved_on=approved_on,
        note=note,
        closed_until=closed_until,
        today=today,
        by=by,
    )
    _forget(done)
    for each in asked:
        _record(each, answers[each.name], done, by)
    return done


@transaction.atomic
def withdraw_with_answers(*, version: Version, reason: str, today: date, by: User) -> Version:
    """A version is a draft again, and what its approver said of what it drops is said no more.

    It is asked anew when the version is approved. Raises what `withdraw_approval` raises.
    """
    done = approval.withdraw_approval(version=version, reason=reason, today=today, by=by)
    unsaid = _forget(done)
    if unsaid:
        audit.record("took back what becomes of what a version drops", done, by=by, answers=unsaid)
    return done


def _forget(version: Version) -> int:
    carried, _ = VariedTrigger.objects.filter(carried_by=version).delete()
    stood, _ = Succession.objects.filter(version=version).delete()
    return carried + stood


def _place(each: Dropped, answer: str) -> tuple[str, object, str, str] | None:
    """What no two can be: one variation's, unit's or indicator's, at one level, under one trigger."""
    if answer == BY_THE_RULES:
        return None
    subject = each.subject
    if isinstance(subject, VariedTrigger):
        return "variation", subject.variation_id, "", answer
    if isinstance(subject, UnitEscalation):
        return "unit", subject.unit_id, subject.level, answer
    if isinstance(subject, PositiveException):
        return "positive", subject.indicator_id, subject.level, answer
    return None


def _record(each: Dropped, answer: str, version: Version, by: User) -> None:
    subject = each.subject
    named = each.otherwise.get(answer, "")
    if named and isinstance(subject, VariedTrigger):
        VariedTrigger.objects.create(
            variation=subject.variation,
            trigger=named,
            trigger_key=answer,
            applies=subject.applies,
            at_least=subject.at_least,
            within=subject.within,
            carried_by=version,
        )
    elif named and isinstance(subject, Escalation):
        Succession.objects.create(
            version=version, escalation=subject, trigger=named, trigger_key=answer, decided_by=by
        )
    elif named and isinstance(subject, UnitEscalation):
        Succession.objects.create(
            version=version,
            unit_escalation=subject,
            trigger=named,
            trigger_key=answer,
            decided_by=by,
        )
    elif named and isinstance(subject, PositiveException):
        Succession.objects.create(
            version=version,
            positive_exception=subject,
            trigger=named,
            trigger_key=answer,
            decided_by=by,
        )
    audit.record(
        "said what becomes of what a version drops",
        subject.variation if isinstance(subject, VariedTrigger) else subject,
        by=by,
        version=version.number,
        what=each.what,
        becomes=dict(each.answers)[answer],
        under=answer if named else "",
    )
