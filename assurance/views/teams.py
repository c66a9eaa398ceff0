"""The two teams' pages, and planning their meetings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assurance.forms import PlanMeetingForm, UsualDayForm, YearDayForm
from assurance.models.teams import Team
from assurance.queries.meetings import meeting_windows, questions_about_meeting, team_sheet
from assurance.queries.seats import seats_on
from assurance.rights import leads, may_read, require_on_team
from assurance.rules import Nth, TeamCode, proposed_year
from assurance.services import meetings
from core.clock import localdate
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed


@require_safe
@login_required
def assurance(request: SignedInRequest) -> HttpResponse:
    """The teams whose papers this person may read; straight to the page where it is one.

    Who sits on neither is told who does, and whose papers they are.
    """
    teams = [team for team in Team.objects.all() if may_read(request.user, team)]
    if not teams:
        if not allowed(request.user, Permission.ENTER):
            raise PermissionDenied
        seated = [(team, seats_on(team, localdate())) for team in Team.objects.all()]
        return render(request, "assurance/without_seat.html", {"seated": seated})
    if len(teams) == 1:
        return redirect(teams[0])
    sheets = [team_sheet(team=team, day=localdate(), reader=request.user) for team in teams]
    return render(request, "assurance/teams.html", {"sheets": sheets})


assurance.permission = Permission.VIEW_PACKS  # type: ignore[attr-defined]


@require_safe
@require_on_team(may_read)
def team(request: SignedInRequest, team: Team) -> HttpResponse:
    return render(
        request,
        "assurance/team.html",
        {
            "sheet": team_sheet(team=team, day=localdate(), reader=request.user),
            "leads": leads(request.user, team),
        },
    )


YearDays: Any = formset_factory(YearDayForm, extra=0, max_num=18)


@require_http_methods(["GET", "POST"])
@require_on_team(leads)
def plan_year(request: SignedInRequest, team: Team) -> HttpResponse:
    """A year of meetings: on one weekday of each month, around bank holidays and the reporting calendar."""
    today = localdate()
    usual = UsualDayForm(
        request.GET if "nth" in request.GET else None,
        today=today,
        initial={"nth": Nth.THIRD, "weekday": 1},
    )
    days = None
    if request.method == "POST":
        days = YearDays(request.POST, form_kwargs={"today": today})
        if days.is_valid() and _is_planned(request, team, days):
            return redirect(team)
    elif usual.is_valid():
        given = usual.cleaned_data
        there = dict(team.meetings.exclude(state="cancelled").values_list("meets_on", "quarter"))
        proposed = proposed_year(
            given["first"],
            nth=given["nth"],
            weekday=given["weekday"],
            windows=meeting_windows() if team.code == TeamCode.PAT else {},
        )
        # A month with a meeting already is proposed no other, unless somebody ticks it.
        planned = {(day.year, day.month) for day in there}
        days = YearDays(
            form_kwargs={"today": today},
            initial=[
                {
                    "is_wanted": (each.meets_on.year, each.meets_on.month) not in planned,
                    "meets_on": each.meets_on,
                    "quarter": each.quarter.key,
                    "because": each.because or _usual(given),
                }
                for each in proposed
            ],
        )
    page = {"team": team, "form": usual, "formset": days, "reads": "Plan these meetings"}
    return render(request, "assurance/plan_year.html", page)


def _usual(given: dict[str, Any]) -> str:
    weekday = dict(UsualDayForm.base_fields["weekday"].choices)[given["weekday"]]  # type: ignore[attr-defined]
    return f"{given['nth'].label} {weekday} of the month"


def _is_planned(request: SignedInRequest, team: Team, days: Any) -> bool:
    """Whether every day that was ticked is planned; where one cannot be, none is, and it is said at it."""
    wanted = [each for each in days if each.cleaned_data.get("is_wanted")]
    if not wanted:
        messages.error(request, "Nothing was planned: tick the meetings to plan")
        return False
    new = there = 0
    try:
        with transaction.atomic():
            for form in wanted:
                said = form.cleaned_data
                try:
                    made, known = meetings.plan_year(
                        team=team, days=[(said["meets_on"], said["quarter"])], by=request.user
                    )
                except Refused as refusal:
                    form.add_error(refusal.field, str(refusal))
                else:
                    new, there = new + len(made), there + known
            if any(form.errors for form in wanted):
                raise Refused("Nothing was planned: correct the days below")
    except Refused:
        return False
    said = f"{new} meeting{'' if new == 1 else 's'} planned"
    messages.success(request, said + (f"; {there} stood already" if there else ""))
    return True


@require_http_methods(["GET", "POST"])
@require_on_team(leads)
def plan_meeting(request: SignedInRequest, team: Team) -> HttpResponse:
    """A meeting is planned; a second one on a quarter, or a day other than the calendar's, is asked about."""
    latest = last_closed() or Quarter.containing(localdate()).previous()
    form = PlanMeetingForm(
        request.POST or None,
        latest=latest,
        initial={
            "quarter": latest.key,
            "begins_at": f"{team.meets_at:%H:%M}" if team.meets_at else "",
            "place": team.place,
        },
    )
    if form.is_valid():
        given = form.cleaned_data
        questions = questions_about_meeting(
            team, meets_on=given["meets_on"], quarter=given["quarter"]
        )
        try:
            with transaction.atomic():  # what is refused is said before anything is asked
                meeting = meetings.plan_meeting(team=team, by=request.user, **given)
                is_asked = form.ask_about(questions)
                transaction.set_rollback(is_asked)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            if not is_asked:
                messages.success(request, f"{meeting} is planned")
                return redirect(meeting)
    return render(request, "assurance/plan_meeting.html", {"team": team, "form": form})
