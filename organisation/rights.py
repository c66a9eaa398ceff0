"""Who may do what: one table of posts and permissions, one decorator that reads it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render

from organisation.clock import localdate
from organisation.models import Appointment
from organisation.rules import PostKind


class Permission(StrEnum):
    """What a post may let its holder do. Which rows it reaches is each QuerySet's to say."""

    VIEW_PERFORMANCE = "view_performance"
    SUBMIT_RESULT = "submit_result"
    SIGN_OFF = "sign_off"
    WRITE_PLAN = "write_plan"
    MANAGE_FRAMEWORK = "manage_framework"  # close quarters, build and publish reports
    VIEW_PACKS = "view_packs"  # full papers of PAT and DAT, by office rather than by seat
    APPROVE_SORP = "approve_sorp"

    @property
    def words(self) -> str:
        """The same as a sentence would say it: "A director may …"."""
        return {
            Permission.VIEW_PERFORMANCE: "See dashboards, indicators, escalations and reports",
            Permission.SUBMIT_RESULT: "Submit results",
            Permission.SIGN_OFF: "Sign off results",
            Permission.WRITE_PLAN: "Write action plans",
            Permission.MANAGE_FRAMEWORK: (
                "Begin and close quarters, unlock results, move indicators, publish reports"
            ),
            Permission.VIEW_PACKS: "Read the full papers of PAT and DAT",
            Permission.APPROVE_SORP: "Approve the SORP",
        }[self]


OFFICER = {Permission.VIEW_PERFORMANCE}
MEMBER = {Permission.VIEW_PERFORMANCE}
GRANTS: dict[PostKind, set[Permission]] = {
    PostKind.STAFF: OFFICER,
    PostKind.ACCOUNTABLE_MANAGER: OFFICER | {Permission.SUBMIT_RESULT, Permission.WRITE_PLAN},
    PostKind.DEPUTY: OFFICER | {Permission.SUBMIT_RESULT},
    PostKind.DIRECTOR: OFFICER | {Permission.SIGN_OFF},
    PostKind.MANAGING_DIRECTOR: OFFICER | {Permission.SIGN_OFF, Permission.APPROVE_SORP},
    PostKind.DEPUTY_MANAGING_DIRECTOR: OFFICER | {Permission.SIGN_OFF, Permission.APPROVE_SORP},
    PostKind.PERFORMANCE_OFFICER: OFFICER
    | {
        Permission.SUBMIT_RESULT,
        Permission.WRITE_PLAN,
        Permission.MANAGE_FRAMEWORK,
        Permission.VIEW_PACKS,
    },
    PostKind.MEMBER: MEMBER,
    PostKind.POSC_CHAIR: MEMBER,
    # Full papers before and after each meeting (Cabinet paper of 20 June 2011, section 3c).
    PostKind.CABINET_MEMBER: MEMBER | {Permission.VIEW_PACKS},
    PostKind.CHAIR_GOVERNANCE_AUDIT: MEMBER | {Permission.VIEW_PACKS},
}


def posts_of(user: Any) -> list[tuple[PostKind, int]]:
    """The kinds of post a person holds today, each with its unit. One query a request."""
    held = getattr(user, "_posts_today", None)
    if held is None:
        rows = Appointment.objects.filter(user=user).held_on(localdate())
        held = [
            (PostKind(kind), unit) for kind, unit in rows.values_list("post__kind", "post__unit")
        ]
        user._posts_today = held
    return held


def allowed(user: Any, permission: Permission) -> bool:
    """Whether some post this person holds today grants the permission."""
    if not (user.is_authenticated and user.is_active):
        return False
    return any(permission in GRANTS[kind] for kind, _ in posts_of(user))


def holds(user: Any, *kinds: PostKind) -> bool:
    """Whether the person holds a post of one of these kinds today."""
    return user.is_authenticated and any(kind in kinds for kind, _ in posts_of(user))


def require(permission: Permission) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard a view. Leaves the permission on the view, so that a test can find it."""

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if not allowed(request.user, permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        door = signed_in(guarded)
        door.permission = permission  # type: ignore[attr-defined]
        return door

    return guard


UNTYPED = ("csrfmiddlewaretoken", "token", "version", "seen", "act")


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Guard a view for whoever has signed in. What was typed while a session ended comes back."""
    asking = login_required(view)

    @wraps(view)
    def door(request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated and (typed := _typed(request)):
            return render(request, "signed_out.html", {"typed": typed}, status=403)
        return asking(request, *args, **kwargs)

    return door


def _typed(request: Any) -> dict[str, str]:
    """What somebody filled in by hand, by the names of the fields."""
    return {
        name: "\n".join(values)
        for name, values in request.POST.lists()
        if name not in UNTYPED and "".join(values).strip()
    }


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view as open to everyone, on purpose."""
    view.permission = None  # type: ignore[attr-defined]
    return view
