"""For officers: the editions of each report, building them, and their steps to the public and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit, jobs
from core.clock import localdate, now
from core.dates import in_full
from core.guards import require
from core.models.jobs import Job
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.queries import quarters_under_way
from core.views.entities import Change, Done, FormPage, Preview, form_page
from escalation.queries.taken_back import closes_to_take_back
from indicators.queries.calendar import due_on
from organisation.permissions import Permission
from organisation.queries import one_of
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from reports.forms import ApprovalForm, CorrectionForm, SendBackForm, WithdrawForm
from reports.models import Edition, EditionFile
from reports.queries.editions import all_editions, small_editions, who_may_approve
from reports.rules.facts import place_in_words
from reports.rules.sentences import CannotBeMade, sentences_of, wrong_sentences
from reports.services.agreed_plans import withdraw_agreed_plan
from reports.services.publishing import (
    CannotPublish,
    CannotWithdraw,
    approve_edition,
    check_edition,
    publish_edition,
    send_back_edition,
    withdraw_edition,
)
from reports.views.editions_cache import ReportWithdrawn, report_of, says_what_was_withdrawn
from sorp.lexicon import Step

BUILD_REPORT = "build_report"
NOBODY_ELSE = (
    "Nobody may approve it today who neither built nor checked it: appoint another performance officer, a"
    " Managing Director or a Deputy Managing Director"
)
MOST_SMALL = 50  # of what was published between reports


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def reports(request: SignedInRequest) -> HttpResponse:
    """Every closed quarter with its editions, newest first, and what is being built now."""
    editions: dict = {}
    for edition in all_editions():
        editions.setdefault(edition.report.quarter, []).append(edition)
    closed = ReportingQuarter.objects.filter(state=ReportingQuarter.State.CLOSED)
    latest_jobs = {}
    for job in Job.objects.filter(kind=BUILD_REPORT).order_by("id"):
        latest_jobs[job.arguments.get("quarter")] = job
    quarters = [
        {
            "quarter": row.quarter,
            "closed_at": row.closed_at,
            "editions": editions.get(row.quarter, []),
            "was_published": any(each.is_published for each in editions.get(row.quarter, [])),
            "job": latest_jobs.get(row.quarter.key),
        }
        for row in closed.order_by("-quarter")
    ]
    latest, earlier = quarters[:1], quarters[1:]  # the latest stands by itself, built or not
    may_build = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    page = {
        "quarters": latest + [each for each in earlier if each["editions"] or each["job"]],
        "unbuilt": [each for each in earlier if not (each["editions"] or each["job"])],
        "may_build": may_build,
        "ends_take_back": closes_to_take_back() if may_build else [],
        "small": small_editions()[:MOST_SMALL],
    }
    return render(request, "reports/reports.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def build(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Ask for a quarter's report to be built. Asking twice builds it once.

    Where one was published before, what the next corrects is asked first.
    """
    get_object_or_404(
        ReportingQuarter,
        quarter=quarter,
        state=ReportingQuarter.State.CLOSED,
    )
    corrects = Edition.objects.of(quarter).issued().exists()
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or (corrects and not form.is_valid()):
        page = {
            "quarter": quarter,
            "form": form,
            "corrects": corrects,
            "ends_take_back": closes_to_take_back(),
            "is_under_way": quarter in quarters_under_way(BUILD_REPORT),
        }
        return render(request, "reports/build.html", page)
    note = form.cleaned_data["note"] if corrects else ""
    try:
        jobs.request(
            kind=BUILD_REPORT,
            key=f"{BUILD_REPORT} {quarter.key}",
            arguments={"quarter": quarter.key, "by": request.user.pk, "note": note},
            by=request.user,
        )
        messages.success(request, f"The report for {quarter} is being built.")
    except jobs.AlreadyAsked as reason:
        messages.info(request, str(reason))
    return redirect("reports")


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def edition(request: SignedInRequest, quarter: Quarter, number: int) -> HttpResponse:
    """How far one edition has come, what is next, and by whom."""
    found = get_object_or_404(all_editions().of(quarter), number=number)
    page = {
        "edition": found,
        "may_build": allowed(request.user, Permission.MANAGE_FRAMEWORK),
        "may_second": allowed(request.user, Permission.SECOND),
        "others": one_of(who_may_approve(found, on=localdate())),
        "nobody_else": NOBODY_ELSE,
        "had_a_hand": request.user.pk in (found.checked_by_id, found.frozen_by_id),
        "history": [
            (each, audit.act_in_words(each), audit.in_words(each))
            for each in audit.history_of(found)
        ],
        "is_newest": not Edition.objects.of(quarter).filter(number__gt=number).exists(),
    }
    return render(request, "reports/edition.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
@says_what_was_withdrawn
def preview(request: SignedInRequest, quarter: Quarter, number: int) -> HttpResponse:
    """The page as everyone will read it, before anybody does."""
    found = _edition_or_404(quarter, number)
    _refuse_withdrawn(found)
    report = report_of(found)
    page = {
        "report": report,
        "edition": found,
        "on_web": True,
        "is_preview": not found.is_published,
        "referred": [(each, None) for each in report.referred_up],
    }
    return render(request, "reports/public_report.html", page)


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def check(request: SignedInRequest, quarter: Quarter, number: int) -> HttpResponse:
    """Somebody has read the preview and found it right."""
    found = _edition_or_404(quarter, number)
    try:
        check_edition(edition=found, by=request.user)
        others = one_of(who_may_approve(_edition_or_404(quarter, number), on=localdate()))
        told = f"{others} can approve it. They get a notice." if others else f"{NOBODY_ELSE}."
        messages.success(request, f"Edition {number} is checked. {told}")
    except CannotPublish as reason:
        messages.error(request, str(reason))
    return redirect("edition", quarter.key, number)


@require_http_methods(["GET", "POST"])
@require(Permission.SECOND)
def approve(request: SignedInRequest, quarter: Quarter, number: int) -> HttpResponse:
    """Another person approves it, for a time."""
    found = _edition_or_404(quarter, number)
    day = due_on(quarter, Step.PUBLICATION)
    form = ApprovalForm(
        request.POST if request.method == "POST" else None, quarter=quarter, calendar_day=day
    )
    if request.method == "POST" and form.is_valid():
        at = form.publish_at
        try:
            approve_edition(edition=found, publish_at=at, by=request.user)
            if at <= now():
                publish_edition(edition=found)
                messages.success(
                    request,
                    f"Edition {number} for {quarter} is published: everyone may read it.",
                )
            else:
                messages.success(request, f"Edition {number} is approved for {_moment(at)}.")
            return redirect("edition", quarter.key, number)
        except CannotPublish as reason:
            form.add_error(None, str(reason))
    return render(request, "reports/approve.html", {"edition": found, "form": form})


@require_http_methods(["GET", "POST"])
@require(Permission.SECOND)
def send_back(request: SignedInRequest, quarter: Quarter, number: int) -> HttpResponse:
    """What was checked or approved is not to be published as it is."""
    found = _edition_or_404(quarter, number)
    form = SendBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            send_back_edition(edition=found, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, f"Edition {number} is a draft again.")
            return redirect("edition", quarter.key, number)
        except CannotPublish as reason:
            form.add_error(None, str(reason))
    return render(request, "reports/send_back.html", {"edition": found, "form": form})


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def withdraw(request: SignedInRequest, quarter: Quarter, number: int) -> HttpResponse:
    """Take back what was published: its content goes at once, and does not come again."""
    found = _edition_or_404(quarter, number)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_edition(edition=found, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(
                request,
                f"Edition {number} for {quarter} is withdrawn. Correct what was wrong, then "
                f"build the report again.",
            )
            return redirect("edition", quarter.key, number)
        except CannotWithdraw as reason:
            form.add_error(None, str(reason))
    return render(request, "reports/withdraw.html", {"edition": found, "form": form})


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def withdraw_plan(request: SignedInRequest, small: int) -> HttpResponse:
    """Take back a plan that was published between two reports: its content goes at once."""
    found = get_object_or_404(small_editions(), pk=small)
    if found.is_withdrawn:
        messages.info(request, f"{found} is withdrawn already")
        return redirect("reports")

    def act(given: dict[str, Any]) -> Done:
        withdraw_agreed_plan(small=found, reason=given["reason"], by=request.user)
        return Done(f"{found} is withdrawn", reverse("reports"))

    def preview(given: dict[str, Any]) -> Preview:
        return Preview(
            changes=[Change(str(found), "Everyone may read it", f"Withdrawn: {given['reason']}")],
            follows=[
                "Its content is deleted and cannot be brought back. Its SHA-256 stays, and its "
                "page says that it was withdrawn and why.",
                "The plan itself stays: correct what was wrong in it. The next report includes "
                "it again.",
                "A cache in front of the service may keep a page for five more minutes: ask for "
                "it to be emptied.",
            ],
        )

    about = FormPage(
        WithdrawForm(request.POST or None),
        "Withdraw a published plan",
        "Withdraw it now",
        reverse("reports"),
        act,
        caption=str(found),
        preview=preview,
    )
    return form_page(request, about)


def _moment(at: datetime) -> str:
    there = localtime(at)
    return f"{in_full(there.date())} at {there:%H:%M}"


@require_safe
@require(Permission.VIEW_PERFORMANCE)
@says_what_was_withdrawn
def draft_file(request: SignedInRequest, quarter: Quarter, number: int, name: str) -> FileResponse:
    """A file of any edition, to be looked at before it is published; not of a withdrawn one."""
    edition = _edition_or_404(quarter, number)
    _refuse_withdrawn(edition)
    file = get_object_or_404(
        EditionFile.objects.select_related("edition__report"), edition=edition, name=name
    )
    if not default_storage.exists(file.path):
        raise Http404("The file is missing: build the report again")
    return FileResponse(
        default_storage.open(file.path),
        as_attachment=not name.endswith(".pdf"),
        filename=f"{edition.quarter.key}-edition-{edition.number}-{name}",
    )


@require_safe
@require(Permission.VIEW_PERFORMANCE)
@says_what_was_withdrawn
def sentences(request: SignedInRequest, quarter: Quarter, number: int) -> HttpResponse:
    """Every sentence of an edition that nobody wrote, with the facts each was made from."""
    edition = get_object_or_404(
        Edition.objects.of(quarter).defer("document").select_related("report"), number=number
    )
    _refuse_withdrawn(edition)
    document = edition.public_document
    try:
        made = sentences_of(document)
    except CannotBeMade as reason:
        raise Http404(str(reason)) from None
    places = list(dict.fromkeys(each.place for each in made))
    place = request.GET.get("place") or places[0]
    if place not in places:
        raise Http404("The edition has no sentence here")
    page = {
        "edition": edition,
        "places": places,
        "place": place,
        "is_held": "sentences" in document,
        "sentences": [
            {
                "sentence": each,
                "about": each.key.replace("-", " ").capitalize(),
                "facts": [
                    (place_in_words(document, path), value) for path, value in each.facts.items()
                ],
            }
            for each in made
            if each.place == place
        ],
        "wrong": list(wrong_sentences(document)),
    }
    return render(request, "reports/sentences.html", page)


def _edition_or_404(quarter: Quarter, number: int) -> Edition:
    rows = Edition.objects.of(quarter).without_documents()
    return get_object_or_404(rows.select_related("report", "withdrawal"), number=number)


def _refuse_withdrawn(edition: Edition) -> None:
    if edition.is_withdrawn:
        raise ReportWithdrawn(edition.withdrawal)
