"""Somebody leaves, and what they answered for goes to another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.clock import localdate
from core.dates import as_date
from core.guards import require
from core.views.entities import Change, Done, FormPage, Preview, form_page
from dashboards.forms import LeaveForm
from dashboards.queries.responsibilities import responsibilities
from dashboards.services.leaving import drop_departure, hand_over_and_leave
from indicators.queries.accountability import eligible_managers
from organisation.forms.people import ReasonForm
from organisation.models.departures import Departure
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """A person's last day, who takes over, and everything that goes over or ends."""
    person = get_object_or_404(User, pk=pk)
    today = localdate()
    held = responsibilities(person, on=today)
    heirs = eligible_managers(on=today).exclude(pk=person.pk)
    form = LeaveForm(request.POST or None, heirs=heirs, initial={"ends_on": today})

    def act(given: dict[str, Any]) -> Done:
        hand_over_and_leave(person=person, **given, today=today, by=request.user)
        said = f"{person.name} leaves on {as_date(given['ends_on'])}"
        return Done(said, reverse("set_up_person", args=[person.pk]))

    def preview(given: dict[str, Any]) -> Preview:
        to = given["heir"].name if given["heir"] else ""
        day = as_date(given["ends_on"])
        waits = given["ends_on"] > today
        since = as_date(given["ends_on"] + timedelta(days=1)) if waits else "today"
        over = [
            *(f"{each.reference} {each.title}" for each in held.indicators),
            *(f"{each.title}, by {as_date(each.due_on)}" for each in held.milestones),
            *(f"{each.description}, by {as_date(each.due_on)}" for each in held.actions),
        ]
        ending = [
            *(each.post.title for each in held.appointments),
            *(f"{each.get_role_display()} of {each.body.name}" for each in held.memberships),
            *(f"{each.get_kind_display()} on {each.team.name}" for each in held.seats),
        ]
        agreed = [
            f"“{each.what}” was agreed at {each.call_in.meeting.team.short} in the name of"
            f" {person.name}, and stays the same; whoever answers for"
            f" {each.call_in.called} reports on it."
            for each in held.agreed_actions
        ]
        return Preview(
            changes=[
                *(Change(each, person.name, f"{to}, from {since}") for each in over if to),
                *(Change(each, "No last day, or later", f"Ends on {day}") for each in ending),
            ],
            follows=[
                *agreed,
                *(
                    [f"Anything else in the name of {person.name} by then is handed over too."]
                    if waits and to
                    else []
                ),
                "Results already given keep the name of who gave them.",
                *([f"{to} gets a notice."] if to and held.indicators else []),
            ],
            warnings=(
                [f"{len(held.actions)} open actions stay in the name of {person.name}."]
                if held.actions and not to
                else []
            ),
        )

    lede = (
        "Their work is handed over the day after, and their posts end on the day, so there is "
        "no gap."
    )
    back = reverse("set_up_person", args=[person.pk])
    about = FormPage(
        form,
        "Leave and hand over",
        "Hand over",
        back,
        act,
        caption=person.name,
        lede=lede if not held.is_empty else f"{person.name} answers for nothing.",
        preview=preview,
        template="dashboards/leave.html",
        context={"held": held},
    )
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def stay(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody who was to leave does not hand over after all."""
    person = get_object_or_404(User, pk=pk)
    departure = get_object_or_404(Departure.objects.to_come().select_related("heir"), person=person)
    there = reverse("set_up_person", args=[person.pk])
    to = departure.heir.name if departure.heir else "nobody"
    told = f"Leaves on {as_date(departure.last_day)}, and hands over to {to}"

    def act(given: dict[str, Any]) -> Done:
        drop_departure(departure=departure, reason=given["reason"], by=request.user)
        return Done(f"{person.name} hands over nothing", there)

    def preview(given: dict[str, Any]) -> Preview:
        return Preview(
            changes=[Change(person.name, told, "Hands over nothing")],
            follows=[
                "The last days of posts, places and seats stay set. Take away each one that "
                "should not end, on its own page."
            ],
        )

    about = FormPage(
        ReasonForm(request.POST or None),
        "They stay after all",
        "Take it back",
        there,
        act,
        caption=person.name,
        lede=f"{told}.",
        preview=preview,
    )
    return form_page(request, about)
