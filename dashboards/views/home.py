"""The page that says what needs you."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import localdate
from core.guards import require
from dashboards.queries.home_page import home_page
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.ENTER)
def home(request: SignedInRequest) -> HttpResponse:
    """Everything that needs this person, most urgent first."""
    page = {"home": home_page(reader=request.user, today=localdate())}
    return render(request, "dashboards/home.html", page)
