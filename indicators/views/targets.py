"""Targets: the list, those of one indicator, proposing them singly or for a unit, and deciding on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import localdate
from core.guards import require
from core.quarters import Quarter
from core.refusals import Refused
from core.views.entities import Change, Done, Entity, FormPage, Preview, form_page, list_page
from indicators.exporting.definitions import targets_csv
from indicators.filters import TargetFilter
from indicators.forms.targets import DecideTargetsForm, TargetForm, TargetGridForm
from indicators.importing.definitions import TargetRow, import_targets
from indicators.models.definitions import Indicator
from indicators.models.rounds import RoundLine
from indicators.models.target_proposals import TargetProposal
from indicators.queries.calendar import latest_open_quarter
from indicators.queries.histories import targets_in_force
from indicators.queries.rounds import carried_over_now
from indicators.queries.target_grids import target_grid
from indicators.queries.targets import (
    colours_under,
    last_ratings,
    may_approve_target,
    may_check_minute,
    may_propose_target,
    may_record_minute,
    measured_by_target,
    proposed_lines,
    quarters_offered,
    target_in_words,
    target_lines,
    waiting_within,
)
from indicators.rights import Reach, targets_approved_by, targets_proposed_by
from indicators.rules.targets import ProposalState, limits_in_words
from indicators.services.targets import (
    Proposed,
    RefusedTarget,
    approve_targets,
    check_minute,
    propose_targets,
    record_minute,
    refuse_targets,
    withdraw_target,
)
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from sorp.lexicon import RatingMethod

TARGETS = Entity(
    key="targets",
    one="indicator",
    many="targets",
    permission=Permission.MANAGE_FRAMEWORK,
    row=TargetRow,
    exported=targets_csv,
    imported=import_targets,
    counted="targets, each of an indicator from a quarter on",
    before_bringing="Targets in a file count as approved: each row names who approved it. To have them approved here, propose them on the pages.",
)
MOST_WAITING = 200  # targets decided on at a time: more are decided on unit by unit


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def targets(request: SignedInRequest) -> HttpResponse:
    """What is aimed at now, an indicator a line, searched and narrowed by unit and by what lacks."""
    quarter = Quarter.containing(localdate())
    rows = measured_by_target(quarter).select_related("unit")
    found = TargetFilter(request.GET, queryset=rows)
    return list_page(
        request,
        TARGETS,
        template="indicators/set_up/targets.html",
        found=found,
        rows=target_lines(found.qs, quarter),
        context={"quarter": quarter, "waiting": TargetProposal.objects.waiting().count()}
        | _grid_links(found),
    )


def _grid_links(found: TargetFilter) -> dict[str, Any]:
    """The grid of the unit that the list is narrowed to, or of the whole council."""
    chosen = found.form.cleaned_data.get("unit") if found.form.is_valid() else None
    return {"grid_unit": chosen or Unit.objects.filter(parent=None).first()}


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def targets_of(request: SignedInRequest, address: str) -> HttpResponse:
    """What is, was and is asked to be aimed at for one indicator, and by whose word."""
    indicator = _visible_or_404(request, address)
    proposals = indicator.target_proposals.select_related(
        "proposed_by", "decided_by", "recorded_by"
    )
    page = {
        "indicator": indicator,
        "in_force": targets_in_force(Quarter.containing(localdate()), [indicator.pk]).get(
            indicator.pk
        ),
        "targets": [
            (each, target_in_words(indicator, each))
            for each in indicator.targets.select_related("set_by").order_by("-from_quarter")
        ],
        "carried_over": carried_over_now(indicator),
        "round_lines": RoundLine.objects.standing()
        .filter(indicator=indicator)
        .select_related("round", "body"),
        "waiting": [each for each in proposals if each.is_waiting],
        "decided": [each for each in proposals if not each.is_waiting],
        "may_propose": may_propose_target(indicator, request.user)
        and indicator.method != RatingMethod.NONE,
        "may_change": allowed(request.user, Permission.MANAGE_FRAMEWORK),
    }
    return render(request, "indicators/targets_of.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.PROPOSE_TARGETS)
def propose_target(request: SignedInRequest, address: str) -> HttpResponse:
    """A target is proposed for one indicator, and waits for somebody else to approve it."""
    indicator = _visible_or_404(request, address)
    if not may_propose_target(indicator, request.user) or indicator.method == RatingMethod.NONE:
        raise PermissionDenied
    form = TargetForm(request.POST or None, indicator=indicator, quarters=quarters_offered())

    def propose(given: dict[str, Any]) -> Done:
        propose_targets(asked=[form.asked], reason=given["reason"], by=request.user)
        return Done(
            f"The target from {given['from_quarter']} is proposed. Somebody else has to approve it",
            reverse("targets_of", args=[address]),
        )

    page = FormPage(
        form=form,
        title="Propose a target",
        caption=str(indicator),
        lede=f"{indicator.get_polarity_display()}. {indicator.get_method_display()}. It is in force from"
        " its quarter until the next target, once somebody else has approved it.",
        button="Propose it",
        back=reverse("targets_of", args=[address]),
        act=propose,
        preview=lambda given: preview_of([form.asked]),
    )
    return form_page(request, page)


def preview_of(asked: Sequence[Proposed]) -> Preview:
    """What would be aimed at, and what the last results would be rated by it."""
    keys = {each.indicator.pk for each in asked}
    ratings = last_ratings(keys, before=latest_open_quarter())
    standing = {
        quarter: targets_in_force(quarter, keys) for quarter in {a.from_quarter for a in asked}
    }
    changes, follows = [], []
    for each in asked:
        reference, unit = each.indicator.reference, each.indicator.measure_unit
        stands = standing[each.from_quarter].get(each.indicator.pk)
        was = target_in_words(each.indicator, stands) or "no target is set"
        if stands is not None and stands.from_quarter != each.from_quarter:
            was += f", since {stands.from_quarter}"
        becomes = limits_in_words(each.limits, unit)
        changes.append(Change(f"{reference}, from {each.from_quarter}", was, becomes))
        colours = colours_under(
            each.indicator, each.limits, each.from_quarter, ratings.get(each.indicator.pk, [])
        )
        if colours:
            told = "; ".join(one.in_words for one in colours)
            follows.append(f"{reference}, the last results by the new target: {told}")
    follows.append("Results already rated keep their colour if their quarter is closed")
    return Preview(changes, follows)


@require_http_methods(["GET", "POST"])
@require(Permission.PROPOSE_TARGETS)
def unit_targets(request: SignedInRequest, code: str) -> HttpResponse:
    """A grid of a unit's targets for a year, by quarter or for the year; all of it or none."""
    unit = get_object_or_404(Unit, code=code)
    year, is_by_year = _year(request), request.GET.get("by") == "year"
    grid = target_grid(
        unit=unit, year=year, is_by_year=is_by_year, reach=targets_proposed_by(request.user)
    )
    form = TargetGridForm(request.POST or None, grid=grid)

    def propose(given: dict[str, Any]) -> Done:
        _propose_each(form, given, request.user)
        count = len(given["asked"])
        told = f"{count} target{'' if count == 1 else 's'}"
        return Done(
            f"{told} wait{'s' if count == 1 else ''} for somebody else to approve",
            request.get_full_path(),
        )

    page = FormPage(
        form=form,
        title=f"Targets {Quarter(year, 1).financial_year}",
        caption=unit.name,
        button="Propose them",
        back=reverse("set_up_targets")
        if allowed(request.user, Permission.MANAGE_FRAMEWORK)
        else reverse("home"),
        act=propose,
        preview=lambda given: preview_of(given["asked"]),
        template="indicators/set_up/target_grid.html",
        context={"grid": grid, "years": _years(year), "is_by_year": is_by_year},
    )
    return form_page(request, page)


