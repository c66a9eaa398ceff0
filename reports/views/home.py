"""The page that says what needs you."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisation.clock import localdate
from organisation.rights import Permission, require
from reports.queries.homes import home as home_of


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def home(request):
    return render(
        request, "reports/home.html", {"home": home_of(reader=request.user, today=localdate())}
    )
