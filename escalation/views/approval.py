"""Where a version of the SORP is approved, and an approval withdrawn."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.clock import localdate
from core.guards import require
from core.quarters import Quarter
from core.queries import last_closed
from core.refusals import Refused
from escalation.forms.approval import ApprovalForm
from escalation.queries.backtests import evidence_on
from escalation.queries.dropped import affected_by
from escalation.services.approval import approve_with_answers, withdraw_with_answers
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from sorp.forms.consultation import ReasonForm
from sorp.models.statement import Version
from sorp.queries.consultation import obstacles_to_approval
from sorp.rules.approval import Requirement, earliest_quarter

State = Version.State
Approving = ApprovalForm | ReasonForm  # to approve it, or to withdraw the approval


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def approve_version(request: SignedInRequest, number: str) -> HttpResponse:
    """What has to be so before a version is approved, and the form by which it is.

    The performance team sees what stands in the way; only those who may approve are given the form.
    """
    may_approve = allowed(request.user, Permission.APPROVE_SORP)
    if not may_approve and (
        request.method == "POST" or not allowed(request.user, Permission.MANAGE_FRAMEWORK)
    ):
        raise PermissionDenied
    version = get_object_or_404(Version.objects.select_related("approved_by"), number=number)
    if done := _done_before(request, version):
        messages.info(request, done)
        return redirect("sorp_version", version.number)
    form = _form(request, version)
    if form is not None and form.is_bound and _is_done(request, version, form):
        return redirect("sorp_version", version.number)
    found = _requirements(request, version)
    page = {
        "version": version,
        "heading": f"Version {version.number}",
        "requirements": found,
        "evidence": evidence_on(version),
        "is_ready": all(each.is_met or each.field for each in found),
        "is_finished": version.state not in (State.DRAFT, State.CONSULTATION),
        "may_approve": may_approve,
        "form": form,
        "dropped": getattr(form, "dropped", ()),
    }
    return render(request, "sorp/approve.html", page)


def _done_before(request: SignedInRequest, version: Version) -> str:
    """A button pressed twice, or by two at once: what is so already; nothing where it is not so."""
    if "from_quarter" in request.POST and version.state in Version.BINDING:
        who = f", by {version.approved_by}" if version.approved_by else ""
        return f"Version {version.number} is approved{who}, from {version.from_quarter}"
    if "reason" in request.POST and version.state == State.DRAFT:
        return f"Version {version.number} is a draft again"
    return ""


def _requirements(request: SignedInRequest, version: Version) -> tuple[Requirement, ...]:
    return obstacles_to_approval(
        version,
        from_quarter=version.from_quarter,
        closed_until=last_closed(),
        today=localdate(),
        by=request.user,
    )


def _form(request: SignedInRequest, version: Version) -> Approving | None:
    """To approve what is in consultation, to withdraw what waits; of what has ruled, nothing."""
    today = localdate()
    if version.state == State.APPROVED:
        return ReasonForm(request.POST or None, missing="Say why the approval is withdrawn")
    if version.state in (State.IN_FORCE, State.SUPERSEDED):
        return None
    earliest = earliest_quarter(today=today, closed_until=last_closed())
    planned = version.from_quarter
    meant = max(planned, earliest) if planned else None
    try:
        chosen = Quarter.parse(request.POST.get("from_quarter", ""))
    except ValueError:
        chosen = meant or earliest
    return ApprovalForm(
        request.POST or None,
        earliest=earliest,
        dropped=affected_by(version, from_quarter=chosen),
        initial={"from_quarter": meant.key if meant else "", "approved_on": today},
    )


def _is_done(request: SignedInRequest, version: Version, form: Approving) -> bool:
    if not form.is_valid():
        return False
    try:
        message = _act(request, version, form)
    except Refused as refusal:
        version.refresh_from_db()
        if done := _done_before(request, version):
            messages.info(request, done)
            return True
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    messages.success(request, message)
    return True


def _act(request: SignedInRequest, version: Version, form: Approving) -> str:
    today = localdate()
    if isinstance(form, ReasonForm):
        withdraw_with_answers(version=version, today=today, by=request.user, **form.cleaned_data)
        return f"The approval of version {version.number} is withdrawn: it is a draft again"
    done = approve_with_answers(
        version=version,
        answers=form.answers,
        closed_until=last_closed(),
        today=today,
        by=request.user,
        **form.approval,
    )
    if done.state == State.IN_FORCE:
        return f"Version {done.number} is approved and in force"
    return f"Version {done.number} is approved, and in force from {done.from_quarter}"
