"""What a chair issued of a meeting, as an accessible PDF."""

from datetime import date

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from assurance.models.teams import Team
from assurance.queries.exemptions import text_read_by
from assurance.rights import may_read, require_on_team
from assurance.views.meetings import meeting_of
from organisation.requests import SignedInRequest
from reports.contents.edition import DEMONSTRATION
from reports.rendering.meeting_document import document_pdf


@require_safe
@require_on_team(may_read)
def document_in_pdf(request: SignedInRequest, team: Team, day: date, kind: str) -> HttpResponse:
    """The latest version that was issued, on paper."""
    issued = (
        meeting_of(team, day)
        .documents.filter(kind=kind, issued_at__isnull=False)
        .select_related("meeting__team", "issued_by")
        .first()
    )
    if issued is None:
        raise Http404("Nothing was issued yet")
    issued.text = text_read_by(issued.meeting, issued.text, request.user)
    notice = DEMONSTRATION if settings.DEMONSTRATION else ""
    response = HttpResponse(document_pdf(issued, notice=notice), content_type="application/pdf")
    file = f"{team.code}-{day.isoformat()}-{kind}.pdf"
    response["Content-Disposition"] = f'inline; filename="{file}"'
    return response
