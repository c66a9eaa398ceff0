"""Which posts a person holds today, and what they grant."""

from __future__ import annotations

from typing import Any

from organisation.permissions import Permission
from organisation.rules import PostKind


def posts_of(user: Any) -> list[tuple[PostKind, int]]:
    """The kinds of post a person holds today, each with its unit. One query a request."""
    return user.posts_today()


def allowed(user: Any, permission: Permission) -> bool:
    """Whether some post this person holds today grants the permission."""
    return user.is_authenticated and user.may(permission)


def holds(user: Any, *kinds: PostKind) -> bool:
    """Whether the person holds a post of one of these kinds today."""
    return user.is_authenticated and any(kind in kinds for kind, _ in posts_of(user))
