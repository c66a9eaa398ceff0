"""The council: what it says of itself, and what every page then shows."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.guards import public, require
from core.own_words import OURS
from core.views.entities import Change, Done, FormPage, Preview, form_page, history_page
from organisation.forms.council import CouncilForm, LogoForm
from organisation.models.council import AssuranceTeams, Council
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import council_facts
from organisation.requests import SignedInRequest
from organisation.rules import UnitTier, darker
from organisation.services.council import describe_council, remove_logo, show_logo

FOR_EVER = "public, max-age=31536000, immutable"


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def council(request: SignedInRequest) -> HttpResponse:
    """Its name, its colour, its teams and its own words, on one page."""
    facts = council_facts()
    held = {"name": facts.name, "colour": facts.colour, "teams": facts.teams.value}
    form = CouncilForm(request.POST or None, initial=held | dict(facts.words))
    unit = Unit.objects.filter(tier=UnitTier.COUNCIL).first()

    def act(given: dict[str, Any]) -> Done:
        row = describe_council(
            name=given["name"],
            colour=given["colour"],
            words=form.words,
            teams=given["teams"],
            by=request.user,
        )
        kept = f". {_unit_keeps(unit)}" if unit is not None and unit.name != row.name else ""
        return Done(f"Pages now say {row.name}{kept}", reverse("set_up"))

    def preview(given: dict[str, Any]) -> Preview:
        was = {
            "Name": facts.name,
            "Colour": facts.colour,
            "Assurance teams": facts.teams.label,
            **{f"“{OURS[key]}”": facts.words.get(key, "") or OURS[key] for key in OURS},
        }
        becomes = {
            "Name": given["name"],
            "Colour": given["colour"],
            "Assurance teams": AssuranceTeams(given["teams"]).label,
            **{f"“{OURS[key]}”": said or OURS[key] for key, said in form.words.items()},
        }
        changes = [
            Change(what, was[what], becomes[what]) for what in was if was[what] != becomes[what]
        ]
        return Preview(
            changes=changes,
            follows=[
                "Every page, menu and e-mail uses the new name and words from now on.",
                "Reports already built keep the old words.",
                *([_unit_keeps(unit)] if unit is not None and unit.name != given["name"] else []),
            ],
        )

    row = Council.objects.filter(pk=Council.ONLY).first()
    return form_page(
        request,
        FormPage(
            form,
            "The council",
            "Save",
            reverse("set_up"),
            act,
            lede="What pages, menus and reports call the council and the parts of its "
            "framework. The year begins on 1 April.",
            preview=preview,
            template="organisation/council.html",
            context={
                "facts": facts,
                "row": row,
                "unit": unit if unit is not None and unit.name != facts.name else None,
            },
        ),
    )


def _unit_keeps(unit: Unit) -> str:
    return (
        f"The council’s own unit is still called {unit.name} on dashboards and in posts. Rename "
        f"it from a day: there is a link on the council’s page"
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def logo(request: SignedInRequest) -> HttpResponse:
    """The picture at the head of every page."""
    is_sent = request.method == "POST"
    form = LogoForm(request.POST, request.FILES) if is_sent else LogoForm()

    def act(given: dict[str, Any]) -> Done:
        show_logo(content=given["logo"].read(), description=given["description"], by=request.user)
        return Done("The logo is at the top of every page", reverse("set_up_council"))

    about = FormPage(form, "Logo", "Save the logo", reverse("set_up_council"), act)
    return form_page(request, about)


@require_http_methods(["POST"])
@require(Permission.MANAGE_FRAMEWORK)
def no_logo(request: SignedInRequest) -> HttpResponse:
    """Pages show the service's own mark again."""
    remove_logo(by=request.user)
    return redirect("set_up_council")


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def council_history(request: SignedInRequest) -> HttpResponse:
    """What the council said of itself before."""
    row = Council.objects.filter(pk=Council.ONLY)
    back = reverse("set_up_council")
    return history_page(request, title=council_facts().name, back=back, subjects=list(row))


@public
@require_safe
def picture(request: HttpRequest, digest: str) -> HttpResponse:
    """The council's logo, at an address that is its content's: kept by browsers for ever."""
    row = Council.objects.filter(pk=Council.ONLY, logo_sha256=digest).exclude(logo="").first()
    if row is None:
        raise Http404("There is no such picture")
    try:
        with default_storage.open(row.logo) as file:
            content = file.read()
    except FileNotFoundError:
        raise Http404("The picture’s file is missing") from None
    return HttpResponse(content, content_type="image/png", headers={"Cache-Control": FOR_EVER})


@public
@require_safe
def colours(request: HttpRequest, colour: str) -> HttpResponse:
    """The council's colour as a style sheet, at an address that names it."""
    if not re.fullmatch(r"[0-9a-f]{6}", colour):
        raise Http404("This is not a colour")
    sheet = f":root{{--kcc-brand:#{colour};--kcc-brand-deep:{darker('#' + colour)}}}"
    return HttpResponse(sheet, content_type="text/css", headers={"Cache-Control": FOR_EVER})
