"""Where the performance team closes a quarter."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from indicators.models import ReportingQuarter
from indicators.queries import open_quarters
from indicators.queries.completion import completion
from indicators.views import quarter_or_404
from organisation import jobs
from organisation.clock import localdate
from organisation.queries import recent_jobs
from organisation.rights import Permission, require


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def quarters(request):
    """Every quarter: how many results are in, and whether it is closed."""
    waiting = [(quarter, completion(quarter=quarter)) for quarter in open_quarters()]
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    page = {
        "waiting": waiting,
        "closed": closed.select_related("closed_by").order_by("-quarter_start"),
        "jobs": recent_jobs(request.user),
        "today": localdate(),
    }
    return render(request, "escalation/quarters.html", page)


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def close(request, quarter):
    """Ask for a quarter to be closed. The work is a job: its progress shows on the page."""
    quarter = quarter_or_404(quarter)
    try:
        jobs.request(
            kind="close_quarter",
            key=f"close-{quarter.key}",
            arguments={"quarter": quarter.key, "by": request.user.pk},
            by=request.user,
        )
    except jobs.AlreadyAsked as already:
        messages.info(request, str(already))
    else:
        messages.success(request, f"{quarter} is being closed. You can leave this page.")
    return redirect("quarters")
