"""The call-in board: the chair calls in, defers or declines, one by one or several at once; it works without JavaScript."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assurance.forms import BoardFilterForm, ExceptionalCallInForm, SeveralForm, VerdictForm
from assurance.models.matters import Matter, matter_at, title_of
from assurance.models.meetings import Meeting
from assurance.models.teams import Team
from assurance.queries import boards
from assurance.queries.boards import BoardLine, offered_besides
from assurance.rights import is_chair, refuse_all_but_chair, require_on_team, takes_part
from assurance.rules import CallInVerdict
from assurance.services import call_ins
from assurance.views.meetings import meeting_of
from core.refusals import Refused
from indicators.models.definitions import Indicator
from indicators.queries.rows import IndicatorLine, indicator_rows
from indicators.queries.sight import seen_by
from organisation.models.people import User
from organisation.requests import SignedInRequest

ACTS = {
    CallInVerdict.CALLED_IN: call_ins.call_in,
    CallInVerdict.DEFERRED: call_ins.defer,
    CallInVerdict.DECLINED: call_ins.decline,
    CallInVerdict.WITHDRAWN: call_ins.withdraw,
}


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A line of the board as the page draws it: with an indicator's picture, and the chair's form."""

    line: BoardLine
    picture: IndicatorLine | None
    form: VerdictForm


@require_http_methods(["GET", "POST"])
@require_on_team(takes_part)
def call_in_board(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    meeting = meeting_of(team, day)
    posted = None
    if request.method == "POST":
        refuse_all_but_chair(request.user, team)
        posted = _posted_form(request, meeting)
        if _is_decided(request, meeting, posted):
            return redirect(request.get_full_path())
    board = boards.call_in_board(team=team, meeting=meeting, reader=request.user)
    narrowing = BoardFilterForm(request.GET, board=board)
    lines = narrowing.narrowed(board)
    pictures = _pictures(lines, meeting, request.user)
    return render(
        request,
        "assurance/board.html",
        {
            "meeting": meeting,
            "board": board,
            "narrowing": narrowing,
            "rows": [
                BoardRow(line, pictures.get(line.address), _form_of(line, posted)) for line in lines
            ],
            "several": posted if isinstance(posted, SeveralForm) else SeveralForm(board=board),
            "exceptional": (
                posted
                if isinstance(posted, ExceptionalCallInForm)
                else _exceptional_form(request, meeting)
            ),
            "form": posted,
            "may_decide": is_chair(request.user, team) and meeting.is_to_come,
        },
    )


def _pictures(
    lines: tuple[BoardLine, ...], meeting: Meeting, reader: User
) -> dict[str, IndicatorLine]:
    shown = [each.indicator for each in lines if each.indicator is not None]
    rows = indicator_rows(
        shown, quarter=meeting.quarter, seen=seen_by(reader, [each.pk for each in shown])
    )
    return {each.address: row for each, row in zip(shown, rows, strict=True)}


def _matter(request: SignedInRequest, address: str) -> Matter:
    """What an address on the board stands for; what the reader may not see is not there."""
    matter = matter_at(address)
    if matter is None:
        raise Http404("There is no such thing")
    if isinstance(matter, Indicator):
        visible = Indicator.objects.visible_to(request.user)
        if not visible.filter(pk=matter.pk).exists():
            raise Http404("There is no such thing")
    return matter


def _posted_form(
    request: SignedInRequest, meeting: Meeting
) -> ExceptionalCallInForm | VerdictForm | SeveralForm:
    if "several" in request.POST:
        board = boards.call_in_board(team=meeting.team, meeting=meeting, reader=request.user)
        return SeveralForm(request.POST, board=board)
    address = request.POST.get("item", "")
    if not address:
        return _exceptional_form(request, meeting, request.POST)
    form = VerdictForm(request.POST, prefix=address)
    form.matter = _matter(request, address)
    return form


def _exceptional_form(
    request: SignedInRequest, meeting: Meeting, typed: QueryDict | None = None
) -> ExceptionalCallInForm:
    """Offers what could come before the team and is not called in to this meeting yet."""
    offered = offered_besides(meeting, reader=request.user)
    return ExceptionalCallInForm(typed, offered=offered, prefix="exceptional")


def _form_of(line: BoardLine, posted: forms.Form | None) -> VerdictForm:
    """A line's own form: the one just posted, with what was typed, or a fresh one."""
    if isinstance(posted, VerdictForm) and posted.prefix == line.address:
        return posted
    reason = line.call_in.reason if line.call_in else ""
    return VerdictForm(prefix=line.address, initial={"reason": reason})


def _is_decided(
    request: SignedInRequest,
    meeting: Meeting,
    form: ExceptionalCallInForm | VerdictForm | SeveralForm,
) -> bool:
    if not form.is_valid():
        return False
    said = form.cleaned_data
    if isinstance(form, VerdictForm):
        matters, verdict = [form.matter], CallInVerdict(said["verdict"])
    elif isinstance(form, SeveralForm):
        matters = [_matter(request, each) for each in said["items"]]
        verdict = CallInVerdict(said["several"])
    else:
        matters, verdict = [_matter(request, said["item"])], CallInVerdict.CALLED_IN
    try:
        with transaction.atomic():  # several are decided together, or none is
            for matter in matters:
                ACTS[verdict](
                    meeting=meeting, matter=matter, reason=said["reason"], by=request.user
                )
    except Refused as refusal:
        form.add_error("reason", str(refusal))
        return False
    titles = [f"“{title_of(each)}”" for each in matters]
    named = titles[0] if len(titles) == 1 else f"{len(titles)} items"
    messages.success(request, f"{named}: {verdict.label.lower()}")
    latest = meeting.packs.filter(sent__isnull=False).order_by("-number").first()
    if latest is not None:
        messages.info(
            request, f"Pack {latest.number} went out before this: freeze the next, and send it"
        )
    return True
