"""What a level did with one escalation."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.clock import localdate
from core.guards import require
from core.refusals import Refused
from escalation.forms.handling import HandlingForm, Kind
from escalation.models.escalations import Escalation
from escalation.models.plans import ActionPlan
from escalation.queries.register import times_at_level
from escalation.rights import may_deal_with
from escalation.rules.referrals import levels_above
from escalation.services.handling import deal_with, how_it_left, refer_up
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from sorp.lexicon import Level


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def deal_with_escalation(request: SignedInRequest, pk: int) -> HttpResponse:
    """The level's people, or a performance officer for them, say what was done."""
    row = get_object_or_404(
        Escalation.objects.visible_to(request.user).select_related(
            "indicator__unit", "indicator__accountable_manager"
        ),
        pk=pk,
    )
    if not may_deal_with(Level(row.level), row.indicator, request.user):
        raise PermissionDenied
    plan = ActionPlan.objects.filter(indicator=row.indicator, is_latest=True).first()
    form = _form(request, row, plan)
    if form.is_bound and not row.is_open:
        form.add_error(None, _too_late(row))
    elif form.is_valid() and _is_recorded(request, row, form):
        messages.success(request, f"What the {row.get_level_display()} did is recorded")
        return redirect("escalation", row.pk)
    return render(
        request,
        "escalation/deal_with.html",
        {
            "escalation": row,
            "time": times_at_level([row], today=localdate())[row.pk],
            "plan": plan,
            "wrote_plan": plan is not None and plan.written_by_id == request.user.pk,
            "form": form,
            "how_it_left": "" if row.is_open else how_it_left(row),
        },
    )


def _too_late(row: Escalation) -> str:
    return (
        f"{how_it_left(row)}, so there is nothing left to deal with and this is not"
        " recorded. What you typed is kept below"
    )


def _form(request: SignedInRequest, row: Escalation, plan: ActionPlan | None) -> HandlingForm:
    open_ones = Escalation.objects.open_ones().filter(indicator=row.indicator)
    taken = set(open_ones.values_list("level", flat=True))
    return HandlingForm(
        request.POST or None,
        at=Level(row.level),
        above=[each for each in levels_above(Level(row.level)) if each not in taken],
        may_agree=plan is not None and plan.written_by_id != request.user.pk,
        initial={"handled_on": localdate()},
    )


def _is_recorded(request: SignedInRequest, row: Escalation, form: HandlingForm) -> bool:
    """Whether it was recorded. If not, the form says what to do and keeps what was typed."""
    given = dict(form.cleaned_data)
    up = {name: given.pop(name, None) for name in ("level", "why_past")}
    today, by = localdate(), request.user
    try:
        if given["kind"] == Kind.REFERRED_UP:
            given.pop("kind")
            refer_up(
                escalation=row,
                level=up["level"] or None,
                why_past=up["why_past"] or "",
                today=today,
                by=by,
                **given,
            )
        else:
            deal_with(escalation=row, today=today, by=by, **given)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True
