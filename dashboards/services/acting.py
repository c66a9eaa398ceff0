"""Somebody acts for a manager from today, and hands back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from core import audit
from core.refusals import Refused
from core.services.notices import owe_notice
from dashboards.queries.acting import (
    ACTING,
    acting_within_reach,
    managers_within_reach,
    within_reach,
)
from escalation.services.plans import hand_over_actions
from indicators.queries.accountability import eligible_managers
from indicators.services.accountability import reassign_indicators
from organisation.models.people import Appointment, User
from organisation.models.units import Unit
from organisation.rules import PostKind
from organisation.services.people import appoint
from strategy.services.plan import hand_over_milestones


@dataclass(frozen=True, slots=True)
class WentOver:
    """How much went over to whoever acts."""

    indicators: int
    milestones: int
    actions: int


@transaction.atomic
def name_acting_manager(
    *, manager: User, acting: User, reason: str = "", today: date, by: User
) -> WentOver:
    """From now on another answers for a manager's indicators, and for what they had still to do.

    With an indicator go its return with what is typed in it, its action plan, and the invitation
    where it is called in. Who acts is given a manager's post from today where they hold none; the
    manager keeps theirs, and both are told. Raises PermissionDenied for whoever directs no unit
    where the manager answers for anything; Refused where both are one person, or who acts has left
    or holds no post.
    """
    mine = within_reach(by).filter(accountable_manager=manager).select_related("unit")
    indicators = list(mine.order_by("reference"))
    if not indicators:
        raise PermissionDenied(f"You direct no unit where {manager.name} answers for an indicator")
    if acting == manager:
        raise Refused(f"{manager.name} cannot act for themselves", field="acting")
    if not acting.is_active:
        raise Refused(f"{acting.name} has left: name somebody else", field="acting")
    if not Appointment.objects.held_on(today).filter(user=acting).exists():
        raise Refused(f"{acting.name} holds no post: they are appointed first", field="acting")
    if not eligible_managers(on=today).filter(pk=acting.pk).exists():
        unit = _unit_of(manager, today) or indicators[0].unit
        title = f"Acting manager, {unit.name}"
        kind = PostKind.ACCOUNTABLE_MANAGER
        appoint(person=acting, kind=kind, unit=unit, starts_on=today, title=title, by=by)
    why = reason.strip() or f"{acting.name} acts for {manager.name}"
    moved = reassign_indicators(
        from_user=manager,
        to_user=acting,
        references=[each.reference for each in indicators],
        reason=why,
        by=by,
    )
    milestones = hand_over_milestones(from_user=manager, to_user=acting, by=by)
    actions = hand_over_actions(from_user=manager, to_user=acting, by=by)
    audit.record(
        ACTING,
        manager,
        by=by,
        acting=acting.name,
        acting_key=acting.pk,
        references=[each.reference for each in moved],
        milestone_keys=[each.pk for each in milestones],
        action_keys=[each.pk for each in actions],
        reason=why,
    )
    owe_notice(
        key=f"acting:{today}:{manager.pk}:{acting.pk}",
        recipient=manager,
        subject=f"{acting.name} acts for you from today",
        body=f"{by.name} named {acting.name} to answer for your indicators"
        f" ({', '.join(each.reference for each in moved)}), and for what you had still to do by"
        " milestones and action plans.",
        address=reverse("home"),
    )
    return WentOver(len(moved), len(milestones), len(actions))


@transaction.atomic
def hand_back(*, manager: User, acting: User, today: date, by: User) -> WentOver:
    """What went over to whoever acts for a manager is the manager's again, as far as they still have it.

    Whatever else the acting manager answers for stays theirs, and so does the post that they were
    given. Handing back again changes nothing. Raises PermissionDenied for whoever could not have named
    them; Refused, in words, where the manager holds a manager's post no more.
    """
    found = next(
        (
            each
            for each in acting_within_reach(by)
            if (each.manager, each.acting) == (manager, acting)
        ),
        None,
    )
    if found is None:
        if manager not in managers_within_reach(by):
            raise PermissionDenied(f"{acting.name} acts for nobody in a unit that you direct")
        return WentOver(0, 0, 0)
    try:
        moved = reassign_indicators(
            from_user=acting,
            to_user=manager,
            references=[each.reference for each in found.indicators],
            reason=f"{acting.name} no longer acts for {manager.name}",
            by=by,
        )
    except Refused:
        raise
    except ValueError as refusal:
        raise Refused(str(refusal)) from None
    milestones = hand_over_milestones(
        from_user=acting, to_user=manager, by=by, only=found.milestone_keys
    )
    actions = hand_over_actions(from_user=acting, to_user=manager, by=by, only=found.action_keys)
    audit.record(
        "ended acting manager",
        manager,
        by=by,
        acting=acting.name,
        references=[each.reference for each in moved],
    )
    return WentOver(len(moved), len(milestones), len(actions))


def _unit_of(manager: User, today: date) -> Unit | None:
    """The unit of a manager's own post."""
    held = Appointment.objects.held_on(today).filter(
        user=manager, post__kind=PostKind.ACCOUNTABLE_MANAGER
    )
    first = held.select_related("post__unit").first()
    return first.post.unit if first else None
