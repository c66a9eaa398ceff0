"""The two teams' pages, and planning their meetings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assurance.forms import PlanMeetingForm
from assurance.models.teams import Team
from assurance.queries.meetings import questions_about_meeting, team_sheet
from assurance.queries.seats import seats_on
from assurance.rights import leads, may_read, require_on_team
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
    sheets = [team_sheet(team=team, day=localdate()) for team in teams]
    return render(request, "assurance/teams.html", {"sheets": sheets})


assurance.permission = Permission.VIEW_PACKS  # type: ignore[attr-defined]


@require_safe
@require_on_team(may_read)
def team(request: SignedInRequest, team: Team) -> HttpResponse:
    return render(
        request,
        "assurance/team.html",
        {
            "sheet": team_sheet(team=team, day=localdate()),
            "leads": leads(request.user, team),
        },
    )


@require_http_methods(["GET", "POST"])
@require_on_team(leads)
def plan_meeting(request: SignedInRequest, team: Team) -> HttpResponse:
    """A meeting is planned; a second one on a quarter, or a day other than the calendar's, is asked about."""
    latest = last_closed() or Quarter.containing(localdate()).previous()
    form = PlanMeetingForm(request.POST or None, latest=latest, initial={"quarter": latest.key})
    if form.is_valid():
        given = form.cleaned_data
        questions = questions_about_meeting(team, **given)
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
