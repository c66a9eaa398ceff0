"""What every page is given: whose service this is, and where one can go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from core.own_words import in_own_words
from organisation.permissions import Permission
from organisation.queries import council_facts
from organisation.rights import Visitor, allowed

# Each entry: its words, the name of its view, and its address where the view has another name.
SIGNED_OUT = (
    ("Latest report", "latest_report", "/"),
    ("Data", "open_data", "/data/"),
    ("SORP", "sorp", "/sorp/"),
    ("Sign in", "account_login", "/accounts/login/"),
)
SIGNED_IN = (
    ("Home", "home", "/home/"),
    ("Calendar", "calendar", "/calendar/"),
    ("Dashboards", "dashboards", "/dashboards/"),
    ("Escalations", "escalations", "/escalations/"),
    ("Assurance", "assurance", "/assurance/"),
    ("Strategy", "strategy", "/strategy/"),
    ("SORP", "sorp", "/sorp/"),
    ("Reports", "reports", "/reports/"),
    ("Set up", "set_up", "/set-up/"),
    ("Sign out", "account_logout", "/accounts/logout/"),
)
# Entries for those alone who may: by the name of their view.
FOR = {"set_up": Permission.MANAGE_FRAMEWORK}
# What lies under an entry, though its address begins with another word.
ALSO_UNDER = {
    "dashboards": ("/indicators/",),
    "escalations": ("/early-warning/", "/forecasts/", "/variations/"),
}


def service(request: HttpRequest) -> dict[str, Any]:
    """The service's and the council's names, the navigation, and whether this is a demonstration."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    council = council_facts()
    entries = [
        entry
        for entry in (SIGNED_IN if signed_in else SIGNED_OUT)
        if entry[1] not in FOR
        or (address_of(*entry[1:]) and allowed(cast(Visitor, user), FOR[entry[1]]))
    ]
    return {
        # Asked only by pages that say what to do: nobody is told to ask the team that they are.
        "on_performance_team": lambda: (
            user is not None and allowed(user, Permission.MANAGE_FRAMEWORK)
        ),
        "service_name": settings.SERVICE_NAME,
        "council_name": council.name,
        "council": council,
        "contact_email": settings.CONTACT_EMAIL,
        "demonstration": settings.DEMONSTRATION,
        "council_sign_in": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "service_address": address_of("home" if signed_in else "latest_report", "/") or "/",
        "navigation": list(navigation(request.path, entries)),
        "accessibility_address": address_of("accessibility_statement", "/accessibility-statement/"),
    }


def navigation(path: str, entries: Iterable[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    """The entries whose pages exist, with the one we are on, or under, marked."""
    for text, name, fallback in entries:
        if address := address_of(name, fallback):
            here = path == address
            under = address != "/" and path.startswith((address, *ALSO_UNDER.get(name, ())))
            yield {
                "text": in_own_words(text),
                "address": address,
                "current": here,
                "active": here or under,
            }


def address_of(name: str, fallback: str) -> str | None:
    """Where a view of this name answers; else the address if anything answers there; else None."""
    try:
        return reverse(name)
    except NoReverseMatch:
        pass
    try:
        resolve(fallback)
    except Resolver404:
        return None
    return fallback
