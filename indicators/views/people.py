"""People: indicators without an owner, leavers and their indicators, deputies, attestations."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.figures import number_sent
from core.guards import require
from core.quarters import Quarter
from core.queries import quarter_state
from indicators.forms.people import (
    AttestationForm,
    DeputyForm,
    EndDeputyForm,
    MoveForm,
    SuspendForm,
)
from indicators.models.definitions import Indicator
from indicators.queries.accountability import (
    attestation_sheet,
    attested,
    deputies,
    disowned,
    eligible_deputies,
    eligible_managers,
    leavers,
    managers_with_indicators,
)
from indicators.queries.calendar import latest_open_quarter, unowned_indicators
from indicators.services import accountability, definitions
from organisation.models.people import Appointment, User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rules import PostKind
from organisation.services.people import appoint, end_appointment


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def people(request: SignedInRequest) -> HttpResponse:
    """Who answers for which indicator, and which have nobody."""
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
def move_indicators(request: SignedInRequest) -> HttpResponse:
    """One manager's indicators go to another: choose, look over, confirm."""
    if "from" not in request.GET:
        return redirect("people")  # where whose indicators are to move is chosen
    from_user = get_object_or_404(User, pk=number_sent(request.GET["from"]))
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
        if "confirmed" in request.POST and _move(request, form, from_user):
            return redirect("people")
    return render(request, "indicators/move_indicators.html", page)


def _move(request: SignedInRequest, form: MoveForm, from_user: User) -> bool:
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
def appoint_deputy(request: SignedInRequest) -> HttpResponse:
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
def end_deputy(request: SignedInRequest, pk: int) -> HttpResponse:
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
def suspend(request: SignedInRequest, address: str) -> HttpResponse:
    """An indicator is not measured for some quarters, so nobody need answer for it in them."""
    indicator = get_object_or_404(
        Indicator.objects.select_related("accountable_manager"), address=address
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


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def attestation(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """A manager's indicators of a quarter, to answer for, or to say whose they are not."""
    sheet = attestation_sheet(user=request.user, quarter=quarter)
    form = AttestationForm(
        request.POST if request.method == "POST" else None,  # ticking nothing is an answer
        indicators=sheet.indicators,
        initial={"not_mine": sorted(sheet.disowned - sheet.attested)},
    )
    if form.is_valid() and _attest(request, form, quarter):
        return redirect("attestation", quarter.key)
    page = {"form": form, "sheet": sheet, "state": quarter_state(quarter)}
    return render(request, "indicators/attestation.html", page)


def _attest(request: SignedInRequest, form: AttestationForm, quarter: Quarter) -> bool:
    not_mine = form.cleaned_data["not_mine"]
    try:
        accountability.attest(
            quarter=quarter, by=request.user, today=localdate(), not_mine=not_mine
        )
    except ValueError as refusal:
        form.add_error(None, str(refusal))
        return False
    message = f"Thank you. {quarter}: you have said which indicators you answer for"
    if not_mine:
        message += f". The performance team will find out who answers for {', '.join(not_mine)}"
    messages.success(request, message)
    return True
