"""A council's own scorecard: uploaded as it is kept, answered about, and written whole."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.clock import localdate
from core.guards import require
from core.refusals import Refused
from indicators.forms.scorecards import ScorecardAnswersForm, ScorecardForm
from indicators.models.scorecards import ScorecardUpload
from indicators.scorecards.bringing import (
    answer_scorecard,
    answers_of,
    keep_scorecard,
    put_scorecard_away,
    try_scorecard,
    what_is_missing,
    write_scorecard,
)
from indicators.scorecards.reading import RefusedFiles
from indicators.scorecards.settling import read_with, settled
from organisation.models.people import Appointment, User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rules import PostKind

A_PAGE = 25
MOST = 100  # rows of one table: a page is to be read


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def scorecards(request: SignedInRequest) -> HttpResponse:
    """Every scorecard that was brought, and where the next one is."""
    form = ScorecardForm()
    if request.method == "POST":
        form = ScorecardForm(request.POST, request.FILES)
        if form.is_valid():
            files = [(each.name or "", each.read()) for each in form.cleaned_data["file"]]
            try:
                upload = keep_scorecard(files=files, by=request.user)
                return redirect("scorecard", upload.token)
            except RefusedFiles as refusal:
                form.add_error("file", list(refusal.each))
            except Refused as refusal:
                form.add_error("file", str(refusal))
    rows = ScorecardUpload.objects.select_related("uploaded_by", "written_by").defer("sheets")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "indicators/scorecards.html", {"form": form, "page": page})


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def scorecard(request: SignedInRequest, token: UUID) -> HttpResponse:
    """What was read out of a scorecard, and what only the council can say about it."""
    upload = get_object_or_404(
        ScorecardUpload.objects.select_related("uploaded_by", "answered_by", "written_by"),
        token=token,
    )
    page = {"upload": upload, "back": reverse("set_up_scorecards"), "most": MOST}
    if not upload.is_open:
        return render(request, "indicators/scorecard.html", page)
    answers = answers_of(upload)
    read = read_with(upload.files, answers)
    form_with = partial(
        ScorecardAnswersForm,
        read=read,
        answers=answers,
        answered=upload.answered,
        units=Unit.objects.not_closed(localdate()).order_by("name"),
        managers=accountable_managers(),
        asks_year=answers.year is not None
        or any("which year" in doubt.why for doubt in read.doubts),
    )
    form = form_with()
    status = 200
    if request.method == "POST":
        form = form_with(request.POST)
        if form.is_valid():
            try:
                answer_scorecard(
                    token=token,
                    answers=form.answers,
                    answered=form.cleaned_data["answered"],
                    by=request.user,
                )
                # Whose a file is says how it is read: what follows from that is asked next.
                if form.answers.areas != answers.areas:
                    return redirect("scorecard", token)
                return redirect("scorecard_check", token)
            except Refused as refusal:
                page["refusal"] = str(refusal)
                status = 409
    page |= {"form": form, "read": settled(read, answers), "open": what_is_missing(read, answers)}
    return render(request, "indicators/scorecard.html", page, status=status)


def accountable_managers() -> QuerySet[User]:
    """Whoever holds an accountable manager's post today."""
    held = Appointment.objects.held_on(localdate()).filter(post__kind=PostKind.ACCOUNTABLE_MANAGER)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name")


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def scorecard_check(request: SignedInRequest, token: UUID) -> HttpResponse:
    """What writing the scorecard would do, with printed statuses beside ours; and the button."""
    upload = get_object_or_404(ScorecardUpload, token=token)
    if not upload.is_open:
        return redirect("scorecard", token)
    page = {"upload": upload, "back": reverse("scorecard", args=[token]), "most": MOST}
    status = 200
    if request.method == "POST":
        sent = request.POST.get("answered", "")
        try:
            written = write_scorecard(
                token=token,
                answered=int(sent) if sent.isdecimal() else -1,
                by=request.user,
                today=localdate(),
            )
            messages.success(request, f"{written.name} is saved: {written.outcome}")
            return redirect("scorecard", token)
        except Refused as refusal:
            page["refusal"], status = str(refusal), 409
    page["trial"] = try_scorecard(upload, by=request.user, today=localdate())
    page["read"] = read_with(upload.files, answers_of(upload))
    return render(request, "indicators/scorecard_check.html", page, status=status)


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def put_away(request: SignedInRequest, token: UUID) -> HttpResponse:
    """A scorecard that is not wanted goes, cells and all."""
    upload = get_object_or_404(ScorecardUpload, token=token)
    try:
        put_scorecard_away(token=upload.token, by=request.user)
        messages.success(request, f"{upload.name} is set aside. Nothing from it was saved")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("set_up_scorecards")
