"""Posts, and who holds them between which days."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
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
from organisation.exporting import people_csv
from organisation.filters import AppointmentFilter
from organisation.forms.people import AppointForm, LastDayForm
from organisation.importing.people import HoldingRow, import_people
from organisation.models.people import Appointment
from organisation.permissions import Permission, granted
from organisation.queries import sights_said
from organisation.requests import SignedInRequest
from organisation.rules import PostKind, Sight
from organisation.services.people import appoint, end_appointment

POSTS = Entity(
    key="posts",
    one="post held",
    many="posts held",
    permission=Permission.MANAGE_FRAMEWORK,
    row=HoldingRow,
    exported=people_csv,
    imported=import_people,
    counted="posts held",
    before_bringing="Set up units first: every post belongs to one. The file is the same as for people.",
)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def posts(request: SignedInRequest) -> HttpResponse:
    """Who holds, held or is to hold which post."""
    rows = Appointment.objects.select_related("post__unit", "user").order_by(
        "post__unit__name", "post__title", "-starts_on"
    )
    found = AppointmentFilter(request.GET, queryset=rows)
    today = {"today": localdate()}
    return list_page(request, POSTS, template="organisation/posts.html", found=found, context=today)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def appoint_person(request: SignedInRequest) -> HttpResponse:
    """Somebody who is here takes up a post: what it lets them do is shown first."""
    asked = {name: request.GET.get(name, "") for name in ("person", "unit", "kind")}

    def act(given: dict[str, Any]) -> Done:
        held = appoint(**given, by=request.user)
        said = f"{held.user.name} is {held.post.title} from {as_date(held.starts_on)}"
        return Done(said, reverse("set_up_person", args=[held.user.pk]))

    def preview(given: dict[str, Any]) -> Preview:
        kind: PostKind = given["kind"]
        sight = sights_said().get(kind, Sight.EVERYTHING)
        until = f" until {as_date(given['ends_on'])}" if given["ends_on"] else ""
        title = given["title"] or f"{kind.label}, {given['unit'].name}"
        beside = (
            Appointment.objects.held_on(given["starts_on"])
            .filter(post__kind=kind, post__unit=given["unit"])
            .exclude(user=given["person"])
            .select_related("user", "post")
        )
        return Preview(
            changes=[
                Change(
                    title, "", f"{given['person'].name}, from {as_date(given['starts_on'])}{until}"
                )
            ],
            follows=[each.words + "." for each in Permission if each in granted(kind, sight)],
            warnings=[
                f"{each.user.name} holds {each.post.title} too: end that where one takes over from the"
                " other."
                for each in beside
                if kind is not PostKind.ACCOUNTABLE_MANAGER
            ],
        )

    form = AppointForm(request.POST or None, initial=asked | {"starts_on": localdate()})
    about = FormPage(
        form, "Appoint somebody", "Appoint", reverse("set_up_posts"), act, preview=preview
    )
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def end_post(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody's last day in a post is set."""
    held = get_object_or_404(Appointment.objects.select_related("user", "post__unit"), pk=pk)

    def act(given: dict[str, Any]) -> Done:
        end_appointment(appointment=held, ends_on=given["ends_on"], by=request.user)
        said = (
            f"{held.user.name}’s last day as {held.post.title} is {as_date(held.ends_on)}"
            if held.ends_on
            else f"{held.user.name} stays {held.post.title}"
        )
        return Done(said, reverse("set_up_person", args=[held.user.pk]))

    def preview(given: dict[str, Any]) -> Preview:
        day = given["ends_on"]
        was = as_date(held.ends_on) if held.ends_on else "No last day"
        change = Change(f"{held}, last day", was, as_date(day) if day else "No last day")
        if day is None:
            return Preview(changes=[change])
        others = (
            Appointment.objects.held_on(day)
            .filter(post__kind=held.post.kind, post__unit=held.post.unit)
            .exclude(pk=held.pk)
        )
        empty = [] if others.exists() else [f"Nobody holds {held.post.title} after that day."]
        return Preview(changes=[change], warnings=empty)

    form = LastDayForm(request.POST or None, initial={"ends_on": held.ends_on or localdate()})
    back = reverse("set_up_person", args=[held.user.pk])
    about = FormPage(
        form, "End a post", "Set the last day", back, act, caption=str(held), preview=preview
    )
    return form_page(request, about)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def post_history(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was done about a post, whoever held it."""
    held = get_object_or_404(Appointment.objects.select_related("post"), pk=pk)
    about = [held.post, *held.post.appointments.all()]
    back = reverse("set_up_posts")
    return history_page(request, title=held.post.title, back=back, subjects=about)
