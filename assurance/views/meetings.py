"""A meeting's page: its agenda, its papers and its packs."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assurance.forms import CancelMeetingForm, MoveMeetingForm, PaperForm
from assurance.icalendar import meeting_file, meetings_expecting
from assurance.models.meetings import Meeting
from assurance.models.packs import Pack
from assurance.models.teams import Team
from assurance.queries.attendance import attendance_sheet
from assurance.queries.besides import Received, received_by
from assurance.queries.documents import document_lines
from assurance.queries.exemptions import pack_read_by
from assurance.queries.meetings import meeting_sheet, questions_about_meeting
from assurance.rights import leads, may_read, require_on_team, takes_part
from assurance.rules import pack_bytes, pack_digest
from assurance.services import meetings, packs
from core import jobs
from core.clock import localdate
from core.refusals import Refused
from indicators.queries.rows import IndicatorLine, indicator_rows
from indicators.queries.sight import seen_by
from organisation.models.people import User
from organisation.requests import SignedInRequest
from sorp.lexicon import Topic
from strategy.rules.projects import Confidence

# A drawn pack carries its own style, font and pictures, asks for nothing else and runs nothing.
ALONE = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
RENDER_REDACTED_PACK = "draw_redacted_pack"
RENDER_PACK = "draw_pack"  # the kind of job by which reports, which draws, is asked to


def meeting_of(team: Team, day: date) -> Meeting:
    return get_object_or_404(
        Meeting.objects.select_related("team", "carried_to__team"), team=team, meets_on=day
    )


@require_safe
@require_on_team(may_read)
def meeting(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    found = meeting_of(team, day)
    expected = attendance_sheet(found)
    received = received_by(found, day=min(localdate(), found.meets_on))
    return render(
        request,
        "assurance/meeting.html",
        {
            "sheet": meeting_sheet(found, known_on=localdate(), reader=request.user),
            "leads": leads(request.user, team),
            "takes_part": takes_part(request.user, team),
            "may_be_held": found.is_to_come and found.meets_on <= localdate(),
            "attendance": expected,
            "documents": document_lines(found, request.user),
            "received": received,
            "topic_rows": _topic_rows(received, found, request.user),
            "doubtful": sum(
                Confidence.LOW in (each.said, each.rule.confidence) for each in received.projects
            ),
            "is_expected": any(each.user == request.user for each in expected.expected),
        },
    )


def _topic_rows(
    received: Received, meeting: Meeting, reader: User
) -> list[tuple[Topic, tuple[IndicatorLine, ...]]]:
    """Indicators of customers, staff and support as rows, as far as the reader sees them."""
    shown = [line.indicator for _, lines in received.topics for line in lines]
    if not shown:
        return []
    seen = seen_by(reader, [each.pk for each in shown])
    rows = {row.key: row for row in indicator_rows(shown, quarter=meeting.quarter, seen=seen)}
    return [
        (topic, tuple(rows[line.indicator.pk] for line in lines))
        for topic, lines in received.topics
    ]


@require_POST
@require_on_team(leads)
def hold_meeting(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    found = meeting_of(team, day)
    try:
        meetings.hold_meeting(meeting=found, today=localdate(), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{found} is recorded as held")
    return redirect(found)


@require_http_methods(["GET", "POST"])
@require_on_team(leads)
def move_meeting(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    """A planned meeting is on another day, with a reason. What is called in to it goes along."""
    found = meeting_of(team, day)
    form = MoveMeetingForm(
        request.POST or None,
        initial={
            "meets_on": found.meets_on,
            "begins_at": f"{found.begins_at:%H:%M}" if found.begins_at else "",
            "place": found.place,
        },
    )
    if form.is_valid():
        given = form.cleaned_data
        questions = (
            questions_about_meeting(
                team, meets_on=given["meets_on"], quarter=found.quarter, moved=found
            )
            if given["meets_on"] != found.meets_on
            else []
        )
        try:
            with transaction.atomic():  # what is refused is said before anything is asked
                moved = meetings.move_meeting(meeting=found, by=request.user, **given)
                is_asked = form.ask_about(questions)
                transaction.set_rollback(is_asked)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            if not is_asked:
                messages.success(request, f"The meeting is on {moved.when_and_where} now")
                return redirect(moved)
    return render(request, "assurance/move_meeting.html", {"meeting": found, "form": form})


@require_safe
@require_on_team(lambda user, team: True)
def meeting_calendar(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    """One meeting for a calendar of one's own: for who may read its papers, and who is expected."""
    found = meeting_of(team, day)
    if not may_read(request.user, team) and found not in meetings_expecting(request.user):
        raise PermissionDenied
    response = HttpResponse(meeting_file(found), content_type="text/calendar; charset=utf-8")
    name = f"{team.code}-{day.isoformat()}.ics"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "POST"])