def _propose_each(form: TargetGridForm, given: dict[str, Any], by: User) -> None:
    """All of the grid or none: what is refused is said at its box."""
    try:
        propose_targets(asked=given["asked"], reason=given["reason"], by=by)
    except RefusedTarget as refusal:
        if refusal.asked is None:
            raise
        box = form.name_of(refusal.asked, refusal.field)
        raise Refused(str(refusal), field=box) from None


def _year(request: SignedInRequest) -> int:
    """The financial year of the grid: that of the first quarter that may still be set."""
    asked = request.GET.get("year", "")
    if asked.isascii() and asked.isdigit() and 1974 <= int(asked) <= 2199:
        return int(asked)
    return quarters_offered()[0].year


def _years(shown: int) -> list[tuple[int, str, bool]]:
    first = quarters_offered()[0].year
    return [
        (each, Quarter(each, 1).financial_year, each == shown)
        for each in sorted({first, first + 1, first + 2, shown})
    ]


@require_http_methods(["GET", "POST"])
@require(Permission.APPROVE_TARGETS)
def waiting_targets(request: SignedInRequest) -> HttpResponse:
    """Every proposed target within reach that waits, to be decided on singly or together."""
    rows = waiting_within(targets_approved_by(request.user))
    return _decide(request, rows, "waiting_targets")


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def proposed_target(request: SignedInRequest, address: str, pk: int) -> HttpResponse:
    """One proposed target: what it would make of the last results, and what one may do about it."""
    indicator = _visible_or_404(request, address)
    rows = TargetProposal.objects.filter(indicator=indicator, pk=pk).select_related(
        *("indicator__unit", "indicator__accountable_manager", "proposed_by"),
        *("recorded_by", "decided_by"),
    )
    get_object_or_404(rows)
    return _decide(request, rows, "proposed_target", indicator=indicator)


