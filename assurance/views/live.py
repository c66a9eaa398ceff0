"""The meeting as it goes: the agenda at the left, one item with its picture and thread, and what is said of it."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from assurance.models.teams import Team
from assurance.queries.attendance import attendance_sheet, interests, invitation_of
from assurance.queries.live import live_agenda
from assurance.queries.meetings import called_in_sheet
from assurance.queries.threads import thread_of
from assurance.rights import (
    leads,
    refuse_all_but_leads,
    refuse_strangers,
    require_on_team,
    takes_part,
)
from assurance.views.meetings import meeting_of
from assurance.views.outcomes import RECORDED, forms_of, is_recorded
from core.clock import localdate
from indicators.queries.rows import indicator_rows
from indicators.queries.sight import seen_by
from organisation.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@require_on_team(takes_part)
def live_meeting(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    """What was asked, answered, decided and agreed is saved item by item; a decision opens the next item.

    The first item without an outcome is open, unless another is asked for.
    """
    meeting = meeting_of(team, day)
    agenda = live_agenda(meeting)
    wanted = request.POST.get("item") or request.GET.get("item")
    current = next(
        (each for each in agenda if each.call_in.address == wanted),
        next((each for each in agenda if not each.outcome), agenda[0] if agenda else None),
    )
    if wanted and (current is None or current.call_in.address != wanted):
        raise Http404("It is not before this meeting")
    page = {
        "meeting": meeting,
        "agenda": agenda,
        "current": current,
        "leads": leads(request.user, team),
        "left": [each for each in agenda if not each.outcome],
        "attendance": attendance_sheet(meeting),
        "meeting_has_come": meeting.meets_on <= localdate(),
        "log_is_closed": localdate() > meeting.log_closes_on,
    }
    if current is None:
        return render(request, "assurance/live.html", page)
    call_in = current.call_in
    sheet = called_in_sheet(call_in, known_on=localdate())
    act = request.POST.get("act") if request.method == "POST" else None
    by_act = forms_of(request, sheet, act)
    if act is not None:
        if act not in ("challenge", "decision", "action"):
            raise Http404("There is no such act")
        refusal = refuse_strangers if act == "challenge" else refuse_all_but_leads
        refusal(request.user, team)
        if is_recorded(request, sheet, act, by_act[act]):
            messages.success(request, RECORDED[act])
            return redirect(_after(act, team, day, call_in.address))
    pictured = [call_in.indicator] if call_in.indicator else []
    rows = indicator_rows(
        pictured,
        quarter=meeting.quarter,
        seen=seen_by(request.user, [each.pk for each in pictured]),
    )
    page |= {
        "call_in": call_in,
        "sheet": sheet,
        "rows": rows,
        "forms": by_act,
        "form": by_act.get(act) if act else None,
        "thread": thread_of(
            call_in.matter, teams=Team.objects.all(), today=localdate(), reader=request.user
        ),
        "interests": interests(meeting, [call_in]),
        "invitation": invitation_of(call_in),
        "paper": call_in.managers_papers.select_related("written_by", "plan").first(),
    }
    return render(request, "assurance/live.html", page)


def _after(act: str, team: Team, day: date, item: str) -> str:
    """Where the page goes on: with the same item, or, after a decision, with the next that has no outcome."""
    there = reverse("live_meeting", args=[team.code, day])
    return there if act == "decision" else f"{there}?{urlencode({'item': item})}"
