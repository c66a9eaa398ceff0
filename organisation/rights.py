"""Which posts a person holds today, and what they grant."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rules import PostKind, Sight

Visitor = User | AnonymousUser  # whoever asks for a page, known or not


def posts_of(user: Visitor) -> list[tuple[PostKind, int]]:
    """The kinds of post a person holds today, each with its unit. One query a request."""
    return user.posts_today() if user.is_authenticated else []


def allowed(user: Visitor, permission: Permission) -> bool:
    """Whether some post this person holds today grants the permission."""
    return user.is_authenticated and user.may(permission)


def holds(user: Visitor, *kinds: PostKind) -> bool:
    """Whether the person holds a post of one of these kinds today."""
    return any(kind in kinds for kind, _ in posts_of(user))


def sight_of(user: Visitor) -> Sight:
    """From which stage of sign-off on a person sees results today, besides all that is published."""
    return user.sight_today() if user.is_authenticated else Sight.NOTHING
