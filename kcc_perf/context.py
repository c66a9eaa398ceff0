"""What every page is given: whose service this is, and where one can go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

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
    ("Sign out", "account_logout", "/accounts/logout/"),
)
# What lies under an entry, though its address begins with another word.
ALSO_UNDER = {
    "dashboards": ("/indicators/",),
    "escalations": ("/early-warning/", "/forecasts/", "/variations/"),
}


def service(request: HttpRequest) -> dict[str, Any]:
    """The service's and the council's names, the navigation, and whether this is a demonstration."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "service_name": settings.SERVICE_NAME,
        "council_name": settings.COUNCIL_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "demonstration": settings.DEMONSTRATION,
        "council_sign_in": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "service_address": address_of("home" if signed_in else "latest_report", "/") or "/",
        "navigation": list(navigation(request.path, SIGNED_IN if signed_in else SIGNED_OUT)),
        "accessibility_address": address_of("accessibility_statement", "/accessibility-statement/"),
    }


def navigation(path: str, entries: tuple[tuple[str, str, str], ...]) -> Iterator[dict[str, Any]]:
    """The entries whose pages exist, with the one we are on, or under, marked."""
    for text, name, fallback in entries:
        if address := address_of(name, fallback):
            here = path == address
            under = address != "/" and path.startswith((address, *ALSO_UNDER.get(name, ())))
            yield {"text": text, "address": address, "current": here, "active": here or under}


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
