"""For officers: the editions of each report, building them and publishing them."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core import jobs
from core.guards import require
from core.models.jobs import Job
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from reports.models import Edition, EditionFile
from reports.queries.editions import all_editions
from reports.rules.facts import place_in_words
from reports.rules.sentences import CannotBeMade, sentences_of, wrong_sentences
from reports.services.editions import CannotPublish, publish_edition

BUILD_REPORT = "build_report"


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
            "job": latest_jobs.get(row.quarter.key),
        }
        for row in closed.order_by("-quarter")
    ]
    latest, earlier = quarters[:1], quarters[1:]  # the latest stands by itself, built or not
    page = {
        "quarters": latest + [each for each in earlier if each["editions"] or each["job"]],
        "unbuilt": [each for each in earlier if not (each["editions"] or each["job"])],
        "may_build": allowed(request.user, Permission.MANAGE_FRAMEWORK),
    }
    return render(request, "reports/reports.html", page)


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def build(request: SignedInRequest, quarter: Quarter) -> HttpResponse:
    """Ask for a quarter's report to be built. Asking twice builds it once."""
    get_object_or_404(
        ReportingQuarter,
        quarter=quarter,
        state=ReportingQuarter.State.CLOSED,
    )
    try:
        jobs.request(
            kind=BUILD_REPORT,
            key=f"{BUILD_REPORT} {quarter.key}",
            arguments={"quarter": quarter.key, "by": request.user.pk},
            by=request.user,
        )
        messages.success(request, f"The report for {quarter} is being built.")
    except jobs.AlreadyAsked as reason:
        messages.info(request, str(reason))
    return redirect("reports")


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def publish(request: SignedInRequest, quarter: Quarter, number: int) -> HttpResponse:
    """Publish an edition, for good."""
    edition = _edition_or_404(quarter, number)
    try:
        edition = publish_edition(edition=edition, by=request.user)
        messages.success(
            request,
            f"Edition {edition.number} for {edition.quarter} is published: everyone may read it.",
        )
    except CannotPublish as reason:
        messages.error(request, str(reason))
    return redirect("reports")


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def draft_file(request: SignedInRequest, quarter: Quarter, number: int, name: str) -> FileResponse:
    """A file of any edition, to be looked at before it is published."""
    edition = _edition_or_404(quarter, number)
    file = get_object_or_404(
        EditionFile.objects.select_related("edition__report"), edition=edition, name=name
    )
    if not default_storage.exists(file.path):
        raise Http404("The file is gone from the store: build the report again")
    return FileResponse(
        default_storage.open(file.path),
        as_attachment=not name.endswith(".pdf"),
        filename=f"{edition.quarter.key}-edition-{edition.number}-{name}",
    )


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def sentences(request: SignedInRequest, quarter: Quarter, number: int) -> HttpResponse:
    """Every sentence of an edition that nobody wrote, with the facts each was made from."""
    edition = get_object_or_404(
        Edition.objects.of(quarter).defer("document").select_related("report"), number=number
    )
    document = edition.public_document
    try:
        made = sentences_of(document)
    except CannotBeMade as reason:
        raise Http404(str(reason)) from None
    places = list(dict.fromkeys(each.place for each in made))
    place = request.GET.get("place") or places[0]
    if place not in places:
        raise Http404("The edition has no sentence at this place")
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
    return get_object_or_404(
        Edition.objects.of(quarter).without_documents().select_related("report"), number=number
    )
