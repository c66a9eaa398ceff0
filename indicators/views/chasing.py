"""Where the link of a reminder leads."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from core.guards import require
from indicators.models.chasing import SentReminder
from indicators.services import chasing
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_safe
@require(Permission.SUBMIT_RESULT)
def follow_reminder(request: SignedInRequest, reminder: UUID) -> HttpResponse:
    """To the return that it is about, once it is known that whom it went to came by it."""
    row = get_object_or_404(SentReminder, key=reminder, recipient=request.user)
    chasing.follow_reminder(reminder=row, by=request.user)
    return redirect("my_return", row.quarter.key)
