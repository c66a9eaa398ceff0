"""The chair's brief, what came of a meeting, and the formal report; and the minutes, in Word too."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assurance.forms import DocumentForm
from assurance.models.teams import Team
from assurance.queries.documents import drafted
from assurance.queries.exemptions import text_read_by
from assurance.rights import is_chair, leads, may_read, require_on_team
from assurance.rules import DocumentKind
from assurance.services import documents as services
from assurance.views.meetings import meeting_of
from assurance.word import as_word, blocks_of
from core.clock import localdate
from core.refusals import Refused
from organisation.requests import SignedInRequest

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_http_methods(["GET", "POST"])
@require_on_team(may_read)
def meeting_document(request: SignedInRequest, team: Team, day: date, kind: str) -> HttpResponse:
    """The latest version that was issued, for its readers; and the draft, for who leads the team."""
    what = _kind_or_404(kind)
    meeting = meeting_of(team, day)
    versions = list(meeting.documents.filter(kind=what).select_related("issued_by", "written_by"))
    issued = next((each for each in versions if each.issued_at), None)
    draft = versions[0] if versions and not versions[0].issued_at else None
    writes = leads(request.user, team) and not meeting.is_cancelled
    has_come = what is DocumentKind.BRIEF or meeting.meets_on <= localdate()
    source = draft or issued
    begun = {
        "text": source.text if source else drafted(meeting, what, today=localdate()),
        "met_on": source.met_on if source else None,
    }
    form = DocumentForm(request.POST or None, kind=what, initial=begun)
    if request.method == "POST":
        if not writes:
            raise PermissionDenied
        if form.is_valid():
            issue = "issue" in request.POST
            if issue and not is_chair(request.user, team):
                raise PermissionDenied
            try:
                document = services.write_document(
                    meeting=meeting, kind=what, by=request.user, **form.cleaned_data
                )
                if issue:
                    services.issue_document(document=document, by=request.user)
            except Refused as refusal:
                field = refusal.field if refusal.field in form.fields else None
                form.add_error(field, str(refusal))
            else:
                done = "is issued, and its readers are told" if issue else "is kept as a draft"
                messages.success(request, f"{what.label} {done}")
                return redirect("meeting_document", team.code, day, kind)
    return render(
        request,
        "assurance/document.html",
        {
            "meeting": meeting,
            "what": what,
            "issued": issued,
            "blocks": blocks_of(text_read_by(meeting, issued.text, request.user)) if issued else [],
            "older": [each for each in versions if each.issued_at and each != issued],
            "draft": draft,
            "form": form,
            "writes": writes,
            "has_come": has_come,
            "issues": is_chair(request.user, team),
        },
    )


@require_safe
@require_on_team(may_read)
def document_in_word(request: SignedInRequest, team: Team, day: date, kind: str) -> HttpResponse:
    """The latest version that was issued, in Word."""
    what = _kind_or_404(kind)
    meeting = meeting_of(team, day)
    issued = meeting.documents.filter(kind=what, issued_at__isnull=False).first()
    if issued is None:
        raise Http404("Nothing was issued yet")
    return _word(
        team,
        day,
        what.value,
        f"{what.label}: {meeting}",
        text_read_by(meeting, issued.text, request.user),
    )


@require_safe
@require_on_team(may_read)
def minutes_in_word(request: SignedInRequest, team: Team, day: date) -> HttpResponse:
    """What the log says today of who was there, what was asked, decided and agreed, in Word."""
    meeting = meeting_of(team, day)
    if meeting.is_cancelled or meeting.meets_on > localdate():
        raise Http404("The meeting has no minutes yet")
    text = drafted(meeting, DocumentKind.REPORT, today=localdate())
    text = text_read_by(meeting, text, request.user)
    return _word(team, day, "minutes", f"Minutes: {meeting}", text)


def _kind_or_404(kind: str) -> DocumentKind:
    if kind not in set(DocumentKind):
        raise Http404("There is no such document")
    return DocumentKind(kind)


def _word(team: Team, day: date, name: str, title: str, text: str) -> HttpResponse:
    response = HttpResponse(as_word(title, text), content_type=WORD)
    file = f"{team.code}-{day.isoformat()}-{name}.docx"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response
