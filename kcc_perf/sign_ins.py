"""Where a person is signed in, how to end it, and how long one sign-in lasts at most."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.clock import now
from core.guards import signed_in
from core.put_back import ENDED
from organisation.requests import SignedInRequest

BEGAN = "signed_in_at"
BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


def begin(sender: object, request: HttpRequest, **about: Any) -> None:
    """When a sign-in began is kept in its session. Called by Django's signal of a sign-in."""
    request.session[BEGAN] = now().isoformat()


class LongestSignIn:
    """A sign-in ends SIGN_IN_HOURS after it began, however busy it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.session.session_key and request.user.is_authenticated:
            began = request.session.get(BEGAN)
            if began is None:  # signed in before this was kept
                request.session[BEGAN] = now().isoformat()
            elif now() - datetime.fromisoformat(began) > timedelta(hours=settings.SIGN_IN_HOURS):
                person = request.user.pk
                auth.logout(request)
                setattr(request, ENDED, person)
        return self.get_response(request)


@require_safe
@signed_in
def account(request: SignedInRequest) -> HttpResponse:
    """How one signs in: password, second step, and where one is signed in now."""
    sign_ins = UserSession.objects.purge_and_list(request.user)
    return render(
        request,
        "account/account.html",
        {
            "has_second_factor": is_mfa_enabled(request.user),
            "has_password": request.user.has_usable_password(),
            "council_accounts": request.user.council_accounts.all(),
            "sign_ins": [
                {"row": row, "device": device_of(row.user_agent), "is_this": row.is_current()}
                for row in sorted(sign_ins, key=lambda row: row.created_at, reverse=True)
            ],
            "hours": settings.SIGN_IN_HOURS,
        },
    )


@require_POST
@signed_in
def end_sign_in(request: SignedInRequest, pk: int) -> HttpResponse:
    """One of one's own sign-ins is over: the next click there asks to sign in."""
    row = UserSession.objects.filter(user=request.user, pk=pk).first()
    if row is None:
        raise Http404
    if row.is_current():
        return redirect("account_logout")
    row.end()
    audit.record("ended sign-in", request.user, by=request.user, device=device_of(row.user_agent))
    messages.success(request, f"Signed out: {device_of(row.user_agent)}")
    return redirect("mfa_index")


def device_of(user_agent: str) -> str:
    """A browser and a system as people call them, "Firefox on Windows"."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "A device that does not say what it is"