@require_on_team(leads)
def cancel_meeting(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    """A planned meeting does not take place, with a reason. What was called in goes to the next one."""
    found = meeting_of(team, day)
    form = CancelMeetingForm(request.POST or None)
    if form.is_valid():
        try:
            meetings.cancel_meeting(
                meeting=found, today=localdate(), by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, "The meeting is cancelled. Those concerned are told.")
            return redirect(found)
    sheet = meeting_sheet(found, known_on=localdate(), reader=request.user)
    return render(request, "assurance/cancel_meeting.html", {"sheet": sheet, "form": form})


@require_POST
@require_on_team(leads)
def freeze_pack(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    """The pack is frozen now; drawing it takes longer than a page may, so a job is owed for it."""
    found = meeting_of(team, day)
    try:
        with transaction.atomic():
            pack, is_new = packs.freeze_pack(meeting=found, by=request.user)
            if pack.drawn_at is None:
                _request_rendering(pack, request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    if is_new:
        messages.success(request, f"{pack} is frozen. Its page and its PDF will be here shortly.")
    else:
        messages.info(
            request, f"Nothing has changed since pack {pack.number}, so no new pack was made"
        )
    return redirect(found)


@require_POST
@require_on_team(leads)
def send_pack(request: SignedInRequest, team: Team, day: date, number: int) -> HttpResponse:
    """A pack goes to everybody who is to have it, each once."""
    found = meeting_of(team, day)
    pack = get_object_or_404(found.packs.select_related("meeting__team"), number=number)
    try:
        new, had = packs.send_pack(pack=pack, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    if new:
        to = f"{len(new)} {'person' if len(new) == 1 else 'people'}"
        messages.success(request, f"Pack {number} is sent to {to}")
    elif had:
        messages.info(request, f"Everybody has pack {number} already: nobody was sent it again")
    else:
        messages.error(request, "Nobody has a seat or an office to be sent it")
    return redirect(found)


def _request_rendering(pack: Pack, by: User) -> None:
    try:
        jobs.request(
            kind=RENDER_PACK, key=f"{RENDER_PACK} {pack.pk}", arguments={"pack": pack.pk}, by=by
        )
    except jobs.AlreadyAsked:
        return  # it is on its way


def _request_redaction(pack: Pack, document: dict[str, Any], by: User) -> None:
    """It is drawn for whoever asks for the same; the job makes of the pack what was made here."""
    sha256 = pack_digest(document)
    try:
        jobs.request(
            kind=RENDER_REDACTED_PACK,
            key=f"{RENDER_REDACTED_PACK} {pack.pk} {sha256}",
            arguments={"pack": pack.pk, "reader": by.pk},
            by=by,
        )
    except jobs.AlreadyAsked:
        return


@require_http_methods(["GET", "POST"])
@require_on_team(leads)
def table_paper(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    found = meeting_of(team, day)
    form = PaperForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            paper = meetings.table_paper(
                meeting=found,
                title=form.cleaned_data["title"],
                text=form.cleaned_data["text"],
                file_name=file.name if file else "",
                content=file.read() if file else b"",
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"“{paper.title}” is added")
            return redirect(found)
    return render(request, "assurance/table_paper.html", {"meeting": found, "form": form})


@require_safe
@require_on_team(may_read)
def paper(request: SignedInRequest, team: Team, day: date, position: int) -> FileResponse:
    found = get_object_or_404(meeting_of(team, day).papers, position=position)
    if not found.file:
        raise Http404("This paper has no file")
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.file.name.rsplit("/", 1)[-1],
        content_type="application/pdf",
    )


@require_safe
@require_on_team(may_read)
def pack(request: SignedInRequest, team: Team, day: date, number: int, form: str) -> HttpResponse:
    """A frozen pack: the document itself, or the page or PDF once drawn from it."""
    found = get_object_or_404(
        meeting_of(team, day).packs.select_related("meeting__team"), number=number
    )
    document = pack_read_by(found, request.user)
    if request.method == "GET" and found.drawn_at is not None:
        packs.note_opening(pack=found, by=request.user)
    if form == "json":
        body, kind = pack_bytes(document), "application/json"
    elif found.drawn_at is None:
        raise Http404("This pack is not drawn yet")
    elif document != found.document:
        drawn = found.redacted.filter(sha256=pack_digest(document)).first()
        if drawn is None:
            _request_redaction(found, document, request.user)
            raise Http404("This pack is being drawn without what is exempt: come back shortly")
        body, kind = (
            (bytes(drawn.pdf), "application/pdf")
            if form == "pdf"
            else (drawn.html.encode(), "text/html; charset=utf-8")
        )
    elif form == "pdf":
        body, kind = found.drawn_pdf, "application/pdf"
    else:
        body, kind = found.html.encode(), "text/html; charset=utf-8"
    response = HttpResponse(body, content_type=kind)
    response["Content-Security-Policy"] = ALONE
    name = f"{team.code}-{day.isoformat()}-pack-{number}.{form}"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
