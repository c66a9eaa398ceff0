"""Indicators as they are set up: the list, one defined or defined otherwise, and moved from a day on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import localdate
from core.dates import as_date
from core.guards import require
from core.quarters import Quarter
from core.refusals import Refused
from core.views.entities import (
    A_PAGE,
    Change,
    Done,
    Entity,
    FormPage,
    Preview,
    form_page,
    history_page,
    list_page,
)
from indicators.exporting.definitions import indicators_csv
from indicators.filters import IndicatorFilter
from indicators.forms.definitions import (
    ChangedDefinitionForm,
    IndicatorMoveForm,
    NewIndicatorForm,
    label_of,
)
from indicators.importing.definitions import IndicatorRow, import_indicators
from indicators.models.definitions import Indicator
from indicators.models.moves import IndicatorMove
from indicators.models.ratings import Rating
from indicators.queries.histories import thresholds_of
from indicators.queries.library import definition_of, library_lines
from indicators.queries.targets import quarters_offered, target_in_words
from indicators.services.definitions import (
    NOT_OF_THE_DEFINITION,
    define_indicator,
    redefine_indicator,
)
from indicators.services.moves import drop_move, move_indicator
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from sorp.lexicon import NotRated, Rag

INDICATORS = Entity(
    key="indicators",
    one="indicator",
    many="indicators",
    permission=Permission.MANAGE_FRAMEWORK,
    row=IndicatorRow,
    exported=indicators_csv,
    imported=import_indicators,
    before_bringing="Set up units and people first: each indicator names its unit, and its accountable manager by e-mail address.",
)
# Of the form, what is about the change and not about the indicator.
ABOUT_THE_CHANGE = ("reason", "break_from")


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def indicators(request: SignedInRequest) -> HttpResponse:
    """Every indicator, searched and narrowed by unit, kind, place in the report and time."""
    rows = Indicator.objects.select_related("unit", "accountable_manager", "checker")
    found = IndicatorFilter(request.GET, queryset=rows)
    return list_page(
        request,
        INDICATORS,
        template="indicators/set_up/indicators.html",
        found=found,
        context={"quarter": Quarter.containing(localdate()), "today": localdate()},
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def add_indicator(request: SignedInRequest) -> HttpResponse:
    """Something more is measured, from a quarter on."""

    def define(given: dict[str, Any]) -> Done:
        indicator = define_indicator(by=request.user, **given)
        said = f"{indicator.reference} is measured from {indicator.first_quarter}"
        return Done(said, reverse("targets_of", args=[indicator.reference]))

    picked = definition_of(request.GET.get("from", ""))
    page = FormPage(
        form=NewIndicatorForm(
            request.POST or None,
            today=localdate(),
            initial=picked.as_typed if picked else None,
        ),
        title="Add an indicator",
        caption="Indicators",
        button="Add it",
        back=reverse("set_up_indicators"),
        act=define,
        template="indicators/set_up/definition.html",
    )
    return form_page(request, page)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def definitions_to_pick(request: SignedInRequest) -> HttpResponse:
    """Definitions of national frameworks: which of them are measured here, and a form begun for the others."""
    text = request.GET.get("text", "").replace("\x00", "")
    shown = Paginator(library_lines(text), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "indicators/set_up/library.html", {"text": text, "page": shown})


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def change_indicator(request: SignedInRequest, address: str) -> HttpResponse:
    """An indicator is defined otherwise from now on: what that changes is shown first."""
    indicator = _indicator_or_404(address)
    form = ChangedDefinitionForm(request.POST or None, indicator=indicator)

    def redefine(given: dict[str, Any]) -> Done:
        changed = _redefine(address, given, request.user)
        return Done(f"{changed.reference} is changed", reverse("indicator", args=[address]))

    page = FormPage(
        form=form,
        title=f"Change {indicator.reference}",
        caption=indicator.title,
        lede="The change applies from now on. Closed quarters keep the rules they were judged by.",
        button="Save the change",
        back=reverse("set_up_indicators"),
        act=redefine,
        preview=lambda given: _preview(indicator, form, given, request.user),
        template="indicators/set_up/definition.html",
        context={"indicator": indicator},
    )
    return form_page(request, page)


def _redefine(address: str, given: dict[str, Any], by: User) -> Indicator:
    """Defined as the form says; refused where a target that is set could not judge it any more."""
    indicator = _indicator_or_404(address)
    as_it_would_be = _indicator_or_404(address)
    for name, value in given.items():
        if name not in ABOUT_THE_CHANGE:
            setattr(as_it_would_be, name, value)
    first = quarters_offered()[0]
    targets = list(indicator.targets.order_by("from_quarter"))
    in_force = indicator.pattern.target_in(first, targets)
    for target in [each for each in targets if each == in_force or each.from_quarter > first]:
        try:
            thresholds_of(as_it_would_be, target)
        except ValueError as refusal:
            said = target_in_words(indicator, target)
            raise Refused(
                f"The target from {target.from_quarter} ({said}) would not work with it: "
                f"{refusal}. Set a target that fits it first",
                field="polarity",
            ) from None
    return redefine_indicator(indicator=indicator, by=by, **given)


def _preview(
    indicator: Indicator, form: ChangedDefinitionForm, given: dict[str, Any], by: User
) -> Preview:
    """What would be otherwise: each part, and each open quarter that would be rated otherwise."""
    parts = {name: value for name, value in given.items() if name not in ABOUT_THE_CHANGE}
    changed = [name for name, value in parts.items() if getattr(indicator, name) != value]
    if not changed:
        raise Refused("Nothing is changed: change something, or go back")
    of_the_definition = [name for name in changed if name not in NOT_OF_THE_DEFINITION]
    if given["break_from"] is not None and not of_the_definition:
        raise Refused(
            "Leave this empty: this change does not affect the figures", field="break_from"
        )
    before = _ratings_in_words(indicator)
    with transaction.atomic():
        after = _redefine(indicator.address, given, by)
        rated = _ratings_in_words(after)
        number = after.definition_changes.count() + 1
        transaction.set_rollback(True)
    follows = [
        f"{quarter} is rated again: {before.get(quarter, 'not rated')} becomes {said}"
        for quarter, said in rated.items()
        if before.get(quarter) != said
    ]
    if of_the_definition:
        follows.append(
            f"This becomes version {number} of the definition. Earlier versions are kept and shown"
        )
    warnings = []
    if given["break_from"] is not None:
        warnings.append(
            f"From {given['break_from']} its figures can no longer be compared with earlier "
            f"ones: its trend, and every run that could refer it up, start again there"
        )
    return Preview(
        [
            Change(label_of(form, name), _as_read(indicator, name), _as_read(after, name))
            for name in changed
        ],
        follows,
        warnings,
    )


def _as_read(indicator: Indicator, name: str) -> str:
    """A part of a definition as its page has it."""
    display = getattr(indicator, f"get_{name}_display", None)
    value = display() if display is not None else getattr(indicator, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return as_date(value) if name == "next_review" else str("" if value is None else value)


def _ratings_in_words(indicator: Indicator) -> dict[Quarter, str]:
    """What each quarter is rated now."""
    rows = Rating.objects.latest_ones().filter(indicator=indicator).order_by("quarter")
    return {
        each.quarter: (Rag(each.rag) if each.rag else NotRated(each.not_rated)).label.lower()
        for each in rows
    }


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def move(request: SignedInRequest, address: str) -> HttpResponse:
    """From a day on an indicator is another unit's or another manager's."""
    indicator = _indicator_or_404(address)

    def go(given: dict[str, Any]) -> Done:
        made = move_indicator(indicator=indicator, by=request.user, **given)
        when = "now" if made.made_at else f"on {as_date(made.from_day)}"
        return Done(
            f"{indicator.reference} moves {made.in_words} {when}",
            reverse("set_up_indicators_move", args=[address]),
        )

    page = FormPage(
        form=IndicatorMoveForm(request.POST or None, indicator=indicator),
        title=f"Move {indicator.reference}",
        caption=indicator.title,
        button="Move it",
        back=reverse("set_up_indicators"),
        act=go,
        preview=lambda given: _preview_of_move(indicator, given),
        template="indicators/set_up/move.html",
        context={"indicator": indicator, "moves": indicator.moves.to_come()},
    )
    return form_page(request, page)


def _preview_of_move(indicator: Indicator, given: dict[str, Any]) -> Preview:
    """Who gains and loses it, and what stays as it was."""
    day, unit, manager = as_date(given["from_day"]), given["unit"], given["manager"]
    is_now = given["from_day"] <= localdate()
    changes, follows = [], []
    if unit.pk != indicator.unit_id:
        changes.append(Change("Unit", indicator.unit.name, unit.name))
        follows.append(
            f"From {day} it is on the dashboard of {unit}, and is signed off with {unit}; "
            f"published reports keep the earlier unit"
        )
    if manager.pk != indicator.accountable_manager_id:
        was = indicator.accountable_manager
        changes.append(Change("Accountable manager", was.name, manager.name))
        drafts = indicator.drafts.count()
        told = "now" if is_now else f"on {day}"
        follows.append(f"{manager} gets a notice {told}, and is asked for its results from then on")
        follows.append(f"Results that {was} gave keep their name")
        if drafts:
            follows.append(
                f"{drafts} draft{'' if drafts == 1 else 's'} not yet submitted stay with it"
            )
    if changes and not is_now:
        follows.append(f"Nothing changes until {day}. You can cancel the move before then")
    return Preview(changes, follows)


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def drop(request: SignedInRequest, address: str, pk: int) -> HttpResponse:
    """A move that was to come is not made."""
    to_drop = get_object_or_404(
        IndicatorMove.objects.select_related("indicator", "unit", "manager"),
        pk=pk,
        indicator__address=address,
    )
    try:
        dropped = drop_move(move=to_drop, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        told = f"{dropped.indicator.reference} will not move on {as_date(dropped.from_day)}"
        messages.success(request, told)
    return redirect("set_up_indicators_move", address)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def indicator_history(request: SignedInRequest, address: str) -> HttpResponse:
    """What was done to an indicator and to its targets, and by whom."""
    indicator = _indicator_or_404(address)
    return history_page(
        request,
        title=str(indicator),
        back=reverse("set_up_indicators"),
        subjects=[indicator, *indicator.targets.all(), *indicator.target_proposals.all()],
    )


def _indicator_or_404(address: str) -> Indicator:
    rows = Indicator.objects.select_related("unit", "accountable_manager", "checker")
    return get_object_or_404(rows, address=address)
