"""Auditors' samples: drawn, looked through, judged result by result, taken as a workbook, and ended."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.guards import require
from core.tables.spreadsheets import XLSX, as_workbook
from core.tables.writing import written
from core.views.entities import Change, Done, FormPage, Preview, form_page, history_page
from indicators.forms.samples import EndSampleForm, FoundForm, SampleForm
from indicators.models.samples import AuditSample
from indicators.queries.samples import (
    COLUMNS,
    as_rows,
    counts_of,
    lines_of,
    quarters_to_audit,
    samples,
    would_be_drawn,
    would_be_drawn_again,
)
from indicators.rules.samples import Found, Method
from indicators.services.samples import draw_sample, end_sample, say_what_was_found
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed


@require_safe
@require(Permission.READ_SAMPLES)
def all_samples(request: SignedInRequest) -> HttpResponse:
    """Every sample that was drawn, latest first, and how far each has got."""
    page = {"samples": samples(), "may_draw": allowed(request.user, Permission.DRAW_SAMPLES)}
    return render(request, "indicators/samples.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.DRAW_SAMPLES)
def new_sample(request: SignedInRequest) -> HttpResponse:
    """Of what, how many, drawn how and by which seed: what it is drawn from is shown first."""
    form = SampleForm(request.POST or None, quarters=quarters_to_audit())

    def act(given: dict[str, Any]) -> Done:
        sample = draw_sample(
            of=form.drawable,
            size=given["size"],
            method=Method(given["method"]),
            seed=given["seed"],
            purpose=given["purpose"],
            by=request.user,
        )
        return Done(f"{sample} is drawn", reverse("sample", args=[sample.number]))

    def preview(given: dict[str, Any]) -> Preview:
        strata = would_be_drawn(
            form.drawable,
            size=given["size"],
            method=Method(given["method"]),
            seed=given["seed"],
        )
        found = sum(each.population for each in strata)
        return Preview(
            changes=[
                Change(each.name, f"{each.population} fit", f"{len(each.drawn)} drawn")
                for each in strata
            ],
            follows=[
                f"{given['size']} of {found} results are drawn by the seed “{given['seed']}”.",
                "Every sample drawn is kept, with its seed, whatever it finds.",
            ],
        )

    about = FormPage(
        form,
        "Draw a sample",
        "Draw it",
        reverse("samples"),
        act,
        lede="From results of closed quarters, as they are today.",
        preview=preview,
    )
    return form_page(request, about)


@require_safe
@require(Permission.READ_SAMPLES)
def sample(request: SignedInRequest, number: int) -> HttpResponse:
    """How it was drawn, each result with all that stands behind it, and what was found. `?print` for paper."""
    found = _sample(number)
    lines = lines_of(found)
    page = {
        "sample": found,
        "lines": lines,
        "counts": counts_of(each.item for each in lines),
        "may_judge": allowed(request.user, Permission.DRAW_SAMPLES) and not found.has_ended,
        "is_repeatable": would_be_drawn_again(found),
        "on_paper": "print" in request.GET,
        "printed_on": localdate(),
    }
    return render(request, "indicators/sample.html", page)


@require_safe
@require(Permission.READ_SAMPLES)
def sample_file(request: SignedInRequest, number: int, ending: str) -> HttpResponse:
    """The same as a workbook or as CSV."""
    found = _sample(number)
    content = written(COLUMNS, as_rows(lines_of(found)))
    is_csv = ending == "csv"
    return HttpResponse(
        content.encode() if is_csv else as_workbook(content, title=str(found)),
        content_type="text/csv; charset=utf-8" if is_csv else XLSX,
        headers={"Content-Disposition": f'attachment; filename="sample-{number}.{ending}"'},
    )


@require_http_methods(["GET", "POST"])
@require(Permission.DRAW_SAMPLES)
def sampled_result(request: SignedInRequest, number: int, position: int) -> HttpResponse:
    """One result with its figures, its revisions and its evidence, and what the auditor says of it."""
    found = _sample(number)
    item = get_object_or_404(found.results.select_related("revision__result"), position=position)
    lines = lines_of(found)
    (line,) = (each for each in lines if each.item.pk == item.pk)
    said = {"found": item.found, "note": item.note} if item.found else {}
    form = FoundForm(request.POST or None, initial=said)

    def act(given: dict[str, Any]) -> Done:
        say_what_was_found(item=item, found=given["found"], note=given["note"], by=request.user)
        waiting = [
            each.item.position for each in lines if not each.item.found and each.item.pk != item.pk
        ]
        there = (
            reverse("sampled_result", args=[number, waiting[0]])
            if waiting
            else reverse("sample", args=[number])
        )
        return Done(f"Result {position}: {given['found'].label.lower()}", there)

    about = FormPage(
        form,
        f"Result {position} of {found.size}",
        "Save",
        reverse("sample", args=[number]),
        act,
        caption=str(found),
        template="indicators/sampled_result.html",
        context={"sample": found, "line": line},
    )
    return form_page(request, about)


@require_http_methods(["GET", "POST"])
@require(Permission.DRAW_SAMPLES)
def end(request: SignedInRequest, number: int) -> HttpResponse:
    """What was found stands from now on, and the register of data quality says it."""
    found = _sample(number)
    form = EndSampleForm(request.POST or None)

    def act(given: dict[str, Any]) -> Done:
        end_sample(sample=found, conclusion=given["conclusion"], today=localdate(), by=request.user)
        return Done(f"{found} has ended", reverse("sample", args=[number]))

    def preview(given: dict[str, Any]) -> Preview:
        counted = Counter(found.results.values_list("found", flat=True))
        return Preview(
            changes=[Change(each.label, "", str(counted[each])) for each in Found],
            follows=[
                "After that, what was found can no longer be changed.",
                "The register of data quality shows for each indicator that it was checked "
                "today, by whom, and what was found.",
            ],
        )

    about = FormPage(
        form,
        "End the sample",
        "End it",
        reverse("sample", args=[number]),
        act,
        caption=str(found),
        preview=preview,
    )
    return form_page(request, about)


@require_safe
@require(Permission.READ_SAMPLES)
def sample_history(request: SignedInRequest, number: int) -> HttpResponse:
    """Who drew it, who said what of which result and when."""
    found = _sample(number)
    back = reverse("sample", args=[number])
    return history_page(request, title=str(found), back=back, subjects=[found])


def _sample(number: int) -> AuditSample:
    return get_object_or_404(
        AuditSample.objects.select_related("unit", "drawn_by", "ended_by"), number=number
    )
