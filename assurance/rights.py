"""Who may see and do what on PAT and DAT: by seats held today, or by office."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from assurance.models.teams import Seat, Team
from assurance.rules import SeatKind
from core.clock import localdate
from core.guards import View, signed_in
from core.words import Word
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import Visitor, allowed, holds
from organisation.rules import PostKind


class Act(Word):
    """What is done on a team, and so what a seat or an office may allow."""

    READ = "read", "Read the team’s papers, packs and what was decided"
    TAKE_PART = "take_part", "See the call-in board and put challenges"
    LEAD = "lead", "Plan meetings, freeze packs, record decisions and agreed actions"
    CALL_IN = "call_in", "Decide what is called in"


# What each seat allows on its own team, and what an office allows on both. Papers are for those
# with a seat, the secretariat, the Cabinet Member and the Chair of Governance and Audit; what is
# called in is the chair's alone to decide (Cabinet paper of 20 June 2011, section 3c).
MEMBER = {Act.READ, Act.TAKE_PART}
SEATS: dict[SeatKind, set[Act]] = {
    SeatKind.CHAIR: MEMBER | {Act.LEAD, Act.CALL_IN},
    SeatKind.DIRECTOR: MEMBER,
    SeatKind.NED: MEMBER,
    SeatKind.OFFICER: MEMBER,
}
OFFICES: dict[Permission, set[Act]] = {
    Permission.VIEW_PACKS: {Act.READ},
    Permission.MANAGE_FRAMEWORK: {Act.READ, Act.TAKE_PART, Act.LEAD},
}


# Who reads exempt matter by office: those who have the full papers before and after each meeting.
READ_EXEMPT = (PostKind.CABINET_MEMBER_PERFORMANCE, PostKind.CHAIR_GOVERNANCE_AUDIT)


def may(user: Visitor, team: Team, act: Act) -> bool:
    """Whether an office or a seat that a person holds today allows an act on a team."""
    if any(act in acts and allowed(user, office) for office, acts in OFFICES.items()):
        return True
    return holds_seat(user, team, *(seat for seat, acts in SEATS.items() if act in acts))


def holds_seat(user: Visitor, team: Team, *kinds: SeatKind) -> bool:
    """Whether a person sits on a team today, in one of these seats or in any."""
    if not (user.is_authenticated and user.is_active):
        return False
    seats = Seat.objects.held_on(localdate()).filter(user=user, team=team)
    return (seats.filter(kind__in=kinds) if kinds else seats).exists()


def is_secretariat(user: Visitor) -> bool:
    """Performance officers serve both teams."""
    return allowed(user, Permission.MANAGE_FRAMEWORK)


def is_chair(user: Visitor, team: Team) -> bool:
    return may(user, team, Act.CALL_IN)


def may_read(user: Visitor, team: Team) -> bool:
    return may(user, team, Act.READ)


def takes_part(user: Visitor, team: Team) -> bool:
    """Whether a person works in the meeting: by a seat, or for the secretariat."""
    return may(user, team, Act.TAKE_PART)


def leads(user: Visitor, team: Team) -> bool:
    """Whether a person records what was decided: the chair, or the secretariat for the chair."""
    return may(user, team, Act.LEAD)


def reads_exempt_of(user: Visitor, team: Team) -> bool:
    """Whether a person reads what is exempt in a team's papers, of every item.

    Those with a seat, the supporting officers, the Cabinet Member for performance and the Chair of
    Governance and Audit do. Auditors and whoever else reads the papers by office do not.
    """
    if not (user.is_authenticated and user.is_active):
        return False
    return is_secretariat(user) or holds(user, *READ_EXEMPT) or holds_seat(user, team)


def refuse_all_but_chair(user: Visitor, team: Team) -> None:
    if not is_chair(user, team):
        raise PermissionDenied(f"Only the chair of {team.short} decides what is called in")


def refuse_strangers(user: Visitor, team: Team) -> None:
    if not takes_part(user, team):
        raise PermissionDenied(f"Only those with a seat can do this on {team.short}")


def refuse_all_but_leads(user: Visitor, team: Team) -> None:
    if not leads(user, team):
        raise PermissionDenied(
            f"Only the chair of {team.short} and the performance officers can do this"
        )


def require_on_team(
    who: Callable[[Visitor, Team], bool],
) -> Callable[[View], View]:
    """Guard a team's view by a rule of this module, and hand it the team instead of its code.

    Leaves a permission on the view, so that a test can find it: papers are by seat or by office.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(
            request: SignedInRequest, team: str, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            found = get_object_or_404(Team, code=team)
            if not who(request.user, found):
                raise PermissionDenied
            return view(request, found, *args, **kwargs)

        guarded_view = signed_in(guarded)
        guarded_view.permission = Permission.VIEW_PACKS  # type: ignore[attr-defined]
        return guarded_view

    return guard