def _decide(
    request: SignedInRequest,
    rows: QuerySet[TargetProposal],
    name: str,
    *,
    indicator: Indicator | None = None,
) -> HttpResponse:
    """The proposals, with what is asked of whoever may decide on some of them."""
    shown = list(rows[:MOST_WAITING])
    verdicts = _verdicts(shown, request.user)
    if request.method == "POST" and not verdicts:
        if shown and not any(each.is_waiting for each in shown):
            messages.info(request, "It was decided already")
            return redirect(request.path)
        raise PermissionDenied
    form = None
    if verdicts:
        typed = request.POST if request.method == "POST" else None
        picked = [each.pk for each in shown] if len(shown) == 1 else []
        form = DecideTargetsForm(
            typed,
            proposals=rows,
            verdicts=verdicts,
            is_one=len(shown) == 1,
            initial={"proposals": picked},
        )
        if form.is_valid() and _decided(request, form, shown):
            if name == "waiting_targets":
                return redirect("waiting_targets")
            return redirect(request.path)
    chosen = {str(each) for each in (form["proposals"].value() or ())} if form else set()
    page = {
        "form": form,
        "lines": proposed_lines(shown),
        "chosen": chosen,
        "indicator": indicator,
        "is_more": len(shown) == MOST_WAITING,
        "may_withdraw": len(shown) == 1
        and shown[0].is_waiting
        and shown[0].proposed_by_id == request.user.pk
        and shown[0].state == ProposalState.PROPOSED,
    }
    template = "indicators/proposed_target.html" if indicator else "indicators/waiting_targets.html"
    return render(request, template, page)


def _verdicts(rows: Sequence[TargetProposal], user: User) -> list[str]:
    """What this person may decide on at least one of these."""
    reach = targets_approved_by(user)
    waiting = [each for each in rows if each.is_waiting]
    return [
        verdict
        for verdict in DecideTargetsForm.VERDICTS
        if any(_may_decide(each, verdict, user, reach) for each in waiting)
    ]


def _may_decide(row: TargetProposal, verdict: str, user: User, reach: Reach) -> bool:
    """Whether this person may decide so on this one."""
    if verdict == DecideTargetsForm.RECORD:
        return row.state == ProposalState.PROPOSED and may_record_minute(user)
    if row.state == ProposalState.RECORDED:
        checks = verdict in (DecideTargetsForm.CHECK, DecideTargetsForm.REFUSE)
        return checks and may_check_minute(row, user, reach)
    return verdict != DecideTargetsForm.CHECK and may_approve_target(row, user, reach)


def _decided(
    request: SignedInRequest, form: DecideTargetsForm, shown: Sequence[TargetProposal]
) -> bool:
    """Whether it was done. If not, the form says why, and keeps what was typed."""
    given = form.cleaned_data
    proposals, verdict = list(given["proposals"]), given["verdict"]
    if given.get("everything"):
        reach = targets_approved_by(request.user)
        proposals = [each for each in shown if _may_decide(each, verdict, request.user, reach)]
    count = f"{len(proposals)} target{'' if len(proposals) == 1 else 's'}"
    by, decision = request.user, given["decision"]
    try:
        if verdict == form.APPROVE:
            approve_targets(proposals=proposals, decision=decision, by=by)
            message = f"{count} approved"
        elif verdict == form.RECORD:
            minute = {name: given[name] for name in ("body", "met_on", "minute")}
            record_minute(proposals=proposals, by=by, **minute)
            message = f"{count}: the minute is recorded. Somebody else has to check it"
        elif verdict == form.CHECK:
            check_minute(proposals=proposals, decision=decision, by=by)
            message = f"{count} approved by the minute that you checked"
        else:
            refuse_targets(proposals=proposals, decision=decision, by=by)
            message = f"{count} refused: the earlier target continues"
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    except PermissionDenied as refusal:
        form.add_error("proposals", f"{refusal}: leave out your own")
        return False
    messages.success(request, message)
    return True


@require_POST
@require(Permission.PROPOSE_TARGETS)
def withdraw(request: SignedInRequest, address: str, pk: int) -> HttpResponse:
    """Whoever proposed a target asks for it no more."""
    row = get_object_or_404(
        TargetProposal.objects.select_related("indicator"), pk=pk, indicator__address=address
    )
    try:
        withdraw_target(proposal=row, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"The target from {row.from_quarter} is withdrawn")
    return redirect("targets_of", address)


def _visible_or_404(request: SignedInRequest, address: str) -> Indicator:
    rows = Indicator.objects.visible_to(request.user).select_related("unit", "accountable_manager")
    return get_object_or_404(rows, address=address)
