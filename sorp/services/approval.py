"""Approving a version, withdrawing an approval, and bringing versions into force when their day comes."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from core import audit
from core.dates import as_date
from core.quarters import Quarter
from core.refusals import Refused
from core.services.notices import owe_notice
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from sorp.models.statement import Statement, Version
from sorp.queries.consultation import (
    obstacles_to_approval,
    obstacles_to_first_approval,
    people_bound,
)

State = Version.State
LONGEST_NOTE = 300
STILL = {State.DRAFT: "a draft", State.CONSULTATION: "in consultation"}


@transaction.atomic
def approve_version(
    *,
    version: Version,
    from_quarter: Quarter,
    approved_on: date,
    note: str,
    closed_until: Quarter | None,
    today: date,
    by: User,
) -> Version:
    """A version is approved, and rules from a quarter on. No word and no rule of it changes again.

    Those it binds are told. It is in force at once where its first quarter is running; otherwise
    `bring_into_force` sees to it. `closed_until` is the latest quarter that is closed, or None.
    Raises PermissionDenied for whoever does not hold an approving post, and Refused, in words, for
    everything that stands in the way (`sorp/rules/approval.py`).
    """
    if not allowed(by, Permission.APPROVE_SORP):
        raise PermissionDenied
    held = Version.objects.select_for_update().get(pk=version.pk)
    for each in obstacles_to_approval(
        held, from_quarter=from_quarter, closed_until=closed_until, today=today, by=by
    ):
        if not each.is_met:
            raise Refused(each.obstacle, field=each.field or None)
    note = note.strip()
    _refuse_day(held, approved_on, today)
    if len(note) > LONGEST_NOTE:
        raise Refused(f"Say it in {LONGEST_NOTE} characters or fewer", field="note")
    held.state, held.from_quarter = State.APPROVED, from_quarter
    held.approved_by, held.approved_on, held.approval_note = by, approved_on, note
    held.save()
    audit.record(
        "approved version of the SORP",
        held,
        by=by,
        from_quarter=from_quarter.key,
        approved_on=approved_on.isoformat(),
        edition=held.edition,
        note=note,
    )
    _notify_of_approval(held, today)
    bring_into_force(today=today, by=None)
    held.refresh_from_db()
    return held


@transaction.atomic
def approve_first_version(
    *, version: Version, approved_on: date, note: str, today: date, by: User
) -> Version:
    """The council's first version rules from the quarter that was proposed, past ones included.

    Nobody worked by an earlier one and no quarter is closed without one, so it needs no consultation
    and may judge history (docs/adr/0053). Raises PermissionDenied, and Refused where another version
    binds, where it contradicts itself, and for whoever wrote part of it.
    """
    if not allowed(by, Permission.APPROVE_SORP):
        raise PermissionDenied
    statement = Statement.objects.select_for_update().get(pk=version.statement_id)
    held = statement.versions.select_for_update().get(pk=version.pk)
    for obstacle in obstacles_to_first_approval(held, by=by):
        raise Refused(obstacle)
    note = note.strip()
    _refuse_day(held, approved_on, today)
    held.state = State.APPROVED
    held.approved_by, held.approved_on, held.approval_note = by, approved_on, note
    held.save()
    first = held.from_quarter
    audit.record(
        "approved version of the SORP",
        held,
        by=by,
        from_quarter=first.key,
        approved_on=approved_on.isoformat(),
        edition=held.edition,
        note=note,
    )
    _notify_of_approval(held, today)
    bring_into_force(today=today, by=None)
    held.refresh_from_db()
    return held


def _refuse_day(version: Version, approved_on: date, today: date) -> None:
    if approved_on > today:
        raise Refused("The day it was approved cannot be in the future", field="approved_on")
    if version.consulted_until and approved_on <= version.consulted_until:
        raise Refused(
            f"The consultation ran until {as_date(version.consulted_until)}: it was approved after that",
            field="approved_on",
        )


def _notify_of_approval(version: Version, today: date) -> None:
    quarter = version.from_quarter
    for person in people_bound(on=today):
        owe_notice(
            key=f"sorp-approval-{version.pk}-{version.approved_on}-{person.pk}",
            recipient=person,
            subject=f"Version {version.number} of the SORP is in force from {quarter}",
            body=(
                f"{version.approved_by} approved version {version.number} of the statement of"
                f" required practice. {quarter} and later quarters are judged by it. Earlier "
                f"quarters do not change. {version.summary}"
            ).strip(),
            address=reverse("sorp_version", args=[version.number]),
        )


@transaction.atomic
def withdraw_approval(*, version: Version, reason: str, today: date, by: User) -> Version:
    """A version that has not begun to rule is a draft again, and is consulted on anew.

    Raises PermissionDenied for whoever does not hold an approving post, and Refused once its first
    quarter has begun, since people work by it from then on, and while another version is unfinished,
    since of two drafts the later to be approved would undo the earlier unseen (docs/adr/0024).
    """
    if not allowed(by, Permission.APPROVE_SORP):
        raise PermissionDenied
    statement = Statement.objects.select_for_update().get(pk=version.statement_id)
    held = Version.objects.select_for_update().get(pk=version.pk)
    if held.state != State.APPROVED or held.from_quarter is None:
        raise Refused(f"Version {held.number} is not waiting to come into force")
    if held.from_quarter <= Quarter.containing(today):
        raise Refused(
            f"{held.from_quarter} has begun, and people work by version {held.number}: draft another"
            " version instead"
        )
    if other := statement.versions.unfinished().first():
        raise Refused(
            f"Version {other.number} is still {STILL[State(other.state)]}, and only one version is"
            f" written at a time: correct version {other.number} instead"
        )
    reason = reason.strip()
    if not reason:
        raise Refused("Say why the approval is withdrawn", field="reason")
    was = held.approved_by
    held.state, held.approved_by, held.approved_on, held.approval_note = State.DRAFT, None, None, ""
    held.save(update_fields=["state", "approved_by", "approved_on", "approval_note"])
    audit.record(
        "withdrew approval of the SORP",
        held,
        by=by,
        reason=reason,
        was_approved_by=was.name if was else "",
    )
    return held


@transaction.atomic
def bring_into_force(*, today: date, by: User | None) -> list[Version]:
    """Each approved version whose first quarter has begun is in force, and the one before it is
    superseded. Returns those that this call brought into force: none, where it is run again.

    Quarters are judged rightly even before it runs, since `VersionQuerySet.ruling` goes by days.
    """
    due = (
        Version.objects.select_for_update()
        .filter(state=State.APPROVED, from_quarter__lte=Quarter.containing(today))
        .order_by("statement", "from_quarter")
    )
    brought = list(due)
    for version in brought:
        ruled = Version.objects.filter(statement=version.statement_id, state=State.IN_FORCE)
        for earlier in ruled.select_for_update():
            earlier.state = State.SUPERSEDED
            earlier.save(update_fields=["state"])
            audit.record("superseded SORP version", earlier, by=by, superseded_by=version.number)
        version.state = State.IN_FORCE
        version.save(update_fields=["state"])
        first = version.from_quarter
        audit.record("brought SORP version into force", version, by=by, from_quarter=first.key)
    return brought
