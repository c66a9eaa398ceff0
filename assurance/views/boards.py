"""The call-in board: the chair calls in, defers or declines; it works without JavaScript."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from assurance.forms import ExceptionalCallInForm, VerdictForm
from assurance.models.meetings import Meeting
from assurance.models.teams import Team
from assurance.queries import boards
from assurance.queries.boards import BoardLine
from assurance.rights import is_chair, refuse_all_but_chair, require_on_team, takes_part
from assurance.rules import CallInVerdict
from assurance.services import call_ins
from assurance.views.meetings import meeting_of
from core.refusals import Refused
from indicators.models.definitions import Indicator
from organisation.requests import SignedInRequest

ACTS = {
    CallInVerdict.CALLED_IN: call_ins.call_in,
    CallInVerdict.DEFERRED: call_ins.defer,
    CallInVerdict.DECLINED: call_ins.decline,
    CallInVerdict.WITHDRAWN: call_ins.withdraw,
}


@require_http_methods(["GET", "POST"])
@require_on_team(takes_part)
def call_in_board(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    meeting = meeting_of(team, day)
    posted = None
    if request.method == "POST":
        refuse_all_but_chair(request.user, team)
        posted = _posted_form(request, meeting)
        if _is_decided(request, meeting, posted):
            return redirect("call_in_board", team.code, day)
    board = boards.call_in_board(team=team, meeting=meeting, reader=request.user)
    return render(
        request,
        "assurance/board.html",
        {
            "meeting": meeting,
            "board": board,
            "rows": [(line, _form_of(line, posted)) for line in board.lines],
            "exceptional": (
                posted
                if isinstance(posted, ExceptionalCallInForm)
                else _exceptional_form(request, meeting)
            ),
            "form": posted,
            "may_decide": is_chair(request.user, team) and meeting.is_to_come,
        },
    )


def _posted_form(request: SignedInRequest, meeting: Meeting) -> ExceptionalCallInForm | VerdictForm:
    reference = request.POST.get("reference", "")
    if not reference:
        return _exceptional_form(request, meeting, request.POST)
    indicator = get_object_or_404(Indicator.objects.visible_to(request.user), reference=reference)
    form = VerdictForm(request.POST, prefix=indicator.address)
    form.indicator = indicator
    return form


def _exceptional_form(
    request: SignedInRequest, meeting: Meeting, typed: QueryDict | None = None
) -> ExceptionalCallInForm:
    """Offers what is in use and not yet called in to this meeting."""
    called_in = meeting.call_ins.on_agenda().values("indicator")
    indicators = (
        Indicator.objects.visible_to(request.user).in_use(meeting.quarter).exclude(pk__in=called_in)
    )
    return ExceptionalCallInForm(typed, indicators=indicators, prefix="exceptional")


def _form_of(line: BoardLine, posted: ExceptionalCallInForm | VerdictForm | None) -> VerdictForm:
    """A line's own form: the one just posted, with what was typed, or a fresh one."""
    if isinstance(posted, VerdictForm) and posted.prefix == line.indicator.address:
        return posted
    reason = line.call_in.reason if line.call_in else ""
    return VerdictForm(prefix=line.indicator.address, initial={"reason": reason})


def _is_decided(
    request: SignedInRequest, meeting: Meeting, form: ExceptionalCallInForm | VerdictForm
) -> bool:
    if not form.is_valid():
        return False
    said = form.cleaned_data
    if isinstance(form, ExceptionalCallInForm):
        indicator, verdict = said["indicator"], CallInVerdict.CALLED_IN
    else:
        indicator, verdict = form.indicator, CallInVerdict(said["verdict"])
    try:
        row = ACTS[verdict](
            meeting=meeting, indicator=indicator, reason=said["reason"], by=request.user
        )
    except Refused as refusal:
        form.add_error("reason", str(refusal))
        return False
    messages.success(request, f"“{indicator.title}”: {row.get_verdict_display().lower()}")
    latest = meeting.packs.filter(sent__isnull=False).order_by("-number").first()
    if latest is not None:
        messages.info(
            request, f"Pack {latest.number} went out before this: freeze the next, and send it"
        )
    return True
