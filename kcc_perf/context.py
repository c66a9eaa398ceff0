"""What every page is given: whose service this is, and where one can go."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from core.own_words import in_own_words
from core.post import is_post_set_up
from dashboards.queries.guides import help_by_page
from kcc_perf.trails import Step, trail
from organisation.models.council import AssuranceTeams
from organisation.permissions import Permission
from organisation.queries import council_facts
from organisation.rights import allowed

Entry = tuple[str, str, str]

# Each entry: its words, the name of its view, its address where the view has another name, and, where it is not for
# everybody, the permission of those whom it is for.
SIGNED_OUT = (
    ("Latest report", "latest_report", "/"),
    ("Data", "open_data", "/data/"),
    ("SORP", "sorp", "/sorp/"),
    ("Sign in", "account_login", "/accounts/login/"),
)
SIGNED_IN = (
    ("Home", "home", "/home/"),
    ("Return", "returns", "/returns/", Permission.SUBMIT_RESULT),
    ("Calendar", "calendar", "/calendar/"),
    ("Dashboards", "dashboards", "/dashboards/", Permission.VIEW_PERFORMANCE),
    ("Escalation", "escalations", "/escalations/", Permission.VIEW_PERFORMANCE),
    ("Assurance", "assurance", "/assurance/"),
    ("Strategy", "strategy", "/strategy/", Permission.VIEW_PERFORMANCE),
    ("SORP", "sorp", "/sorp/"),
    ("Report", "reports", "/reports/", Permission.VIEW_PERFORMANCE),
    ("Set up", "set_up", "/set-up/", Permission.MANAGE_FRAMEWORK),
)
PUBLISHED_ONLY = ("Latest report", "latest_report", "/")  # for whom no unpublished report is


def service(request: HttpRequest) -> dict[str, Any]:
    """The service's and the council's names, the navigation, and whether this is a demonstration."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    council = council_facts()
    entries = entries_for(user) if signed_in else SIGNED_OUT
    menu = {entry[1] for entry in entries}
    above = trail(request.resolver_match, path=request.path, user=user, menu=menu)
    return {
        # Asked only by pages that say what to do: nobody is told to ask the team that they are.
        "on_performance_team": lambda: (
            user is not None and allowed(user, Permission.MANAGE_FRAMEWORK)
        ),
        "service_name": settings.SERVICE_NAME,
        "council_name": council.name,
        "council": council,
        "contact_email": settings.CONTACT_EMAIL,
        "is_post_set_up": is_post_set_up(),
        "demonstration": settings.DEMONSTRATION,
        "council_sign_in": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "service_address": address_of("home" if signed_in else "latest_report", "/") or "/",
        "trail": above,
        "help": help_for(request, above)
        if user is not None and allowed(user, Permission.ENTER)
        else None,
        "navigation": list(navigation(request.path, entries, under=section_of(above, menu))),
        "sign_out_address": address_of("account_logout", "/accounts/sign-out/")
        if signed_in
        else None,
        "find_address": address_of("find", "/search/") if signed_in else None,
        "accessibility_address": address_of("accessibility_statement", "/accessibility-statement/"),
    }


@dataclass(frozen=True, slots=True)
class HelpLink:
    """Where the guides speak of a page, and of what that part speaks; all of them where none does."""

    address: str
    about: str = ""


def help_for(request: HttpRequest, above: Sequence[Step]) -> HelpLink | None:
    """The part of a guide that names this page, or else the nearest page above it. None on help itself."""
    name = (request.resolver_match.url_name if request.resolver_match else None) or ""
    known, pages = help_by_page(), [name, *(each.name for each in reversed(above))]
    if "help" in pages:
        return None
    part = next((known[page] for page in pages if page in known), None)
    return HelpLink(part.address, part.name) if part else HelpLink(reverse("help"))


def entries_for(user: Any) -> list[Entry]:
    """What somebody who has signed in can go to: no entry leads to a refusal."""
    entries = [
        (text, name, fallback)
        for text, name, fallback, *permission in SIGNED_IN
        if not permission or user.may(permission[0])
        if name != "assurance" or council_facts().teams is not AssuranceTeams.NONE
    ]
    if not user.may(Permission.VIEW_PERFORMANCE):
        entries.append(PUBLISHED_ONLY)
    return entries


def section_of(above: Sequence[Step], menu: Container[str]) -> str:
    """The entry under which a page lies, by the trail to it."""
    return next((each.name for each in reversed(above) if each.name in menu), "")


def navigation(path: str, entries: Iterable[Entry], *, under: str = "") -> Iterator[dict[str, Any]]:
    """The entries whose pages exist, with the one we are on, or under, marked."""
    shown = [(text, name, address_of(name, fallback)) for text, name, fallback in entries]
    on_an_entry = any(address == path for _, _, address in shown)
    for text, name, address in shown:
        if address:
            here = path == address
            yield {
                "text": in_own_words(text),
                "address": address,
                "current": here,
                "active": here or (name == under and not on_an_entry),
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
