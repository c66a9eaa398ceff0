"""What is expected of parts of a figure: all of them, those of one indicator, and setting one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.guards import require
from core.views.entities import (
    Change,
    Done,
    Entity,
    FormPage,
    Preview,
    form_page,
    history_page,
    list_page,
)
from indicators.exporting.parts import part_targets_csv
from indicators.filters import PartTargetFilter
from indicators.forms.targets import PartTargetForm
from indicators.importing.parts import PartTargetRow, import_part_targets
from indicators.models.definitions import Indicator
from indicators.models.parts import Part, PartTarget
from indicators.queries.targets import quarters_offered
from indicators.rules.targets import limits_in_words
from indicators.services.parts import set_part_target
from organisation.permissions import Permission
from organisation.requests import SignedInRequest

PART_TARGETS = Entity(
    key="part_targets",
    one="target of a part",
    many="targets of parts",
    permission=Permission.MANAGE_FRAMEWORK,
    row=PartTargetRow,
    exported=part_targets_csv,
    imported=import_part_targets,
    before_bringing="Set up dimensions first, and say how each indicator is broken down.",
)
NONE = "No target of its own"


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part by which an indicator is broken down, and each target that was set for it."""

    part: Part
    targets: list[PartTarget]


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def part_targets(request: SignedInRequest) -> HttpResponse:
    """Every target of a part, with the quarter from which it holds."""
    rows = PartTarget.objects.select_related("indicator", "part__dimension").order_by(
        "indicator__reference", "part__dimension__position", "part__position", "from_quarter"
    )
    found = PartTargetFilter(request.GET, queryset=rows)
    template = "indicators/set_up/part_targets.html"
    return list_page(request, PART_TARGETS, template=template, found=found)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def part_targets_of(request: SignedInRequest, address: str) -> HttpResponse:
    """The parts by which an indicator is broken down, and what is expected of each."""
    indicator = get_object_or_404(Indicator, address=address)
    said: dict[int, list[PartTarget]] = {}
    for each in indicator.part_targets.order_by("from_quarter"):
        said.setdefault(each.part_id, []).append(each)
    lines = [PartLine(part, said.get(part.pk, [])) for part in _parts(indicator)]
    page = {"indicator": indicator, "lines": lines}
    return render(request, "indicators/part_targets_of.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def target_of_part(request: SignedInRequest, address: str, measured_part: int) -> HttpResponse:
    """What is expected of one part of an indicator, from a quarter on."""
    indicator = get_object_or_404(Indicator.objects.select_related("unit"), address=address)
    found = get_object_or_404(_parts(indicator), pk=measured_part)
    there = reverse("part_targets_of", args=[indicator.reference])
    standing = indicator.part_targets.filter(part=found).order_by("from_quarter")

    def act(given: dict[str, Any]) -> Done:
        target, _ = set_part_target(
            indicator=indicator,
            part=found,
            from_quarter=given["from_quarter"],
            reason=given["reason"],
            approved_by=given["approved_by"],
            by=request.user,
            **given["limits"],
        )
        return Done(f"{found}: {target.in_words} from {target.from_quarter}", there)

    def preview(given: dict[str, Any]) -> Preview:
        before = standing.filter(from_quarter__lte=given["from_quarter"]).last()
        becomes = limits_in_words(given["limits"], indicator.measure_unit)
        return Preview(
            changes=[
                Change(
                    f"{found}, from {given['from_quarter']}",
                    before.in_words if before else NONE,
                    becomes,
                )
            ],
            follows=[
                "Only a part with a target of its own is rated. The whole keeps its own target.",
                "Results already rated keep their colour if their quarter is closed.",
            ],
        )

    form = PartTargetForm(request.POST or None, indicator=indicator, quarters=quarters_offered())
    about = FormPage(
        form,
        f"A target for {found}",
        "Set it",
        there,
        act,
        caption=str(indicator),
        preview=preview,
    )
    return form_page(request, about)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def part_targets_history(request: SignedInRequest, address: str) -> HttpResponse:
    """What was expected of an indicator's parts, and who said so."""
    indicator = get_object_or_404(Indicator, address=address)
    return history_page(
        request,
        title=f"Targets of the parts of {indicator}",
        back=reverse("part_targets_of", args=[indicator.reference]),
        subjects=list(indicator.part_targets.all()),
    )


def _parts(indicator: Indicator) -> Any:
    return (
        Part.objects.filter(
            is_used=True,
            dimension__breakdowns__indicator=indicator,
            dimension__breakdowns__is_used=True,
        )
        .select_related("dimension")
        .order_by("dimension__position", "dimension__name", "position", "name")
    )
