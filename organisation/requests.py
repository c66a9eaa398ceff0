"""What a view is handed when somebody has signed in."""

from __future__ import annotations

from django.http import HttpRequest

from organisation.models.people import User


class SignedInRequest(HttpRequest):
    """A request as a guarded view receives it: the guard has seen that a person asks.

    For annotations alone: nothing makes one.
    """

    user: User
