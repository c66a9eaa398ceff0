"""Keeping a called-in item from some of its readers: the forms on its page, and what they do."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from assurance.forms import ExemptionForm, KeepExemptForm, LiftExemptionForm
from assurance.models.exemptions import ItemExemption
from assurance.models.meetings import CallIn
from assurance.queries.exemptions import awaits, exemption_of
from assurance.rights import leads
from assurance.services import exemptions as services
from core.clock import localdate
from core.refusals import Refused
from organisation.requests import SignedInRequest

RECORDED = {
    "exempt": "The item is kept back from now on. Somebody else has to approve that",
    "approve": "You approve that the item is exempt",
    "keep": "The item stays exempt",
    "lift": "The item is no longer exempt",
}


@dataclass(frozen=True, slots=True)
class Exempting:
    """An item's exemption, and what this reader may do about it."""

    standing: ItemExemption | None
    leads: bool
    awaits: str  # approve, review, or nothing
    forms: dict[str, forms.Form]

    @property
    def acts(self) -> set[str]:
        if not self.leads:
            return set()
        if self.standing is None:
            return {"exempt"}
        return {"lift", *(("keep",) if self.standing.is_approved else ("approve",))}


def exempting_of(request: SignedInRequest, call_in: CallIn, act: str | None) -> Exempting:
    """The forms of an item's exemption. Only the one that was posted holds what was typed."""
    standing = exemption_of(call_in)

    def typed(name: str) -> QueryDict | None:
        return request.POST if act == name else None

    return Exempting(
        standing=standing,
        leads=leads(request.user, call_in.meeting.team),
        awaits=awaits(standing, request.user, localdate()) if standing else "",
        forms={
            "exempt": ExemptionForm(typed("exempt"), prefix="exempt"),
            "approve": forms.Form(typed("approve")),
            "keep": KeepExemptForm(typed("keep"), prefix="keep"),
            "lift": LiftExemptionForm(typed("lift"), prefix="lift"),
        },
    )


def is_done(request: SignedInRequest, call_in: CallIn, exempting: Exempting, act: str) -> bool:
    """Whether what was asked about an item's exemption is done; where not, the form says why."""
    form = exempting.forms[act]
    if not form.is_valid():
        return False
    standing, said = exempting.standing, form.cleaned_data
    today, by = localdate(), request.user
    try:
        if act == "exempt":
            services.propose_exemption(call_in=call_in, today=today, by=by, **said)
        elif standing is None:
            raise Refused("It is no longer exempt")
        elif act == "approve":
            services.approve_exemption(exemption=standing, today=today, by=by)
        elif act == "keep":
            services.keep_exempt(exemption=standing, today=today, by=by, **said)
        else:
            services.lift_exemption(exemption=standing, today=today, by=by, **said)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True
