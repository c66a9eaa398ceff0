"""What an accountable manager is asked to bring to a meeting, and the paper that they bring."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from assurance.forms import AskToBringForm, DeputyForm, ManagersPaperForm
from assurance.models.invitations import Invitation
from assurance.models.matters import related
from assurance.models.meetings import CallIn
from assurance.models.teams import Team
from assurance.queries.attendance import attends_for
from assurance.queries.exemptions import as_read_by
from assurance.rights import is_chair, leads, may_read, require_on_team
from assurance.services import invitations as services
from assurance.views.meetings import meeting_of
from core.clock import localdate
from core.refusals import Refused
from escalation.models.plans import ActionPlan
from organisation.requests import SignedInRequest

SAID = {
    "paper": "Your paper is on record",
    "ask": "What is asked for is changed, and the manager is told",
    "deputy": "The chair is asked whether somebody comes in your place",
    "agree": "You agree that the deputy comes. Both are told",
    "refuse": "You do not agree. The manager is told",
}


@require_http_methods(["GET", "POST"])
@require_on_team(lambda user, team: True)
def invitation(request: SignedInRequest, team: Team, day: date, address: str) -> HttpResponse:
    """Why, when, where, what to bring: for whoever attends for the item, and who reads the papers."""
    row = get_object_or_404(
        Invitation.objects.select_related(
            "call_in__meeting__team",
            "call_in__called_in_by",
            "deputy",
            *related("call_in__"),
        ),
        call_in__meeting=meeting_of(team, day),
        call_in__in=CallIn.objects.on_agenda().at(address),
    )
    call_in = row.call_in
    attends, leading = attends_for(request.user, call_in), leads(request.user, team)
    if not (attends or may_read(request.user, team)):
        raise PermissionDenied
    as_read_by([call_in], request.user)
    if call_in.withheld:  # nothing is left of it to read, and nothing here is theirs to do
        raise PermissionDenied
    is_own = call_in.answered_by == request.user
    act = request.POST.get("act") if request.method == "POST" else None
    plan = None
    if call_in.indicator is not None:
        plan = ActionPlan.objects.filter(indicator=call_in.indicator, is_latest=True).first()
    papers = list(call_in.managers_papers.select_related("written_by", "plan"))
    by_act = _forms(request, row, plan, papers[0] if papers else None, act)
    if act is not None:
        allowed = {
            "paper": attends or leading,
            "ask": leading,
            "deputy": is_own,
            "agree": is_chair(request.user, team),
            "refuse": is_chair(request.user, team),
        }
        if act not in allowed:
            raise Http404("There is no such act")
        if not allowed[act]:
            raise PermissionDenied
        if _is_done(request, row, act, by_act.get(act), plan):
            messages.success(request, SAID[act])
            return redirect(row)
    return render(
        request,
        "assurance/invitation.html",
        {
            "invitation": row,
            "call_in": call_in,
            "papers": papers,
            "plan": plan,
            "forms": by_act,
            "form": by_act.get(act) if act else None,
            "attends": attends,
            "is_own": is_own,
            "leads": leading,
            "decides": is_chair(request.user, team),
            "is_to_come": call_in.meeting.is_to_come,
            "is_overdue": not papers and localdate() > row.bring_by,
        },
    )


def _forms(
    request: SignedInRequest,
    row: Invitation,
    plan: ActionPlan | None,
    latest: Any,
    act: str | None,
) -> dict[str, forms.Form]:
    """The page's forms. Only the one that was posted holds what was typed; the paper begins with the plan's words."""
    source = latest or plan
    begun: dict[str, Any] = {"brings_plan": plan is not None}
    if latest is not None:
        begun |= {
            "cause": latest.cause,
            "obstacles": latest.obstacles,
            "asked": latest.asked,
            "brings_plan": latest.plan_id is not None,
        }
    elif source is not None:
        begun |= {
            "cause": source.cause,
            "obstacles": source.barriers,
            "asked": source.help_wanted,
        }
    asked = {"bring": row.bring, "bring_by": row.bring_by}
    typed = {name: request.POST if act == name else None for name in ("paper", "ask", "deputy")}
    return {
        "paper": ManagersPaperForm(typed["paper"], prefix="paper", plan=plan, initial=begun),
        "ask": AskToBringForm(typed["ask"], prefix="ask", initial=asked),
        "deputy": DeputyForm(typed["deputy"], prefix="deputy", besides=request.user.pk),
    }


def _is_done(
    request: SignedInRequest,
    row: Invitation,
    act: str,
    form: forms.Form | None,
    plan: ActionPlan | None,
) -> bool:
    if form is None:
        try:
            services.decide_deputy(invitation=row, agrees=act == "agree", by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return False
        return True
    if not form.is_valid():
        return False
    said = dict(form.cleaned_data)
    try:
        if act == "paper":
            brought = plan if said.pop("brings_plan", False) else None
            services.write_managers_paper(
                call_in=row.call_in, plan=brought, by=request.user, **said
            )
        elif act == "ask":
            services.ask_to_bring(invitation=row, today=localdate(), by=request.user, **said)
        else:
            services.ask_for_deputy(invitation=row, by=request.user, **said)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True
