"""What Members see besides what is published: by office, and by stage of sign-off."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.guards import require
from core.own_words import in_own_words
from core.views.entities import Change, Done, FormPage, Preview, form_page, history_page
from organisation.forms.sights import SightsForm
from organisation.models.sights import OfficeSight
from organisation.permissions import Permission
from organisation.queries import holders, sights_said
from organisation.requests import SignedInRequest
from organisation.rules import PostKind, Sight
from organisation.services.sights import set_sights


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def sights(request: SignedInRequest) -> HttpResponse:
    """Offices down, stages across; what changes for whom is shown before it is said."""
    said = sights_said()
    form = SightsForm(
        request.POST or None, initial={office.value: sight for office, sight in said.items()}
    )

    def act(given: dict[str, Any]) -> Done:
        changed = set_sights(sights=form.sights, by=request.user)
        told = "What Members see is changed" if changed else "Nothing was changed"
        return Done(told, reverse("set_up_sights"))

    def preview(given: dict[str, Any]) -> Preview:
        changed = {
            office: (said[office], sight)
            for office, sight in form.sights.items()
            if said[office] is not sight
        }
        return Preview(
            changes=[
                Change(in_own_words(office.label), was.label, becomes.label)
                for office, (was, becomes) in changed.items()
            ],
            follows=[_for_whom(office, *change) for office, change in changed.items()],
        )

    about = FormPage(
        form,
        "What Members see",
        "Save what they see",
        reverse("set_up"),
        act,
        preview=preview,
        template="organisation/sights.html",
        context={"stages": list(Sight), "has_history": OfficeSight.objects.exists()},
    )
    return form_page(request, about)


def _for_whom(office: PostKind, was: Sight, becomes: Sight) -> str:
    """What changes for the people who hold an office today, in a sentence."""
    people = [person.name for person in holders(office, on=localdate())]
    whose = ", ".join(people) if people else "nobody today, and anybody appointed later"
    if becomes is Sight.NOTHING:
        told = "now sees only what is published"
    elif becomes.depth > was.depth:
        told = "now sees more: results are shown " + _mid(becomes)
    else:
        told = "now sees less: results are shown only " + _mid(becomes)
    return f"{office.label} ({whose}) {told}."


def _mid(sight: Sight) -> str:
    return sight.label[:1].lower() + sight.label[1:]


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def sights_history(request: SignedInRequest) -> HttpResponse:
    """Who let whom see how much, and when."""
    return history_page(
        request,
        title="What Members see",
        back=reverse("set_up_sights"),
        subjects=list(OfficeSight.objects.all()),
    )
