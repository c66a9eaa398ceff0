"""Approving a version of the SORP, with what becomes of all that stands by what it drops."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core import audit
from core.quarters import Quarter
from core.refusals import Refused
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.models.successions import Succession
from escalation.queries.dropped import BY_THE_RULES, AffectedItem, affected_by
from escalation.services.close_previews import update_all_close_previews
from indicators.models.variations import VariedTrigger
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from sorp.models.conditions import ReminderRule
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
    """A version is approved, with an answer to what becomes of each thing that hangs on what it drops.

    `answers` holds the answer to each of `affected_by`, by its field. What is carried over counts, and
    what stands under another trigger does so, from the first quarter that the version rules; until
    then, and where the approval is withdrawn, all stands as it did. Raises Refused at the field of
    what is not answered, or is answered with what is not on offer; and what `approve_version` raises.
    """
    if not allowed(by, Permission.APPROVE_SORP):
        raise PermissionDenied
    held = Version.objects.select_for_update().get(pk=version.pk)
    affected = affected_by(held, from_quarter=from_quarter)
    names: dict[tuple[str, object, str, str], str] = {}
    for each in affected:
        answer = answers.get(each.field, "")
        if answer != BY_THE_RULES and answer not in each.alternatives:
            raise Refused(f"Say what happens to this: {each.description}", field=each.field)
        place = _unique_place(each, answer)
        if place is not None and names.setdefault(place, each.field) != each.field:
            raise Refused(
                f"Two things cannot both come under “{each.alternatives[answer]}”: "
                f"{each.description}",
                field=each.field,
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
    _delete_answers(done)
    for each in affected:
        _record(each, answers[each.field], done, by)
    transaction.on_commit(partial(update_all_close_previews, by=by))
    return done


@transaction.atomic
def withdraw_with_answers(*, version: Version, reason: str, today: date, by: User) -> Version:
    """A version is a draft again, and what its approver said of what it drops is said no more.

    It is asked about anew when the version is approved. Raises what `withdraw_approval` raises.
    """
    done = approval.withdraw_approval(version=version, reason=reason, today=today, by=by)
    deleted = _delete_answers(done)
    if deleted:
        audit.record("took back what becomes of what a version drops", done, by=by, answers=deleted)
    transaction.on_commit(partial(update_all_close_previews, by=by))
    return done


def _delete_answers(version: Version) -> int:
    carried, _ = VariedTrigger.objects.filter(carried_by=version).delete()
    stood, _ = Succession.objects.filter(version=version).delete()
    return carried + stood


def _unique_place(each: AffectedItem, answer: str) -> tuple[str, object, str, str] | None:
    """What no two can be: one variation's, unit's or indicator's, at one level, under one trigger."""
    if answer == BY_THE_RULES:
        return None
    item = each.item
    if isinstance(item, VariedTrigger):
        return "variation", item.variation_id, "", answer
    if isinstance(item, UnitEscalation):
        return "unit", item.unit_id, item.level, answer
    if isinstance(item, PositiveException):
        return "positive", item.indicator_id, item.level, answer
    return None


def _record(each: AffectedItem, answer: str, version: Version, by: User) -> None:
    item = each.item
    name = each.alternatives.get(answer, "")
    if name and isinstance(item, VariedTrigger):
        VariedTrigger.objects.create(
            variation=item.variation,
            trigger=name,
            trigger_key=answer,
            applies=item.applies,
            at_least=item.at_least,
            within=item.within,
            carried_by=version,
        )
    elif name and not isinstance(item, ReminderRule):
        field = {
            Escalation: "escalation",
            UnitEscalation: "unit_escalation",
            PositiveException: "positive_exception",
        }[type(item)]
        Succession.objects.create(
            version=version, **{field: item}, trigger=name, trigger_key=answer, decided_by=by
        )
    audit.record(
        "said what becomes of what a version drops",
        item.variation if isinstance(item, VariedTrigger) else item,
        by=by,
        version=version.number,
        what=each.description,
        becomes=dict(each.answers)[answer],
        under=answer if name else "",
    )
