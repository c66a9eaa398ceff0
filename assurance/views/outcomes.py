"""One called-in item at one meeting: challenge, decision and agreed actions."""

from datetime import date

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from assurance.forms import (
    AgreedActionForm,
    ChallengeForm,
    CorrectionForm,
    DecisionForm,
    JudgeForm,
    ReportForm,
)
from assurance.models.matters import related
from assurance.models.meetings import AgreedAction, CallIn, Challenge, Decision
from assurance.models.teams import Team
from assurance.queries.attendance import attends_for, interests, invitation_of
from assurance.queries.exemptions import as_read_by
from assurance.queries.meetings import CalledInSheet, called_in_sheet
from assurance.queries.seats import seats_on
from assurance.queries.threads import thread_of
from assurance.rights import (
    leads,
    may_read,
    refuse_all_but_leads,
    refuse_strangers,
    require_on_team,
    takes_part,
)
from assurance.services import outcomes
from assurance.views.exemptions import RECORDED as EXEMPTED
from assurance.views.exemptions import exempting_of, is_done
from assurance.views.meetings import meeting_of
from core.clock import localdate
from core.guards import require
from core.refusals import Refused
from organisation.permissions import Permission
from organisation.queries import colleagues
from organisation.requests import SignedInRequest

RECORDED = {
    "challenge": "The challenge is recorded",
    "decision": "The decision is recorded",
    "action": "The agreed action is recorded",
    "correct": "The correction stands beside the log",
}


@require_http_methods(["GET", "POST"])
@require_on_team(lambda user, team: True)
def called_in(request: SignedInRequest, team: Team, day: date, address: str) -> HttpResponse:
    """Read by the team, by office, and by whoever attends for just this item."""
    call_in = get_object_or_404(
        CallIn.objects.on_agenda()
        .at(address)
        .with_matters()
        .select_related("meeting__team", "called_in_by", "invitation__deputy")
        .prefetch_related("challenges__raised_by", "decisions__agreed_plan", "agreed_actions"),
        meeting=meeting_of(team, day),
    )
    # Whoever attends for an item reads what the meeting has before it.
    attends = attends_for(request.user, call_in)
    if not (attends or may_read(request.user, team)):
        raise PermissionDenied
    reads_papers = may_read(request.user, team)
    thread = thread_of(
        call_in.matter,
        teams=Team.objects.all() if reads_papers else [team],
        today=localdate(),
        reader=request.user,
    )
    as_read_by([call_in], request.user)
    if call_in.is_nameless:
        raise PermissionDenied
    sheet = called_in_sheet(call_in, known_on=localdate())
    act = request.POST.get("act") if request.method == "POST" else None
    by_act = forms_of(request, sheet, act)
    exempting = exempting_of(request, call_in, act)
    if act is not None and act in exempting.forms:
        refuse_all_but_leads(request.user, team)
        if is_done(request, call_in, exempting, act):
            messages.success(request, EXEMPTED[act])
            return redirect(call_in)
    elif request.method == "POST":
        if act is None or act not in by_act:
            raise Http404("There is no such act")
        refusal = refuse_strangers if act == "challenge" else refuse_all_but_leads
        refusal(request.user, team)
        if is_recorded(request, sheet, act, by_act[act]):
            messages.success(request, RECORDED[act])
            return redirect(call_in)
    meeting = call_in.meeting
    return render(
        request,
        "assurance/called_in.html",
        {
            # The trail to it, for those who may read the team's papers.
            "branches": [
                (team.name, team.get_absolute_url()),
                ("Meeting", meeting.get_absolute_url()),
            ]
            if reads_papers
            else [],
            "sheet": sheet,
            "call_in": call_in,
            "forms": by_act,
            "form": {**by_act, **exempting.forms}.get(act) if act else None,
            "leads": leads(request.user, team),
            "takes_part": takes_part(request.user, team),
            "reads_papers": reads_papers,
            "attends": attends,
            "invitation": invitation_of(call_in),
            "interests": interests(meeting, [call_in]) if takes_part(request.user, team) else (),
            "meeting_has_come": meeting.meets_on <= localdate(),
            "log_is_closed": localdate() > meeting.log_closes_on,
            "thread": thread,
            "exempting": exempting,
        },
    )


