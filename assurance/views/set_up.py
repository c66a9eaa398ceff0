"""PAT and DAT set up: what they are for, which post chairs them, and who sits on them between dates."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from assurance.exporting import seats_csv, teams_csv
from assurance.filters import SeatFilter
from assurance.forms import (
    EndForm,
    LastDayInSeatForm,
    NewTeamForm,
    SeatDaysForm,
    SeatForm,
    TeamForm,
)
from assurance.importing import SeatRow, TeamRow, import_seats, import_teams
from assurance.models.teams import NEDS, Seat, Team
from assurance.queries.seats import (
    judges_their_own,
    misfits,
    not_as_the_council_says,
    seats_on,
    teams_of_council,
    vacancies,
)
from assurance.rules import SeatKind
from assurance.services.seats import change_seat, end_seat, seat
from assurance.services.teams import change_team, end_team, establish_team
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
from organisation.permissions import Permission
from organisation.queries import posts_held
from organisation.requests import SignedInRequest
from organisation.rules import PostKind

TEAMS = Entity(
    key="teams",
    one="assurance team",
    many="assurance teams",
    permission=Permission.MANAGE_FRAMEWORK,
    row=TeamRow,
    exported=teams_csv,
    imported=import_teams,
)
SEATS = Entity(
    key="seats",
    one="seat",
    many="seats on PAT and DAT",
    permission=Permission.MANAGE_FRAMEWORK,
    row=SeatRow,
    exported=seats_csv,
    imported=import_seats,
    before_bringing="Set up teams, units, people and their posts first.",
)
FOREVER = "No last day"


# Teams


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def set_up_teams(request: SignedInRequest) -> HttpResponse:
    """The assurance teams: both, one, or none yet."""
    today = localdate()
    teams = list(Team.objects.all())
    lines = []
    for team in teams:
        seats = seats_on(team, today)
        lines.append((team, seats, (*vacancies(team, seats, today), *misfits(seats, today))))
    context = {
        "today": today,
        "may_add": bool(set(teams_of_council()) - {each.code for each in teams}),
        "wanted": len(teams_of_council()),
        "against": not_as_the_council_says(today),
    }
    template = "assurance/set_up/teams.html"
    return list_page(request, TEAMS, template=template, rows=lines, context=context)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def set_up_team(request: SignedInRequest, team: str) -> HttpResponse:
    """One team: its terms, who sits on it, who did and who will, and what the papers' rules say."""
    found = get_object_or_404(Team, code=team)
    today = localdate()
    seats = seats_on(found, today)
    others = found.seats.select_related("user", "unit", "team").order_by("-starts_on", "id")
    return render(
        request,
        "assurance/set_up/team.html",
        {
            "team": found,
            "today": today,
            "seats": seats,
            "later": [each for each in others if each.starts_on > today],
            "past": [each for each in others if each.ends_on and each.ends_on < today],
            "against": (*vacancies(found, seats, today), *misfits(seats, today)),
            "stands": found.stands_on(today),
        },
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def new_team(request: SignedInRequest) -> HttpResponse:
    """An assurance team stands that did not before."""
    there_are = set(Team.objects.values_list("code", flat=True))
    codes = [code for code in teams_of_council() if code not in there_are]
    if not codes:
        raise Http404("Every team that the council has is there")

    def act(given: dict[str, Any]) -> Done:
        made = establish_team(**given, by=request.user)
        return Done(f"{made.name} is set up", _page_of(made))

    proposed: dict[str, Any] = {"neds": NEDS}
    if len(codes) == 1:
        proposed["code"] = codes[0].value
    form = NewTeamForm(request.POST or None, codes=codes, initial=proposed)
    about = FormPage(
        form,
        "Add an assurance team",
        "Add the team",
        reverse("set_up_teams"),
        act,
        lede="Set on the council’s page whether it has two teams, one or none.",
    )
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def change_team_page(request: SignedInRequest, team: str) -> HttpResponse:
    """What a team is called, its chair's post, its seats for NEDs, its terms."""
    found = get_object_or_404(Team, code=team)

    def act(given: dict[str, Any]) -> Done:
        change_team(team=found, **given, by=request.user)
        return Done(f"{found.short} is changed", _page_of(found))

    def preview(given: dict[str, Any]) -> Preview:
        was, becomes = PostKind(found.chaired_by), given["chaired_by"]
        changes = [
            Change(what, before, after)
            for what, before, after in (
                ("Name", found.name, given["name"]),
                ("Chaired by", was.label, becomes.label),
                ("Seats for NEDs", str(found.neds), str(given["neds"])),
                ("Quorum", str(found.quorum or "None"), str(given["quorum"] or "None")),
                ("Meets at", _clock(found.meets_at), _clock(given["meets_at"])),
                ("Meets in", found.place, given["place"]),
                ("Terms of reference", found.terms, given["terms"]),
            )
            if before != after
        ]
        today = localdate()
        chairs = Seat.objects.held_on(today).filter(team=found, kind=SeatKind.CHAIR)
        warnings = [
            f"{each.user} chairs {found.short} and is not {becomes.label}: end that seat and "
            f"give it to whoever is"
            for each in chairs.select_related("user")
            if becomes not in {post.kind for post in posts_held(each.user, on=today)}
        ]
        said = [] if changes else ["Nothing: it is the same as now."]
        return Preview(changes=changes, follows=said, warnings=warnings)

    held = {
        "name": found.name,
        "chaired_by": found.chaired_by,
        "neds": found.neds,
        "quorum": found.quorum,
        "meets_at": _clock(found.meets_at),
        "place": found.place,
        "terms": found.terms,
    }
    form = TeamForm(request.POST or None, initial=held)
    about = FormPage(
        form, "Change", "Save the change", _page_of(found), act, caption=found.name, preview=preview
    )
    return form_page(request, about)


def _clock(moment: time | None) -> str:
    return f"{moment:%H:%M}" if moment else ""


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def end_team_page(request: SignedInRequest, team: str) -> HttpResponse:
    """A team's last day is set, or taken away: whoever sits on it by then no longer does."""
    found = get_object_or_404(Team, code=team)

    def act(given: dict[str, Any]) -> Done:
        end_team(team=found, ends_on=given["ends_on"], by=request.user)
        day = given["ends_on"]
        said = (
            f"{found.short}’s last day is {as_date(day)}"
            if day
            else f"{found.short} has no last day now"
        )
        return Done(said, _page_of(found))

    def preview(given: dict[str, Any]) -> Preview:
        day = given["ends_on"]
        change = Change("Last day", _last(found.ends_on), _last(day))
        if day is None:
            follows = ["This gives nobody a seat: give the seats again."] if found.ends_on else []
            return Preview(changes=[change], follows=follows)
        beyond = [
            each.user.name
            for each in found.seats.select_related("user")
            if each.starts_on <= day and (each.ends_on is None or each.ends_on > day)
        ]
        seats = [f"These seats end with it: {', '.join(beyond)}."] if beyond else []
        return Preview(
            changes=[change],
            follows=[
                *seats,
                "Its meetings, packs, decisions and agreed actions stay, for those whose office "
                "lets them read them.",
                f"From the day after, no meeting of {found.short} can be planned and nothing "
                f"can be called in to it.",
            ],
        )

    form = EndForm(request.POST or None, initial={"ends_on": found.ends_on})
    about = FormPage(
        form, "End", "Set the last day", _page_of(found), act, caption=found.name, preview=preview
    )
    return form_page(request, about)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def team_history(request: SignedInRequest, team: str) -> HttpResponse:
    """What was done about a team and the seats on it."""
    found = get_object_or_404(Team, code=team)
    about = [found, *found.seats.select_related("user", "team")]
    return history_page(request, title=found.name, back=_page_of(found), subjects=about)


# Seats


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def set_up_seats(request: SignedInRequest) -> HttpResponse:
    """Every seat on either team, searched and narrowed by team, kind and time."""
    rows = Seat.objects.select_related("team", "user", "unit")
    found = SeatFilter(request.GET, queryset=rows.order_by("-team__code", "-starts_on", "id"))
    context = {"today": localdate(), "has_team": Team.objects.exists()}
    template = "assurance/set_up/seats.html"
    return list_page(request, SEATS, template=template, found=found, context=context)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def new_seat(request: SignedInRequest) -> HttpResponse:
    """Somebody is seated on a team."""
    if not Team.objects.exists():
        messages.info(request, "Add an assurance team first: every seat belongs to one.")
        return redirect("set_up_teams_new")
    today = localdate()

    def act(given: dict[str, Any]) -> Done:
        made = seat(**given, by=request.user)
        said = f"{made.user} sits on {made.team.short} from {as_date(made.starts_on)}"
        return Done(said, _page_of(made.team))

    def preview(given: dict[str, Any]) -> Preview:
        team, kind, user, day = (given[each] for each in ("team", "kind", "user", "starts_on"))
        what = f"{kind.label} of {team.short}" + (f", {given['unit']}" if given["unit"] else "")
        until = f", until {as_date(given['ends_on'])}" if given["ends_on"] else ""
        acts = {
            SeatKind.CHAIR: "decides what is called in, and records what is decided",
        }.get(kind, "sees the call-in board and may ask questions of challenge")
        warnings = []
        if kind is SeatKind.NED and judges_their_own(user, day):
            warnings.append(
                f"{user} is an accountable manager: {team.short} may call in what they answer for"
            )
        return Preview(
            changes=[Change(f"{what}, from {as_date(day)}", "", f"{user}{until}")],
            follows=[f"From that day {user} reads the papers of {team.short}, {acts}."],
            warnings=warnings,
        )

    begin = {
        "team": request.GET.get("team"),
        "kind": request.GET.get("kind"),
        "unit": request.GET.get("unit"),
        "starts_on": today,
    }
    form = SeatForm(request.POST or None, today=today, initial=begin)
    back = reverse("set_up_seats")
    about = FormPage(form, "Seat somebody", "Seat them", back, act, preview=preview)
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def change_seat_page(request: SignedInRequest, seat: int) -> HttpResponse:
    """A seat is held between other days. Who sits where is another seat."""
    held = _seat(seat)

    def act(given: dict[str, Any]) -> Done:
        change_seat(seat=held, **given, by=request.user)
        return Done(f"{held.user}’s seat on {held.team.short} is changed", _page_of(held.team))

    def preview(given: dict[str, Any]) -> Preview:
        changes = [
            Change(what, before, after)
            for what, before, after in (
                ("First day", as_date(held.starts_on), as_date(given["starts_on"])),
                ("Last day", _last(held.ends_on), _last(given["ends_on"])),
            )
            if before != after
        ]
        follows = [_reading(held)] if changes else ["Nothing: it is the same as now."]
        return Preview(changes=changes, follows=follows)

    begin = {"starts_on": held.starts_on, "ends_on": held.ends_on}
    form = SeatDaysForm(request.POST or None, initial=begin)
    about = FormPage(
        form,
        "Change the days",
        "Change them",
        _page_of(held.team),
        act,
        caption=str(held),
        lede="For another person or directorate, end this seat and add a new one.",
        preview=preview,
    )
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def end_seat_page(request: SignedInRequest, seat: int) -> HttpResponse:
    """Somebody's last day in a seat is set."""
    held = _seat(seat)

    def act(given: dict[str, Any]) -> Done:
        end_seat(seat=held, ends_on=given["ends_on"], by=request.user)
        said = f"{held.user}’s last day on {held.team.short} is {as_date(given['ends_on'])}"
        return Done(said, _page_of(held.team))

    def preview(given: dict[str, Any]) -> Preview:
        change = Change("Last day", _last(held.ends_on), _last(given["ends_on"]))
        return Preview(changes=[change], follows=[_reading(held)])

    form = LastDayInSeatForm(request.POST or None, initial={"ends_on": held.ends_on or localdate()})
    about = FormPage(
        form,
        "End a seat",
        "Set the last day",
        _page_of(held.team),
        act,
        caption=str(held),
        preview=preview,
    )
    return form_page(request, about)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def seat_history(request: SignedInRequest, seat: int) -> HttpResponse:
    """What was done about one seat."""
    held = _seat(seat)
    return history_page(request, title=str(held), back=_page_of(held.team), subjects=[held])


def _reading(held: Seat) -> str:
    return f"{held.user} can read the papers of {held.team.short} only while the seat lasts."


def _last(day: Any) -> str:
    return as_date(day) if day else FOREVER


def _seat(pk: int) -> Seat:
    return get_object_or_404(Seat.objects.select_related("team", "user", "unit"), pk=pk)


def _page_of(team: Team) -> str:
    return reverse("set_up_team", args=[team.code])
