"""What is done about bodies that meet, and who sits on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from core import audit
from core.dates import as_date
from core.refusals import Refused
from organisation.models.bodies import Committee, Membership
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import MembershipRole


@transaction.atomic
def establish_committee(
    *,
    code: str,
    name: str,
    kind: str,
    starts_on: date,
    units: Iterable[Unit] = (),
    by: User | None,
) -> Committee:
    """A body exists from a day on, and looks at some units, or at all. Raises Refused for a code in use."""
    if Committee.objects.filter(code__iexact=code).exists():
        raise Refused(f"{code} is another body’s code: choose a different code", field="code")
    committee = Committee.objects.create(code=code, name=name, kind=kind, starts_on=starts_on)
    committee.units.set(units)
    audit.record(
        "established committee",
        committee,
        by=by,
        kind=committee.get_kind_display(),
        starts_on=starts_on.isoformat(),
        units=_codes(committee.units.all()),
    )
    return committee


@transaction.atomic
def change_committee(
    *, committee: Committee, name: str, kind: str, units: Iterable[Unit], by: User | None
) -> Committee:
    """A body is called otherwise, is of another kind, or looks at other units. As it was stays on record."""
    was = {
        "name": committee.name,
        "kind": committee.get_kind_display(),
        "units": _codes(committee.units.all()),
    }
    committee.name, committee.kind = name, kind
    committee.save(update_fields=["name", "kind"])
    committee.units.set(units)
    becomes = {
        "name": committee.name,
        "kind": committee.get_kind_display(),
        "units": _codes(committee.units.all()),
    }
    if was != becomes:
        audit.record("changed committee", committee, by=by, was=was, becomes=becomes)
    return committee


@transaction.atomic
def end_committee(*, committee: Committee, ends_on: date | None, by: User | None) -> Committee:
    """A body meets for the last time by a day, and every place on it ends by then; or, without a day, it goes on.

    What ended with it stays ended. Raises Refused before it began.
    """
    if ends_on is not None and ends_on < committee.starts_on:
        raise Refused(
            f"{committee.name} exists from {as_date(committee.starts_on)}: its last day cannot be"
            " before that",
            field="ends_on",
        )
    was, committee.ends_on = committee.ends_on, ends_on
    committee.save(update_fields=["ends_on"])
    for membership in committee.memberships.select_related("user", "body"):
        if ends_on is not None and (membership.ends_on is None or membership.ends_on > ends_on):
            end_membership(membership=membership, ends_on=max(ends_on, membership.starts_on), by=by)
    audit.record(
        "ended committee" if ends_on else "let committee go on",
        committee,
        by=by,
        ends_on=ends_on.isoformat() if ends_on else None,
        was=was.isoformat() if was else None,
    )
    return committee


@transaction.atomic
def join_body(
    *,
    body: Committee,
    person: User,
    role: MembershipRole,
    starts_on: date,
    ends_on: date | None = None,
    portfolio: str = "",
    units: Iterable[Unit] = (),
    by: User | None,
) -> Membership:
    """Somebody sits on a body from a day on, until another if given, with a portfolio or none.

    Raises Refused for an end before the beginning, a second place or a second chair on one day, and a
    day on which there is no such body.
    """
    Committee.objects.select_for_update().get(pk=body.pk)  # one at a time
    if ends_on is not None and ends_on < starts_on:
        raise Refused("The last day cannot be before the first", field="ends_on")
    if starts_on < body.starts_on:
        raise Refused(f"{body.name} exists from {as_date(body.starts_on)}", field="starts_on")
    if body.ends_on is not None and (ends_on or starts_on) > body.ends_on:
        raise Refused(f"{body.name} ends on {as_date(body.ends_on)}", field="ends_on")
    for other in body.memberships.select_related("user"):
        if not _overlap(starts_on, ends_on, other.starts_on, other.ends_on):
            continue
        if other.user_id == person.pk:
            raise Refused(
                f"{person.name} already has a place on {body.name} for some of these days: end that first",
                field="person",
            )
        if role is MembershipRole.CHAIR and other.role == MembershipRole.CHAIR:
            raise Refused(
                f"{other.user.name} chairs {body.name} for some of these days: end that first",
                field="role",
            )
    membership = Membership.objects.create(
        body=body,
        user=person,
        role=role,
        portfolio=portfolio,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    membership.units.set(units)
    audit.record(
        "joined body",
        membership,
        by=by,
        role=role.label,
        portfolio=portfolio,
        units=_codes(membership.units.all()),
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat() if ends_on else None,
    )
    return membership


@transaction.atomic
def change_portfolio(
    *, membership: Membership, portfolio: str, units: Iterable[Unit], by: User | None
) -> Membership:
    """What somebody answers for on a body is another portfolio, or reaches other units."""
    was = {"portfolio": membership.portfolio, "units": _codes(membership.units.all())}
    membership.portfolio = portfolio
    membership.save(update_fields=["portfolio"])
    membership.units.set(units)
    becomes = {"portfolio": portfolio, "units": _codes(membership.units.all())}
    if was != becomes:
        audit.record("changed portfolio", membership, by=by, was=was, becomes=becomes)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, ends_on: date | None, by: User | None) -> Membership:
    """Somebody's last day on a body is set, or, without a day, they stay.

    Raises Refused before their first day, and to stay where the body ends, where they sit on it again
    later, or where another chairs it then.
    """
    if ends_on is None:
        _refuse_to_stay(membership)
    elif ends_on < membership.starts_on:
        raise Refused(
            f"The last day cannot be before the first, {as_date(membership.starts_on)}",
            field="ends_on",
        )
    was, membership.ends_on = membership.ends_on, ends_on
    membership.save(update_fields=["ends_on"])
    audit.record(
        "ended membership" if ends_on else "let membership go on",
        membership,
        by=by,
        ends_on=ends_on.isoformat() if ends_on else None,
        was=was.isoformat() if was else None,
    )
    return membership


def _refuse_to_stay(membership: Membership) -> None:
    body = membership.body
    if body.ends_on is not None:
        raise Refused(f"{body.name} ends on {as_date(body.ends_on)}", field="ends_on")
    for other in body.memberships.exclude(pk=membership.pk).select_related("user"):
        if not _overlap(membership.starts_on, None, other.starts_on, other.ends_on):
            continue
        if other.user_id == membership.user_id:
            raise Refused(
                f"{other.user.name} sits on {body.name} again from {as_date(other.starts_on)}: give a"
                " day before that",
                field="ends_on",
            )
        if MembershipRole.CHAIR == membership.role == other.role:
            raise Refused(
                f"{other.user.name} chairs {body.name} from {as_date(other.starts_on)}: give a day"
                " before that",
                field="ends_on",
            )


def _codes(units: Iterable[Unit]) -> list[str]:
    return sorted(each.code for each in units)


def _overlap(first: date, last: date | None, start: date, end: date | None) -> bool:
    return (last is None or start <= last) and (end is None or first <= end)