def forms_of(
    request: SignedInRequest, sheet: CalledInSheet, act: str | None
) -> dict[str, forms.Form]:
    """What is said of an item at its meeting, or put right later. Only the form that was posted holds what was typed."""
    meeting = sheet.call_in.meeting

    def typed(name: str) -> QueryDict | None:
        return request.POST if act == name else None

    people = {seat.user_id for seat in seats_on(meeting.team, meeting.meets_on)} | {request.user.pk}
    return {
        "challenge": ChallengeForm(
            typed("challenge"),
            prefix="challenge",
            people=people,
        ),
        "decision": DecisionForm(
            typed("decision"),
            prefix="decision",
            plan=sheet.plan,
            initial={"seen": len(sheet.call_in.decisions.all())},
        ),
        "correct": CorrectionForm(
            typed("correct"), prefix="correct", entries=[*_entries(sheet.call_in)]
        ),
        "action": AgreedActionForm(
            typed("action"), prefix="action", colleagues=colleagues(on=localdate())
        ),
    }


def _entries(call_in: CallIn) -> dict[tuple[str, str], Challenge | Decision | AgreedAction]:
    """The entries of an item in the log, by their key and how they begin."""
    found: dict[tuple[str, str], Challenge | Decision | AgreedAction] = {}
    for each in call_in.challenges.all():
        found[f"challenge-{each.pk}", f"Asked: {each.text[:80]}"] = each
    for decision in call_in.decisions.all():
        found[f"decision-{decision.pk}", f"Decided: {decision.text[:80]}"] = decision
    for action in call_in.agreed_actions.all():
        found[f"action-{action.pk}", f"Agreed: {action.what[:80]}"] = action
    return found


def is_recorded(request: SignedInRequest, sheet: CalledInSheet, act: str, form: forms.Form) -> bool:
    """Whether what was sent about an item is on record now; where not, the form says why."""
    if not form.is_valid():
        return False
    said = dict(form.cleaned_data)
    try:
        if act == "challenge":
            outcomes.challenge(call_in=sheet.call_in, today=localdate(), by=request.user, **said)
        elif act == "correct":
            by_key = {key: entry for (key, _), entry in _entries(sheet.call_in).items()}
            outcomes.correct_log(
                call_in=sheet.call_in,
                entry=by_key.get(said["entry"]),
                text=said["text"],
                today=localdate(),
                by=request.user,
            )
        elif act == "decision":
            agreed = sheet.plan if said.pop("agrees_plan", False) else None
            outcomes.decide(
                call_in=sheet.call_in,
                agreed_plan=agreed,
                today=localdate(),
                by=request.user,
                **said,
            )
        else:
            outcomes.agree_action(call_in=sheet.call_in, today=localdate(), by=request.user, **said)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def report_on_action(request: SignedInRequest, action: int) -> HttpResponse:
    """Whoever leads the meeting, or the accountable manager, says how far an action has got."""
    row = get_object_or_404(
        AgreedAction.objects.select_related("call_in__meeting__team", *related("call_in__")),
        pk=action,
    )
    if not outcomes.may_report_on(row, request.user):
        raise Http404("There is no such action for you to report on")
    team = row.call_in.meeting.team
    back = row.call_in.get_absolute_url() if may_read(request.user, team) else "/home/"
    as_read_by(
        [row.call_in], request.user
    )  # whoever does it reads it, and nothing else of the item
    form = ReportForm(
        request.POST if request.POST and "judging" not in request.POST else None,
        initial={"progress": row.progress, "done_on": row.done_on, "evidence": row.evidence},
    )
    judging = JudgeForm(request.POST if "judging" in request.POST else None)
    judges = leads(request.user, team) and row.done_on is not None and row.judged != "accepted"
    if judging.is_bound and judging.is_valid():
        try:
            outcomes.judge_action(
                action=row, today=localdate(), by=request.user, **judging.cleaned_data
            )
        except Refused as refusal:
            field = refusal.field if refusal.field in judging.fields else None
            judging.add_error(field, str(refusal))
        else:
            messages.success(
                request, f"“{row.what}”: {judging.cleaned_data['judged'].label.lower()}"
            )
            return redirect(back)
    if form.is_valid():
        try:
            outcomes.complete_action(
                action=row, today=localdate(), by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"“{row.what}” is up to date")
            return redirect(back)
    page = {
        "action": row,
        "form": judging if judging.is_bound else form,
        "report": form,
        "judging": judging,
        "judges": judges,
    }
    return render(request, "assurance/report_on_action.html", page)
