"""Bodies that meet: committees of Members and others, who sits on them, and their portfolios."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.dates import as_date
from core.guards import require
from core.views.entities import (
    Change,
    Done,
    Entity,
    FormPage,
    Preview,
    form_page,
    history_page,
    list_page,
)
from organisation.exporting import bodies_csv, memberships_csv
from organisation.filters import CommitteeFilter
from organisation.forms.bodies import BodyForm, MembershipForm, NewBodyForm, PortfolioForm
from organisation.forms.people import LastDayForm
from organisation.importing.bodies import (
    BodyRow,
    MembershipRow,
    import_bodies,
    import_memberships,
)
from organisation.models.bodies import Committee, Membership
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rules import MembershipRole
from organisation.services.bodies import (
    change_committee,
    change_portfolio,
    end_committee,
    end_membership,
    establish_committee,
    join_body,
)

BODIES = Entity(
    key="bodies",
    one="body",
    many="committees and other bodies",
    permission=Permission.MANAGE_FRAMEWORK,
    row=BodyRow,
    exported=bodies_csv,
    imported=import_bodies,
)
PLACES = Entity(
    key="members",
    one="place on a body",
    many="places on bodies",
    permission=Permission.MANAGE_FRAMEWORK,
    row=MembershipRow,
    exported=memberships_csv,
    imported=import_memberships,
    before_bringing="Set up bodies and people first.",
)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def bodies(request: SignedInRequest) -> HttpResponse:
    """Every body, with who chairs it and how many sit on it today."""
    today = localdate()
    held = Membership.objects.held_on(today).select_related("user")
    rows = Committee.objects.prefetch_related("units").prefetch_related(
        Prefetch("memberships", held, to_attr="places_today")
    )
    found = CommitteeFilter(request.GET, queryset=rows)
    context = {"today": today, "chair": MembershipRole.CHAIR}
    template = "organisation/bodies.html"
    return list_page(request, BODIES, template=template, found=found, context=context)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def members(request: SignedInRequest) -> HttpResponse:
    """Every place on every body."""
    rows = Membership.objects.select_related("body", "user").prefetch_related("units")
    ordered = rows.order_by("body__name", "-starts_on")
    context = {"today": localdate()}
    template = "organisation/members.html"
    return list_page(request, PLACES, template=template, rows=ordered, context=context)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def body(request: SignedInRequest, code: str) -> HttpResponse:
    """One body: what it looks at, who sits on it, and who sat."""
    found = get_object_or_404(Committee.objects.prefetch_related("units"), code=code)
    places = found.memberships.select_related("user").prefetch_related("units")
    page = {"body": found, "places": places.order_by("-starts_on"), "today": localdate()}
    return render(request, "organisation/body.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def new_body(request: SignedInRequest) -> HttpResponse:
    """A body exists from a day on."""

    def act(given: dict[str, Any]) -> Done:
        made = establish_committee(**given, by=request.user)
        return Done(f"{made.name} exists from {as_date(made.starts_on)}", there(made))

    form = NewBodyForm(request.POST or None, initial={"starts_on": localdate()})
    return form_page(request, FormPage(form, "Add a body", "Add", reverse("set_up_bodies"), act))


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def change_body(request: SignedInRequest, code: str) -> HttpResponse:
    """A body is called otherwise, or looks at other units."""
    found = get_object_or_404(Committee, code=code)

    def act(given: dict[str, Any]) -> Done:
        change_committee(committee=found, **given, by=request.user)
        return Done(f"{found.name} is changed", there(found))

    held = {"name": found.name, "kind": found.kind, "units": list(found.units.all())}
    form = BodyForm(request.POST or None, initial=held)
    about = FormPage(form, "Change", "Save the change", there(found), act, caption=found.name)
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def end_body(request: SignedInRequest, code: str) -> HttpResponse:
    """A body's last day is set: whoever sits on it by then no longer does."""
    found = get_object_or_404(Committee, code=code)

    def act(given: dict[str, Any]) -> Done:
        end_committee(committee=found, ends_on=given["ends_on"], by=request.user)
        day = given["ends_on"]
        said = f"ends on {as_date(day)}" if day else "goes on"
        return Done(f"{found.name} {said}", there(found))

    def preview(given: dict[str, Any]) -> Preview:
        day = given["ends_on"]
        was = as_date(found.ends_on) if found.ends_on else "No last day"
        if day is None:
            return Preview(
                changes=[Change("Last day", was, "No last day")],
                follows=[
                    "Places that ended with it stay ended. Take away the last day of each one that should continue."
                ],
            )
        beyond = [
            each.user.name
            for each in found.memberships.select_related("user")
            if each.ends_on is None or each.ends_on > day
        ]
        ends = [f"These places end with it: {', '.join(beyond)}."] if beyond else []
        return Preview(changes=[Change("Last day", was, as_date(day))], follows=ends)

    form = LastDayForm(request.POST or None, initial={"ends_on": found.ends_on or localdate()})
    about = FormPage(form, "End", "End it", there(found), act, caption=found.name, preview=preview)
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def join(request: SignedInRequest, code: str) -> HttpResponse:
    """Somebody takes a place on a body."""
    found = get_object_or_404(Committee, code=code)

    def act(given: dict[str, Any]) -> Done:
        made = join_body(body=found, **given, by=request.user)
        return Done(f"{made.user.name} now has a place on {found.name}", there(found))

    form = MembershipForm(
        request.POST or None,
        initial={"starts_on": localdate(), "role": MembershipRole.MEMBER.value},
    )
    about = FormPage(form, "Add a place", "Add", there(found), act, caption=found.name)
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def portfolio(request: SignedInRequest, pk: int) -> HttpResponse:
    """What somebody answers for on a body."""
    place = _place(pk)

    def act(given: dict[str, Any]) -> Done:
        change_portfolio(membership=place, **given, by=request.user)
        return Done(f"{place.user.name}’s portfolio is changed", there(place.body))

    held = {"portfolio": place.portfolio, "units": list(place.units.all())}
    form = PortfolioForm(request.POST or None, initial=held)
    about = FormPage(
        form, "Portfolio", "Save the change", there(place.body), act, caption=str(place)
    )
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def end_place(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody's last day on a body is set."""
    place = _place(pk)

    def act(given: dict[str, Any]) -> Done:
        end_membership(membership=place, ends_on=given["ends_on"], by=request.user)
        day = given["ends_on"]
        said = (
            f"{place.user.name}’s last day on {place.body.name} is {as_date(day)}"
            if day
            else f"{place.user.name} stays on {place.body.name}"
        )
        return Done(said, there(place.body))

    def preview(given: dict[str, Any]) -> Preview:
        was = as_date(place.ends_on) if place.ends_on else "No last day"
        becomes = as_date(given["ends_on"]) if given["ends_on"] else "No last day"
        return Preview(changes=[Change(f"{place}, last day", was, becomes)])

    form = LastDayForm(request.POST or None, initial={"ends_on": place.ends_on or localdate()})
    back = there(place.body)
    about = FormPage(
        form, "End a place", "Set the last day", back, act, caption=str(place), preview=preview
    )
    return form_page(request, about)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def body_history(request: SignedInRequest, code: str) -> HttpResponse:
    """What was done about a body and the places on it."""
    found = get_object_or_404(Committee, code=code)
    about = [found, *found.memberships.select_related("user")]
    return history_page(request, title=found.name, back=there(found), subjects=about)


def _place(pk: int) -> Membership:
    return get_object_or_404(Membership.objects.select_related("body", "user"), pk=pk)


def there(body: Committee) -> str:
    return reverse("set_up_body", args=[body.code])
