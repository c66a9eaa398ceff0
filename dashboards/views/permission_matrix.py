"""The page that says who may do what."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.guards import require
from dashboards.queries.permission_matrix import posts_matrix, seats_matrix
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.ENTER)
def who_may_do_what(request: SignedInRequest) -> HttpResponse:
    """Every post and every seat, and what each allows: open to all who sign in."""
    page = {"posts": posts_matrix(), "seats": seats_matrix()}
    return render(request, "dashboards/permission_matrix.html", page)
