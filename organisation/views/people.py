"""People: who there is, inviting them, their address, and keeping somebody out at once.

Leaving, when what somebody answers for goes to others, is in dashboards/views/leaving.py.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.guards import require
from core.models.audit import AuditEvent
from core.refusals import Refused
from core.views.entities import Done, Entity, FormPage, form_page, history_page, list_page
from organisation.exporting import people_csv
from organisation.filters import PersonFilter
from organisation.forms.people import InviteForm, PersonForm, ReasonForm, WayIn, WayInForm
from organisation.importing.people import HoldingRow, import_people
from organisation.models.people import Appointment, User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.services.invitations import (
    disable_person,
    enable_person,
    invite_by_email,
    invite_by_letter,
)
from organisation.services.people import appoint, change_address, register_person, rename_person

PEOPLE = Entity(
    key="people",
    one="person",
    many="people",
    permission=Permission.MANAGE_FRAMEWORK,
    row=HoldingRow,
    exported=people_csv,
    imported=import_people,
    counted="people’s posts: one for each that somebody holds",
    before_bringing="Set up units first: every post belongs to one. Invite new people from the "
    "list afterwards.",
)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def people(request: SignedInRequest) -> HttpResponse:
    """Everybody, searched and narrowed by post and by how they stand, with the posts of today."""
    held = Appointment.objects.held_on(localdate()).select_related("post")
    rows = User.objects.prefetch_related(Prefetch("appointments", held, to_attr="held_today"))
    found = PersonFilter(request.GET, queryset=rows)
    return list_page(request, PEOPLE, template="organisation/people.html", found=found)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person: how they stand, their posts, and what they answer for."""
    found = get_object_or_404(User, pk=pk)
    page = {
        "person": found,
        "appointments": found.appointments.select_related("post__unit").order_by("-starts_on"),
        "memberships": found.memberships.select_related("body").order_by("-starts_on"),
        "today": localdate(),
    }
    return render(request, "organisation/person.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def invite(request: SignedInRequest) -> HttpResponse:
    """Somebody new comes in, with a post, by e-mail, by letter or later."""
    form = InviteForm(
        request.POST or None,
        initial={"unit": request.GET.get("unit", ""), "starts_on": localdate()},
    )

    def act(given: dict[str, Any]) -> Done:
        new = register_person(email=given["email"], name=given["name"], by=request.user)
        post = {name: given[name] for name in ("kind", "unit", "title", "starts_on", "ends_on")}
        appoint(person=new, **post, by=request.user)
        if given["way"] is WayIn.EMAIL:
            invite_by_email(person=new, by=request.user)
            return Done(f"{new.name} is invited: an e-mail went to {new.email}", there(new))
        if given["way"] is WayIn.LETTER:
            return Done(
                f"{new.name} is registered. Now make their letter, and print it", way_in(new)
            )
        return Done(f"{new.name} is registered, and not invited yet", there(new))

    lede = "They choose their own password by a link that works once, within three days."
    page = FormPage(form, "Invite a person", "Invite", reverse("set_up_people"), act, lede=lede)
    return form_page(request, page)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def invite_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody who is registered is told how to come in: by e-mail, or by a letter to be printed."""
    found = get_object_or_404(User, pk=pk)

    def act(given: dict[str, Any]) -> Done:
        if given["way"] == WayIn.EMAIL:
            invite_by_email(person=found, by=request.user)
        return Done(f"An e-mail went to {found.email}", there(found))

    form = WayInForm(request.POST or None)
    if form.is_valid() and form.cleaned_data["way"] == WayIn.LETTER:
        return redirect("set_up_letter", found.pk)
    about = FormPage(form, "Invite", "Invite", there(found), act, caption=found.name)
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def letter(request: SignedInRequest, pk: int) -> HttpResponse:
    """A letter to be printed, with a link of its own. Making one is an act, and is put on record."""
    found = get_object_or_404(User, pk=pk)
    if request.method != "POST":
        return render(request, "organisation/make_letter.html", {"person": found})
    try:
        body = invite_by_letter(person=found, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("set_up_person", found.pk)
    return render(request, "organisation/letter.html", {"person": found, "lines": body.split("\n")})


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def change_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """A person goes by another name, or has another address. They have one."""
    found = get_object_or_404(User, pk=pk)

    def act(given: dict[str, Any]) -> Done:
        if given["name"] != found.name:
            rename_person(person=found, name=given["name"], by=request.user)
        change_address(person=found, email=given["email"], by=request.user)
        return Done(f"{found.name} has the address {found.email} now", there(found))

    initial = {"name": found.name, "email": found.email}
    form = PersonForm(request.POST or None, person=found, initial=initial)
    lede = "Records of what they did keep the name they had then."
    about = FormPage(
        form, "Name and address", "Change", there(found), act, caption=found.name, lede=lede
    )
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def disable(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody is kept out from their next click on."""
    found = get_object_or_404(User, pk=pk)

    def act(given: dict[str, Any]) -> Done:
        disable_person(person=found, reason=given["reason"], by=request.user)
        return Done(f"{found.name} is disabled, and cannot sign in", there(found))

    lede = (
        "They are stopped at their next click. Their indicators, actions and seats stay in "
        "their name until you hand them over."
    )
    form = ReasonForm(request.POST or None)
    about = FormPage(
        form, "Disable now", "Disable", there(found), act, caption=found.name, lede=lede
    )
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def enable(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody who was disabled may sign in again."""
    found = get_object_or_404(User, pk=pk)

    def act(given: dict[str, Any]) -> Done:
        enable_person(person=found, reason=given["reason"], by=request.user)
        return Done(f"{found.name} can sign in again", there(found))

    form = ReasonForm(request.POST or None)
    return form_page(
        request, FormPage(form, "Enable again", "Enable", there(found), act, caption=found.name)
    )


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def person_history(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was done about a person, and to the posts and places they hold."""
    found = get_object_or_404(User, pk=pk)
    about = [found, *found.appointments.select_related("post"), *found.memberships.all()]
    return history_page(request, title=found.name, back=there(found), subjects=about)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def acts_of_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """What a person did."""
    found = get_object_or_404(User, pk=pk)
    events = AuditEvent.objects.filter(actor=found).order_by("-id")
    title = f"What {found.name} did"
    return history_page(request, title=title, back=there(found), events=events)


def there(person: User) -> str:
    return reverse("set_up_person", args=[person.pk])


def way_in(person: User) -> str:
    return reverse("set_up_letter", args=[person.pk])
