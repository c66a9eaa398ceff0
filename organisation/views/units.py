"""The council's units: the list of them, one of them, and what may be done about it from a day on.

What several apps have a part in (merging, splitting, closing) is in dashboards/views/restructure.py.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
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
from organisation.exporting import units_csv
from organisation.filters import UnitFilter
from organisation.forms.people import ReasonForm
from organisation.forms.units import MoveUnitForm, NewUnitForm, RenameUnitForm
from organisation.importing.units import UnitRow, import_units
from organisation.models.people import Appointment
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.queries import last_day_of, to_come_for
from organisation.requests import SignedInRequest
from organisation.rules import UnitTier
from organisation.services.units import found_unit, place_unit, take_back

UNITS = Entity(
    key="units",
    one="unit",
    many="units",
    permission=Permission.MANAGE_FRAMEWORK,
    row=UnitRow,
    exported=units_csv,
    imported=lambda content, **options: import_units(content, today=localdate(), **options),
)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def units(request: SignedInRequest) -> HttpResponse:
    """Every unit, searched and narrowed by tier and by whether it stands."""
    rows = Unit.objects.select_related("parent", "successor").with_days().order_by("name")
    found = UnitFilter(request.GET, queryset=rows)
    today = {"today": localdate()}
    return list_page(request, UNITS, template="organisation/units.html", found=found, context=today)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def unit(request: SignedInRequest, code: str) -> HttpResponse:
    """One unit: where it stands and stood, what is part of it, and who holds its posts."""
    found = _unit(code)
    today = localdate()
    posts = (
        Appointment.objects.filter(post__unit=found)
        .exclude(ends_on__lt=today)
        .select_related("post", "user")
        .order_by("post__title", "starts_on")
    )
    closes_on = last_day_of(found)
    return render(
        request,
        "organisation/unit.html",
        {
            "unit": found,
            "placements": found.placements.select_related("parent").order_by("-starts_on"),
            "parts": Unit.objects.filter(parent=found).not_closed(today).order_by("name"),
            "posts": posts,
            "closes_on": closes_on,
            "to_come": to_come_for(found, today=today),
            "has_closed": closes_on is not None and closes_on < today,
            "is_council": found.tier == UnitTier.COUNCIL,
            "today": today,
        },
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def new_unit(request: SignedInRequest) -> HttpResponse:
    """A unit is founded from a day on."""

    def act(given: dict[str, Any]) -> Done:
        made = found_unit(**given, by=request.user)
        return Done(
            f"{made.name} is added from {as_date(given['starts_on'])}",
            reverse("set_up_unit", args=[made.code]),
        )

    first = Unit.objects.filter(tier=UnitTier.COUNCIL).first()
    above = request.GET.get("part_of") or (first.code if first else None)
    form = NewUnitForm(request.POST or None, initial={"parent": above, "starts_on": localdate()})
    return form_page(
        request,
        FormPage(form, "Add a unit", "Add the unit", reverse("set_up_units"), act),
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def rename_unit(request: SignedInRequest, code: str) -> HttpResponse:
    """A unit is called otherwise from a day on."""
    found = _standing(code)

    def act(given: dict[str, Any]) -> Done:
        place_unit(unit=found, parent=_parent_ahead(found), **given, by=request.user)
        said = f"{given['name']} is its name from {as_date(given['starts_on'])}"
        return Done(said, reverse("set_up_unit", args=[found.code]))

    def preview(given: dict[str, Any]) -> Preview:
        return Preview(
            changes=[
                Change(
                    f"Name from {as_date(given['starts_on'])}", _name_ahead(found), given["name"]
                )
            ],
            follows=_kept(given["starts_on"]),
        )

    return form_page(
        request,
        FormPage(
            RenameUnitForm(request.POST or None, initial={"name": _name_ahead(found)}),
            "Rename",
            "Rename it",
            reverse("set_up_unit", args=[found.code]),
            act,
            caption=found.name,
            preview=preview,
        ),
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def move_unit(request: SignedInRequest, code: str) -> HttpResponse:
    """A unit is part of another from a day on, with all that is part of it."""
    found = _standing(code)
    if found.tier == UnitTier.COUNCIL:
        raise Http404("The council is part of nothing")

    def act(given: dict[str, Any]) -> Done:
        place_unit(unit=found, name=_name_ahead(found), **given, by=request.user)
        said = f"{found.name} is part of {given['parent'].name} from {as_date(given['starts_on'])}"
        return Done(said, reverse("set_up_unit", args=[found.code]))

    def preview(given: dict[str, Any]) -> Preview:
        was, day = _parent_ahead(found), given["starts_on"]
        parts = [each.name for each in found.children.order_by("name")]
        along = [f"These move with it: {', '.join(parts)}."] if parts else []
        return Preview(
            changes=[
                Change(
                    f"Part of, from {as_date(day)}", was.name if was else "", str(given["parent"])
                )
            ],
            follows=[
                *along,
                f"The director of {given['parent']} can act on its indicators from that day; "
                f"the director of {was} no longer can.",
                *_kept(day),
            ],
        )

    return form_page(
        request,
        FormPage(
            MoveUnitForm(request.POST or None, unit=found),
            "Move",
            "Move it",
            reverse("set_up_unit", args=[found.code]),
            act,
            caption=found.name,
            preview=preview,
        ),
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def take_back_change(request: SignedInRequest, code: str) -> HttpResponse:
    """What was settled last for a unit, and is still to come, is taken back."""
    found = _unit(code)
    to_come = to_come_for(found, today=localdate())
    if not to_come:
        raise Http404("No change is planned for it")

    def act(given: dict[str, Any]) -> Done:
        take_back(unit=found, reason=given["reason"], by=request.user)
        return Done(
            f"{found.name}: taken back that it {to_come}", reverse("set_up_unit", args=[found.code])
        )

    def preview(given: dict[str, Any]) -> Preview:
        closes = last_day_of(found) is not None
        return Preview(
            changes=[Change("To come", f"{found.name} {to_come}", "Nothing")],
            follows=[
                "This does not take back planned moves of its parts or planned ends of its "
                "posts: take each back on its own page."
            ]
            if closes
            else [],
        )

    about = FormPage(
        ReasonForm(request.POST or None),
        "Cancel the planned change",
        "Take it back",
        reverse("set_up_unit", args=[found.code]),
        act,
        caption=found.name,
        lede=f"It {to_come}.",
        preview=preview,
    )
    return form_page(request, about)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def unit_history(request: SignedInRequest, code: str) -> HttpResponse:
    """What was done to a unit, and by whom."""
    found = _unit(code)
    back = reverse("set_up_unit", args=[found.code])
    return history_page(request, title=found.name, back=back, subjects=[found])


def _unit(code: str) -> Unit:
    return get_object_or_404(Unit.objects.select_related("parent", "successor"), code=code)


def _standing(code: str) -> Unit:
    """A unit that has not been closed. What is closed changes no more."""
    found = _unit(code)
    if last_day_of(found) is not None:
        raise Http404("The unit closes")
    return found


def _name_ahead(unit: Unit) -> str:
    """What it is called in the end, when what is settled for days to come has come."""
    return unit.placements.get(ends_on=None).name


def _parent_ahead(unit: Unit) -> Unit | None:
    return unit.placements.select_related("parent").get(ends_on=None).parent


def _kept(day: Any) -> list[str]:
    return [
        f"Reports and dashboards of quarters that ended before {as_date(day)} keep the "
        f"structure they had then."
    ]
