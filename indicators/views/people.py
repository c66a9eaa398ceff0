"""People: indicators without an owner, leavers and their indicators, deputies, attestations."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.guards import require
from core.quarters import Quarter
from core.queries import open_quarters
from indicators.forms.people import DeputyForm, EndDeputyForm, MoveForm, SuspendForm
from indicators.models.definitions import Indicator
from indicators.queries.accountability import (
    attested,
    deputies,
    disowned,
    eligible_deputies,
    eligible_managers,
    leavers,
    managers_with_indicators,
)
from indicators.queries.calendar import unowned_indicators
from indicators.services import accountability, definitions
from organisation.models.people import Appointment, User
from organisation.permissions import Permission
from organisation.rules import PostKind
from organisation.services.people import appoint, end_appointment


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def people(request):
    """Who answers for what, and where nobody does."""
    today = localdate()
    quarter = latest_open_quarter()
    return render(
        request,
        "indicators/people.html",
        {
            "quarter": quarter,
            "unowned": unowned_indicators(quarter),
            "leavers": leavers(on=today),
            "disowned": disowned(),
            "deputies": deputies(on=today),
            "attested": attested(quarter),
            "managers": managers_with_indicators(),
            "today": today,
        },
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def move_indicators(request):
    """One manager's indicators go to another: choose, look over, confirm."""
    chosen = request.GET.get("from", "")
    from_user = get_object_or_404(User, pk=chosen if chosen.isdecimal() else 0)
    theirs = Indicator.objects.filter(accountable_manager=from_user)
    form = MoveForm(
        request.POST or None,
        indicators=theirs,
        managers=eligible_managers(on=localdate()).exclude(pk=from_user.pk),
        initial={"references": list(theirs.values_list("reference", flat=True))},
    )
    page = {"form": form, "from_user": from_user}
    if request.method == "POST" and form.is_valid():
        if "confirmed" not in request.POST and "change" not in request.POST:
            return render(request, "indicators/move_preview.html", page | form.cleaned_data)
        if "confirmed" in request.POST and _moved(request, form, from_user):
            return redirect("people")
    return render(request, "indicators/move_indicators.html", page)


def _moved(request, form, from_user):
    given = form.cleaned_data
    try:
        moved = accountability.reassign_indicators(
            from_user=from_user,
            to_user=given["to_user"],
            references=[each.reference for each in given["references"]],
            reason=given["reason"],
            by=request.user,
        )
    except ValueError as refusal:
        form.add_error(None, str(refusal))
        return False
    count = f"{len(moved)} indicator{'' if len(moved) == 1 else 's'}"
    messages.success(request, f"{count} moved from {from_user} to {given['to_user']}")
    return True


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def appoint_deputy(request):
    """Somebody stands in for a unit's managers between two days."""
    form = DeputyForm(request.POST or None, people=eligible_deputies(on=localdate()))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            appoint(**given, kind=PostKind.DEPUTY, by=request.user)
        except ValueError as refusal:
            form.add_error("starts_on", str(refusal))
        else:
            messages.success(request, f"{given['person']} deputises for {given['unit']}")
            return redirect("people")
    return render(request, "indicators/appoint_deputy.html", {"form": form})


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def end_deputy(request, pk):
    """A deputy's last day is set."""
    appointment = get_object_or_404(
        Appointment.objects.filter(post__kind=PostKind.DEPUTY).select_related("user", "post__unit"),
        pk=pk,
    )
    form = EndDeputyForm(request.POST or None, initial={"ends_on": localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            end_appointment(
                appointment=appointment, ends_on=form.cleaned_data["ends_on"], by=request.user
            )
        except ValueError as refusal:
            form.add_error("ends_on", str(refusal))
        else:
            messages.success(request, f"{appointment.user}’s last day as deputy is set")
            return redirect("people")
    return render(request, "indicators/end_deputy.html", {"form": form, "appointment": appointment})


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def suspend(request, reference):
    """An indicator is not measured for some quarters, so nobody need answer for it in them."""
    indicator = get_object_or_404(
        Indicator.objects.select_related("accountable_manager"), reference=reference
    )
    form = SuspendForm(request.POST or None, first=latest_open_quarter())
    if request.method == "POST" and form.is_valid():
        try:
            definitions.suspend_indicator(indicator=indicator, **form.cleaned_data, by=request.user)
        except ValueError as refusal:
            form.add_error("from_quarter", str(refusal))
        else:
            messages.success(request, f"{indicator.reference} is suspended")
            return redirect("people")
    return render(request, "indicators/suspend.html", {"form": form, "indicator": indicator})


def latest_open_quarter():
    """The latest quarter open for results, or that which has just ended."""
    return max(open_quarters(), default=Quarter.containing(localdate()).previous())
