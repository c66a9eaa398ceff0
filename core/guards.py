"""Guards of views: who may come in. Each leaves on the view what it asks, so that a test can find it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from core.models.people import Person
from core.put_back import keep_sent

View = Callable[..., HttpResponseBase]
AnyView = TypeVar("AnyView", bound=View)


def require(permission: str, *, puts_back: bool = False) -> Callable[[View], View]:
    """Guard a view for those whose post grants a permission, as the person (`may`) answers today.

    Leaves the permission on the view, so that a test can find it. A view that `puts_back` shows what
    was sent to it while its sender was signed out (`core.put_back`).
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not cast(Person, request.user).may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded_view = signed_in(guarded, puts_back=puts_back)
        guarded_view.permission = permission  # type: ignore[attr-defined]
        return guarded_view

    return guard


UNTYPED = ("csrfmiddlewaretoken", "token", "version", "seen", "act")


def signed_in(view: View, *, puts_back: bool = False) -> View:
    """Guard a view for whoever has signed in. What was typed while a session ended comes back.

    It is shown at once, to be copied, and kept for a view that `puts_back` what it was sent.
    """
    for_signed_in = login_required(view)

    @wraps(view)
    def guarded_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated and (typed := _typed(request)):
            page = {"typed": typed, "is_kept": puts_back and keep_sent(request)}
            return render(request, "signed_out.html", page, status=403)
        return for_signed_in(request, *args, **kwargs)

    return guarded_view


def _typed(request: HttpRequest) -> dict[str, str]:
    """What somebody filled in by hand, by the names of the fields."""
    return {
        name: "\n".join(values)
        for name, values in request.POST.lists()
        if name not in UNTYPED and "".join(values).strip()
    }


def public(view: AnyView) -> AnyView:
    """Mark a view as open to everyone, on purpose."""
    view.permission = None  # type: ignore[attr-defined]
    return view
