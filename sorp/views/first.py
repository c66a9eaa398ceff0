"""Where a council's first SORP is proposed by one person and brought into force by another."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.clock import localdate
from core.guards import require
from core.quarters import Quarter
from core.refusals import Refused
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from sorp.forms.first import FirstApprovalForm, FirstQuarterForm
from sorp.models.statement import Version
from sorp.queries.consultation import obstacles_to_first_approval, people_approving
from sorp.services.approval import approve_first_version
from sorp.services.seeding import propose_default_statement

State = Version.State


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def first_version(request: SignedInRequest) -> HttpResponse:
    """The default SORP: from which quarter, and, to those who may approve it, its approval.

    Once a version is past its first draft this page leads to it.
    """
    may_propose = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    may_approve = allowed(request.user, Permission.APPROVE_SORP)
    if not (may_propose or may_approve):
        raise PermissionDenied
    if Version.objects.exclude(state=State.DRAFT).exists():
        return redirect("sorp_versions")
    draft = Version.objects.select_related("statement", "drafted_by").first()
    quarter = FirstQuarterForm(initial={"from_quarter": _said(draft)}, auto_id="first-%s")
    approval = FirstApprovalForm(initial={"approved_on": localdate()}, auto_id="approval-%s")
    if request.method == "POST" and request.POST.get("act") == "approve":
        approval = FirstApprovalForm(request.POST, auto_id="approval-%s")
        if draft is not None and _is_approved(request, draft, approval):
            return redirect("sorp_version", draft.number)
    elif request.method == "POST":
        quarter = FirstQuarterForm(request.POST, auto_id="first-%s")
        if _is_proposed(request, quarter):
            return redirect("first_version")
    page = {
        "draft": draft,
        "quarter_form": quarter if may_propose else None,
        "approval_form": approval if draft is not None and may_approve else None,
        "obstacles": obstacles_to_first_approval(draft, by=request.user) if draft else (),
        "approvers": people_approving(on=localdate()),
        "may_propose": may_propose,
        "form": approval if approval.is_bound else quarter,
    }
    return render(request, "sorp/first.html", page)


# What it asks besides: one of these. Whoever draws a link to it asks the same.
first_version.asks_one_of = (Permission.MANAGE_FRAMEWORK, Permission.APPROVE_SORP)  # type: ignore[attr-defined]


def _said(draft: Version | None) -> Quarter | None:
    return draft.from_quarter if draft else None


def _is_proposed(request: SignedInRequest, form: FirstQuarterForm) -> bool:
    if not form.is_valid():
        return False
    first = form.cleaned_data["from_quarter"]
    try:
        draft = propose_default_statement(from_quarter=first, by=request.user)
    except Refused as refusal:
        form.add_error("from_quarter", str(refusal))
        return False
    messages.success(
        request, f"Version {draft.number} is proposed from {first}. It is not in force yet"
    )
    return True


def _is_approved(request: SignedInRequest, draft: Version, form: FirstApprovalForm) -> bool:
    if not form.is_valid():
        return False
    try:
        done = approve_first_version(
            version=draft, today=localdate(), by=request.user, **form.cleaned_data
        )
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return False
    said = "approved and in force" if done.state == State.IN_FORCE else "approved, and in force"
    messages.success(request, f"Version {done.number} is {said} from {done.from_quarter}")
    return True
