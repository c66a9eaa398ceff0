"""Units merged, split and closed from a day on: what moves, what ends, and which reports keep their day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.dates import as_date
from core.guards import require
from core.views.entities import Change, Done, FormPage, Preview, form_page
from dashboards.queries.restructure import consequences
from dashboards.services import restructure
from organisation.forms.units import CloseUnitForm, MergeForm, SplitForm
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import last_day_of
from organisation.requests import SignedInRequest
from organisation.rules import UnitTier
from organisation.services.units import NewUnit


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def merge_unit(request: SignedInRequest, code: str) -> HttpResponse:
    """A unit and others become one."""
    unit = _standing(code)

    def into(given: dict[str, Any]) -> NewUnit | Unit:
        return given["into"] or NewUnit(given["code"], given["name"])

    def act(given: dict[str, Any]) -> Done:
        one = restructure.merge_units_and_seats(
            units=list(given["units"]),
            into=into(given),
            starts_on=given["starts_on"],
            posts_go_along=given["posts_go_along"],
            by=request.user,
        )
        said = f"{one.name} takes over from {as_date(given['starts_on'])}"
        return Done(said, reverse("set_up_unit", args=[one.code]))

    def preview(given: dict[str, Any]) -> Preview:
        going = [each for each in given["units"] if each != given["into"]]
        last = given["starts_on"] - timedelta(days=1)
        name = into(given).name
        new = (
            []
            if given["into"]
            else [Change(name, "", f"Exists from {as_date(given['starts_on'])}")]
        )
        return Preview(
            changes=[
                *(Change(each.name, "In use", f"Closes on {as_date(last)}") for each in going),
                *new,
            ],
            follows=list(
                consequences(
                    going, ends_on=last, successor=name, posts_go_along=given["posts_go_along"]
                )
            ),
            warnings=[f"{name} has no director until you appoint one."] if new else [],
        )

    form = MergeForm(request.POST or None, unit=unit, initial={"units": [unit.code]})
    return _page(request, unit, form, "Merge with others", "Merge the units", act, preview)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def split_unit(request: SignedInRequest, code: str) -> HttpResponse:
    """A unit becomes two."""
    unit = _standing(code)

    def act(given: dict[str, Any]) -> Done:
        restructure.split_unit_and_seats(
            unit=unit,
            into=[
                NewUnit(given["first_code"], given["first_name"]),
                NewUnit(given["second_code"], given["second_name"], list(given["second_parts"])),
            ],
            heir=given["first_code"],
            starts_on=given["starts_on"],
            posts_go_along=given["posts_go_along"],
            by=request.user,
        )
        said = (
            f"{given['first_name']} and {given['second_name']} take over from"
            f" {as_date(given['starts_on'])}"
        )
        return Done(said, reverse("set_up_unit", args=[unit.code]))

    def preview(given: dict[str, Any]) -> Preview:
        last, day = given["starts_on"] - timedelta(days=1), as_date(given["starts_on"])
        parts = ", ".join(each.name for each in given["second_parts"])
        to_second = [f"{parts}: part of {given['second_name']} from {day}."] if parts else []
        told = consequences(
            [unit],
            ends_on=last,
            successor=given["first_name"],
            posts_go_along=given["posts_go_along"],
            apart_from=list(given["second_parts"]),
        )
        return Preview(
            changes=[
                Change(unit.name, "In use", f"Closes on {as_date(last)}"),
                Change(given["first_name"], "", f"Exists from {day}"),
                Change(given["second_name"], "", f"Exists from {day}"),
            ],
            follows=[*to_second, *told],
            warnings=["Neither has a director until you appoint one."],
        )

    form = SplitForm(request.POST or None, unit=unit)
    return _page(request, unit, form, "Split in two", "Split the unit", act, preview)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def close_unit(request: SignedInRequest, code: str) -> HttpResponse:
    """A unit stands for the last time on a day."""
    unit = _standing(code)

    def act(given: dict[str, Any]) -> Done:
        restructure.close_unit_and_seats(unit=unit, **given, by=request.user)
        said = f"{unit.name} closes on {as_date(given['ends_on'])}"
        return Done(said, reverse("set_up_unit", args=[unit.code]))

    def preview(given: dict[str, Any]) -> Preview:
        successor = given["successor"].name if given["successor"] else ""
        after = as_date(given["ends_on"] + timedelta(days=1))
        takes = [Change(successor, "", f"Takes over from {after}")] if successor else []
        return Preview(
            changes=[
                Change(unit.name, "In use", f"Closes on {as_date(given['ends_on'])}"),
                *takes,
            ],
            follows=list(
                consequences(
                    [unit],
                    ends_on=given["ends_on"],
                    successor=successor,
                    posts_go_along=given["posts_go_along"],
                )
            ),
        )

    form = CloseUnitForm(request.POST or None, unit=unit)
    return _page(request, unit, form, "Close", "Close the unit", act, preview)


def _page(
    request: SignedInRequest,
    unit: Unit,
    form: forms.Form,
    title: str,
    button: str,
    act: Callable[[dict[str, Any]], Done],
    preview: Callable[[dict[str, Any]], Preview],
) -> HttpResponse:
    back = reverse("set_up_unit", args=[unit.code])
    about = FormPage(form, title, button, back, act, caption=unit.name, preview=preview)
    return form_page(request, about)


def _standing(code: str) -> Unit:
    """A unit that has not been closed, and is not the council."""
    unit = get_object_or_404(Unit.objects.select_related("parent"), code=code)
    if unit.tier == UnitTier.COUNCIL or last_day_of(unit) is not None:
        raise Http404("The unit is the council, or closes already")
    return unit
