"""Setting up: what there is to do before the first quarter, and how far each part has got."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from dashboards.queries.set_up import set_up as steps_of
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def set_up(request: SignedInRequest) -> HttpResponse:
    """Every step, its state, what is missing and why it matters."""
    return render(request, "dashboards/set_up.html", {"set_up": steps_of(today=localdate())})
